package frame

import "strconv"

// An Opcode says how a frame's payload is to be read (§5.2, §11.8). It has four
// bits on the wire.
type Opcode uint8

// The opcodes with a meaning (§11.8).
const (
	Continuation Opcode = 0x0 // goes on with a fragmented message, §5.4
	Text         Opcode = 0x1 // UTF-8, §5.6
	Binary       Opcode = 0x2 // §5.6
	Close        Opcode = 0x8 // §5.5.1
	Ping         Opcode = 0x9 // §5.5.2
	Pong         Opcode = 0xA // §5.5.3
)

// IsControl tells control opcodes, the reserved ones included, by their most
// significant bit (§5.5).
func (o Opcode) IsControl() bool { return o&0x8 != 0 }

// IsReserved tells the opcodes without a meaning: 3-7 and 11-15 (§5.2).
func (o Opcode) IsReserved() bool {
	switch o {
	case Continuation, Text, Binary, Close, Ping, Pong:
		return false
	}
	return true
}

// String is the opcode's name in the notation: "text", "cont", or "op3" for a
// reserved one.
func (o Opcode) String() string {
	switch o {
	case Continuation:
		return "cont"
	case Text:
		return "text"
	case Binary:
		return "binary"
	case Close:
		return "close"
	case Ping:
		return "ping"
	case Pong:
		return "pong"
	}
	return "op" + strconv.Itoa(int(o))
}
