package session_test

import (
	"fmt"

	"rfc6455/frame"
	"rfc6455/frame/session"
)

// A server that echoes, without a socket: what was read goes into Feed, what is to
// be written comes out of Output. The last frame is not masked, which a client's
// has to be.
func Example() {
	cfg := session.Config{Role: frame.Server}
	receiver, sender := session.NewReceiver(cfg), session.NewSender(cfg)
	defer receiver.Close() // an unfinished message is given back

	for _, read := range [][]byte{
		{0x81, 0x85, 0x37, 0xfa, 0x21},                         // text "Hello", §5.7,
		{0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58, 0x89, 0x80, 1, 2}, // its rest, and a Ping,
		{3, 4, 0x81, 0x01, 'x'},                                // cut as a network may
	} {
		for ev := range receiver.Feed(read) {
			fmt.Println(ev)
			if ev.Opcode == frame.Text || ev.Opcode == frame.Binary {
				sender.Send(ev.Opcode, ev.Payload)
			}
			sender.React(ev, false) // a Pong for a Ping, a Close for a Close
		}
		if err := receiver.Err(); err != nil {
			fmt.Println(err)
			sender.Fail(err) // a Close that names the rule
		}
		fmt.Printf("write %q\n", sender.Output())
		sender.Wrote(len(sender.Output()))
	}
	fmt.Println(sender.State())
	// Output:
	// write ""
	// text "Hello"
	// write "\x81\x05Hello"
	// ping
	// websocket: client frame is not masked (RFC 6455 §5.1)
	// write "\x8a\x00\x88-\x03\xeaclient frame is not masked (RFC 6455 §5.1)"
	// failed
}
