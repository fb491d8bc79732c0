import assert from 'node:assert/strict';
import test from 'node:test';

import { Connection, TIMING } from '../connection.js';
import { World } from './world.mjs';

function connect() {
  const world = new World();
  const phases = [], heard = [];
  const connection = new Connection({
    address: () => 'ws://test/chat', ready: 'http://test/readyz', world,
    heard: (message) => heard.push(message.type), changed: (phase) => phases.push(phase),
  });
  connection.start();
  return { world, phases, heard, connection };
}

function live() {
  const c = connect();
  c.world.socket.opens();
  c.world.socket.says({ type: 'welcome' });
  c.world.socket.says({ type: 'live' });
  return c;
}

test('goes from opening to live', () => {
  const { phases, heard } = live();
  assert.deepEqual(phases, ['opening', 'entering', 'live']);
  assert.deepEqual(heard, ['welcome', 'live']);
});

test('passes over what is no message', () => {
  const { world, heard } = live();
  for (const data of ['', '{', 'null', '[]', '7', '{"type":7}', '{}']) world.socket.says(data);
  assert.deepEqual(heard, ['welcome', 'live']);
});

test('comes back after the codes that allow it, and no others', () => {
  const again = [1001, 1006, 1011, 1012, 1013];
  for (const code of [1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4999]) {
    const { world, phases, connection } = live();
    world.socket.ends(code);
    assert.equal(phases.at(-1), again.includes(code) ? 'waiting' : 'ended', `${code}`);
    assert.equal(connection.code, code);
    assert.equal(world.timers, again.includes(code) ? 1 : 0, `timers after ${code}`);
  }
});

test('asks whether the server is ready before it connects again', async () => {
  const { world, phases } = live();
  world.socket.ends(1006);
  await world.pass(TIMING.first);
  assert.equal(world.asked.length, 1);
  assert.equal(world.sockets.length, 1);
  await world.answer(503);
  assert.equal(world.sockets.length, 1, 'not while it is not ready');
  await world.pass(2 * TIMING.first);
  await world.answer(200);
  assert.equal(world.sockets.length, 2);
  assert.deepEqual(phases, ['opening', 'entering', 'live', 'waiting', 'opening'], 'each try is not told');
});

test('takes an answer that does not know the question for a yes', async () => {
  const { world } = live();
  world.socket.ends(1006);
  await world.pass(TIMING.first);
  await world.answer(404);
  assert.equal(world.sockets.length, 2);
});

test('gives a server that does not answer so much time, then tries a new connection', async () => {
  const { world, phases } = live();
  world.chance = 1;
  world.socket.ends(1006);
  await world.pass(TIMING.first);
  assert.equal(world.asked.length, 1);
  await world.pass(TIMING.ready - 1);
  assert.equal(world.sockets.length, 1);
  await world.pass(1);
  assert.equal(world.asked[0].signal.aborted, true);
  assert.equal(world.sockets.length, 2);
  await world.pass(TIMING.welcome);
  assert.equal(phases.at(-1), 'waiting');
  assert.equal(world.socket.closed, true);
  await world.pass(2 * TIMING.first);
  assert.equal(world.asked.length, 2);
});

test('asks again when things may have become better, for the question may be lost', async () => {
  const { world, connection } = live();
  world.socket.ends(1006);
  await world.pass(TIMING.first);
  connection.wake();
  await world.pass(0);
  assert.equal(world.asked.length, 2);
  assert.equal(world.asked[0].signal.aborted, true);
  assert.equal(world.sockets.length, 1);
  await world.answer(200);
  assert.equal(world.sockets.length, 2);
  assert.equal(world.timers, 1);
});

