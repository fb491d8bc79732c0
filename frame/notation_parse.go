package frame

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// MaxNotation bounds the payload that one line of notation can ask for, in
// bytes: 64 MiB.
const MaxNotation = 64 << 20

// ExampleKey masks frames whose notation names no key: the key of the examples
// in §5.7. It is not to be changed.
var ExampleKey = MaskKey{0x37, 0xfa, 0x21, 0x3d}

// ParseFrame reads one frame in the notation (see [Frame]), sent by an endpoint
// of role from, which says whether it is masked unless a flag does. The error
// names the word that it could not read.
func ParseFrame(s string, from Role) (Frame, error) {
	p := frameParser{rest: s}
	name := p.word()
	op, ok := parseOpcode(name)
	if !ok {
		return Frame{}, fmt.Errorf("notation: %q is no opcode", name)
	}
	p.f.Fin, p.f.Opcode = true, op
	p.setMask(from.Masks(), ExampleKey)
	for p.more() {
		if err := p.flagOrPiece(); err != nil {
			return Frame{}, err
		}
	}
	if !p.declared {
		p.f.Length = int64(len(p.f.Payload))
	}
	return p.f, nil
}

func parseOpcode(name string) (Opcode, bool) {
	for op := range Opcode(16) {
		if op.String() == name {
			return op, true
		}
	}
	return 0, false
}

type frameParser struct {
	rest     string // not read yet
	f        Frame
	declared bool // f.Length is what len= said
}

// more goes to the next word and says whether there is one.
func (p *frameParser) more() bool {
	p.rest = strings.TrimLeft(p.rest, " ")
	return p.rest != ""
}

// word takes what stands before the next space.
func (p *frameParser) word() string {
	p.more()
	word, rest, _ := strings.Cut(p.rest, " ")
	p.rest = rest
	return word
}

func (p *frameParser) flagOrPiece() error {
	if p.rest[0] == '"' || strings.HasPrefix(p.rest, "0x") {
		return p.piece()
	}
	word := p.word()
	if p.flag(word) {
		return nil
	}
	if v, ok := strings.CutPrefix(word, "key="); ok {
		return p.key(v)
	}
	if v, ok := strings.CutPrefix(word, "len="); ok {
		return p.length(v)
	}
	return p.code(word)
}

// flag applies a flag without a value and says whether word is one.
func (p *frameParser) flag(word string) bool {
	switch word {
	case "more":
		p.f.Fin = false
	case "rsv1":
		p.f.RSV1 = true
	case "rsv2":
		p.f.RSV2 = true
	case "rsv3":
		p.f.RSV3 = true
	case "masked":
		p.setMask(true, ExampleKey)
	case "unmasked":
		p.setMask(false, MaskKey{})
	case "len16":
		p.f.Form = 16
	case "len64":
		p.f.Form = 64
	default:
		return false
	}
	return true
}

func (p *frameParser) setMask(masked bool, key MaskKey) {
	p.f.Masked, p.f.Key = masked, MaskKey{}
	if masked {
		p.f.Key = key
	}
}

func (p *frameParser) key(v string) error {
	key, err := hex.DecodeString(v)
	if err != nil || len(key) != len(MaskKey{}) {
		return fmt.Errorf("notation: %q is not key= and eight hexadecimal digits", "key="+v)
	}
	p.setMask(true, MaskKey(key))
	return nil
}

// length takes all of 64 bits: that the top one is refused must be writable.
func (p *frameParser) length(v string) error {
	n, err := strconv.ParseUint(v, 0, 64)
	if err != nil {
		return fmt.Errorf("notation: %q is not len= and a number", "len="+v)
	}
	p.f.Length, p.declared = int64(n), true
	return nil
}

func (p *frameParser) code(word string) error {
	code, err := strconv.ParseUint(word, 10, 16)
	if err != nil || p.f.Opcode != Close || len(p.f.Payload) > 0 {
		return fmt.Errorf("notation: %q is neither a flag nor a payload", word)
	}
	p.f.Payload = binary.BigEndian.AppendUint16(nil, uint16(code))
	return nil
}

// piece reads a piece of payload and its factor.
func (p *frameParser) piece() error {
	read := p.hex
	if p.rest[0] == '"' {
		read = p.quoted
	}
	piece, err := read()
	if err != nil {
		return err
	}
	n, err := p.factor()
	if err != nil {
		return err
	}
	if len(piece) > 0 && n > (MaxNotation-len(p.f.Payload))/len(piece) {
		return fmt.Errorf("notation: payload over %d bytes", MaxNotation)
	}
	p.f.Payload = append(p.f.Payload, bytes.Repeat(piece, n)...)
	return nil
}

func (p *frameParser) quoted() ([]byte, error) {
	quoted, err := strconv.QuotedPrefix(p.rest)
	if err != nil {
		return nil, fmt.Errorf("notation: %s has no closing quote or a bad escape", p.rest)
	}
	p.rest = p.rest[len(quoted):]
	text, err := strconv.Unquote(quoted)
	return []byte(text), err
}

func (p *frameParser) hex() ([]byte, error) {
	end := strings.IndexAny(p.rest, " *")
	if end < 0 {
		end = len(p.rest)
	}
	word := p.rest[:end]
	p.rest = p.rest[end:]
	b, err := hex.DecodeString(word[len("0x"):])
	if err != nil {
		return nil, fmt.Errorf("notation: %q is not hexadecimal", word)
	}
	return b, nil
}

// factor reads what follows a piece at once: "*65536", a space or nothing.
func (p *frameParser) factor() (int, error) {
	if p.rest == "" || p.rest[0] == ' ' {
		return 1, nil
	}
	word := p.word()
	v, ok := strings.CutPrefix(word, "*")
	if !ok {
		return 0, fmt.Errorf("notation: no space before %q", word)
	}
	n, err := strconv.ParseUint(v, 10, 31)
	if err != nil {
		return 0, fmt.Errorf("notation: %q is not a factor", word)
	}
	return int(n), nil
}
