// chat.v1 as it is on the wire: one JSON object a message, "type" first.

export const PROTOCOL = 'chat.v1';
export const LOBBY = 'lobby';
export const MAX_NAME = 32; // characters

// Codes after which a client connects again; after any other it does not.
const AGAIN = new Set([1001, 1006, 1011, 1012, 1013]);

export const reconnects = (code) => AGAIN.has(code);

// address is where to connect, from the page's own address.
export function address(page, { room, name, after, me }) {
  const url = new URL('chat', page);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.hash = '';
  for (const [key, value] of Object.entries({ room, name, after, me })) {
    if (value) url.searchParams.set(key, value);
  }
  return url.href;
}

// parse reads a message of the server's; null is one that this page passes over.
export function parse(data) {
  try {
    const message = JSON.parse(data);
    return typeof message?.type === 'string' ? message : null;
  } catch {
    return null;
  }
}

export const say = ({ id, text }) => JSON.stringify({ type: 'say', id, text });
export const rename = (name) => JSON.stringify({ type: 'name', name });
export const ping = () => JSON.stringify({ type: 'ping' });

const utf8 = new TextEncoder();

// bytes is how long a text is on the wire; halves of surrogate pairs count as the
// U+FFFD that they are sent as.
export const bytes = (text) => utf8.encode(text).length;

// tokens is what a text costs of the rate.
export const tokens = (text) => Math.max(1, Math.ceil(bytes(text) / 4096));
