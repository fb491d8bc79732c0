package server

import (
	"bytes"
	"compress/flate"
	"fmt"
	"math/rand/v2"
	"testing"

	"rfc6455/frame"
)

func TestHostileFraming(t *testing.T) {
	attacks := []attack{
		{"signed overflow of a length sum", "", []string{`text more "a"`, "0x80ff7fffffffffffffff 00000000"}, frame.MessageTooBig},
		{"top bit of the 64-bit length", "", []string{"0x81ff8000000000000001 00000000"}, frame.ProtocolError},
		{"RSV1 on control", "", []string{`ping rsv1 "x"`}, frame.ProtocolError},
		{"RSV1 on continuation", "", []string{`text more "a"`, `cont rsv1 "b"`}, frame.ProtocolError},
		{"RSV1 without deflate", "/chat", []string{`text rsv1 "a"`}, frame.ProtocolError},
		{"RSV2", "", []string{`text rsv2 "a"`}, frame.ProtocolError},
		{"RSV3", "", []string{`binary rsv3 "a"`}, frame.ProtocolError},
		{"RSV2 with deflate", "/echo", []string{`text rsv1 rsv2 0xf248cdc9c90700`}, frame.ProtocolError},
		{"control frame over 125", "", []string{"0x89fe007e"}, frame.ProtocolError},
		{"control frame over 125, 64 bits", "", []string{"0x88ff"}, frame.ProtocolError},
		{"control frame fragmented", "", []string{`ping more "a"`}, frame.ProtocolError},
		{"close fragmented", "", []string{`close more 1000`}, frame.ProtocolError},
		{"unmasked client frame", "", []string{`text unmasked "a"`}, frame.ProtocolError},
		{"non-minimal length, 16 bits", "", []string{`text len16 "*"*125`}, frame.ProtocolError},
		{"non-minimal length, 64 bits", "", []string{`text len64 "*"*65535`}, frame.ProtocolError},
		{"continuation of nothing", "", []string{`cont "a"`}, frame.ProtocolError},
		{"message inside a message", "", []string{`text more "a"`, `text "b"`}, frame.ProtocolError},
		{"text not UTF-8", "", []string{`text 0xc080`}, frame.InvalidPayload},
		{"text not UTF-8, across fragments", "", []string{`text more 0xe2`, `cont 0x28`}, frame.InvalidPayload},
		{"close of one byte", "", []string{"0x8881 00000000 03"}, frame.ProtocolError},
		{"close reason not UTF-8", "", []string{`close 1000 0xff`}, frame.InvalidPayload},
	}
	for _, op := range []int{3, 4, 5, 6, 7, 11, 12, 13, 14, 15} {
		attacks = append(attacks, attack{fmt.Sprintf("reserved opcode %d", op), "", []string{fmt.Sprintf(`op%d ""`, op)}, frame.ProtocolError})
	}
	for _, code := range []int{0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535} {
		attacks = append(attacks, attack{fmt.Sprintf("close code %d", code), "", []string{fmt.Sprintf(`close 0x%04x`, code)}, frame.ProtocolError})
	}
	repel(t, attacks)
}

// compressed is p as permessage-deflate sends it.
func compressed(p []byte) []byte {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestCompression)
	w.Write(p)
	w.Flush()
	return bytes.TrimSuffix(b.Bytes(), []byte{0x00, 0x00, 0xff, 0xff})
}

func TestHostileDeflate(t *testing.T) {
	good := compressed(bytes.Repeat([]byte("chat and talk "), 10))
	var attacks []attack
	for cut := 1; cut < len(good)-1; cut++ {
		attacks = append(attacks, attack{fmt.Sprintf("truncated stream at %d", cut), "/echo",
			[]string{fmt.Sprintf("text rsv1 0x%x", good[:cut])}, frame.InvalidPayload})
	}
	r := rand.New(rand.NewPCG(7, 692))
	for i := range 20 {
		garbage := make([]byte, 64)
		for j := range garbage {
			garbage[j] = byte(r.Uint32())
		}
		attacks = append(attacks, attack{fmt.Sprintf("garbage with RSV1 %d", i), "/echo",
			[]string{fmt.Sprintf("text rsv1 0x%x", garbage)}, frame.InvalidPayload})
	}
	bomb := compressed(make([]byte, EchoBytes+1<<20))
	third := len(bomb) / 3
	attacks = append(attacks,
		attack{"decompression bomb", "/echo", []string{fmt.Sprintf("binary rsv1 0x%x", bomb)}, frame.MessageTooBig},
		attack{"decompression bomb in fragments", "/echo", []string{
			fmt.Sprintf("binary rsv1 more 0x%x", bomb[:third]),
			fmt.Sprintf("cont more 0x%x", bomb[third:2*third]),
			fmt.Sprintf("cont 0x%x", bomb[2*third:]),
		}, frame.MessageTooBig})
	repel(t, attacks)
}
