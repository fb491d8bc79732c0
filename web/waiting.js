// The texts that are on their way, below the messages, and what can be done with
// those that failed.

import { words } from './bubble.js';
import { element } from './element.js';
import { language } from './i18n.js';

export class Waiting {
  #list; #reading; #act;
  #last = '';

  // act(what, id) is told of a click: what is "resend", "edit" or "discard".
  constructor(list, reading, act) {
    this.#list = list;
    this.#reading = reading;
    this.#act = act;
  }

  // show says whether there was anything new to show.
  show(items) {
    const looks = language.code + items.map((i) => `${i.id} ${i.state} ${i.why}`).join();
    if (looks === this.#last) return false;
    this.#last = looks;
    this.#reading.hold(() => {
      this.#list.replaceChildren(...items.map((i) => this.#item(i)));
      this.#list.hidden = items.length === 0;
    });
    return true;
  }

  #item({ id, text, state, why }) {
    const foot = element('span', { class: 'foot' });
    if (state === 'failed') {
      foot.append(element('span', { class: 'why' }, language.say(`failed.${why || 'other'}`)));
      for (const what of ['resend', 'edit', 'discard']) {
        foot.append(element('button', { type: 'button', class: 'plain', onclick: () => this.#act(what, id) }, language.say(what)));
      }
    } else {
      foot.append(language.say(state));
    }
    return element('li', { class: `message own ${state}`, 'data-id': id }, words(text), foot);
  }
}
