// What stands in the list: a message, a new day, a break.

import { element } from './element.js';
import { language } from './i18n.js';
import { pieces } from './links.js';
import { person } from './person.js';
import { clock, dayLabel, full, isDate } from './time.js';

const HANGUL = /\p{Script=Hangul}/u; // is written with spaces: a line ends at them, not inside a word

// words makes a text with its links.
export function words(text) {
  return element('p', { class: `text${HANGUL.test(text) ? ' hangul' : ''}`, dir: 'auto' }, ...pieces(text).map(({ text: t, href }) => (
    href ? element('a', { href, target: '_blank', rel: 'noopener noreferrer nofollow' }, t) : t)));
}

// bubble makes a message; one that goes on after another of the same person does
// not repeat the name.
export function bubble({ from, text, time, own }, goesOn) {
  const made = element('li', { class: `message${own ? ' own' : ''}${goesOn ? ' goes-on' : ''}` });
  if (!own && !goesOn) made.append(person(from));
  if (own) made.append(element('span', { class: 'unseen' }, `${language.say('you')}: `));
  const foot = element('span', { class: 'foot' });
  if (own) foot.append(element('span', { class: 'mark', role: 'img', 'aria-label': language.say('delivered') }, '✓'));
  if (isDate(time)) {
    foot.append(element('time', { datetime: new Date(time).toISOString(), title: full(language.code, time) }, clock(language.code, time)));
  }
  made.append(words(text), foot);
  return made;
}

export const dayDivider = (time) => element('li', { class: 'divider day' }, element('span', {}, dayLabel(language.code, time, Date.now())));

export const breakDivider = (reason) => element('li', { class: 'divider break', 'data-reason': reason },
  element('span', {}, language.say(`breaks.${reason}`)));
