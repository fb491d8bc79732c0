package model

import (
	"fmt"
	"slices"
	"strings"
)

// Allow says what a target may do otherwise than strictly.
type Allow uint32

const (
	NonMinimal Allow = 1 << iota
	LateUTF8
	LateFrame
	LateLimit
	CutDeflate
	OldWindow
	Codes
	OwnCode
	NoClose
	LatePong
	PongOrder
	UnaskedPong

	LateEnd
	OtherCode
)

// StrictOnly are those that the RFC lets be: [Probes] finds them out. The others have
// to be allowed by name.
const StrictOnly = LateEnd - 1

// A Rule is an Allow with its name.
type Rule struct {
	Allow Allow
	Name  string
	Text  string // what a target does that needs it, with the clause
}

// Rules are all there are.
var Rules = []Rule{
	{NonMinimal, "nonminimal", "takes lengths that are not in their shortest form (§5.2)"},
	{LateUTF8, "late-utf8", "judges text when its frame or message is whole, not as it arrives (§8.1)"},
	{LateFrame, "late-frame", "judges a frame when it is whole, not by its header (§5.2)"},
	{LateLimit, "late-limit", "refuses a message over its limit when it is whole (§10.4)"},
	{CutDeflate, "cut-deflate", "takes a compressed message that was cut short for whole (RFC 7692 §7.2.2)"},
	{OldWindow, "old-window", "keeps a window that its peer promised not to use (RFC 7692 §7.1.1)"},
	{Codes, "codes", "has its own mind about close codes 1010, 1012 to 1014 and over 4999 (§7.4)"},
	{OwnCode, "own-code", "answers a Close with another code than it got (§5.5.1)"},
	{NoClose, "no-close", "fails connections without a Close (§7.1.7)"},
	{LatePong, "late-pong", "answers a Ping inside a message when the message is whole (§5.5.2)"},
	{PongOrder, "pong-order", "answers Pings in another order than they came in (§5.5.3)"},
	{UnaskedPong, "unasked-pong", "sends Pongs that answer no Ping (§5.5.3)"},
	{LateEnd, "late-end", "leaves the end of TCP to its peer (§7.1.1)"},
	{OtherCode, "other-code", "fails connections with another code than the rule's (§7.4.1)"},
}

// ParseAllow reads names with commas between.
func ParseAllow(s string) (a Allow, err error) {
	for name := range strings.SplitSeq(s, ",") {
		name = strings.TrimSpace(name)
		i := slices.IndexFunc(Rules, func(r Rule) bool { return r.Name == name })
		switch {
		case i >= 0:
			a |= Rules[i].Allow
		case name != "":
			return 0, fmt.Errorf("%q is nothing to allow: allowed are %s", name, ^Allow(0))
		}
	}
	return a, nil
}

// String gives the names that [ParseAllow] reads.
func (a Allow) String() string {
	var names []string
	for _, r := range Rules {
		if a&r.Allow != 0 {
			names = append(names, r.Name)
		}
	}
	return strings.Join(names, ",")
}