test('waits a random time up to one that doubles, up to a limit', async () => {
  for (const [hidden, longest] of [[false, TIMING.longest], [true, TIMING.longestHidden]]) {
    const { world } = live();
    world.isHidden = hidden;
    world.chance = 1;
    world.socket.ends(1006);
    for (let most = TIMING.first; most < 10 * longest; most *= 2) {
      assert.equal(world.wait, Math.min(most, longest));
      await world.pass(world.wait);
      world.asked.at(-1).reject(new Error('refused'));
      await world.pass(0);
    }
    world.chance = 0;
    await world.pass(longest);
    world.asked.at(-1).reject(new Error('refused'));
    await world.pass(0);
    assert.equal(world.asked.length > 5, true, 'the wait may be none at all');
  }
});

test('begins with short waits again only after a connection that lasted', async () => {
  const { world } = live();
  world.chance = 1;
  for (const [lasts, wait] of [[0, 1000], [0, 2000], [TIMING.steady - 1, 4000], [TIMING.steady, 1000]]) {
    await world.pass(lasts);
    world.socket.ends(1012);
    assert.equal(world.wait, wait, `after ${lasts} ms`);
    await world.pass(wait);
    await world.answer(200);
    world.socket.opens();
    world.socket.says({ type: 'live' });
  }
});

test('does not hurry without a network, and comes at once with it', async () => {
  const { world, connection } = live();
  world.isOnline = false;
  world.chance = 1;
  world.socket.ends(1006);
  assert.equal(world.wait, TIMING.longest);
  world.isOnline = true;
  connection.wake();
  await world.answer(200);
  assert.equal(world.sockets.length, 2);
});

test('pings after silence, and is lost without an answer', async () => {
  const { world, phases } = live();
  await world.pass(TIMING.silence - 1);
  assert.deepEqual(world.socket.sent, []);
  await world.pass(1);
  assert.deepEqual(world.socket.sent, [{ type: 'ping' }]);
  world.socket.says({ type: 'pong' });
  await world.pass(TIMING.silence - 1);
  assert.equal(phases.at(-1), 'live');
  await world.pass(1 + TIMING.answer - 1);
  assert.equal(phases.at(-1), 'live');
  await world.pass(1);
  assert.equal(phases.at(-1), 'waiting');
  assert.equal(world.socket.closed, true);
});

test('takes any message for an answer', async () => {
  const { world, connection, phases } = live();
  connection.probe();
  connection.probe();
  assert.equal(world.socket.sent.length, 1, 'one question at a time');
  world.socket.says({ type: 'message' });
  await world.pass(TIMING.answer);
  assert.equal(phases.at(-1), 'live');
  connection.wake();
  assert.equal(world.socket.sent.length, 2, 'waking up is a reason to ask');
});

test('gives up on a server that says nothing at first', async () => {
  const { world, phases } = connect();
  world.socket.opens();
  await world.pass(TIMING.welcome - 1);
  assert.equal(phases.at(-1), 'entering');
  await world.pass(1);
  assert.equal(phases.at(-1), 'waiting');
});

test('does not listen to a socket that it let go', async () => {
  const { world, phases, heard, connection } = live();
  const old = world.socket;
  const { onmessage, onclose } = old;
  connection.stop();
  assert.equal(old.closed, true);
  assert.equal(old.onmessage, null);
  assert.equal(old.onclose, null);
  assert.ok(onmessage && onclose);
  assert.equal(phases.at(-1), 'stopped');
  assert.equal(world.timers, 0);
  connection.start();
  assert.equal(phases.at(-1), 'opening');
  assert.equal(heard.length, 2);
});

test('stops while it asks', async () => {
  const { world, connection, phases } = live();
  world.socket.ends(1006);
  await world.pass(TIMING.first);
  connection.stop();
  await world.answer(200);
  assert.equal(world.sockets.length, 1);
  assert.equal(phases.at(-1), 'stopped');
  assert.equal(world.timers, 0);
});

test('starts anew by hand after its end', () => {
  const { world, connection } = live();
  world.socket.ends(1008);
  connection.start();
  assert.equal(world.sockets.length, 2);
});

test('sends on an open connection only', () => {
  const { world, connection } = connect();
  assert.equal(connection.send('{}'), false);
  world.socket.opens();
  assert.equal(connection.send('{}'), true);
  world.socket.ends(1006);
  assert.equal(connection.send('{}'), false);
});
