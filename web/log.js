// The list of messages. It follows the state's entries: what the state dropped goes,
// what is new is added, a piece at a time, so that no task is long.

import { bubble, breakDivider, dayDivider } from './bubble.js';
import { day } from './time.js';

const PIECE = 100; //             entries that are added at a time
const SETTLED = 100; //           ms after the history is there
const GOES_ON = 5 * 60 * 1000; // ms between two messages that stand together

export class Log {
  #region; #list; #reading;
  #shown = []; //    {entry, nodes}: what is in the list
  #entries = []; //  what should be
  #done = null; //   the entries that are all in the list
  #live = false;
  #timer = null;
  #calm = null;

  // region is the element with role=log, list the <ul> in it.
  constructor(region, list, reading) {
    this.#region = region;
    this.#list = list;
    this.#reading = reading;
  }

  // show takes the state of now. Of very much that is new the list has the rest a
  // moment later.
  show({ entries, live }) {
    this.#entries = entries;
    this.#live = live;
    if (!live) this.#quiet();
    if (this.#timer === null) this.#step();
  }

  // rebuild makes everything new, in another language.
  rebuild() {
    const entries = this.#shown.map((s) => s.entry);
    this.#quiet();
    this.#reading.hold(() => {
      this.#list.replaceChildren();
      this.#shown = [];
      this.#add(entries);
    });
  }

  #step() {
    this.#timer = null;
    if (this.#entries !== this.#done) this.#draw();
    if (this.#entries !== this.#done) this.#timer = setTimeout(() => this.#step(), 0);
    else if (this.#live) this.#calm ??= setTimeout(() => this.#speak(), SETTLED);
  }

  #draw() {
    const last = this.#shown.at(-1)?.entry.key ?? -1;
    const fresh = this.#entries.filter((e) => e.key > last);
    const piece = fresh.slice(0, PIECE);
    this.#reading.hold(() => {
      this.#drop();
      this.#add(piece);
    });
    const others = piece.filter((e) => e.kind === 'message' && !e.own).length;
    if (others > 0) this.#reading.arrived(others);
    if (fresh.length === piece.length) this.#done = this.#entries;
  }

  // quiet keeps screen readers from reading out the history. They look at the page
  // after it has changed, so it stays quiet for a moment longer.
  #quiet() {
    clearTimeout(this.#calm);
    this.#calm = null;
    this.#region.setAttribute('aria-live', 'off');
    this.#region.setAttribute('aria-busy', 'true');
  }

  #speak() {
    this.#region.setAttribute('aria-live', 'polite');
    this.#region.setAttribute('aria-busy', 'false');
  }

  // drop takes out what the state no longer has: the oldest, and a break that a
  // newer one replaced. The message that comes to stand first gets its day and name
  // back.
  #drop() {
    const kept = new Set(this.#entries.map((e) => e.key));
    const isMessage = ({ entry }) => entry.kind === 'message';
    const first = this.#shown.find(isMessage);
    this.#shown = this.#shown.filter(({ entry, nodes }) => {
      if (kept.has(entry.key)) return true;
      for (const node of nodes) node.remove();
      return false;
    });
    const next = this.#shown.find(isMessage);
    if (!next || next === first) return;
    const nodes = this.#make(next.entry);
    for (const node of nodes) node.setAttribute('aria-live', 'off'); // it is no news
    next.nodes[0].before(...nodes);
    for (const node of next.nodes) node.remove();
    next.nodes = nodes;
  }

  #add(piece) {
    const all = document.createDocumentFragment();
    let before = this.#shown.at(-1)?.entry;
    let said = this.#shown.findLast(({ entry }) => entry.kind === 'message')?.entry;
    for (const entry of piece) {
      const nodes = this.#make(entry, before, said);
      this.#shown.push({ entry, nodes });
      before = entry;
      if (entry.kind === 'message') said = entry;
      all.append(...nodes);
    }
    this.#list.append(all);
  }

  // make makes the nodes of an entry that stands after others, the last of which is
  // given, and the last message of them.
  #make(entry, before, said) {
    if (entry.kind === 'break') return [breakDivider(entry.reason)];
    const sameDay = said !== undefined && day(said.time) === day(entry.time);
    const goesOn = sameDay && said === before && said.from.id === entry.from.id && said.from.name === entry.from.name
      && Math.abs(entry.time - said.time) < GOES_ON;
    const nodes = [bubble(entry, goesOn)];
    if (!sameDay) nodes.unshift(dayDivider(entry.time));
    return nodes;
  }
}
