// Package fuzz is a kit for whoever owns a WebSocket parser: give it yours, and
// it says what it breaks, and which rule. It is also the home of this module's
// own protocol fuzz targets.
//
//	func FuzzMine(f *testing.F) {
//		for _, in := range fuzz.Seeds() {
//			f.Add(in)
//		}
//		f.Fuzz(func(t *testing.T, in []byte) {
//			fuzz.Check(t, fuzz.Config{}, in, newMine)
//			fuzz.Check(t, fuzz.Config{}, fuzz.Stream(frame.Server, in), newMine)
//		})
//	}
//
// # The parts
//
// [Stream] makes of fuzz bytes what a peer might send: mostly legal frames, with
// faults among them. [Splits] cuts a stream as a network may. [Reference] is the
// oracle: RFC 6455 read slowly and aloud, over all the bytes at once. [Check]
// holds a [Parser] against all of them.
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
package fuzz
