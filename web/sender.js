// Sends what is in the outbox, as fast as the server allows, and asks after what
// does not come back.

import { DOUBTFUL_AFTER } from './outbox.js';
import { say, tokens } from './protocol.js';

export class Sender {
  #outbox; #pace; #connection; #world; #pumped;
  #timer = null;

  // pumped is called after everything that may have changed the outbox.
  constructor({ outbox, pace, connection, world, pumped = () => {} }) {
    this.#outbox = outbox;
    this.#pace = pace;
    this.#connection = connection;
    this.#world = world;
    this.#pumped = pumped;
  }

  // pump sends what may be sent now, and comes back when there may be more. It is
  // to be called after every change of the outbox or the connection.
  pump() {
    this.#world.cancel(this.#timer);
    if (this.#connection.phase === 'live') this.#send();
    this.#pumped();
  }

  #send() {
    const now = this.#world.now();
    let again = Math.min(this.#outbox.held(now) || Infinity, DOUBTFUL_AFTER);
    for (let item = this.#outbox.next(now); item; item = this.#outbox.next(now)) {
      const early = this.#pace.take(now, tokens(item.text));
      if (early > 0) {
        again = Math.min(again, early);
        break;
      }
      if (!this.#connection.send(say(item))) break;
      this.#outbox.sent(item, now);
    }
    if (this.#outbox.pending > 0) this.#timer = this.#world.later(again, () => this.#check());
  }

  #check() {
    if (this.#outbox.doubtful(this.#world.now())) this.#connection.probe();
    this.pump();
  }
}
