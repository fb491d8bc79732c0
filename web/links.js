// Finds the links in a text. They end where a reader would end them: before the
// punctuation of the sentence, and before a Korean particle.

const CANDIDATE = /https?:\/\/[^\s<>"`{}|\\^\u200e\u200f\u202a-\u202e\u2066-\u2069]+/giu;
const PUNCTUATION = /[.,:;!?'"*~…·。、，！？」』”’)\]}>]$/u;
const PAIRS = { ')': '(', ']': '[', '}': '{' };

// What is written without a space after a noun, and what may follow it in turn.
const PARTICLE = new RegExp('(?<![가-힣])(?:' +
  '(?:에서|에게|께서|한테|으로부터|로부터|으로|로|까지|부터|에|와|과|랑|이랑|처럼|보다|마다|밖에|조차|대로|만큼|이나|나)(?:는|은|도|만|의|요)?' +
  '|을|를|은|는|이|가|도|만|의|야|요|이요' +
  '|(?:이라|라)(?:고|는|도|면|서|며|네|니까)?(?:는|도|요)?|이고|이며|인데|인가요|인지|이에요|예요|이야|입니다|입니까|임' +
  ')$', 'u');

// A host may be written in Hangul, but no label of it begins otherwise: what
// follows right after Latin letters is the sentence's.
const AFTER_HOST = /^(https?:\/\/[^/?#가-힣]*[a-z0-9])[가-힣]+$/iu;

// trim gives the part of a candidate that is the link.
function trim(candidate) {
  let link = candidate;
  for (;;) {
    const before = link;
    link = dropPunctuation(link).replace(PARTICLE, '').replace(AFTER_HOST, '$1');
    if (link === before) return link;
  }
}

// dropPunctuation drops one mark at the end. A bracket that was opened inside the
// link belongs to it.
function dropPunctuation(link) {
  const mark = PUNCTUATION.exec(link)?.[0];
  if (!mark) return link;
  const opening = PAIRS[mark];
  if (opening && link.split(opening).length >= link.split(mark).length) return link;
  return link.slice(0, -mark.length);
}

function isLink(link) {
  try {
    const url = new URL(link);
    return (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== '';
  } catch {
    return false;
  }
}

// pieces splits a text into {text} and {text, href}; joined they are the text.
export function pieces(text) {
  const found = [];
  let done = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const link = trim(match[0]);
    if (!isLink(link)) continue;
    if (match.index > done) found.push({ text: text.slice(done, match.index) });
    found.push({ text: link, href: link });
    done = match.index + link.length;
  }
  if (done < text.length) found.push({ text: text.slice(done) });
  return found;
}
