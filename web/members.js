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
  #list; #counts; #note; #field; #button; #error; #fixed;
  #last = null;
  #you = '';

  // counts are what tells how many there are: in figures, in short, and the button
  // that names it; fixed says why the name cannot be changed. rename(name) is told
  // a name that was entered.
  constructor({ list, counts, note, form, field, button, error, fixed }, rename) {
    this.#list = list;
    this.#counts = counts;
    this.#error = error;
    this.#note = note;
    this.#field = field;
    this.#button = button;
    this.#fixed = fixed;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const name = field.value.trim();
      if (field.readOnly) return;
      if (!fits(name)) this.#complain('bad-name');
      else if (name !== this.#you) rename(name);
    });
    field.addEventListener('input', () => { error.hidden = true; });
    // The Enter that ends a composition does not submit.
    field.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.isComposing || event.keyCode === 229)) event.preventDefault();
      if (event.key === 'Escape') field.value = this.#you;
    });
  }

  // refuse puts the name back that the server knows, and says why.
  refuse(code) {
    this.#field.value = this.#you;
    this.#complain(code);
  }

  #complain(code) {
    this.#error.textContent = language.say(`errors.${code}`);
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
    this.#fix(you);
    if (you && you.name !== this.#you) {
      if (this.#field.value === this.#you || document.activeElement !== this.#field) this.#field.value = you.name;
      this.#you = you.name;
    }
  }

  // fix leaves a name that cannot be changed to be read and copied.
  #fix(you) {
    const fixed = Boolean(you?.fixed);
    this.#field.readOnly = fixed;
    this.#button.hidden = fixed;
    this.#fixed.hidden = !fixed;
    if (!fixed) return;
    this.#field.value = you.name;
    this.#error.hidden = true;
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
