package main

import (
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// newLog makes the log. A level that is none cannot come: settings know them.
func newLog(w io.Writer, format, level string) *slog.Logger {
	options := &slog.HandlerOptions{}
	var least slog.Level
	if least.UnmarshalText([]byte(level)) == nil {
		options.Level = least
	}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(&escaper{w: w}, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// An escaper writes JSON with escapes for all that is not printable: DEL, C1 and
// bidirectional controls, which slog's own handler leaves as they are, would act on
// the terminal of who reads the log. They stand in strings only, so the JSON means
// the same. It takes one record at a time, as a handler's lock sees to.
type escaper struct {
	w   io.Writer
	buf []byte
}

func (e *escaper) Write(p []byte) (int, error) {
	e.buf = e.buf[:0]
	for rest := p; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		if r == '\n' || strconv.IsPrint(r) {
			e.buf = append(e.buf, rest[:n]...)
		} else {
			e.buf = appendEscaped(e.buf, r)
		}
		rest = rest[n:]
	}
	if _, err := e.w.Write(e.buf); err != nil {
		return 0, err
	}
	return len(p), nil
}

// appendEscaped appends r as JSON escapes it (RFC 8259 §7).
func appendEscaped(b []byte, r rune) []byte {
	if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
		return fmt.Appendf(b, `\u%04x\u%04x`, high, low)
	}
	return fmt.Appendf(b, `\u%04x`, r)
}
