// The language that the page speaks: the one that was chosen, else the first of the
// browser's that it knows, else English.

import { browser } from './storage.js';
import { words } from './words.js';

// preferred picks from the browser's list of language tags.
export function preferred(chosen, tags) {
  if (chosen in words) return chosen;
  const known = tags.map((t) => t.toLowerCase().split('-')[0]).find((l) => l in words);
  return known ?? 'en';
}

class Language {
  #code = preferred(browser.get('language') ?? '', globalThis.navigator?.languages ?? []);

  get code() { return this.#code; }
  get other() { return this.#code === 'ko' ? 'en' : 'ko'; }

  choose(code) {
    this.#code = code;
    browser.set('language', code);
  }

  // say gives the words under a name like "status.live". Words that depend on
  // something are functions; for a name that is not known there is "other".
  say(name, ...values) {
    const [first, ...rest] = name.split('.');
    let found = words[this.#code][first];
    for (const part of rest) {
      values = Object.hasOwn(found, part) ? values : [part];
      found = Object.hasOwn(found, part) ? found[part] : found.other;
    }
    return typeof found === 'function' ? found(...values) : found;
  }

  // translate puts the words into the elements that name them: data-say for the
  // text, data-say-ATTRIBUTE for an attribute.
  translate(root) {
    document.documentElement.lang = this.#code;
    for (const element of root.querySelectorAll('[data-say]')) element.textContent = this.say(element.dataset.say);
    for (const [key, attribute] of [['sayPlaceholder', 'placeholder'], ['sayLabel', 'aria-label'], ['sayTitle', 'title']]) {
      const name = key.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
      for (const element of root.querySelectorAll(`[data-${name}]`)) element.setAttribute(attribute, this.say(element.dataset[key]));
    }
  }
}

export const language = new Language();
