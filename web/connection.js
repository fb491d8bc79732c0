// One WebSocket at a time, for as long as the page lives: it connects, notices when
// the other side is gone, and connects again.
//
//     stopped --start--> opening --open--> entering --"live"--> live
//                          ^                  |                  |
//                          |                  +---- it ended ----+--> ended (codes that forbid to come back)
//        asking --ready----+                            |
//           ^---------- waiting, a random time <--------+
//
// Time, network and chance come in through "world", so that tests can play them.

import { parse, ping, PROTOCOL, reconnects } from './protocol.js';

export const TIMING = Object.freeze({
  silence: 25_000, //       without a message, then a ping
  answer: 5_000, //         after a ping, then the connection counts as lost
  welcome: 15_000, //       from opening to the first message
  ready: 5_000, //          for the server to say whether it is ready
  first: 1_000, //          the first wait is up to this, each further one up to twice as long,
  longest: 30_000, //       up to this;
  longestHidden: 120_000, // up to this while nobody looks
  steady: 10_000, //        a connection that lived so long was a good one
});

// theBrowser is the world outside of tests.
export const theBrowser = {
  open: (url) => new WebSocket(url, PROTOCOL),
  fetch: (url, options) => fetch(url, options),
  now: () => Date.now(),
  later: (ms, f) => setTimeout(f, ms),
  cancel: (timer) => clearTimeout(timer),
  random: () => Math.random(),
  online: () => navigator.onLine,
  hidden: () => document.hidden,
};

export class Connection {
  phase = 'stopped';
  code = 0; // that the last connection ended with
  #address; #ready; #heard; #changed; #world;
  #socket = null;
  #timer = null; //  the one thing that is waited for
  #asked = false; // a ping is out
  #tries = 0;
  #since = 0; //     when it was live

  // address() gives where to connect; ready is the URL that says whether it makes
  // sense; heard(message) takes what the server says, changed(phase) each change.
  constructor({ address, ready, heard, changed, world = theBrowser }) {
    this.#address = address;
    this.#ready = ready;
    this.#heard = heard;
    this.#changed = changed;
    this.#world = world;
  }

  start() {
    if (this.phase !== 'stopped' && this.phase !== 'ended') return;
    this.#tries = 0;
    this.#open();
  }

  stop() {
    this.#drop();
    this.#enter('stopped');
  }

  // send gives false when there is no connection to send on.
  send(text) {
    if (this.#socket?.readyState !== 1) return false;
    this.#socket.send(text);
    return true;
  }

  // probe asks for a sign of life, unless that was asked already.
  probe() {
    if (this.#asked || (this.phase !== 'live' && this.phase !== 'entering') || !this.send(ping())) return;
    this.#asked = true;
    this.#wait(TIMING.answer, () => this.#lost(1006));
  }

  // wake is for when things may have become better: the page is looked at again,
  // the network is back.
  wake() {
    if (this.phase === 'waiting' || this.phase === 'asking') this.#ask(); // a question may have gone to where nobody is
    else this.probe();
  }

  #enter(phase) {
    this.phase = phase;
    this.#changed(phase);
  }

  #wait(ms, then) {
    this.#world.cancel(this.#timer);
    this.#timer = this.#world.later(ms, then);
  }

  #open() {
    this.#drop();
    const socket = this.#world.open(this.#address());
    this.#socket = socket;
    socket.onopen = () => this.#enter('entering');
    socket.onmessage = (event) => this.#take(event.data);
    socket.onclose = (event) => this.#lost(event.code);
    this.#wait(TIMING.welcome, () => this.#lost(1006));
    this.#enter('opening');
  }

  // drop lets the socket go without waiting for its end, which may take long
  // when the network is gone.
  #drop() {
    this.#world.cancel(this.#timer);
    this.#asked = false;
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #take(data) {
    this.#asked = false;
    this.#wait(TIMING.silence, () => this.probe());
    const message = parse(data);
    if (!message) return;
    this.#heard(message);
    if (message.type === 'live' && this.phase === 'entering') {
      this.#since = this.#world.now();
      this.#enter('live');
    }
  }

  #lost(code) {
    if (this.phase === 'live' && this.#world.now() - this.#since >= TIMING.steady) this.#tries = 0;
    this.#drop();
    this.code = code;
    if (reconnects(code)) this.#pause();
    else this.#enter('ended');
  }

  // pause waits a random time (RFC 6455 §7.2.3), so that all clients of a server that restarts do
  // not come back at once. Where the browser knows of no network it does not hurry;
  // but it may be wrong about a server on the same machine.
  #pause() {
    const { online, hidden, random } = this.#world;
    const longest = hidden() ? TIMING.longestHidden : TIMING.longest;
    const most = online() ? Math.min(longest, TIMING.first * 2 ** this.#tries) : longest;
    this.#tries = Math.min(this.#tries + 1, 16);
    this.#wait(random() * most, () => this.#ask());
    if (this.phase !== 'waiting') this.#enter('waiting');
  }

  // ask asks the server by plain HTTP, which costs both sides less than a
  // handshake in vain. An answer from something that does not know the question
  // is as good as yes. Silence says little: the browser may have asked on one of the
  // connections that it keeps, which died unnoticed; a WebSocket's is a new one.
  async #ask() {
    this.#drop();
    const abort = new AbortController();
    this.#socket = { close: () => abort.abort() }; // until there is one
    const mine = this.#socket;
    this.#wait(TIMING.ready, () => abort.abort());
    this.phase = 'asking'; // nobody needs to hear of it
    let ready = false;
    try {
      const answer = await this.#world.fetch(this.#ready, { cache: 'no-store', signal: abort.signal });
      ready = answer.status < 500;
    } catch {
      ready = abort.signal.aborted; // else there was a network error, a no
    }
    if (this.#socket !== mine) return; // stopped, or asked again, meanwhile
    this.#socket = null;
    if (ready) {
      this.#open();
      return;
    }
    this.phase = 'waiting';
    this.#pause();
  }
}
