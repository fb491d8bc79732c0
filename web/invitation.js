// Who is alone in a room sees how to invite somebody: a link that can be selected,
// and a button that copies it, without the clipboard that insecure pages lack.

import { language } from './i18n.js';

export class Invitation {
  #box; #reading;

  constructor({ box, link, copy }, reading, address) {
    this.#box = box;
    this.#reading = reading;
    link.value = address;
    link.addEventListener('focus', () => link.select());
    copy.addEventListener('click', () => {
      link.focus();
      link.select();
      if (document.execCommand('copy')) copy.textContent = language.say('copied');
    });
  }

  show({ live, members }) {
    const alone = live && members.count === 1;
    if (!this.#box.hidden === alone) return;
    if (!live && !this.#box.hidden) return; // who was alone is not company by a break
    this.#reading.hold(() => { this.#box.hidden = !alone; });
  }
}
