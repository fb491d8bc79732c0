package conform

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"time"

	"rfc6455/cmd/ws/internal/wire"
	"rfc6455/frame"
)

const (
	keptBytes = 256 << 10 // of a connection, each way
	keptLines = 100       // of a case
	hexBytes  = 32        // of a line
)

// A transcript keeps what went over a connection, for people to read.
type transcript struct {
	mu     sync.Mutex
	began  time.Time
	pieces []piece
	size   [2]int // kept, theirs and ours
	left   [2]int // not kept
}

// A piece is bytes that went one way at once, or a remark.
type piece struct {
	at    time.Duration
	ours  bool
	bytes []byte
	text  string // a remark, or a head of HTTP
}

func newTranscript() *transcript { return &transcript{began: time.Now()} }

// bytes keeps frames, or a part of them.
func (t *transcript) bytes(ours bool, b []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	way := way(ours)
	take := min(len(b), keptBytes-t.size[way])
	t.left[way] += len(b) - take
	if take == 0 {
		return
	}
	t.size[way] += take
	if n := len(t.pieces); n > 0 && t.pieces[n-1].ours == ours && t.pieces[n-1].text == "" {
		t.pieces[n-1].bytes = append(t.pieces[n-1].bytes, b[:take]...)
		return
	}
	t.pieces = append(t.pieces, piece{at: time.Since(t.began), ours: ours, bytes: bytes.Clone(b[:take])})
}

// remark keeps a line of text.
func (t *transcript) remark(ours bool, text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.pieces = append(t.pieces, piece{at: time.Since(t.began), ours: ours, text: text})
}

func way(ours bool) int {
	if ours {
		return 1
	}
	return 0
}

// lines gives what was kept, in the notation.
func (t *transcript) lines() (lines []Line) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var rest [2][]byte
	for i, p := range t.pieces {
		if p.text != "" {
			lines = append(lines, Line{At: p.at, Ours: p.ours, Text: p.text})
			continue
		}
		last := !t.more(i)
		var found []Line
		found, rest[way(p.ours)] = frames(append(rest[way(p.ours)], p.bytes...), last)
		for _, l := range found {
			l.At, l.Ours = p.at, p.ours
			lines = append(lines, l)
		}
	}
	for _, ours := range []bool{true, false} {
		if n := t.left[way(ours)]; n > 0 {
			lines = append(lines, Line{Ours: ours, Text: fmt.Sprintf("and %d bytes more", n), At: time.Since(t.began)})
		}
	}
	return fold(lines)
}

// more says whether the direction of piece i has another one.
func (t *transcript) more(i int) bool {
	for _, p := range t.pieces[i+1:] {
		if p.ours == t.pieces[i].ours && p.text == "" {
			return true
		}
	}
	return false
}

// frames reads whole frames from b, legal or not; what is cut is given as a line
// only if it is the last of its direction.
func frames(b []byte, last bool) (lines []Line, rest []byte) {
	for len(b) > 0 {
		f, n, err := wire.ParseHeader(b)
		if err != nil || f.Length < 0 || f.Length > int64(len(b)-n) {
			if last {
				lines = append(lines, cutFrame(b, f, n, err))
				b = nil
			}
			return lines, b
		}
		end := n + int(f.Length)
		f.Payload = bytes.Clone(b[n:end])
		if f.Masked {
			f.Key.XOR(f.Payload)
		}
		lines = append(lines, Line{Text: masked(f), Hex: hexOf(b[:end])})
		b = b[end:]
	}
	return lines, nil
}

// masked is f in the notation, and whether it is masked.
func masked(f frame.Frame) string {
	if !f.Masked {
		return f.String()
	}
	op, rest, _ := strings.Cut(f.String(), " ")
	return strings.TrimSuffix(fmt.Sprintf("%s key=%x %s", op, f.Key, rest), " ")
}

// cutFrame tells a frame that is not there to its end.
func cutFrame(b []byte, f frame.Frame, n int, err error) Line {
	if err != nil {
		return Line{Text: fmt.Sprintf("%d bytes of a header", len(b)), Hex: hexOf(b)}
	}
	f.Payload = bytes.Clone(b[n:])
	if f.Masked {
		f.Key.XOR(f.Payload)
	}
	return Line{Text: masked(f) + " (cut)", Hex: hexOf(b)}
}

func hexOf(b []byte) string {
	if len(b) > hexBytes {
		return fmt.Sprintf("% x ...", b[:hexBytes])
	}
	return fmt.Sprintf("% x", b)
}

// fold makes one line of many that say the same, and bounds their number.
func fold(lines []Line) (short []Line) {
	for i := 0; i < len(lines); {
		n := 1
		for i+n < len(lines) && lines[i+n].Ours == lines[i].Ours && sameFrame(lines[i+n].Text, lines[i].Text) {
			n++
		}
		l := lines[i]
		if n > 3 {
			l.Text = fmt.Sprintf("%s  (%d times)", l.Text, n)
		} else {
			n = 1
		}
		if short = append(short, l); len(short) == keptLines {
			return append(short, Line{Text: fmt.Sprintf("and %d lines more", len(lines)-i-n), At: l.At, Ours: l.Ours})
		}
		i += n
	}
	return short
}

// sameFrame compares two frames but for their keys.
func sameFrame(a, b string) bool { return withoutKey(a) == withoutKey(b) }

func withoutKey(s string) string {
	if i := strings.Index(s, " key="); i >= 0 && len(s) >= i+13 {
		return s[:i] + s[i+13:]
	}
	return s
}

// keys gives the masks of the frames that came, in order.
func (t *transcript) keys() (keys []frame.MaskKey) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var b []byte
	for _, p := range t.pieces {
		if !p.ours {
			b = append(b, p.bytes...)
		}
	}
	for len(b) > 0 {
		f, n, err := wire.ParseHeader(b)
		if err != nil || f.Length < 0 || f.Length > int64(len(b)-n) {
			break
		}
		keys, b = append(keys, f.Key), b[n+int(f.Length):]
	}
	return keys
}
