import assert from 'node:assert/strict';
import test from 'node:test';

import { preferred } from '../i18n.js';
import { pieces } from '../links.js';
import { hue, look, Looks, tag } from '../names.js';
import { address, bytes, tokens } from '../protocol.js';
import { token } from '../random.js';
import { Shelf } from '../storage.js';
import { clock, day, dayLabel, isDate } from '../time.js';
import { words } from '../words.js';

globalThis.crypto ??= (await import('node:crypto')).webcrypto; // Node 18 hides it

const links = (text) => pieces(text).filter((p) => p.href).map((p) => p.href);

test('links end where a reader ends them', () => {
  for (const [text, ...want] of [
    ['no link'], ['http://'], ['https:// x'], ['ftp://a.example'], ['javascript:alert(1)'], ['https://?x'],
    ['https://example.com/a', 'https://example.com/a'],
    ['https://example.com/a를 보세요', 'https://example.com/a'],
    ['https://example.com/a을', 'https://example.com/a'],
    ['https://example.com에서 봤어요', 'https://example.com'],
    ['https://example.com/a에서는', 'https://example.com/a'],
    ['https://example.com/?q=1입니다.', 'https://example.com/?q=1'],
    ['https://example.com/a으로 가요', 'https://example.com/a'],
    ['https://example.com/a)를', 'https://example.com/a'],
    ['(https://example.com/a)를', 'https://example.com/a'],
    ['https://example.com/a라고', 'https://example.com/a'],
    ['https://example.com이라는', 'https://example.com'],
    ['https://ko.wikipedia.org/wiki/한국', 'https://ko.wikipedia.org/wiki/한국'],
    ['https://ko.wikipedia.org/wiki/한국어_위키백과', 'https://ko.wikipedia.org/wiki/한국어_위키백과'],
    ['see https://example.com/a, https://example.com/b.', 'https://example.com/a', 'https://example.com/b'],
    ['https://en.example/wiki/Go_(game)', 'https://en.example/wiki/Go_(game)'],
    ['(https://en.example/wiki/Go_(game)).', 'https://en.example/wiki/Go_(game)'],
    ['“https://example.com/a”', 'https://example.com/a'],
    ['HTTPS://EXAMPLE.COM/A!', 'HTTPS://EXAMPLE.COM/A'],
    ['<a href="https://example.com/">x</a>', 'https://example.com/'],
    ['https://example.com/\u202egpj.exe', 'https://example.com/'],
  ]) {
    assert.deepEqual(links(text), want, text);
    assert.equal(pieces(text).map((p) => p.text).join(''), text, 'nothing is lost');
  }
});

test('finding links takes no time to speak of', () => {
  const began = performance.now();
  for (const text of ['https://a' + ')'.repeat(4000), 'https://a' + '('.repeat(4000), 'https://'.repeat(500), 'https://a' + '를'.repeat(1300), 'https://a/' + '.,'.repeat(2000)]) pieces(text);
  assert.ok(performance.now() - began < 1000);
});

test('names that look alike get tags', () => {
  for (const [a, b] of [['Otter', 'otter'], ['지민', '지 민'], ['admin', 'аdmin'], ['Ann', 'A\u200dnn'], ['l1', 'Il'], ['Ｏtter', '0tter'], ['José', 'Jose']]) assert.equal(look(a), look(b), `${a} ${b}`);
  for (const [a, b] of [['지민', '지만'], ['각', '가'], ['Ann', 'Anna'], ['😀', '😁'], ['🇰🇷', '🇯🇵'], ['!', '?']]) assert.notEqual(look(a), look(b), `${a} ${b}`);
  const looks = new Looks();
  assert.equal(looks.see({ id: 'a', name: 'Otter' }), false);
  assert.equal(looks.see({ id: 'a', name: 'Otter' }), false);
  assert.equal(looks.isShared('otter'), false);
  assert.equal(looks.see({ id: 'b', name: 'otter' }), true);
  assert.equal(looks.isShared('Otter'), true);
  assert.equal(tag('t7VBWgMmDiDumt81'), 't7VB');
  assert.ok(hue('t7VBWgMmDiDumt81', 8) < 8);
});

test('days are the reader’s', () => {
  const at = (...parts) => new Date(...parts).getTime();
  assert.equal(day(at(2026, 0, 1, 0, 0)), day(at(2026, 0, 1, 23, 59)));
  assert.notEqual(day(at(2026, 0, 31, 23, 59)), day(at(2026, 1, 1, 0, 0)));
  assert.match(dayLabel('ko', at(2026, 4, 5), at(2026, 7, 1)), /^5월 5일/);
  assert.match(dayLabel('en', at(2025, 4, 5), at(2026, 7, 1)), /2025/);
  assert.match(clock('ko', at(2026, 4, 5, 15, 4)), /3:04/);
  assert.deepEqual([isDate(0), isDate(1e20), isDate(undefined), isDate(NaN)], [true, false, false, false]);
});

test('the language is the chosen one, else the browser’s', () => {
  assert.equal(preferred('', ['ko-KR', 'en']), 'ko');
  assert.equal(preferred('', ['fr-FR', 'en-GB', 'ko']), 'en');
  assert.equal(preferred('', ['fr']), 'en');
  assert.equal(preferred('ko', ['en']), 'ko');
  assert.equal(preferred('xx', ['KO']), 'ko');
});

test('both languages have the same words', () => {
  const shape = (o) => Object.fromEntries(Object.entries(o).map(([k, v]) => [k, typeof v === 'object' ? shape(v) : typeof v]));
  assert.deepEqual(shape(words.ko), shape(words.en));
});

test('the address says what is known', () => {
  assert.equal(address('http://h:1/', { room: '한 방', name: null, after: '', me: 'x' }), 'ws://h:1/chat?room=%ED%95%9C+%EB%B0%A9&me=x');
  assert.equal(address('https://h/below/#x', { room: 'a&b' }), 'wss://h/below/chat?room=a%26b');
});

test('texts are measured in UTF-8', () => {
  assert.equal(bytes('가a👋'), 8);
  assert.deepEqual(['', 'a', 'a'.repeat(4096), 'a'.repeat(4097)].map(tokens), [1, 1, 1, 2]);
});

test('tokens are 128 random bits', () => {
  const all = new Set(Array.from({ length: 100 }, token));
  assert.equal(all.size, 100);
  for (const t of all) assert.match(t, /^[A-Za-z0-9_-]{22}$/);
});

test('a browser that keeps nothing is no hindrance', () => {
  for (const open of [() => { throw new Error('denied'); }, () => undefined]) {
    const shelf = new Shelf(open);
    shelf.set('a', [1]);
    assert.deepEqual(shelf.get('a'), [1]);
    shelf.set('a', null);
    assert.equal(shelf.get('a'), null);
  }
  const full = new Shelf(() => ({ getItem: () => '{', setItem() { throw new Error('full'); } }));
  full.set('a', 1);
  assert.equal(full.get('a'), null);
});
