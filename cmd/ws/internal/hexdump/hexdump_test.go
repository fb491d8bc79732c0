package hexdump

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// all reads a whole hex dump.
func all(r io.Reader) (b []byte, err error) {
	d := NewReader(r)
	for {
		p, err := d.Next()
		if err == io.EOF {
			return b, nil
		}
		if err != nil {
			return b, err
		}
		b = append(b, p...)
	}
}

// hello is the masked frame of RFC 6455 §5.7.
var hello = []byte("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58")

func TestForms(t *testing.T) {
	for name, text := range map[string]string{
		"xxd":                   "00000000: 8185 37fa 213d 7f9f 4d51 58              ..7.!=..MQX\n",
		"xxd, text that is hex": "00000000: 8185 37fa 213d 7f9f 4d51 58              abcdefabcde\n",
		"xxd -g 1":              "00000000: 81 85 37 fa 21 3d 7f 9f 4d 51 58                 ..7.!=..MQX\n",
		"xxd of a part":         "00000020: 8185 37fa 213d\n00000026: 7f9f 4d51 58\n",
		"hexdump -C":            "00000000  81 85 37 fa 21 3d 7f 9f  4d 51 58                 |..7.!=..MQX|\n0000000b\n",
		"od":                    "000000 81 85 37 fa 21 3d 7f 9f 4d 51 58\n00000b\n",
		"a sniffer's":           "0000   81 85 37 fa 21 3d 7f 9f 4d 51 58   ..7.!=..MQX\n",
		"a sniffer's, 0x":       "\t0x0000:  8185 37fa 213d 7f9f 4d51 58             ..7.!=..MQX\n",
		"xxd -p":                "818537fa213d7f9f4d5158\n",
		"without a newline":     "818537fa213d7f9f4d5158",
		"groups":                "81 85 37fa213d\r\n\r\n7F 9F 4d5158",
		"a long word first":     "8185 37 fa 21 3d 7f 9f 4d 51 58",
		"a longer word first":   "818537fa 21 3d 7f 9f 4d 51 58",
		"a comment":             "# the frame of §5.7\n81 85 37fa213d # header and key\n7f 9f 4d5158 // payload",
		"C":                     "{0x81, 0x85, 0x37, 0xfa,\n 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58};",
		"a string":              `"\x81\x85\x37\xfa\x21\x3d" "\x7f\x9f\x4d\x51\x58"`,
		"colons":                "81:85:37:fa:21:3d:7f:9f:4d:51:58",
		"dashes":                "81-85-37-FA-21-3D-7F-9F-4D-51-58",
		"a number":              "0x818537fa213d7f9f4d5158",
	} {
		for _, r := range []io.Reader{strings.NewReader(text), iotest.OneByteReader(strings.NewReader(text))} {
			if got, err := all(r); err != nil || !bytes.Equal(got, hello) {
				t.Errorf("%s: %x, %v", name, got, err)
			}
		}
		if !Looks([]byte(text)) || name != "a comment" && !Looks([]byte(text)[:min(len(text), 16)]) {
			t.Errorf("%s does not look so", name)
		}
	}
	if got, err := all(strings.NewReader("0x5, 0x0\n")); err != nil || !bytes.Equal(got, []byte{5, 0}) {
		t.Errorf("single digits: %x, %v", got, err)
	}
}

// TestRepeat reads the star that stands for lines alike.
func TestRepeat(t *testing.T) {
	const text = "00000000  2a 2a 2a 2a 2a 2a 2a 2a  2a 2a 2a 2a 2a 2a 2a 2a  |****************|\n*\n00000100  58   |X|\n*\n00000101\n"
	want := append(bytes.Repeat([]byte("*"), 256), 'X')
	if got, err := all(strings.NewReader(text)); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes %x, %v", len(got), got, err)
	}
}

func TestRefusals(t *testing.T) {
	const line = "00000000  2a 2a 2a 2a 2a 2a 2a 2a  2a 2a 2a 2a 2a 2a 2a 2a\n"
	for text, want := range map[string]string{
		"81 8":                               `line 1: "8" is not hexadecimal digits in pairs`,
		"81\n\nGET":                          `line 3: "GET" is not hexadecimal`,
		"00000000: 81 zz":                    `"zz" is not hexadecimal`,
		line + "00000020  2a\n":              "line 2: offset is 20, not 10: lines are missing",
		line + "0000000  2a\n":               "offset is 0, not 10",
		line + "*\n00000008  2a\n":           "offset is 8, not 10",
		line + "x  2a\n":                     `"x" is no offset`,
		"00000000: 81\n00000002: 05\n":       "offset is 2, not 1",
		"0000000 81\n*\n10000000 05\n":       ErrRepeat.Error(),
		"0000000 0581 6548\n":                `"0000000" is not hexadecimal digits in pairs`, // words, whose bytes are swapped
		"81 " + strings.Repeat("0", MaxLine): ErrLineTooLong.Error(),
	} {
		if _, err := all(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %v, want %q", text, err, want)
		}
	}
	if _, err := all(iotest.ErrReader(io.ErrClosedPipe)); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a reader's error: %v", err)
	}
	for _, text := range []string{"", "\n", "GET / HTTP/1.1", "\x81\x05Hello", "# only a comment", "8"} {
		if Looks([]byte(text)) {
			t.Errorf("%q looks so", text)
		}
	}
}

// FuzzReader reads any text without harm, and the bytes that two tools' forms were
// made of.
func FuzzReader(f *testing.F) {
	f.Add([]byte("00000000: 8185 37fa\n"))
	f.Add(bytes.Repeat([]byte("a"), 64))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := all(bytes.NewReader(b)); err == nil && len(b) > 0 {
			Looks(b)
		}
		var xxd strings.Builder
		for i := 0; i < len(b); i += 16 {
			fmt.Fprintf(&xxd, "%08x: % x  %s\n", i, b[i:min(len(b), i+16)], strings.Repeat("ab", 8))
		}
		for name, text := range map[string]string{"Dump": hex.Dump(b), "xxd": xxd.String(), "plain": fmt.Sprintf("%x", b)} {
			if got, err := all(strings.NewReader(text)); err != nil || !bytes.Equal(got, b) {
				t.Errorf("%s of %x: %x, %v\n%s", name, b, got, err, text)
			}
		}
	})
}
