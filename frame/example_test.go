package frame_test

import (
	"fmt"
	"io"

	"rfc6455/frame"
)

// The masked "Hello" of §5.7, cut short, whole, and a frame that breaks a rule.
func ExampleParseHeader() {
	hello := []byte{0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58}

	_, _, err := frame.ParseHeader(hello[:4])
	fmt.Println(err == io.ErrUnexpectedEOF)

	h, n, err := frame.ParseHeader(hello)
	fmt.Println(h.Opcode, h.Fin, h.Length, n, err)

	payload := hello[n:]
	h.Key.XOR(payload)
	fmt.Printf("%s\n", payload)

	_, _, err = frame.ParseHeader([]byte{0x09, 0x00})
	fmt.Println(err)
	// Output:
	// true
	// text true 5 6 <nil>
	// Hello
	// websocket: control frame is fragmented (RFC 6455 §5.5)
}

// A payload is unmasked as it arrives: each piece goes on with the key that the
// one before gave.
func ExampleMaskKey_XOR() {
	key := frame.MaskKey{0x37, 0xfa, 0x21, 0x3d}
	for _, piece := range [][]byte{{0x7f, 0x9f, 0x4d}, {0x51, 0x58}} {
		key = key.XOR(piece)
		fmt.Printf("%s\n", piece)
	}
	// Output:
	// Hel
	// lo
}

func ExampleParseClose() {
	fmt.Println(frame.ParseClose([]byte("\x03\xe9going home")))
	fmt.Println(frame.ParseClose(nil))

	_, _, err := frame.ParseClose([]byte{0x03, 0xed}) // 1005
	fmt.Println(err)
	fmt.Println("answered by", err.(*frame.Violation).Code)
	// Output:
	// 1001 going home <nil>
	// 1005  <nil>
	// websocket: close code may not be on the wire (RFC 6455 §7.4)
	// answered by 1002
}

// A client's Close, and a frame that no peer should send.
func ExampleParseFrame() {
	f, err := frame.ParseFrame(`close 1000 "bye"`, frame.Client)
	fmt.Println(f, err)
	fmt.Printf("% x\n", f.AppendWire(nil))

	f, err = frame.ParseFrame(`ping more len16 "hi"`, frame.Server)
	fmt.Println(f, err)
	fmt.Printf("% x\n", f.AppendWire(nil))
	// Output:
	// close 1000 "bye" <nil>
	// 88 85 37 fa 21 3d 34 12 43 44 52
	// ping more len16 "hi" <nil>
	// 09 7e 00 02 68 69
}
