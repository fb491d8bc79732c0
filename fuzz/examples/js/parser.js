// A WebSocket parser, the receiving half of a connection without extensions.
'use strict';

// The fault that is planted: late, codes or length.
const fault = process.env.FAULT;

class Failed extends Error {}

const fail = (rule) => {
  throw new Failed(rule);
};

// Text takes UTF-8 in pieces, and refuses the first bad octet: RFC 3629 section 4.
class Text {
  constructor() {
    this.need = 0; // octets that a character lacks
    this.low = this.high = 0; // the range of the next
  }

  take(octet) {
    if (this.need > 0) {
      const good = octet >= this.low && octet <= this.high;
      [this.need, this.low, this.high] = [this.need - 1, 0x80, 0xbf];
      return good;
    }
    if (octet < 0x80) return true;
    if (octet < 0xc2 || octet > 0xf4) return false;
    this.need = octet >= 0xf0 ? 3 : octet >= 0xe0 ? 2 : 1;
    this.low = octet === 0xe0 ? 0xa0 : octet === 0xf0 ? 0x90 : 0x80; // else it is too long
    this.high = octet === 0xed ? 0x9f : octet === 0xf4 ? 0x8f : 0xbf; // else a surrogate, beyond U+10FFFF
    return true;
  }

  takeAll(octets) {
    return octets.every((octet) => this.take(octet));
  }

  get whole() {
    return this.need === 0;
  }
}

const isText = (octets) => {
  const text = new Text();
  return text.takeAll(octets) && text.whole;
};

// readHeader reads the header that b begins with: RFC 6455 section 5.2. It gives
// nothing while there is not all of it.
const readHeader = (b) => {
  if (b.length < 1) return null;
  const opcode = b[0] & 15;
  const control = opcode >= 8;
  const fin = b[0] >= 128;
  if ((opcode & 7) > 2) fail('reserved-opcode');
  if (control && !fin) fail('control-fragmented');
  if (b.length < 2) return null;
  const masked = b[1] >= 128;
  let length = b[1] & 127;
  if (control && length > 125) fail('control-too-long');
  let size = 2;
  if (length === 126) {
    if (b.length < 4) return null;
    length = fault === 'length' ? b.readInt16BE(2) : b.readUInt16BE(2);
    if (length < 126) fail('length-not-minimal');
    size = 4;
  } else if (length === 127) {
    if (b.length > 2 && b[2] >= 128) fail('length-top-bit');
    if (b.length >= 8 && b.readUIntBE(2, 6) === 0) fail('length-not-minimal');
    if (b.length < 10) return null;
    length = Number(b.readBigUInt64BE(2)); // rounded, where every limit is passed anyway
    size = 10;
  }
  if (masked) size += 4;
  if (b.length < size) return null;
  return { opcode, control, fin, masked, length, size, rsv: b[0] & 0x70, key: b.subarray(size - 4, size) };
};

const isCode = (code) =>
  (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999) || (fault === 'codes' && code === 1005);

class Parser {
  constructor(config) {
    Object.assign(this, config); // client, maxMessage, maxFragments, maxControl
    this.rest = Buffer.alloc(0); // what is not a whole header yet
    this.header = null; // of the frame that is being read
    this.left = 0; // of its payload
    this.pieces = []; // of the control frame
    this.message = []; // pieces
    this.size = 0; // of the message
    this.fragments = 0;
    this.controls = 0;
    this.events = [];
    this.end = 'open';
  }

  // feed takes the next bytes of the stream.
  feed(b) {
    this.rest = Buffer.concat([this.rest, b]);
    try {
      while (this.end === 'open' && this.step());
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      this.end = `failed ${error.message}`;
    }
  }

  trace() {
    return [...this.events, this.end].join('\n');
  }

  // step takes a header or a piece of payload. It is false if there is neither.
  step() {
    if (this.header === null) {
      const header = readHeader(this.rest);
      if (header === null) return false;
      this.judge(header);
      this.rest = this.rest.subarray(header.size);
      [this.header, this.left] = [header, header.length];
    } else if (this.rest.length === 0) {
      return false;
    }
    const piece = this.rest.subarray(0, this.left);
    this.rest = this.rest.subarray(piece.length);
    this.take(piece);
    if (this.left === 0) this.endFrame();
    return true;
  }

  // judge judges a header within its connection: masks, order, limits.
  judge(h) {
    if (h.rsv) fail('reserved-bits');
    if (h.masked === this.client) fail(h.masked ? 'masked' : 'not-masked');
    if (h.control) {
      if (h.opcode !== 8 && ++this.controls > this.maxControl) fail('control-flood');
      return;
    }
    if (h.opcode === 0 && this.fragments === 0) fail('nothing-to-continue');
    if (h.opcode !== 0 && this.fragments > 0) fail('not-continued');
    if (++this.fragments > this.maxFragments) fail('too-many-fragments');
    if (h.length > this.maxMessage - this.size) fail('message-too-big');
    if (h.opcode !== 0) [this.opcode, this.text] = [h.opcode, new Text()];
  }

  // take takes a piece of the frame's payload.
  take(piece) {
    const { length, masked, key, control } = this.header;
    const at = length - this.left;
    const clear = piece.map((octet, i) => (masked ? octet ^ key[(at + i) & 3] : octet));
    this.left -= piece.length;
    (control ? this.pieces : this.message).push(clear);
    if (control) return;
    this.size += clear.length;
    if (this.opcode === 1 && fault !== 'late' && !this.text.takeAll(clear)) fail('text-not-utf8');
  }

  endFrame() {
    const { opcode, control, fin } = this.header;
    this.header = null;
    if (control) {
      const payload = Buffer.concat(this.pieces);
      this.pieces = [];
      this.endControl(opcode, payload);
    } else if (fin) {
      const payload = Buffer.concat(this.message);
      [this.message, this.size, this.fragments] = [[], 0, 0];
      if (this.opcode === 1 && (fault === 'late' ? !isText(payload) : !this.text.whole)) fail('text-not-utf8');
      this.event(this.opcode === 1 ? 'text' : 'binary', payload);
    }
  }

  // endControl ends a control frame: RFC 6455 sections 5.5 and 7.4.
  endControl(opcode, payload) {
    if (opcode !== 8) return this.event(opcode === 9 ? 'ping' : 'pong', payload);
    if (payload.length === 0) this.event('close', payload);
    else if (payload.length === 1) fail('close-too-short');
    else if (!isCode(payload.readUInt16BE())) fail('close-code');
    else if (!isText(payload.subarray(2))) fail('reason-not-utf8');
    else this.event(`close ${payload.readUInt16BE()}`, payload.subarray(2));
    this.end = 'closed';
  }

  event(name, payload) {
    this.events.push(payload.length > 0 ? `${name} 0x${payload.toString('hex')}` : name);
  }
}

module.exports = { Parser };
