package chat

import (
	"errors"
	"strconv"
	"strings"
)

// Limits of a [Position].
const (
	MaxEpoch = 64        // characters of an epoch
	MaxSeq   = 1<<53 - 1 // the largest integer that a script's number holds exactly
)

// ErrPosition says that a string is not a position.
var ErrPosition = errors.New("chat: position is not <epoch>.<seq>, 1 to 64 of A-Z a-z 0-9 - _ and a number below 2^53")

// A Position names a message for good: its number in an incarnation of a room.
// Number 0 is the place before the first message.
type Position struct {
	Epoch string
	Seq   uint64
}

// ParsePosition reads what [Position.Append] prints, and nothing else. The error
// is [ErrPosition].
func ParsePosition(s string) (Position, error) {
	epoch, digits, ok := strings.Cut(s, ".")
	if !ok || !isToken(epoch, 1, MaxEpoch) || digits == "" || len(digits) > 16 || digits[0] == '0' && digits != "0" {
		return Position{}, ErrPosition
	}
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' { // ParseUint takes a sign in no base, but "_" in some
			return Position{}, ErrPosition
		}
	}
	seq, err := strconv.ParseUint(digits, 10, 64)
	if err != nil || seq > MaxSeq {
		return Position{}, ErrPosition
	}
	return Position{Epoch: epoch, Seq: seq}, nil
}

// Append appends p as it is on the wire.
func (p Position) Append(b []byte) []byte {
	b = append(b, p.Epoch...)
	b = append(b, '.')
	return strconv.AppendUint(b, p.Seq, 10)
}

// String is p as it is on the wire.
func (p Position) String() string { return string(p.Append(nil)) }

// isToken says whether s is of least to most characters of base64url's alphabet.
func isToken(s string, least, most int) bool {
	if len(s) < least || len(s) > most {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return true
}
