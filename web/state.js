// What the server has told, as one value that is never changed: each message makes
// the next one of it.

export const MAX_ENTRIES = 900; // messages and breaks that are shown; with a full outbox 1,000

export const initial = Object.freeze({
  you: null, //      {id, name, fixed}, once welcome; fixed: by a sign-in, nobody can change the name
  members: { version: -1, count: 0, list: null }, // list: [{id, name}]; null: only the number is known
  limits: {},
  position: '', //   the bookmark; only "message" and "resync" move it
  live: false, //    history is over
  entries: [], //    what is shown, oldest first: {key, kind: 'message' | 'break', ...}
  next: 0, //        the next entry's key
});

// reduce gives the state after a message of the server's, or after one of the
// page's own: {type: 'lost'}, the connection ended, and {type: 'kept', id, text,
// time}, a text of ours is in the room though it will not come by again.
export function reduce(state, message) {
  switch (message.type) {
    case 'welcome':
      return { ...state, you: message.you, members: listed(message.members), limits: message.limits ?? {}, live: false };
    case 'resync':
      return { ...addBreak(state, message.reason), position: message.position };
    case 'message':
      return { ...addMessage(state, message), position: message.position };
    case 'kept':
      return addMessage(state, { ...message, from: state.you });
    case 'live':
      return { ...state, live: true };
    case 'lost':
      return { ...state, live: false };
    case 'joined':
    case 'left':
    case 'renamed':
    case 'members':
      return presence(state, message);
    default:
      return state;
  }
}

function add(state, entry) {
  return { ...state, entries: [...state.entries.slice(1 - MAX_ENTRIES), { ...entry, key: state.next }], next: state.next + 1 };
}

// addMessage shows a message unless it is on screen: one that was said again after
// a restart comes twice.
function addMessage(state, { id, from, text, time }) {
  const twice = (e) => e.kind === 'message' && e.id === id && e.from.id === from.id;
  if (state.entries.some(twice)) return state;
  return add(state, { kind: 'message', id, from, text, time, own: from.id === state.you?.id });
}

// addBreak draws a line under what is shown, where there is anything, and one line
// only however often it is drawn.
function addBreak(state, reason) {
  const last = state.entries.at(-1);
  if (!last) return state;
  const entries = last.kind === 'break' ? state.entries.slice(0, -1) : state.entries;
  return add({ ...state, entries }, { kind: 'break', reason });
}

const listed = ({ version, count, list }) => ({ version, count, list: list ?? null });

// presence takes what is newer than the list.
function presence(state, message) {
  const { version, count, list } = state.members;
  if (!(message.version > version)) return state;
  if (message.type === 'members') return { ...state, members: listed(message) };
  const { id, name } = message;
  const others = list?.filter((m) => m.id !== id) ?? null;
  const known = list !== null && others.length < list.length;
  const members = { version: message.version, count, list };
  let { you } = state;
  if (message.type === 'left') {
    members.list = others;
    members.count = known || list === null ? count - 1 : count;
  } else if (message.type === 'joined' && !known) {
    members.list = list && [...list, { id, name }];
    members.count = count + 1;
  } else {
    members.list = list?.map((m) => (m.id === id ? { id, name } : m)) ?? null;
    if (you?.id === id) you = { ...you, name };
  }
  return { ...state, you, members };
}
