// The texts that are on their way, below the messages, and what can be done with
// those that failed.

import { words } from './bubble.js';
import { element } from './element.js';
import { language } from './i18n.js';

export class Waiting {
  #list; #reading; #act;
  #last = '';
  #nodes = new Map(); // by what they show

  // act(what, id) is told of a click: what is "resend", "edit" or "discard".
  constructor(list, reading, act) {
    this.#list = list;
    this.#reading = reading;
    this.#act = act;
  }

  // show says whether there was anything new to show.
  show(items) {
    const looks = items.map((i) => `${language.code} ${i.id} ${i.state} ${i.why}`);
    if (looks.join() === this.#last) return false;
    this.#last = looks.join();
    this.#reading.hold(() => this.#change(items, looks));
    return true;
  }

  // change leaves the items alone that look as before, and the focus in them.
  #change(items, looks) {
    const before = this.#nodes;
    this.#nodes = new Map(items.map((item, i) => [looks[i], before.get(looks[i]) ?? this.#item(item)]));
    for (const [look, node] of before) {
      if (this.#nodes.has(look)) continue;
      this.#reading.takeFocus(node);
      node.remove();
    }
    [...this.#nodes.values()].forEach((node, i) => {
      const there = this.#list.children[i] ?? null;
      if (node !== there) this.#list.insertBefore(node, there);
    });
    this.#list.hidden = items.length === 0;
  }

  #item({ id, text, state, why }) {
    const foot = element('span', { class: 'foot' });
    if (state === 'failed') {
      const act = (what) => element('button', { type: 'button', class: 'plain', onclick: () => this.#act(what, id) }, language.say(what));
      foot.append(element('span', { class: 'why' }, language.say(`failed.${why || 'other'}`)),
        element('span', { class: 'acts' }, ...['resend', 'edit', 'discard'].map(act)));
    } else {
      foot.append(language.say(state));
    }
    return element('li', { class: `message own ${state}`, 'data-id': id }, words(text), foot);
  }
}
