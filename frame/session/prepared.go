package session

import (
	"rfc6455/frame"
	"rfc6455/frame/deflate"
)

// Lengths of messages that are compressed, in bytes. Shorter ones are not worth it.
// Longer ones would have to stand a second time in memory that nobody counts (§10.4);
// they go out plain, as any message may (RFC 7692 §6).
const (
	compressFrom = 32
	compressMax  = 1 << 20
)

// compresses says whether a message of n bytes is compressed, if that makes it smaller.
func (s *Sender) compresses(n int) bool {
	return s.deflater != nil && compressFrom <= n && n <= compressMax
}

// appendDeflated appends a message compressed, if it is to be and that makes it smaller
// (RFC 7692 §7.2.1); otherwise it appends nothing and the message goes out plain.
func (s *Sender) appendDeflated(op frame.Opcode, p []byte) bool {
	if !s.compresses(len(p)) {
		return false
	}
	h := frame.Header{Fin: true, RSV1: true, Opcode: op, Masked: s.role.Masks(), Length: int64(len(p))}
	start := len(s.out)
	room := start + h.Len() // enough: the length can only get shorter
	out := s.deflater.Append(append(s.out, make([]byte, room-start)...), p)
	packed := out[room:]
	if len(packed) >= len(p) {
		s.out = out[:start]
		s.deflater.Reset() // the peer never sees what the window now holds
		return false
	}
	h.Length = int64(len(packed))
	if h.Masked {
		h.Key = s.nextKey()
		h.Key.XOR(packed)
	}
	out = h.Append(out[:start])
	s.out = append(out, packed...) // moves them down by the bytes that the length did not need
	return true
}

// AppendMessage appends a whole message as a server sends it, for many
// connections at once: prepared frames are the same for all of them.
func AppendMessage(b []byte, op frame.Opcode, p []byte) []byte {
	b = frame.Header{Fin: true, Opcode: op, Length: int64(len(p))}.Append(b)
	return append(b, p...)
}

// AppendCompressed is AppendMessage for connections with permessage-deflate. c
// must be without context takeover. A message that does not shrink, or has more than
// 1 MiB, is appended plain, which such a connection takes as well (RFC 7692 §6).
func AppendCompressed(b []byte, op frame.Opcode, p []byte, c *deflate.Compressor) []byte {
	s := Sender{role: frame.Server, deflater: c, out: b}
	if !s.appendDeflated(op, p) {
		return AppendMessage(b, op, p)
	}
	return s.out
}

// Prepared says that frames made by [AppendMessage] or [AppendCompressed] go out
// behind Output. It is [ErrClosed] after a Close, and [ErrInsideMessage] between
// fragments; otherwise the window is forgotten if they were compressed, since the
// peer's now holds something else.
func (s *Sender) Prepared(compressed bool) error {
	switch {
	case s.sent:
		return ErrClosed
	case s.fragmented:
		return ErrInsideMessage
	}
	if compressed && s.deflater != nil {
		s.deflater.Reset()
	}
	return nil
}
