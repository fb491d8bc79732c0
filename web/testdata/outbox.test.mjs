import assert from 'node:assert/strict';
import test from 'node:test';

import { Outbox, MAX_TEXTS } from '../outbox.js';
import { Pace } from '../pace.js';
import { Sender } from '../sender.js';
import { MAX_ENTRIES } from '../state.js';
import { World } from './world.mjs';

let last = 0;
const makeID = () => `id-${++last}`;
const states = (outbox) => outbox.items.map((i) => i.state);

function setup(limits, kept) {
  const world = new World();
  const connection = {
    phase: 'live', sent: [], probes: 0,
    send(text) { this.sent.push({ ...JSON.parse(text), at: world.time }); return true; },
    probe() { this.probes++; },
  };
  const outbox = new Outbox(makeID, kept);
  const pace = new Pace();
  pace.reset(limits);
  const sender = new Sender({ outbox, pace, connection, world });
  const say = (text) => { assert.ok(outbox.add(text, world.time)); sender.pump(); };
  return { world, connection, outbox, sender, say };
}

test('a text is waiting, unconfirmed, gone', () => {
  const { connection, outbox, say, sender } = setup();
  connection.phase = 'waiting';
  say('one');
  assert.deepEqual(states(outbox), ['waiting']);
  connection.phase = 'live';
  sender.pump();
  assert.deepEqual(states(outbox), ['unconfirmed']);
  assert.equal(connection.sent.length, 1);
  assert.equal(outbox.settle(connection.sent[0].id).text, 'one');
  assert.equal(outbox.settle(connection.sent[0].id), null);
  assert.equal(outbox.pending, 0);
});

test('after a loss the same texts go under the same ids, in order', () => {
  const { connection, outbox, say, sender } = setup();
  for (const text of ['one', 'two', 'three']) say(text);
  outbox.settle(connection.sent[0].id);
  outbox.lost();
  const before = connection.sent.splice(0);
  sender.pump();
  assert.deepEqual(connection.sent.map(({ id, text }) => [id, text]), before.slice(1).map(({ id, text }) => [id, text]));
});

test('few are unconfirmed at a time', () => {
  const { connection, outbox, say, sender } = setup();
  for (let i = 0; i < 20; i++) say(`${i}`);
  assert.equal(connection.sent.length, 8);
  outbox.settle(connection.sent[0].id);
  sender.pump();
  assert.equal(connection.sent.length, 9);
});

test('the outbox is bounded', () => {
  const { connection, outbox } = setup();
  connection.phase = 'waiting';
  for (let i = 0; i < MAX_TEXTS; i++) assert.ok(outbox.add('x', 0));
  assert.equal(outbox.add('x', 0), false);
  assert.equal(outbox.items.length, MAX_TEXTS);
  assert.ok(MAX_TEXTS + MAX_ENTRIES <= 1000, 'that is what the page shows at most');
});

test('it stays below the rate', async () => {
  const { world, connection, outbox, say, sender } = setup({ burst: 5, refill_ms: 100 });
  for (let i = 0; i < 20; i++) say(`${i}`);
  for (let i = 0; i < 400; i++) {
    await world.pass(10);
    for (const { id } of connection.sent) outbox.settle(id);
    sender.pump();
  }
  assert.equal(connection.sent.length, 20);
  let tokens = 5, then = connection.sent[0].at;
  for (const { at } of connection.sent) {
    tokens = Math.min(5, tokens + (at - then) / 100) - 1;
    then = at;
    assert.ok(tokens >= 0, 'the bucket of the server never runs dry');
  }
});

test('a long text costs more', () => {
  const { connection, say } = setup({ burst: 4, refill_ms: 100 });
  say('가'.repeat(2000));
  say('short');
  assert.equal(connection.sent.length, 1);
});

test('too fast is sent again, when the server says, in its place', async () => {
  const { world, connection, outbox, say, sender } = setup();
  say('one');
  const [{ id }] = connection.sent;
  assert.equal(outbox.refuse({ id, code: 'rate', retry_ms: 1500 }, world.time), '');
  say('two');
  assert.equal(connection.sent.length, 1);
  await world.pass(1499);
  assert.equal(connection.sent.length, 1);
  await world.pass(1);
  assert.deepEqual(connection.sent.map((s) => s.text), ['one', 'one', 'two']);
  assert.equal(connection.sent[1].id, id);
  sender.pump();
  assert.equal(connection.sent.length, 3);
});

test('an id that is used is replaced, not for ever', () => {
  const { world, connection, outbox, say, sender } = setup();
  say('one');
  for (let i = 0; i < 10; i++) {
    outbox.refuse({ id: connection.sent.at(-1).id, code: 'id-used' }, world.time);
    sender.pump();
  }
  assert.equal(connection.sent.length, 3);
  assert.equal(new Set(connection.sent.map((s) => s.id)).size, 3);
  assert.deepEqual(states(outbox), ['failed']);
});

test('what failed waits for a decision', () => {
  const { world, connection, outbox, say, sender } = setup();
  say('one');
  const [{ id }] = connection.sent;
  assert.equal(outbox.refuse({ id, code: 'too-long' }, world.time), 'too-long');
  assert.equal(outbox.refuse({ id: 'other', code: 'too-long' }, world.time), '');
  assert.equal(outbox.pending, 0);
  outbox.lost();
  sender.pump();
  assert.equal(connection.sent.length, 1);
  outbox.resend(id);
  sender.pump();
  assert.equal(connection.sent.length, 2);
  assert.equal(outbox.items[0].why, '');
});

test('what does not come back is asked after, then sent again', async () => {
  const { world, connection, say } = setup();
  say('one');
  await world.pass(4999);
  assert.equal(connection.probes, 0);
  await world.pass(1);
  assert.equal(connection.probes, 1);
  assert.equal(connection.sent.length, 1);
  await world.pass(10_000);
  assert.deepEqual(connection.sent.map((s) => s.id), [connection.sent[0].id, connection.sent[0].id]);
});

test('a tab gets back what it kept, and nothing else', () => {
  const first = setup();
  first.say('one');
  first.connection.phase = 'waiting';
  first.say('two');
  const kept = JSON.parse(JSON.stringify(first.outbox.items));
  const second = setup({}, [...kept, null, 7, { id: 1, text: 'x', time: 0 }, { id: 'x' }]);
  second.sender.pump();
  assert.deepEqual(second.connection.sent.map((s) => [s.id, s.text]), kept.map((i) => [i.id, i.text]));
  for (const broken of [null, 7, {}, 'x']) assert.deepEqual(new Outbox(makeID, broken).items, []);
});
