// The page: what the server says goes into the state, the state goes to the views,
// what the reader does goes to the outbox and the connection.

import { Composer } from './composer.js';
import { Connection, theBrowser } from './connection.js';
import { language } from './i18n.js';
import { Invitation } from './invitation.js';
import { Log } from './log.js';
import { Members } from './members.js';
import { Outbox } from './outbox.js';
import { Pace } from './pace.js';
import { Panel } from './panel.js';
import { address, bytes, LOBBY, rename } from './protocol.js';
import { token } from './random.js';
import { Reading } from './reading.js';
import { Sender } from './sender.js';
import { initial, reduce } from './state.js';
import { Status } from './status.js';
import { browser, tab } from './storage.js';
import { Unread } from './unread.js';
import { Waiting } from './waiting.js';

const $ = (id) => document.getElementById(id);

const home = new URL('./', location.href);
home.search = home.hash = '';
const room = new URL(location.href).searchParams.get('room') || LOBBY;
const here = new URL(home);
if (room !== LOBBY) here.searchParams.set('room', room);

const outbox = new Outbox(token, tab.get(`outbox.${room}`));
const pace = new Pace();
const connection = new Connection({
  address: () => address(home, { room, name: browser.get('name'), after: state.position, me: secret() }),
  ready: new URL('readyz', home).href,
  heard,
  changed,
});
const sender = new Sender({ outbox, pace, connection, world: theBrowser, pumped: show });
let state = initial;
let refusal = ''; //   the error before the connection's end
let mended = false; // what the server refused was replaced once already
let settled = false; // the history of this page's beginning is there
let wish = ''; //      the name that was asked for and not taken yet
let due = null; //     the next drawing

const reading = new Reading($('reading'), $('latest'));
const unread = new Unread();
const log = new Log($('log'), $('chat'), reading);
const waiting = new Waiting($('outbox'), reading, onWaiting);
const invitation = new Invitation({ box: $('invitation'), link: $('link'), copy: $('copy') }, reading, here.href);
const status = new Status({ text: $('status'), bar: $('trouble'), why: $('why'), retry: $('retry'), notice: $('notice') }, () => {
  connection.start();
  connection.wake();
}, (bar) => reading.takeFocus(bar));
const composer = new Composer({ form: $('form'), field: $('message'), button: $('send'), left: $('left') }, {
  send,
  keep: (text) => tab.set(`draft.${room}`, text || null),
  hold: (change) => reading.hold(change),
});
const counts = { figures: $('count'), short: $('number'), button: $('people') };
const me = { form: $('me'), field: $('name'), button: $('rename'), error: $('nameNotice'), fixed: $('fixed') };
const members = new Members({ list: $('list'), counts, note: $('note'), ...me }, (name) => {
  browser.set('name', name);
  wish = name;
  askForName();
});

// secret is who this browser is, in every room and after every restart.
function secret() {
  const kept = browser.get('me');
  if (typeof kept === 'string') return kept;
  const fresh = token();
  browser.set('me', fresh);
  return fresh;
}

// askForName asks for the name that is wished for. Without a connection there is
// nothing to do: the next one begins with it.
function askForName() {
  if (!wish) return;
  pace.take(Date.now(), 1);
  connection.send(rename(wish));
}

function heard(message) {
  const { entries, you } = state;
  if (message.type === 'error') onError(message);
  if (message.type === 'welcome') onWelcome(message);
  if (message.type === 'renamed' && message.id === you?.id) wish = '';
  if (message.type === 'message' && message.from.id === you?.id) outbox.settle(message.id);
  if (message.type === 'ack') {
    const text = outbox.settle(message.id);
    if (text) state = reduce(state, { ...text, type: 'kept' });
  }
  state = reduce(state, message);
  if (message.type === 'message' && message.from.id !== you?.id && settled && state.entries !== entries) unread.arrived();
  settled ||= state.live;
  sender.pump();
}

