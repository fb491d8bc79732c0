// Package fuzz is a kit for whoever owns a WebSocket parser: give it yours, and
// it says what it breaks, and which rule. It is also the home of this module's
// own protocol fuzz targets.
//
//	func FuzzMine(f *testing.F) { fuzz.Target(f, fuzz.Config{}, newMine) }
//
// Fuzz your own parser in ten minutes: README.md, in this folder.
//
// # The parts
//
// [Stream] makes of fuzz bytes what a peer might send: mostly legal frames, with
// faults among them. [Splits] cuts a stream as a network may. [Reference] is the
// oracle: RFC 6455 read slowly and aloud, over all the bytes at once. [Check]
// holds a [Parser] against all of them; [Target] has a fuzzer do so. A parser is a
// few lines of Go around yours, [Headers] around a function that reads headers and
// nothing else, or an [External], which is a program in any language. [WriteSeeds]
// is for those who want none of it but the streams and what is in them. A server
// or a client that runs, and has no parser to take out, is for "ws fuzz".
//
// # The trace
//
// What a parser makes of a stream is a text, so that it can be printed in any
// language and compared anywhere. Every event is one line in the notation of
// [frame.Frame], in the order of the stream:
//
//	text "Hello"          a whole text message, reassembled and inflated
//	binary 0xff00         a whole binary message
//	ping "hi"             a Ping or a Pong
//	close 1000 "bye"      a Close, with its code and its reason
//	close                 a Close with neither
//
// Payloads are printed by [frame.AppendPayload]: quoted as in Go if they are
// UTF-8, else in hexadecimal; over 64 bytes shortened to a beginning, a length
// and a checksum. An empty payload is not printed, but for an empty text. The
// last line is the end:
//
//	open                  the stream may go on
//	closed                a Close came; nothing after it counts (§1.4)
//	failed not-masked     the rule that was broken, by the ID of its [frame.Violation];
//	                      nothing after it counts (§7.1.7)
//	failed 1002           the same by its close code, from a parser that does not
//	failed                tell rules apart; or not even codes
//	died exit status 3    the parser is gone, and its events are; see [External]
//
// Programs, and the files of WriteSeeds, have a plain form of it, which needs no
// rules of Go's: all of a payload in hexadecimal, whether it is text or not, and
// nothing for an empty one.
//
//	text 0x48656c6c6f
//	text
//	close 1000 0x627965
//
// # What is compared
//
// A trace has no bytes in it, so it cannot say where in the stream an event or a
// failure came to light. [Check] asks for the trace after each of many prefixes
// of the stream instead, and so pins both to the byte: a header is refused with
// its first byte that leaves no legal way to go on, a text at its first bad octet
// (§8.1), a message over the limit with the header that declares it, a Close when
// its payload is whole, a compressed message when its last frame is.
//
// The order of judgement is that of package session: what a header says alone,
// in the order of its bytes; then, the header being whole, RSV bits, mask,
// fragmentation, limits. No time passes in a Check, so the budget of control
// frames is [session.Limits].ControlBurst; a parser without such a limit is
// checked with a large one.
//
// A parser that is more lenient than this module where the RFC lets it be is
// described by [Laxity].
//
// # A program in another language
//
// It reads messages from its standard input and answers on its standard output,
// until the input ends; then it ends, with exit status 0. What it says on its
// standard error is shown if it goes wrong. A message is a byte, the length of what
// follows in four bytes, and that; all numbers are unsigned, the most significant
// byte first.
//
//	'R'  52 00 00 00 14   a new connection begins; the one before is forgotten
//	     role             1 byte: 0 the parser is a server's, 1 a client's
//	     deflate          1 byte: 0, 1 or 2, as Deflate has it
//	     laxity           1 byte: the bits of Laxity
//	     0                1 byte
//	     message          8 bytes: limit of a message, in bytes
//	     fragments        4 bytes: limit of a message, in frames
//	     control          4 bytes: limit of Ping and Pong frames
//	'F'  46 nn nn nn nn   the next nnnnnnnn bytes of the stream
//	'T'  54 00 00 00 00   asks for the answer
//
// The answer is the length of the trace in four bytes, and the trace, in its plain
// form or as it is in Go. It is the only thing that the program ever writes, so it
// has to be flushed. Limits are never 0: they have their defaults. Bytes at the end
// of an 'R' that a program does not know of, it passes over.
//
// For the text message Hello, unmasked and so to a client, this goes to the
// program and comes from it:
//
//	52 00000014 01 00 00 00 0000000000100000 00020000 000003e8
//	46 00000007 8105 48656c6c6f
//	54 00000000
//	                                   00000016 "text 0x48656c6c6f\nopen"
//
// The examples in C and JavaScript, in examples/c and examples/js, have all of it
// in some fifty lines of glue.
package fuzz
