package settings

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// off in place of a number or a time means that there is no such limit.
const off = "off"

// A number is an integer in a range, or "off" where that is allowed.
type number struct {
	to          *int
	least, most int
	off         bool
}

func (n number) String() string {
	if n.to == nil {
		return ""
	}
	return orOff(*n.to < 0, strconv.Itoa(*n.to))
}

func (n number) Set(s string) error {
	if n.off && s == off {
		*n.to = -1
		return nil
	}
	v, err := strconv.Atoi(s)
	if err != nil || v < n.least || v > n.most {
		return allowed(n.off, "%d to %d", n.least, n.most)
	}
	*n.to = v
	return nil
}

// A size is a number of bytes: 65536, 64KiB, 1MiB, 2GiB; or "off" where that is
// allowed.
type size[T int | int64] struct {
	to          *T
	least, most int64
	off         bool
}

func (z size[T]) String() string {
	if z.to == nil {
		return ""
	}
	return orOff(*z.to < 0, bytes(int64(*z.to)))
}

// sizeUnits go from the largest down.
var sizeUnits = []struct {
	name string
	by   int64
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}}

func (z size[T]) Set(s string) error {
	if z.off && s == off {
		*z.to = -1
		return nil
	}
	digits, by := s, int64(1)
	for _, u := range sizeUnits {
		if rest, ok := strings.CutSuffix(s, u.name); ok {
			digits, by = rest, u.by
		}
	}
	v, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || v > z.most/by || v*by < z.least {
		return allowed(z.off, "%s to %s, as in 65536, 64KiB or 1MiB", bytes(z.least), bytes(z.most))
	}
	*z.to = T(v * by)
	return nil
}

// bytes shows a size in the largest unit that leaves no rest.
func bytes(n int64) string {
	for _, u := range sizeUnits {
		if n >= u.by && n%u.by == 0 {
			return strconv.FormatInt(n/u.by, 10) + u.name
		}
	}
	return strconv.FormatInt(n, 10)
}

// A span is a time in a range, or "off" where that is allowed.
type span struct {
	to          *time.Duration
	least, most time.Duration
	off         bool
}

func (d span) String() string {
	if d.to == nil {
		return ""
	}
	return orOff(*d.to < 0, short(*d.to))
}

func (d span) Set(s string) error {
	if d.off && s == off {
		*d.to = -1
		return nil
	}
	v, err := time.ParseDuration(s)
	if err != nil || v < d.least || v > d.most {
		return allowed(d.off, "%s to %s, as in 500ms, 90s or 1h30m", short(d.least), short(d.most))
	}
	*d.to = v
	return nil
}

// short shows a time without units that are zero: 1m0s is 1m.
func short(d time.Duration) string {
	s := d.String()
	if rest, ok := strings.CutSuffix(s, "m0s"); ok {
		s = rest + "m"
	}
	if rest, ok := strings.CutSuffix(s, "h0m"); ok {
		s = rest + "h"
	}
	return s
}

// A pace is so many a second or a minute, kept as the time between two: 4/s, 30/m;
// or "off" where that is allowed.
type pace struct {
	to       *time.Duration
	off      bool
	bySecond bool // so many a minute cannot be kept
}

// maxPace is how many a second or a minute a pace has at most.
const maxPace = 100_000

func (p pace) String() string {
	switch {
	case p.to == nil || *p.to == 0:
		return ""
	case *p.to < 0:
		return off
	}
	if n := int(time.Minute / *p.to); n%60 != 0 {
		return strconv.Itoa(n) + "/m"
	}
	return strconv.Itoa(int(time.Second / *p.to)) + "/s"
}

func (p pace) Set(s string) error {
	if p.off && s == off {
		*p.to = -1
		return nil
	}
	digits, unit, _ := strings.Cut(s, "/")
	per := map[string]time.Duration{"s": time.Second, "m": time.Minute}[unit]
	n, err := strconv.Atoi(digits)
	good := err == nil && 1 <= n && n <= maxPace && per != 0
	if p.bySecond && (!good || unit != "s") {
		return allowed(p.off, "1/s to %d/s", maxPace)
	}
	if !good {
		return allowed(p.off, "1/m to %d/s, as in 4/s or 30/m", maxPace)
	}
	*p.to = per / time.Duration(n)
	return nil
}

// A choice is one of a few words.
type choice struct {
	to *string
	of []string
}

func (c choice) String() string {
	if c.to == nil {
		return ""
	}
	return *c.to
}

func (c choice) Set(s string) error {
	if !slices.Contains(c.of, s) {
		return allowed(false, "%s", strings.Join(c.of, ", "))
	}
	*c.to = s
	return nil
}

// A list may be given several times, or with commas between. check judges one
// element.
type list struct {
	to    *[]string
	check func(string) error
}

func (l list) String() string {
	if l.to == nil {
		return ""
	}
	return strings.Join(*l.to, ",")
}

func (l list) Set(s string) error {
	for element := range strings.SplitSeq(s, ",") {
		if element = strings.TrimSpace(element); element == "" {
			continue
		}
		if err := l.check(element); err != nil {
			return err
		}
		*l.to = append(*l.to, element)
	}
	return nil
}

// A truth is true or false, and true where only its name is given.
type truth struct{ to *bool }

func (b truth) String() string {
	if b.to == nil {
		return ""
	}
	return strconv.FormatBool(*b.to)
}

func (b truth) IsBoolFlag() bool { return true }

func (b truth) Set(s string) error {
	v, err := strconv.ParseBool(s)
	if err != nil {
		return allowed(false, "true, false")
	}
	*b.to = v
	return nil
}

// A custom value is read by a function, whose error says what is allowed.
type custom struct {
	shown string
	set   func(string) error
}

func (c custom) String() string     { return c.shown }
func (c custom) Set(s string) error { return c.set(s) }

func orOff(is bool, shown string) string {
	if is {
		return off
	}
	return shown
}

// allowed is the error about a value: it says what would do.
func allowed(orOff bool, format string, args ...any) error {
	text := "allowed is " + fmt.Sprintf(format, args...)
	if orOff {
		text += ", or " + off
	}
	return errors.New(text)
}
