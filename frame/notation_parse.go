package frame

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// MaxNotation bounds the payload that one line of notation can ask for, in
// bytes: 64 MiB.
const MaxNotation = 64 << 20

// exampleKey masks frames whose notation names no key: the key of the examples
// in §5.7.
var exampleKey = MaskKey{0x37, 0xfa, 0x21, 0x3d}

// ParseFrame reads one frame in the notation (see [Frame]), sent by an endpoint
// of role from, which says whether it is masked unless a flag does. The error
// names the word that it could not read.
func ParseFrame(s string, from Role) (Frame, error) {
	name, rest, _ := strings.Cut(strings.TrimSpace(s), " ")
	op, ok := parseOpcode(name)
	if !ok {
		return Frame{}, fmt.Errorf("notation: %q is no opcode", name)
	}
	f := Frame{Header: Header{Fin: true, Opcode: op}}
	f.setMask(from.Masks(), exampleKey)
	var declared *int64
	for rest = strings.TrimLeft(rest, " "); rest != ""; rest = strings.TrimLeft(rest, " ") {
		var err error
		if rest[0] == '"' || strings.HasPrefix(rest, "0x") {
			rest, err = f.parsePiece(rest)
		} else {
			var word string
			word, rest, _ = strings.Cut(rest, " ")
			err = f.parseWord(word, &declared)
		}
		if err != nil {
			return Frame{}, err
		}
	}
	f.Length = int64(len(f.Payload))
	if declared != nil {
		f.Length = *declared
	}
	return f, nil
}

func parseOpcode(name string) (Opcode, bool) {
	for op := range Opcode(16) {
		if op.String() == name {
			return op, true
		}
	}
	return 0, false
}

func (f *Frame) setMask(masked bool, key MaskKey) {
	f.Masked, f.Key = masked, MaskKey{}
	if masked {
		f.Key = key
	}
}

// parseWord reads a flag or a close code.
func (f *Frame) parseWord(word string, declared **int64) error {
	switch word {
	case "more":
		f.Fin = false
	case "rsv1":
		f.RSV1 = true
	case "rsv2":
		f.RSV2 = true
	case "rsv3":
		f.RSV3 = true
	case "masked":
		f.setMask(true, exampleKey)
	case "unmasked":
		f.setMask(false, exampleKey)
	case "len16":
		f.Form = 16
	case "len64":
		f.Form = 64
	default:
		return f.parseValue(word, declared)
	}
	return nil
}

// parseValue reads key=, len= and a close code.
func (f *Frame) parseValue(word string, declared **int64) error {
	if v, ok := strings.CutPrefix(word, "key="); ok {
		key, err := hex.DecodeString(v)
		if err != nil || len(key) != 4 {
			return fmt.Errorf("notation: %q is not key= and eight hexadecimal digits", word)
		}
		f.setMask(true, MaskKey(key))
		return nil
	}
	if v, ok := strings.CutPrefix(word, "len="); ok {
		n, err := strconv.ParseUint(v, 0, 64) // the top bit may be set, to show that it is refused
		if err != nil {
			return fmt.Errorf("notation: %q is not len= and a number", word)
		}
		length := int64(n)
		*declared = &length
		return nil
	}
	code, err := strconv.ParseUint(word, 10, 16)
	if err != nil || f.Opcode != Close || len(f.Payload) > 0 {
		return fmt.Errorf("notation: %q is neither a flag nor a payload", word)
	}
	f.Payload = binary.BigEndian.AppendUint16(nil, uint16(code))
	return nil
}

// parsePiece reads a quoted or hexadecimal piece of payload and its factor, and
// gives what follows it.
func (f *Frame) parsePiece(s string) (rest string, err error) {
	var piece []byte
	if s[0] == '"' {
		quoted, err := strconv.QuotedPrefix(s)
		if err != nil {
			return "", fmt.Errorf("notation: %s has no closing quote or a bad escape", s)
		}
		text, err := strconv.Unquote(quoted)
		if err != nil {
			return "", fmt.Errorf("notation: %s: %w", quoted, err)
		}
		piece, rest = []byte(text), s[len(quoted):]
	} else {
		digits := s[2:]
		if i := strings.IndexAny(digits, " *"); i >= 0 {
			digits, rest = digits[:i], digits[i:]
		}
		if piece, err = hex.DecodeString(digits); err != nil {
			return "", fmt.Errorf("notation: 0x%s is not hexadecimal", digits)
		}
	}
	n := 1
	if after, ok := strings.CutPrefix(rest, "*"); ok {
		var factor string
		factor, rest, _ = strings.Cut(after, " ")
		if n, err = strconv.Atoi(factor); err != nil || n < 0 {
			return "", fmt.Errorf("notation: %q is not a factor", factor)
		}
	} else if rest != "" && rest[0] != ' ' {
		return "", fmt.Errorf("notation: no space before %q", rest)
	}
	if len(piece) > 0 && n > (MaxNotation-len(f.Payload))/len(piece) {
		return "", fmt.Errorf("notation: payload over %d bytes", MaxNotation)
	}
	for range n {
		f.Payload = append(f.Payload, piece...)
	}
	return rest, nil
}
