// The title counts what came while nobody looked.

import { language } from './i18n.js';

export class Unread {
  #count = 0;
  #room = '';

  constructor() {
    for (const [target, event] of [[window, 'focus'], [document, 'visibilitychange']]) {
      target.addEventListener(event, () => this.#looked());
    }
  }

  // name takes the room's name; the lobby has none.
  name(room) {
    this.#room = room;
    this.tell();
  }

  arrived() {
    if (!document.hidden && document.hasFocus()) return;
    this.#count++;
    this.tell();
  }

  tell() {
    const title = [this.#room, language.say('title')].filter(Boolean).join(' · ');
    document.title = this.#count > 0 ? `(${this.#count}) ${title}` : title;
  }

  #looked() {
    if (document.hidden || this.#count === 0) return;
    this.#count = 0;
    this.tell();
  }
}
