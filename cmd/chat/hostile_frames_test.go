package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"rfc6455/frame"
)

// A breach is what a peer sends after the opening handshake, and the code that its
// connection is failed with.
type breach struct {
	class, name string
	target      string // "": both /chat and /echo
	send        []string
	want        frame.CloseCode
}

// TestHostileFrames breaks every rule on one server, from a connection of its own
// each. /echo is asked for compression.
func TestHostileFrames(t *testing.T) {
	s := besiege(t, "")
	for _, b := range allBreaches() {
		targets := []string{"/chat", "/echo"}
		if b.target != "" {
			targets = []string{b.target}
		}
		for _, target := range targets {
			if err := s.breach(target, b); err != nil {
				t.Errorf("%s, %s, to %s: %v", b.class, b.name, target, err)
			}
		}
	}
	s.over()
}

func (s *siege) breach(target string, b breach) error {
	f, err := s.intrude(target, deflated)
	if err != nil {
		return err
	}
	if err := errors.Join(f.write(wire(b.send...)), f.closed(b.want)); err != nil {
		return err
	}
	_, err = f.rest()
	return err
}

// allBreaches are those of the table, and those that are made.
func allBreaches() []breach {
	list := slices.Clone(breaches)
	for _, op := range []int{3, 4, 5, 6, 7, 11, 12, 13, 14, 15} {
		list = append(list, breach{classControl, fmt.Sprintf("opcode %d", op), "", []string{fmt.Sprintf(`op%d ""`, op)}, frame.ProtocolError})
	}
	for _, code := range []int{0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535} {
		list = append(list, breach{classCloses, fmt.Sprintf("code %d", code), "", []string{fmt.Sprintf(`close 0x%04x`, code)}, frame.ProtocolError})
	}
	good := deflate([]byte("chat and talk, chat and talk, chat and talk"))
	for cut := 1; cut < len(good)-1; cut++ {
		list = append(list, breach{classGarbage, fmt.Sprintf("cut at %d", cut), "/echo", []string{fmt.Sprintf("text rsv1 0x%x", good[:cut])}, frame.InvalidPayload})
	}
	r := rand.New(rand.NewPCG(7, 692))
	for i := range 20 {
		garbage := make([]byte, 64)
		for j := range garbage {
			garbage[j] = byte(r.Uint32())
		}
		list = append(list, breach{classGarbage, fmt.Sprintf("random bytes %d", i), "/echo", []string{fmt.Sprintf("text rsv1 0x%x", garbage)}, frame.InvalidPayload})
	}
	return list
}

var breaches = []breach{
	{classOverflow, "after a fragment", "", []string{`text more "a"`, "0x80ff7fffffffffffffff 00000000"}, frame.MessageTooBig},
	{classTopBit, "and a small rest", "", []string{"0x81ff8000000000000001 00000000"}, frame.ProtocolError},
	{classDeclared, "2 GiB", "", []string{`text len=2147483648`}, frame.MessageTooBig},
	{classDeclared, "one byte too much", "/chat", []string{`binary len=65537`}, frame.MessageTooBig},
	{classDeclared, "one byte too much", "/echo", []string{`binary len=67108865`}, frame.MessageTooBig},
	{classFragmentSum, "none of them too much", "/chat", []string{`text more "*"*40000`, `cont more "*"*20000`, `cont more len=5537`}, frame.MessageTooBig},
	{classReserved, "RSV1 on control", "", []string{`ping rsv1 "x"`}, frame.ProtocolError},
	{classReserved, "RSV1 on a continuation", "", []string{`text more "a"`, `cont rsv1 "b"`}, frame.ProtocolError},
	{classReserved, "RSV1 where nothing is compressed", "/chat", []string{`text rsv1 "a"`}, frame.ProtocolError},
	{classReserved, "RSV2", "", []string{`text rsv2 "a"`}, frame.ProtocolError},
	{classReserved, "RSV3", "", []string{`binary rsv3 "a"`}, frame.ProtocolError},
	{classReserved, "RSV2 on what is compressed", "/echo", []string{`text rsv1 rsv2 0xf248cdc9c90700`}, frame.ProtocolError},
	{classControl, "126 bytes", "", []string{"0x89fe007e"}, frame.ProtocolError},
	{classControl, "a 64-bit length", "", []string{"0x88ff"}, frame.ProtocolError},
	{classControl, "Ping in fragments", "", []string{`ping more "a"`}, frame.ProtocolError},
	{classControl, "Close in fragments", "", []string{`close more 1000`}, frame.ProtocolError},
	{classCloses, "one byte", "", []string{"0x8881 00000000 03"}, frame.ProtocolError},
	{classCloses, "reason not UTF-8", "", []string{`close 1000 0xff`}, frame.InvalidPayload},
	{classMasks, "text", "", []string{`text unmasked "a"`}, frame.ProtocolError},
	{classMasks, "Close", "", []string{`close unmasked 1000`}, frame.ProtocolError},
	{classMinimal, "16 bits", "", []string{`text len16 "*"*125`}, frame.ProtocolError},
	{classMinimal, "64 bits", "", []string{`text len64 "*"*65535`}, frame.ProtocolError},
	{classOrder, "a continuation of nothing", "", []string{`cont "a"`}, frame.ProtocolError},
	{classOrder, "a message inside a message", "", []string{`text more "a"`, `text "b"`}, frame.ProtocolError},
	{classText, "overlong", "", []string{`text 0xc080`}, frame.InvalidPayload},
	{classText, "across fragments", "", []string{`text more 0xe2`, `cont 0x28`}, frame.InvalidPayload},
	{classText, "the first bad octet, early", "", []string{`text more 0xff len=1000`}, frame.InvalidPayload},
}
