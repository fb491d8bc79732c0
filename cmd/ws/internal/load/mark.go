package load

import (
	"bytes"
	"math/rand/v2"
	"strings"
)

// A mark is the beginning of a message: ASCII that no format escapes, every field
// of a fixed width, in base 32.
//
//	~ws RRRR SSS NNNNNNN DDDDDDDDD ~     without the spaces
//	    run  sender number due
const (
	markHead    = "~ws"
	runDigits   = 4
	idDigits    = 3
	countDigits = 7
	dueDigits   = 9
	keySize     = len(markHead) + runDigits // what tells a mark of this run
	markSize    = keySize + idDigits + countDigits + dueDigits + 1
)

// MinSize is the least size of a message, in bytes: that of its mark.
const MinSize = markSize

// rollCall is the sender that no sender is.
const rollCall = 1<<(5*idDigits) - 1

const digits = "0123456789abcdefghijklmnopqrstuv"

var values = func() (v [256]int8) {
	for i := range v {
		v[i] = int8(strings.IndexByte(digits, byte(i)))
	}
	return v
}()

// A probe is what a message says of itself.
type probe struct {
	sender int
	number int64
	due    int64 // nanoseconds of the run's clock
}

// A shape is what the messages of one run have in common.
type shape struct {
	key            []byte // how every mark begins
	filler         []byte // what follows a mark
	prefix, suffix []byte // of the template
	exact          bool   // there is a template
}

const hole = "{}"

func newShape(p *Plan) *shape {
	sh := &shape{key: []byte(markHead), filler: make([]byte, p.Size-markSize)}
	sh.key = appendDigits(sh.key, rand.Int64N(1<<(5*runDigits)), runDigits)
	same := rand.New(rand.NewPCG(6455, 7692))
	for i := range sh.filler {
		sh.filler[i] = digits[same.IntN(len(digits))]
	}
	if before, after, ok := strings.Cut(p.Template, hole); ok {
		sh.prefix, sh.suffix, sh.exact = []byte(before), []byte(after), true
	}
	return sh
}

// size is how long every message is.
func (sh *shape) size() int { return markSize + len(sh.filler) }

// write writes the mark of p over the beginning of a message that has the filler
// already.
func (sh *shape) write(b []byte, p probe) {
	b = append(b[:0], sh.key...)
	b = appendDigits(b, int64(p.sender), idDigits)
	b = appendDigits(b, p.number, countDigits)
	b = appendDigits(b, p.due, dueDigits)
	_ = append(b, '~')
}

func appendDigits(b []byte, v int64, n int) []byte {
	for i := n - 1; i >= 0; i-- {
		b = append(b, digits[v>>(5*i)&31])
	}
	return b
}

// A finding is what a message turned out to be.
type finding uint8

const (
	ours    finding = iota
	foreign         // no mark of this run: a greeting, other people's
	damaged         // a mark, and around it not what was sent
)

// read finds the mark in a message that came in. at is where it stood in the
// message before, and is kept up.
func (sh *shape) read(b []byte, at *int) (probe, finding) {
	i := *at
	if len(b) < i+keySize || !bytes.Equal(b[i:i+keySize], sh.key) {
		if i = bytes.Index(b, sh.key); i < 0 {
			return probe{}, foreign
		}
		*at = i
	}
	end := i + sh.size()
	if end > len(b) || !bytes.Equal(b[i+markSize:end], sh.filler) {
		return probe{}, damaged
	}
	if sh.exact && (!bytes.Equal(b[:i], sh.prefix) || !bytes.Equal(b[end:], sh.suffix)) {
		return probe{}, damaged
	}
	return parseMark(b[i+keySize : i+markSize])
}

// parseMark reads what follows the key.
func parseMark(b []byte) (probe, finding) {
	sender, ok1 := parseDigits(b[:idDigits])
	number, ok2 := parseDigits(b[idDigits : idDigits+countDigits])
	due, ok3 := parseDigits(b[idDigits+countDigits : len(b)-1])
	if !ok1 || !ok2 || !ok3 || b[len(b)-1] != '~' {
		return probe{}, damaged
	}
	return probe{int(sender), number, due}, ours
}

func parseDigits(b []byte) (v int64, ok bool) {
	for _, d := range b {
		n := values[d]
		if n < 0 {
			return 0, false
		}
		v = v<<5 | int64(n)
	}
	return v, true
}
