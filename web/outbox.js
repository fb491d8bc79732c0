// Texts on their way: what was written and has not come back. Nothing here sends;
// it says what is next, and is told what became of it.
//
//     waiting --sent--> unconfirmed --"message", "ack"--> gone: it is in the room
//        ^                   |
//        +-- lost, "rate" ---+--"error"--> failed --resend--> waiting

export const MAX_TEXTS = 100; //       that are on their way at a time, failed ones too
const MAX_UNCONFIRMED = 8; //          sent and not come back, so that few can change places
export const DOUBTFUL_AFTER = 5000; // ms without an answer, then the connection is in doubt
const AGAIN_AFTER = 15000; //          ms without an answer, then a text is sent again
const MAX_NEW_IDS = 3; //              for a text whose id is used

export class Outbox {
  items = []; // {id, text, time, state: 'waiting' | 'unconfirmed' | 'failed', sent, ids, why}
  #until = 0; // no text before, the server said
  #makeID;

  // kept are the items of an earlier life of the tab.
  constructor(makeID, kept) {
    this.#makeID = makeID;
    const sound = (i) => typeof i?.id === 'string' && typeof i.text === 'string' && typeof i.time === 'number';
    this.items = (Array.isArray(kept) ? kept : []).filter(sound).slice(0, MAX_TEXTS);
    this.lost();
  }

  get pending() { return this.items.filter((i) => i.state !== 'failed').length; }

  // add gives false when there are too many already.
  add(text, now) {
    if (this.items.length >= MAX_TEXTS) return false;
    this.items.push({ id: this.#makeID(), text, time: now, state: 'waiting', sent: 0, ids: 1, why: '' });
    return true;
  }

  // next gives what is to be sent next, if anything may be now.
  next(now) {
    if (now < this.#until) return null;
    if (this.items.filter((i) => i.state === 'unconfirmed').length >= MAX_UNCONFIRMED) return null;
    return this.items.find((i) => i.state === 'waiting') ?? null;
  }

  // held is for how long the server wants no text.
  held(now) { return Math.max(0, this.#until - now); }

  sent(item, now) {
    item.state = 'unconfirmed';
    item.sent = now;
  }

  // settle takes a text out that is in the room, and gives it; null: not ours.
  settle(id) {
    const at = this.items.findIndex((i) => i.id === id);
    return at < 0 ? null : this.items.splice(at, 1)[0];
  }

  // refuse takes an error about a text. It gives the reason if the text failed.
  refuse({ id, code, retry_ms: retry = 1000 }, now) {
    const item = this.items.find((i) => i.id === id);
    if (!item) return '';
    if (code === 'rate') this.#until = Math.max(this.#until, now + retry);
    if (code === 'rate' || code === 'not-taken') return this.#wait(item);
    if (code === 'id-used' && item.ids < MAX_NEW_IDS) {
      item.id = this.#makeID();
      item.ids++;
      return this.#wait(item);
    }
    item.state = 'failed';
    item.why = code;
    return code;
  }

  #wait(item) {
    item.state = 'waiting';
    return '';
  }

  // lost says that the connection is gone: what was not confirmed is sent again,
  // under the same id.
  lost() {
    this.#until = 0;
    for (const item of this.items) if (item.state === 'unconfirmed') this.#wait(item);
  }

  // doubtful says whether a text waits for its answer for too long. Much too long,
  // and it is to be sent again; that is no double, for its id is the same.
  doubtful(now) {
    const late = this.items.filter((i) => i.state === 'unconfirmed' && now - i.sent >= DOUBTFUL_AFTER);
    for (const item of late) if (now - item.sent >= AGAIN_AFTER) this.#wait(item);
    return late.length > 0;
  }

  resend(id) {
    const item = this.items.find((i) => i.id === id && i.state === 'failed');
    if (!item) return;
    item.why = '';
    this.#wait(item);
  }
}
