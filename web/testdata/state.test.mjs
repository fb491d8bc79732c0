import assert from 'node:assert/strict';
import test from 'node:test';

import { initial, MAX_ENTRIES, reduce } from '../state.js';

const me = { id: 'me', name: '나' }, you = { id: 'you', name: 'You' };
const welcome = (members) => ({ type: 'welcome', you: me, room: 'lobby', limits: { text: 4096 }, members: { version: 3, count: 2, list: [me, you], ...members } });
const message = (n, from = you, id = `id-${n}`) => ({ type: 'message', position: `E.${n}`, id, from, text: `text ${n}`, time: n });
const run = (messages, state = initial) => messages.reduce(reduce, state);
const texts = (state) => state.entries.map((e) => e.text ?? `-- ${e.reason}`);

test('shows messages in order and moves the position', () => {
  const state = run([welcome(), message(1), message(2, me), { type: 'live' }]);
  assert.deepEqual(texts(state), ['text 1', 'text 2']);
  assert.deepEqual(state.entries.map((e) => e.own), [false, true]);
  assert.equal(state.position, 'E.2');
  assert.equal(state.live, true);
});

test('never changes a state', () => {
  const before = run([welcome(), message(1)]);
  const copy = structuredClone(before);
  for (const m of [message(2), welcome(), { type: 'resync', reason: 'trimmed', position: 'E.9' }, { type: 'lost' },
    { type: 'joined', version: 9, id: 'x', name: 'X' }, { type: 'left', version: 9, id: 'you' }, { type: 'renamed', version: 9, id: 'me', name: 'M' }]) {
    reduce(before, m);
    assert.deepEqual(before, copy, m.type);
  }
});

test('passes over types that it does not know, and those that change nothing', () => {
  const state = run([welcome(), message(1)]);
  for (const type of ['pong', 'ack', 'error', 'toString', '__proto__', 'later']) assert.equal(reduce(state, { type }), state, type);
});

test('only message and resync move the position', () => {
  const state = run([welcome(), message(7)]);
  for (const m of [welcome(), { type: 'ack', id: 'id-7', position: 'E.99' }, { type: 'live' }, { type: 'lost' },
    { type: 'kept', id: 'k', text: 't', time: 1 }, { type: 'joined', version: 9, id: 'x', name: 'X' }]) {
    assert.equal(reduce(state, m).position, 'E.7', m.type);
  }
  assert.equal(reduce(state, { type: 'resync', reason: 'restarted', position: 'F.0' }).position, 'F.0');
});

test('a message that is on screen is not shown again, but moves the position', () => {
  const state = run([welcome(), message(1), message(2), { type: 'resync', reason: 'restarted', position: 'F.0' },
    { ...message(2), position: 'F.1' }, { ...message(3), position: 'F.2' }]);
  assert.deepEqual(texts(state), ['text 1', 'text 2', '-- restarted', 'text 3']);
  assert.equal(state.position, 'F.2');
});

test('the same id of somebody else is another message', () => {
  const state = run([welcome(), message(1, you, 'same'), message(2, me, 'same')]);
  assert.deepEqual(texts(state), ['text 1', 'text 2']);
});

test('breaks are drawn under something only, and one for several', () => {
  const resync = (reason) => ({ type: 'resync', reason, position: 'F.0' });
  assert.deepEqual(texts(run([welcome(), resync('unknown'), message(1)])), ['text 1']);
  assert.deepEqual(texts(run([welcome(), message(1), resync('restarted'), resync('trimmed'), message(2)])), ['text 1', '-- trimmed', 'text 2']);
});

test('keeps the newest, under keys that only rise', () => {
  let state = run([welcome()]);
  for (let n = 1; n <= MAX_ENTRIES + 5; n++) state = reduce(state, message(n));
  assert.equal(state.entries.length, MAX_ENTRIES);
  assert.equal(state.entries[0].text, 'text 6');
  assert.ok(state.entries.every((e, i, all) => i === 0 || e.key > all[i - 1].key));
});

test('a text of ours that will not come by is shown once', () => {
  const kept = { type: 'kept', id: 'id-1', text: 'text 1', time: 1 };
  assert.deepEqual(texts(run([welcome(), kept, message(1, me), kept])), ['text 1']);
});

test('members come, go and change their names', () => {
  const state = run([welcome(), { type: 'joined', version: 4, id: 'x', name: 'X' }, { type: 'renamed', version: 5, id: 'you', name: 'Du' },
    { type: 'left', version: 6, id: 'x' }, { type: 'renamed', version: 7, id: 'me', name: 'Ich' }]);
  assert.deepEqual(state.members, { version: 7, count: 2, list: [{ id: 'me', name: 'Ich' }, { id: 'you', name: 'Du' }] });
  assert.deepEqual(state.you, { id: 'me', name: 'Ich' });
});

test('what the list includes already is ignored', () => {
  const state = run([welcome()]);
  for (const version of [1, 3]) {
    assert.equal(reduce(state, { type: 'joined', version, id: 'x', name: 'X' }), state);
    assert.equal(reduce(state, { type: 'members', version, count: 9 }), state);
  }
  const twice = run([{ type: 'joined', version: 4, id: 'you', name: 'You' }, { type: 'left', version: 5, id: 'nobody' }], state);
  assert.equal(twice.members.count, 2);
});

test('a crowd is a number, until a list comes', () => {
  let state = run([welcome({ count: 150 })]);
  assert.equal(state.members.list.length, 2, 'the beginning of all');
  state = reduce(state, { type: 'members', version: 8, count: 151 });
  assert.deepEqual(state.members, { version: 8, count: 151, list: null });
  state = reduce(state, { type: 'members', version: 9, count: 1, list: [me] });
  assert.deepEqual(state.members, { version: 9, count: 1, list: [me] });
});

test('a welcome replaces the members, whatever their versions', () => {
  const state = run([welcome({ version: 70 }), welcome({ version: 1, count: 1, list: [me] })]);
  assert.deepEqual(state.members, { version: 1, count: 1, list: [me] });
});

test('a name that a sign-in fixed stays fixed', () => {
  const state = run([{ ...welcome(), you: { ...me, fixed: true } }, { type: 'renamed', version: 9, id: 'me', name: 'Ich' }]);
  assert.deepEqual(state.you, { id: 'me', name: 'Ich', fixed: true });
  assert.equal(run([welcome()], state).you.fixed, undefined, 'until a welcome says otherwise');
});
