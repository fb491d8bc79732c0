package dump

import (
	"bufio"
	"cmp"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"rfc6455/cmd/ws/internal/annotate"
	"rfc6455/cmd/ws/internal/transcript"
	"rfc6455/frame"
	"rfc6455/handshake"
)

// A view prints what is found.
type view interface {
	begin(*heading)
	opening(*heading, *annotate.Opening)
	frame(*heading, *annotate.Frame)
	end(*heading, *annotate.End)
}

func newView(w *bufio.Writer, o Options) view {
	p := printer{w, cmp.Or(o.Bytes, DefaultBytes)}
	switch o.View {
	case Brief:
		return brief{p}
	case JSON:
		return &jsonView{printer: p}
	}
	return &text{printer: p}
}

// A printer prints; an error of it stays with its writer, and comes with Flush.
type printer struct {
	*bufio.Writer
	max int // bytes of a payload
}

func (p printer) printf(format string, args ...any) { fmt.Fprintf(p.Writer, format, args...) }

// number is how a frame is called.
func number(h *heading, n int) string {
	if h.several {
		return fmt.Sprintf("#%d.%d", h.number, n)
	}
	return fmt.Sprintf("#%d", n)
}

// hex gives bytes in hexadecimal, as many as are shown.
func (p printer) hex(b []byte, spaces bool) string {
	shown := b[:min(len(b), p.max)]
	if !spaces {
		return hex.EncodeToString(shown)
	}
	return fmt.Sprintf("% x", shown) + p.rest(b, shown)
}

// piece gives bytes in the notation, as many as are shown: quoted if they are text.
func (p printer) piece(b []byte) string {
	shown := b[:min(len(b), p.max)]
	if !utf8.Valid(b) {
		return "0x" + hex.EncodeToString(shown) + p.rest(b, shown)
	}
	shown = p.cut(b)
	return strconv.Quote(string(shown)) + p.rest(b, shown)
}

// cut gives as many bytes of a text as are shown, up to the end of a character.
func (p printer) cut(text []byte) []byte {
	n := min(len(text), p.max)
	for n < len(text) && n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

// rest says how many bytes are not shown.
func (p printer) rest(b, shown []byte) string {
	if len(shown) == len(b) {
		return ""
	}
	return fmt.Sprintf(" ... %d bytes more", len(b)-len(shown))
}

// plain keeps hostile control characters off the terminal.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || strconv.IsPrint(r) {
			return r
		}
		return '\uFFFD'
	}, s)
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 6, 64) }

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// agreed says what a handshake agreed on.
func agreed(a handshake.Agreement) string {
	s := "no subprotocol"
	if a.Protocol != "" {
		s = "subprotocol " + plain(a.Protocol)
	}
	if !a.Deflate.Enabled {
		return s + ", no extension"
	}
	return s + ", " + transcript.Extensions(a.Deflate)
}

// closing says who closed with what (§7.1.5, §7.1.6).
func closing(e *annotate.End) string {
	said := func(from frame.Role) string {
		c := e.Closed[from]
		switch {
		case c == nil:
			return "the " + from.String() + " sent no Close"
		case c.Code == frame.NoStatus:
			return "the " + from.String() + " closed without a code"
		}
		s := fmt.Sprintf("the %s closed with %s", from, c.Code)
		if c.Reason != "" {
			s += " " + strconv.Quote(c.Reason)
		}
		return s
	}
	return said(frame.Client) + ", " + said(frame.Server)
}

// ended says how the transport ended, and what was under way then.
func ended(e *annotate.End) (all []string) {
	for _, from := range []frame.Role{frame.Client, frame.Server} {
		if e.Inside[from] {
			all = append(all, fmt.Sprintf("a message of the %s is not whole", from))
		}
	}
	if e.First >= 0 {
		all = append(all, fmt.Sprintf("the %s ended TCP first", frame.Role(e.First)))
	}
	if e.Err != nil {
		all = append(all, e.Err.Error())
	}
	return all
}
