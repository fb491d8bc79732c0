package fuzz

import (
	"testing"

	"rfc6455/frame"
)

// maxChoices bounds what [Target] takes for choices of [Stream], in bytes: as many
// frames are enough.
const maxChoices = 64

// Target is a whole fuzz target: it adds [Seeds] and a few choices for [Stream]
// to f and holds the parsers that new makes to [Check], with an input as it is or
// with the stream that Stream makes of it, as the fuzzer likes.
//
//	func FuzzMine(f *testing.F) { fuzz.Target(f, fuzz.Config{}, newMine) }
func Target(f *testing.F, cfg Config, new func(Config) Parser) {
	for _, in := range Seeds() {
		f.Add(in, false)
	}
	for n := range byte(16) {
		f.Add([]byte{n, 3 * n, 77, n, 1, 0, 13, 5 * n, 0, 2, 255, n, 8, 9, 4, 6 * n, 200 + n, n, 1, 2, 3, 1, 7, 15}, true)
	}
	f.Fuzz(func(t *testing.T, in []byte, choices bool) {
		if choices {
			in = Stream(cfg.Role, in[:min(len(in), maxChoices)])
		}
		Check(t, cfg, in, new)
	})
}

// Event is a line of the trace: a Ping, Pong or Close as it came, or a message put
// together, whose opcode is frame.Text or frame.Binary. A Close's payload begins
// with its code.
func Event(op frame.Opcode, payload []byte) string {
	f := frame.Frame{Header: frame.Header{Fin: true, Opcode: op, Length: int64(len(payload))}, Payload: payload}
	return f.String()
}
