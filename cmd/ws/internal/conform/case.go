package conform

import (
	"context"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"rfc6455/frame"
)

// A Family is what a case is about.
type Family string

// The families, in the order in which a report has them.
const (
	Handshake     Family = "handshake"
	Framing       Family = "framing"
	Masking       Family = "masking"
	Fragmentation Family = "fragmentation"
	Control       Family = "control"
	UTF8          Family = "utf-8"
	Closing       Family = "closing"
	Limits        Family = "limits"
	Deflate       Family = "deflate"
	Performance   Family = "performance" // informational: too slow is no failure
	Robustness    Family = "robustness"  // floods, bombs, slowness: only if asked for
)

// Families are all of them.
var Families = []Family{
	Handshake, Framing, Masking, Fragmentation, Control, UTF8, Closing, Limits, Deflate, Performance, Robustness,
}

// A Case is one thing that a target has to do right.
type Case struct {
	ID      string   // permanent
	Numbers []string // of the Autobahn suite: "6.4.1"
	Family  Family
	Clause  string // "§5.4", "RFC 7692 §7.1": where What says none, that of the family
	What    string // in a sentence
	Strict  string // why a conforming target may do otherwise
	Expect  string // what has to come, in the notation
	Skip    string // why it is never played: then it is skipped

	echo  bool // it needs the target to send messages back
	alone bool // it takes so much that others would be disturbed
	play  func(ctx context.Context, b *bench) outcome
}

// Matches says whether one of patterns is the case's ID or one of its numbers; "*"
// stands for any characters. A number also stands for all below it: "6.4" for 6.4.1.
func (c *Case) Matches(patterns []string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		return match(p, c.ID) || slices.ContainsFunc(c.Numbers, func(n string) bool {
			return match(p, n) || numbers.MatchString(p) && strings.HasPrefix(n, p+".")
		})
	})
}

var numbers = regexp.MustCompile(`^[0-9]+(\.[0-9]+)*$`)

// match compares s with a pattern in which "*" stands for any characters.
func match(pattern, s string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == s
	}
	first, last := parts[0], parts[len(parts)-1]
	if len(s) < len(first)+len(last) || !strings.HasPrefix(s, first) || !strings.HasSuffix(s, last) {
		return false
	}
	s = s[len(first) : len(s)-len(last)]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(s, part)
		if i < 0 {
			return false
		}
		s = s[i+len(part):]
	}
	return true
}

// families tells a script's family by the folder of its id.
var families = map[string]Family{
	"data": Framing, "length": Framing, "reserved": Framing, "rfc": Framing,
	"masking": Masking, "fragmentation": Fragmentation, "control": Control, "utf8": UTF8,
	"closing": Closing, "closecode": Closing, "limits": Limits, "deflate": Deflate,
	"size": Performance, "sending": Framing,
}

// clientFamilies tells the family of the scripts for clients, which share a folder,
// by a word of their ids.
var clientFamilies = []struct {
	word   string
	family Family
}{
	{"deflate", Deflate}, {"mask", Masking}, {"close", Closing}, {"violation", Closing}, {"fragments", Fragmentation},
	{"continue", Fragmentation}, {"ping", Control}, {"flood", Limits}, {"too-big", Limits}, {"utf8", UTF8}, {"", Framing},
}

func familyOf(id string, deflate bool) Family {
	folder, name := path.Split(id)
	folder = strings.TrimSuffix(folder, "/")
	if folder != "client" {
		if f := families[folder]; deflate && f == Framing {
			return Deflate
		} else if f != "" {
			return f
		}
		return Handshake
	}
	for _, f := range clientFamilies {
		if strings.Contains(name, f.word) {
			return f.family
		}
	}
	return Framing
}

// commentForm takes the clauses off a record's comment: "§5.4, §5.5.2: text".
var commentForm = regexp.MustCompile(`(?s)^((?:RFC [0-9]+ )?§[^:]*): (.*)$`)

// describe takes a record's comment apart.
func describe(comment string) (clause, what string) {
	m := commentForm.FindStringSubmatch(strings.ReplaceAll(comment, "\n", " "))
	if m == nil {
		return "", comment
	}
	clause = m[1]
	if strings.HasPrefix(clause, "§") {
		clause = "RFC 6455 " + clause
	}
	return clause, m[2]
}

// Cases gives all cases for targets of role, in the order of the report. Those of the
// family Robustness are among them. They are made once, and not to be changed.
func Cases(role frame.Role) ([]*Case, error) {
	all, err := serverCases()
	if role == frame.Client {
		all, err = clientCases()
	}
	return slices.Clone(all), err
}

var (
	serverCases = sync.OnceValues(func() ([]*Case, error) { return makeCases(frame.Server) })
	clientCases = sync.OnceValues(func() ([]*Case, error) { return makeCases(frame.Client) })
)

func makeCases(role frame.Role) ([]*Case, error) {
	var all []*Case
	for _, some := range []func(frame.Role) ([]*Case, error){handshakeCases, scriptCases, ownCases, robustnessCases} {
		cases, err := some(role)
		if err != nil {
			return nil, err
		}
		all = append(all, cases...)
	}
	slices.SortStableFunc(all, func(a, b *Case) int {
		return slices.Index(Families, a.Family) - slices.Index(Families, b.Family)
	})
	return all, nil
}
