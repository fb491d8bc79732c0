// Who is in the room, and the name that the reader goes by.

import { element } from './element.js';
import { language } from './i18n.js';
import { person } from './person.js';
import { MAX_NAME } from './protocol.js';

// fits says whether a name can be one, as far as this side can tell.
export function fits(name) {
  const length = [...name.trim()].length;
  return length > 0 && length <= MAX_NAME;
}

export class Members {
  #list; #counts; #note; #field; #error;
  #last = null;
  #you = '';

  // counts are what tells how many there are: in figures, in short, and the button
  // that names it. rename(name) is told a name that was entered.
  constructor({ list, counts, note, form, field, error }, rename) {
    this.#list = list;
    this.#counts = counts;
    this.#error = error;
    this.#note = note;
    this.#field = field;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const name = field.value.trim();
      if (!fits(name)) this.#complain();
      else if (name !== this.#you) rename(name);
    });
    field.addEventListener('input', () => { error.hidden = true; });
    // The Enter that ends a composition does not submit.
    field.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.isComposing || event.keyCode === 229)) event.preventDefault();
      if (event.key === 'Escape') field.value = this.#you;
    });
  }

  // refuse puts the name back that the server knows.
  refuse() {
    this.#field.value = this.#you;
    this.#complain();
  }

  #complain() {
    this.#error.textContent = language.say('errors.bad-name');
    this.#error.hidden = false;
  }

  show({ members, you }, again = false) {
    if (members === this.#last && !again) return;
    this.#last = members;
    const { count, list } = members;
    const { figures, short, button } = this.#counts;
    figures.textContent = String(count);
    short.textContent = language.say('peopleShort', count);
    button.setAttribute('aria-label', language.say('people', count));
    this.#list.replaceChildren(...(list ?? []).map((m) => this.#row(m, you)));
    this.#note.textContent = this.#remark(count, list);
    this.#note.hidden = this.#note.textContent === '';
    if (you && you.name !== this.#you) {
      if (this.#field.value === this.#you || document.activeElement !== this.#field) this.#field.value = you.name;
      this.#you = you.name;
    }
  }

  #row(member, you) {
    const row = element('li', {}, person(member));
    if (member.id === you?.id) row.append(element('span', { class: 'you' }, language.say('you')));
    return row;
  }

  #remark(count, list) {
    if (count === 0) return '';
    if (list === null) return language.say('crowd');
    return count > list.length ? language.say('more', count - list.length) : '';
  }
}
