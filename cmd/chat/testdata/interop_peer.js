// A peer for the tests: the npm package ws, led by lines of JSON on standard input
// and telling what happens to it by lines of JSON on standard output.
//
//   node interop_peer.js client URL MODE
//   node interop_peer.js server MODE       tells its port, takes one connection
//
// MODE is plain, deflate or window (permessage-deflate with small windows).
'use strict';

const readline = require('node:readline');
const { WebSocket, WebSocketServer } = require('ws');

const perMessageDeflate = {
  plain: false,
  deflate: { threshold: 0 },
  window: { threshold: 0, serverMaxWindowBits: 9, clientMaxWindowBits: 10 },
};

const tell = (event) => process.stdout.write(JSON.stringify(event) + '\n');

const steps = {
  text: (ws, { data }) => ws.send(data),
  binary: (ws, { data }) => ws.send(Buffer.from(data, 'base64')),
  fragments: (ws, { pieces }) => pieces.forEach((p, i) => ws.send(p, { fin: i === pieces.length - 1 })),
  ping: (ws, { data }) => ws.ping(data),
  invalid: (ws) => ws.send(Buffer.from([0x68, 0xff]), { binary: false, compress: false }),
  close: (ws, { code, reason }) => (code ? ws.close(code, reason) : ws.close()),
};

function lead(ws) {
  ws.on('message', (data, isBinary) => {
    tell(isBinary ? { event: 'binary', data: data.toString('base64') } : { event: 'text', data: data.toString() });
  });
  ws.on('pong', (data) => tell({ event: 'pong', data: data.toString() }));
  ws.on('error', (error) => console.error(error));
  ws.on('close', (code, reason) => tell({ event: 'close', code, reason: reason.toString() }));
  readline.createInterface({ input: process.stdin }).on('line', (line) => {
    const step = JSON.parse(line);
    steps[step.do](ws, step);
  });
}

const [role, ...rest] = process.argv.slice(2);
if (role === 'client') {
  const [url, mode] = rest;
  const ws = new WebSocket(url, { perMessageDeflate: perMessageDeflate[mode] });
  ws.on('open', () => tell({ event: 'open' }));
  lead(ws);
} else {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: perMessageDeflate[rest[0]] });
  server.on('listening', () => tell({ event: 'listening', code: server.address().port }));
  server.on('connection', (ws) => {
    tell({ event: 'open' });
    lead(ws);
    server.close(); // no second one: the process ends with this one
  });
}
