// An echo endpoint for the tests: the npm package ws.
//
//   node echo_peer.js server     tells its port
//   node echo_peer.js client     opens each URL that comes as a line on standard input,
//                                and tells it when the connection has ended
'use strict';

const readline = require('node:readline');
const { WebSocket, WebSocketServer } = require('ws');

const options = { perMessageDeflate: { threshold: 0 }, maxPayload: 2 ** 26 };
const tell = (line) => process.stdout.write(line + '\n');

function echo(ws) {
  ws.on('error', () => {});
  ws.on('message', (data, binary) => ws.send(data, { binary }));
}

const input = readline.createInterface({ input: process.stdin });
input.on('close', () => process.exit());
if (process.argv[2] === 'server') {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, ...options });
  server.on('listening', () => tell(server.address().port));
  server.on('connection', echo);
} else {
  input.on('line', (url) => {
    const ws = new WebSocket(url, options);
    ws.on('close', () => tell(url));
    echo(ws);
  });
}
