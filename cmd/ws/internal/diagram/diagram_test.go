package diagram

import (
	"bytes"
	"strings"
	"testing"
)

// golden are frames and their drawings, with three rows of payload.
var golden = []struct {
	name    string
	frame   Frame
	drawing string
}{
	{"a masked text, RFC 6455 §5.7", Frame{[]byte("\x81\x85\x37\xfa\x21\x3d"), []byte("\x7f\x9f\x4d\x51\x58"), []byte("Hello"), 5}, `
  0                   1                   2                   3
  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 +-+-+-+-+-------+-+-------------+-------------------------------+
 |F|R|R|R|opcode |M| payload len |          masking key          |
 |I|S|S|S|       |A|             |                               |
 |N|V|V|V|       |S|             |                               |
 | |1|2|3|       |K|             |                               |
 |1|0|0|0|0 0 0 1|1|0 0 0 0 1 0 1|      37              fa       |
 | | | | | text  | |      5      |                               |
 +-+-+-+-+-------+-+-------------+-------------------------------+
 |     masking key (goes on)     |            payload            |
 |      21              3d       |      7f              9f       |
 |                               |      48              65       |
 |                               |       H               e       |
 +-------------------------------+ - - - - - - - +---------------+
 |               payload (goes on)               |
 |      4d              51              58       |
 |      6c              6c              6f       |
 |       l               l               o       |
 +-----------------------------------------------+
`},
	{"a length of 64 bits", Frame{[]byte("\x82\xff\x00\x00\x00\x00\x00\x01\x00\x00\x01\x02\x03\x04"), bytes.Repeat([]byte("\x6b\x67\x6f\x68"), 50), bytes.Repeat([]byte("jell"), 50), 65536}, `
  0                   1                   2                   3
  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 +-+-+-+-+-------+-+-------------+-------------------------------+
 |F|R|R|R|opcode |M| payload len |    extended payload length    |
 |I|S|S|S|       |A|             |                               |
 |N|V|V|V|       |S|             |                               |
 | |1|2|3|       |K|             |                               |
 |1|0|0|0|0 0 1 0|1|1 1 1 1 1 1 1|0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0|
 | | | | |binary | |127: 64 bits |                               |
 +-+-+-+-+-------+-+-------------+ - - - - - - - - - - - - - - - +
 |               extended payload length (goes on)               |
 |0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1|
 + - - - - - - - - - - - - - - - +-------------------------------+
 |           (goes on)           |          masking key          |
 |0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0|      01              02       |
 |             65536             |                               |
 +-------------------------------+-------------------------------+
 |     masking key (goes on)     |            payload            |
 |      03              04       |      6b              67       |
 |                               |      6a              65       |
 |                               |       j               e       |
 +-------------------------------+ - - - - - - - - - - - - - - - +
 |                       payload (goes on)                       |
 |      6f              68              6b              67       |
 |      6c              6c              6a              65       |
 |       l               l               j               e       |
 + - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - +
 |                       payload (goes on)                       |
 |      6f              68              6b              67       |
 |      6c              6c              6a              65       |
 |       l               l               j               e       |
 + - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - +
 |                       payload (goes on)                       |
 |      6f              68              6b              67       |
 |      6c              6c              6a              65       |
 |       l               l               j               e       |
 +---------------------------------------------------------------+
 :                       65522 bytes more                        :
 +---------------------------------------------------------------+
`},
	{"a length of 16 bits without a mask", Frame{[]byte("\x82\x7e\x01\x00"), []byte{0, 0xff}, []byte{0, 0xff}, 256}, `
  0                   1                   2                   3
  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 +-+-+-+-+-------+-+-------------+-------------------------------+
 |F|R|R|R|opcode |M| payload len |    extended payload length    |
 |I|S|S|S|       |A|             |                               |
 |N|V|V|V|       |S|             |                               |
 | |1|2|3|       |K|             |                               |
 |1|0|0|0|0 0 1 0|0|1 1 1 1 1 1 0|0 0 0 0 0 0 0 1 0 0 0 0 0 0 0 0|
 | | | | |binary | |126: 16 bits |              256              |
 +-+-+-+-+-------+-+-------------+-------------------------------+
 |            payload            |
 |      00              ff       |
 +-------------------------------+-------------------------------+
 :                        254 bytes more                         :
 +---------------------------------------------------------------+
`},
	{"a header that was cut", Frame{Head: []byte("\x89\x80\x01")}, `
  0                   1                   2                   3
  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 +-+-+-+-+-------+-+-------------+---------------+
 |F|R|R|R|opcode |M| payload len |  masking key  |
 |I|S|S|S|       |A|             |               |
 |N|V|V|V|       |S|             |               |
 | |1|2|3|       |K|             |               |
 |1|0|0|0|1 0 0 1|1|0 0 0 0 0 0 0|      01       |
 | | | | | ping  | |      0      |               |
 +-+-+-+-+-------+-+-------------+---------------+
`},
	{"nothing", Frame{}, "\n"},
}

func TestAppend(t *testing.T) {
	for _, tt := range golden {
		if got := "\n" + string(Append(nil, tt.frame, 3, " ")); got != tt.drawing {
			t.Errorf("%s: got%swant%s", tt.name, got, tt.drawing)
		}
	}
}

// FuzzAppend draws whatever bytes there are: the boxes stay closed.
func FuzzAppend(f *testing.F) {
	for _, tt := range golden {
		f.Add(append(bytes.Clone(tt.frame.Head), tt.frame.Wire...), uint8(len(tt.frame.Head)), uint8(3))
	}
	f.Fuzz(func(t *testing.T, b []byte, head, rows uint8) {
		n := min(int(head)%15, len(b))
		drawing := string(Append([]byte("x"), Frame{b[:n], b[n:], b[n:], int64(len(b)-n) * 2}, int(rows), " "))
		lines := strings.Split(strings.TrimSuffix(drawing, "\n"), "\n")
		for i, line := range lines {
			if i < 2 || n == 0 {
				continue
			}
			if len(line) > 66 || !strings.ContainsRune("|+:", rune(line[1])) || line[len(line)-1] != line[1] {
				t.Errorf("line %d is %q", i, line)
			}
		}
	})
}
