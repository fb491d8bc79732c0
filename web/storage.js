// What the page remembers: some of it for the browser, some for this tab. A browser
// may refuse to keep anything; then it is remembered until the page goes.

class Memory {
  #values = new Map();
  getItem(key) { return this.#values.get(key) ?? null; }
  setItem(key, value) { this.#values.set(key, value); }
  removeItem(key) { this.#values.delete(key); }
}

// A Shelf keeps JSON values under names of this chat's own.
export class Shelf {
  #kept;

  constructor(open) {
    try {
      this.#kept = open() ?? new Memory();
    } catch {
      this.#kept = new Memory();
    }
  }

  // get gives null for what is not there or cannot be read.
  get(name) {
    try {
      return JSON.parse(this.#kept.getItem(`chat.${name}`));
    } catch {
      return null;
    }
  }

  // set forgets the name for null. What does not fit is not kept.
  set(name, value) {
    try {
      if (value === null) this.#kept.removeItem(`chat.${name}`);
      else this.#kept.setItem(`chat.${name}`, JSON.stringify(value));
    } catch {
      // The quota is used up; the page itself still has the value.
    }
  }
}

export const browser = new Shelf(() => globalThis.localStorage);
export const tab = new Shelf(() => globalThis.sessionStorage);
