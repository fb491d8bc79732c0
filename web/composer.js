// Where messages are written. Enter sends, Shift+Enter begins a line; the Enter that
// ends the composition of a syllable does neither.

import { language } from './i18n.js';
import { bytes } from './protocol.js';

const TELL_FROM = 0.8; // of the limit: from there on the rest is shown

export class Composer {
  #field; #left; #keep; #hold;
  #limit = Infinity;

  // send(text) gives false for a text that it does not take, keep(text) remembers
  // what is written so far, hold(change) changes the field's size without a jump of
  // what is above it.
  constructor({ form, field, button, left }, { send, keep, hold }) {
    this.#field = field;
    this.#left = left;
    this.#keep = keep;
    this.#hold = hold;
    field.addEventListener('input', () => this.#changed());
    field.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey) return;
      event.preventDefault();
      if (!event.isComposing && event.keyCode !== 229) form.requestSubmit();
    });
    // The focus stays in the field, and with it the keyboard of a phone.
    button.addEventListener('pointerdown', (event) => event.preventDefault());
    button.addEventListener('mousedown', (event) => event.preventDefault());
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const text = field.value;
      if (text.trim() === '' || !send(text)) return;
      this.write('');
      field.focus();
    });
  }

  // limit takes the bytes that a text may have.
  limit(most) {
    this.#limit = most ?? Infinity;
    this.tell();
  }

  // write puts a text into the field.
  write(text) {
    this.#field.value = text;
    this.#changed();
  }

  // give puts a text into the field, before what is there, to be written anew.
  give(text) {
    this.write([text, this.#field.value].filter(Boolean).join('\n'));
    this.#field.focus();
    this.#field.setSelectionRange(text.length, text.length);
  }

  #changed() {
    this.#hold(() => {
      this.#field.style.height = 'auto';
      this.#field.style.height = `${this.#field.scrollHeight + 2}px`;
      this.tell();
    });
    this.#keep(this.#field.value);
  }

  tell() {
    const rest = this.#limit - bytes(this.#field.value);
    const near = rest < this.#limit * (1 - TELL_FROM);
    this.#left.textContent = near ? language.say('left', rest) : '';
    this.#left.classList.toggle('over', rest < 0);
    this.#field.setAttribute('aria-invalid', String(rest < 0));
  }
}
