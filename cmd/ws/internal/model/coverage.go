package model

import (
	"fmt"
	"slices"
	"strings"

	"rfc6455/frame"
)

// A Coverage counts what a run has reached. The zero value has reached nothing.
type Coverage struct {
	Rules   map[string]int // cases that broke a rule, by the violation's ID
	Opcodes map[string]int // frames
	Lengths map[string]int // frames, by class
}

// lengthClasses are the classes of lengths that a header can declare.
var lengthClasses = []string{"0", "1-124", "125", "126", "127-65534", "65535", "65536", "65537-", "top bit", "16 bits too long", "64 bits too long"}

// Add counts a case and what a strict endpoint has to make of it.
func (v *Coverage) Add(c *Case, strict *Variant) {
	if v.Rules == nil {
		v.Rules, v.Opcodes, v.Lengths = map[string]int{}, map[string]int{}, map[string]int{}
	}
	for _, b := range strict.Broken {
		v.Rules[b.ID]++
	}
	for _, u := range c.Units {
		if u.Raw == nil {
			v.Opcodes[u.Frame.Opcode.String()]++
			v.Lengths[lengthClass(&u.Frame)]++
		}
	}
}

func lengthClass(f *frame.Frame) string {
	n := f.Length
	switch {
	case n < 0:
		return "top bit"
	case f.Form == 16 && n < 126:
		return "16 bits too long"
	case f.Form == 64 && n < 65536:
		return "64 bits too long"
	case n == 0 || n >= 125 && n <= 126 || n >= 65535 && n <= 65536:
		return fmt.Sprint(n)
	case n < 125:
		return "1-124"
	case n < 65535:
		return "127-65534"
	}
	return "65537-"
}

// Reachable gives the IDs of the rules that a peer can break towards a target of
// role, with what is known of its limits and was agreed.
func Reachable(s *Setting) (ids []string) {
	for _, b := range frame.Violations {
		switch b {
		case frame.ErrMessageTooSlow, frame.ErrMemoryShort: // need a clock, and a budget
			continue
		case frame.ErrMasked:
			if s.Role == frame.Server {
				continue
			}
		case frame.ErrNotMasked:
			if s.Role == frame.Client {
				continue
			}
		case frame.ErrTooManyFragments:
			if s.Limits.Fragments == 0 {
				continue
			}
		case frame.ErrControlFlood:
			if s.Limits.Burst == 0 {
				continue
			}
		case frame.ErrCompressedNotHead, frame.ErrDeflateCorrupt, frame.ErrDeflateTruncated:
			if s.Deflate == nil {
				continue
			}
		}
		ids = append(ids, b.ID)
	}
	return ids
}

// Line says in a line how much was reached of what can be.
func (v *Coverage) Line(reachable []string) string {
	return fmt.Sprintf("rules %d/%d, opcodes %d/16, lengths %d/%d",
		len(reachable)-len(v.Missing(reachable)), len(reachable), len(v.Opcodes), len(v.Lengths), len(lengthClasses))
}

// Missing gives the rules that can be reached and were not.
func (v *Coverage) Missing(reachable []string) []string {
	return slices.DeleteFunc(slices.Clone(reachable), func(id string) bool { return v.Rules[id] > 0 })
}

// String lists what was reached, with counts.
func (v *Coverage) String() string {
	var b strings.Builder
	for _, part := range []struct {
		name string
		keys []string
		n    map[string]int
	}{{"rules", ruleIDs(), v.Rules}, {"opcodes", opcodes(), v.Opcodes}, {"lengths", lengthClasses, v.Lengths}} {
		var words []string
		for _, key := range part.keys {
			if n := part.n[key]; n > 0 {
				words = append(words, fmt.Sprintf("%s (%d)", key, n))
			}
		}
		fmt.Fprintf(&b, "%s: %s\n", part.name, strings.Join(words, ", "))
	}
	return b.String()
}

func ruleIDs() (all []string) {
	for _, b := range frame.Violations {
		all = append(all, b.ID)
	}
	return all
}

func opcodes() (all []string) {
	for op := range frame.Opcode(16) {
		all = append(all, op.String())
	}
	return all
}
