// Where the reader is: at the end, and then the list follows what comes; or above,
// and then nothing moves, and a button tells how much is new.

import { language } from './i18n.js';

const NEAR = 48; // px from the end still count as the end

export class Reading {
  #box; #button;
  #following = true;
  #fresh = 0;
  #sizes = ''; // when the end was last brought into sight

  // box is what scrolls, button leads to the end.
  constructor(box, button) {
    this.#box = box;
    this.#button = button;
    box.addEventListener('scroll', () => this.#look(), { passive: true });
    button.addEventListener('click', () => this.toEnd());
    // The box changes when a keyboard comes up, its content when a font has come.
    // Of a window that changed and changed back only the window tells.
    const follow = () => this.#following && this.#jump();
    addEventListener('resize', follow);
    const sizes = new ResizeObserver(follow);
    sizes.observe(box);
    for (const child of box.children) sizes.observe(child);
  }

  // hold changes the list without a jump: the end stays in sight, or the line that
  // is being read, or the one that took its place, stays where it is.
  hold(change) {
    const box = this.#box;
    if (this.#following) {
      change();
      this.#jump();
      return;
    }
    const anchor = this.#anchor();
    const list = anchor?.parentNode;
    const place = anchor ? [...list.children].indexOf(anchor) : 0;
    const top = anchor?.getBoundingClientRect().top;
    change();
    const line = anchor?.isConnected ? anchor : list?.children[place];
    if (line) box.scrollTop += line.getBoundingClientRect().top - top;
  }

  arrived(n) {
    if (this.#following) return;
    this.#fresh += n;
    this.#tell();
  }

  toEnd() {
    this.#following = true;
    this.#jump();
    this.#settle();
  }

  // takeFocus takes it from a control that is about to go, so that who uses the
  // keyboard does not begin anew at the top of the page.
  takeFocus(control) {
    if (control.contains(document.activeElement)) this.#box.focus({ preventScroll: true });
  }

  // tell says it again, after a change of language too.
  tell() { this.#tell(); }

  // anchor is the first line that is in sight.
  #anchor() {
    const { top, left, width } = this.#box.getBoundingClientRect();
    for (let y = top + 4; y < top + 200; y += 24) {
      const line = document.elementFromPoint(left + width / 2, y)?.closest('li');
      if (line && this.#box.contains(line)) return line;
    }
    return null;
  }

  #jump() {
    this.#box.scrollTop = this.#box.scrollHeight;
    this.#sizes = this.#measure();
  }

  #measure() { return `${this.#box.scrollHeight} ${this.#box.clientHeight}`; }

  // look decides whether the reader left the end, or came to it. Where only a size
  // has changed - the screen was turned, a keyboard came up - nobody left.
  #look() {
    if (this.#following && this.#sizes !== this.#measure()) {
      this.#jump();
      return;
    }
    const { scrollHeight, scrollTop, clientHeight } = this.#box;
    const following = scrollHeight - scrollTop - clientHeight < NEAR;
    if (following === this.#following) return;
    this.#following = following;
    this.#settle();
  }

  #settle() {
    if (this.#following) this.#fresh = 0;
    this.#tell();
  }

  #tell() {
    if (this.#following) this.takeFocus(this.#button);
    this.#button.hidden = this.#following;
    this.#button.classList.toggle('fresh', this.#fresh > 0);
    this.#button.lastElementChild.textContent = language.say('latest', this.#fresh);
  }
}
