package deflate_test

import (
	"errors"
	"fmt"

	"rfc6455/frame/deflate"
)

// Both directions of RFC 7692 §7.2.3.2: with takeover the second message refers
// to the first.
func Example() {
	d := deflate.NewDecompressor(15, true)
	defer d.Close()
	for _, compressed := range []string{"\xf2\x48\xcd\xc9\xc9\x07\x00", "\xf2\x00\x11\x00\x00"} {
		message, err := d.Append(nil, []byte(compressed), 1<<20)
		fmt.Printf("%q %v\n", message, err)
	}
	// Output:
	// "Hello" <nil>
	// "Hello" <nil>
}

// What does not shrink is sent plain.
func ExampleCompressor() {
	c := deflate.NewCompressor(15, false)
	defer c.Close()
	for _, message := range []string{"Hello", "hello, hello, hello, hello, hello, hello, hello, hello, hello, hello, " +
		"hello, hello, hello, hello, hello, hello, hello, hello, hello, hello, hello, hello, hello, hello"} {
		compressed := c.Append(nil, []byte(message))
		fmt.Println(len(message), "bytes, worth it:", len(compressed) < len(message))
	}
	// Output:
	// 5 bytes, worth it: false
	// 166 bytes, worth it: true
}

// A bomb costs what its limit allows.
func ExampleDecompressor() {
	bomb := deflate.NewCompressor(15, false).Append(nil, make([]byte, 10<<20))
	_, err := deflate.NewDecompressor(15, false).Append(nil, bomb, 1<<20)
	fmt.Println(errors.Is(err, deflate.ErrTooBig), err)
	// Output:
	// true websocket: message inflates past its limit (RFC 6455 §10.4)
}
