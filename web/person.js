// A name on the page: isolated from the direction of what stands around it, in a
// colour of its own, with a tag where two look alike.

import { element } from './element.js';
import { hue, Looks, tag } from './names.js';

const COLOURS = 8; // as style.css has

const looks = new Looks();

// person makes the element for a member.
export function person({ id, name }) {
  if (looks.see({ id, name })) queueMicrotask(showTags); // when this one is in the page too
  const made = element('span', { class: `person colour-${hue(id, COLOURS)}` },
    element('bdi', {}, name), element('span', { class: 'tag', hidden: !looks.isShared(name) }, `#${tag(id)}`));
  return made;
}

// showTags looks at all names again.
function showTags() {
  for (const shown of document.querySelectorAll('.person')) {
    shown.querySelector('.tag').hidden = !looks.isShared(shown.firstChild.textContent);
  }
}
