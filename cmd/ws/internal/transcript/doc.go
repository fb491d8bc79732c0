// Package transcript is how a connection is written down: what both sides sent
// after the opening handshake, byte by byte and with its time, as text that can be
// read, cut, changed by hand and read back.
//
//	ws-transcript: 1
//	role: client
//	url: ws://localhost:8080/echo
//	time: 2026-01-02T03:04:05.678901Z
//	extensions: permessage-deflate; client_no_context_takeover
//
//	0.000123 > 818537fa213d7f9f4d5158       # text "Hello"
//	0.000301 < 8105 "Hello"                 # text "Hello"
//	0.000544 < 8802 03e8                    # close 1000
//	0.000961 < end
//
// # The header
//
// It is a run of "key: value" lines, ended by an empty one. The first is
// "ws-transcript: 1", the format's version; the others may come in any order, and
// none twice. A key that is not among them is an error.
//
//	role         client or server: who wrote it down, whose bytes stand behind ">"
//	url          where the connection went; may be left out, as may what follows
//	time         of the offset 0, as RFC 3339 has it
//	subprotocol  what was agreed; left out: none
//	extensions   what was agreed, as Sec-WebSocket-Extensions says it (RFC 7692 §7.1);
//	             left out: none
//
// The handshake itself is not in it: it may hold passwords and cookies.
//
// # The lines
//
// Each has a time in seconds since the beginning, a direction - ">" for what the
// role sent, "<" for what came to it - and bytes: any number of pieces, each of hex
// digits in pairs or a Go string. They are one chunk as it was written or read, the
// whole of it or, of a long one, a part; a reader must not take it for a frame.
// Instead of bytes "end" says that this direction ended. What stands behind "#" is a
// comment, in which a [Writer] notes what its owner says: a frame in the notation of
// [frame.Frame], for one. Lines that are empty or only a comment are passed over.
//
// # Limits
//
// [MaxLine] bounds a line. A [Reader] holds one line at a time; what is wrong is said
// with the number of its line.
//
// # Goroutines
//
// The two goroutines of a connection may share a [Writer]. A [Reader] belongs to one.
package transcript
