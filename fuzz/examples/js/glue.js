// The glue between the parser and the kit: messages on standard input, answers on
// standard output, as the kit's package says. It is all that a program needs.
'use strict';

const { Parser } = require('./parser.js');

let parser;
let input = Buffer.alloc(0);

const answer = (text) => {
  const body = Buffer.from(text);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(body.length);
  process.stdout.write(Buffer.concat([size, body]));
};

const take = (kind, body) => {
  if (kind === 'R') {
    parser = new Parser({
      client: body[0] === 1,
      maxMessage: Number(body.readBigUInt64BE(4)),
      maxFragments: body.readUInt32BE(12),
      maxControl: body.readUInt32BE(16),
    });
  } else if (kind === 'F') {
    parser.feed(body);
  } else if (kind === 'T') {
    answer(parser.trace());
  }
};

process.stdin.on('data', (chunk) => {
  input = Buffer.concat([input, chunk]);
  let at = 0;
  while (input.length >= at + 5 && input.length >= at + 5 + input.readUInt32BE(at + 1)) {
    const end = at + 5 + input.readUInt32BE(at + 1);
    take(String.fromCharCode(input[at]), input.subarray(at + 5, end));
    at = end;
  }
  input = input.subarray(at);
});
