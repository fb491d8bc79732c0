// Names are not unique, ids are. Where two members look alike, a short tag from the
// id stands beside the name.

const TAG = 4; //        characters of an id
const MAX_LOOKS = 5000; // that are remembered; over it the oldest are forgotten

// Letters of other alphabets, and digits, that are drawn like Latin ones.
const TWINS = new Map([...'аa', ...'сc', ...'еe', ...'оo', ...'рp', ...'хx', ...'уy', ...'іi', ...'јj', ...'ѕs', ...'кk', ...'мm',
  ...'тt', ...'вb', ...'нh', ...'αa', ...'οo', ...'νv', ...'ρp', ...'ιi', ...'κk', ...'τt', ...'υu', ...'0o', ...'1l', ...'|l']
  .reduce((pairs, c, i, all) => (i % 2 ? pairs : [...pairs, [c, all[i + 1]]]), []));

// look gives the same string for names that a reader may take for one another.
export function look(name) {
  const plain = name.normalize('NFKD').toLowerCase().replace(/(?![\u1100-\u11ff])[\p{M}\p{Cf}\p{Z}\p{P}]/gu, '');
  return [...plain].map((c) => TWINS.get(c) ?? c).join('').replaceAll('i', 'l') || name;
}

export const tag = (id) => id.slice(0, TAG);

// Looks knows who was seen under which look.
export class Looks {
  #ids = new Map(); // look: Set of ids

  // see notes a member, and says whether somebody now needs a tag that had none.
  see({ id, name }) {
    const l = look(name);
    const ids = this.#ids.get(l);
    if (!ids) {
      this.#ids.set(l, new Set([id]));
      if (this.#ids.size > MAX_LOOKS) this.#ids.delete(this.#ids.keys().next().value);
      return false;
    }
    if (ids.has(id) || ids.size > 1) return false;
    ids.add(id);
    return true;
  }

  isShared(name) { return (this.#ids.get(look(name))?.size ?? 0) > 1; }
}

// hue spreads ids over so many colours.
export function hue(id, colours) {
  let h = 0;
  for (const c of id) h = (h * 31 + c.codePointAt(0)) % 65521;
  return h % colours;
}
