// How the connection is. It is said once when it changes, not at every try; and what
// the reader can do about it.

import { language } from './i18n.js';

export class Status {
  #text; #bar; #why; #notice; #leave;
  #phase = 'opening';
  #refusal = '';
  #said = '';

  // connect is called where the reader wants to; leave(bar) when it goes.
  constructor({ text, bar, why, retry, notice }, connect, leave) {
    this.#text = text;
    this.#bar = bar;
    this.#why = why;
    this.#notice = notice;
    this.#leave = leave;
    retry.addEventListener('click', connect);
  }

  // show takes the connection's phase, and the code of an error that came with its
  // end.
  show(phase, refusal = '') {
    // While it is being tried again, nothing has changed for the reader.
    if (this.#phase === 'waiting' && (phase === 'opening' || phase === 'entering')) return;
    this.#phase = phase;
    this.#refusal = refusal;
    this.tell();
  }

  // tell says it again: the language or the network has changed.
  tell() {
    const phase = this.#phase === 'waiting' && !navigator.onLine ? 'offline' : this.#phase;
    const text = language.say(`status.${phase}`);
    const lost = ['waiting', 'offline', 'ended', 'stopped'].includes(phase);
    document.documentElement.dataset.phase = phase;
    if (text !== this.#said) this.#text.textContent = text;
    this.#said = text;
    this.#why.textContent = language.say(this.#reason());
    if (!lost) this.#leave(this.#bar);
    this.#bar.hidden = !lost;
  }

  // reason names the words for why there is no connection.
  #reason() {
    if (this.#refusal) return `errors.${this.#refusal}`;
    return this.#phase === 'ended' ? 'over' : 'kept';
  }

  // notice says what did not work; '' says nothing. Nothing is not read out.
  notice(name) {
    const text = name ? language.say(name) : '';
    if (this.#notice.textContent !== text) this.#notice.textContent = text;
    this.#notice.hidden = text === '';
  }
}