function onWelcome({ room: name, limits }) {
  $('room').textContent = name;
  unread.name(name === LOBBY ? '' : name);
  composer.limit(limits?.text);
  pace.reset(limits);
  refusal = '';
}

function onError(error) {
  const failed = outbox.refuse(error, Date.now());
  if (failed || (error.id && error.code === 'rate')) status.notice(`errors.${error.code}`);
  if (error.code === 'rate' && !error.id) theBrowser.later(error.retry_ms ?? 1000, askForName);
  if (error.code === 'bad-name' || error.code === 'name-fixed') {
    wish = '';
    browser.set('name', state.you?.name ?? null);
    members.refuse(error.code);
  }
  if (!state.live || error.code === 'not-taken') refusal = error.code; // the end follows
}

// changed takes the connection's phases.
function changed(phase) {
  if (phase === 'waiting' || phase === 'ended' || phase === 'stopped') {
    outbox.lost();
    wish = '';
    state = reduce(state, { type: 'lost' });
  }
  if (phase === 'ended' && mend()) return;
  status.show(phase, refusal);
  sender.pump();
}

// mend replaces what the page sent along and the server does not take, once.
function mend() {
  const name = { 'unfit-name': 'name', 'bad-me': 'me' }[refusal];
  if (!name || mended) return false;
  mended = true;
  browser.set(name, null);
  queueMicrotask(() => connection.start());
  return true;
}

// show draws soon: what comes together is drawn together, and a text that arrives
// does not leave the one place before it is in the other.
function show() {
  due ??= setTimeout(draw, 0);
}

function draw() {
  clearTimeout(due);
  due = null;
  log.show(state);
  members.show(state);
  invitation.show(state);
  if (waiting.show(outbox.items)) tab.set(`outbox.${room}`, outbox.items.length > 0 ? outbox.items : null);
}

function send(text) {
  if (bytes(text) > (state.limits.text ?? Infinity)) {
    status.notice('errors.too-long');
    return false;
  }
  if (!outbox.add(text, Date.now())) {
    status.notice('errors.outbox-full');
    return false;
  }
  status.notice('');
  sender.pump();
  draw();
  reading.toEnd();
  return true;
}

function onWaiting(what, id) {
  if (what === 'resend') outbox.resend(id);
  else {
    const item = outbox.settle(id);
    if (item && what === 'edit') composer.give(item.text);
  }
  status.notice('');
  sender.pump();
}

// translate says everything again, in the language that is chosen now.
function translate() {
  language.translate(document);
  $('language').lang = language.other;
  for (const view of [reading, unread, status, composer]) view.tell();
  log.rebuild();
  members.show(state, true);
  draw();
}

$('language').addEventListener('click', () => {
  language.choose(language.other);
  translate();
});
$('private').addEventListener('click', () => {
  const fresh = new URL(home);
  fresh.searchParams.set('room', token());
  location.assign(fresh);
});
$('message').addEventListener('input', () => status.notice(''));
new Panel($('panel'), $('people'), $('close'));

addEventListener('online', () => { status.tell(); connection.wake(); });
addEventListener('offline', () => { status.tell(); connection.probe(); });
document.addEventListener('visibilitychange', () => { if (!document.hidden) connection.wake(); });
addEventListener('pagehide', () => connection.stop());
addEventListener('pageshow', (event) => { if (event.persisted) connection.start(); });
addEventListener('beforeunload', (event) => { if (outbox.items.length > 0) event.preventDefault(); });
// Where a keyboard covers the page instead of making it smaller.
visualViewport?.addEventListener('resize', () => {
  const { height, scale } = visualViewport;
  if (scale !== 1) return;
  document.documentElement.style.setProperty('--height', `${height}px`);
  scrollTo(0, 0); // what was scrolled out of the keyboard's way fits now
});

$('room').textContent = room;
$('name').value = browser.get('name') ?? '';
composer.write(tab.get(`draft.${room}`) ?? '');
translate();
connection.start();
