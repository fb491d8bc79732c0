// Package cmd holds the tests of the whole tree, beside the commands: that the
// import rules and those of the house are kept, that every rule of the RFC has its
// line of code and its test, and that the README says what is.
package cmd

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// rfcCounts is how often the text of RFC 6455 uses each keyword, section by
// section from 4 to 10, in its order. Sections without a keyword are left out.
var rfcCounts = []struct {
	section string
	count   map[string]int
}{
	{"4.1", map[string]int{"MUST": 39, "SHOULD": 3, "MAY": 5}},
	{"4.2", map[string]int{"MAY": 1}},
	{"4.2.1", map[string]int{"MUST": 1, "SHOULD NOT": 1, "must": 1}},
	{"4.2.2", map[string]int{"MUST": 8, "MUST NOT": 2, "MAY": 2}},
	{"4.3", map[string]int{"MUST": 1}},
	{"4.4", map[string]int{"MUST": 1}},
	{"5.1", map[string]int{"MUST": 3, "MUST NOT": 1, "MAY": 3}},
	{"5.2", map[string]int{"MUST": 10, "MAY": 1}},
	{"5.3", map[string]int{"MUST": 3, "MUST NOT": 1}},
	{"5.4", map[string]int{"MUST": 4, "MUST NOT": 6, "MAY": 2, "must not": 1}},
	{"5.5", map[string]int{"MUST": 1, "MUST NOT": 1}},
	{"5.5.1", map[string]int{"MUST": 4, "MUST NOT": 2, "SHOULD": 2, "MAY": 5, "must": 1}},
	{"5.5.2", map[string]int{"MUST": 1, "SHOULD": 1, "MAY": 2}},
	{"5.5.3", map[string]int{"MAY": 2, "must": 1}},
	{"5.6", map[string]int{"MUST": 1}},
	{"5.8", map[string]int{"MUST": 1}},
	{"6.1", map[string]int{"MUST": 8, "MAY": 1}},
	{"6.2", map[string]int{"MUST": 5, "MAY": 2}},
	{"7.1.1", map[string]int{"SHOULD": 4, "MAY": 2}},
	{"7.1.2", map[string]int{"MUST": 1, "SHOULD": 1}},
	{"7.1.7", map[string]int{"MUST": 2, "MUST NOT": 1, "SHOULD": 2, "SHOULD NOT": 1, "MAY": 2}},
	{"7.2.1", map[string]int{"MUST": 2, "SHOULD NOT": 1}},
	{"7.2.2", map[string]int{"MUST": 1}},
	{"7.2.3", map[string]int{"SHOULD": 3, "MAY": 1}},
	{"7.3", map[string]int{"SHOULD NOT": 1, "MAY": 1}},
	{"7.4", map[string]int{"MAY": 1}},
	{"7.4.1", map[string]int{"MUST NOT": 3, "SHOULD": 1, "MAY": 2}},
	{"8.1", map[string]int{"MUST": 1}},
	{"9", map[string]int{"MUST": 1, "MUST NOT": 1, "MAY": 2}},
	{"9.1", map[string]int{"MUST": 4, "MUST NOT": 1, "MAY": 2}},
	{"9.2", map[string]int{"MAY": 1}},
	{"10.1", map[string]int{"must": 1}},
	{"10.2", map[string]int{"SHOULD": 2}},
	{"10.3", map[string]int{"MUST": 1, "must": 1, "must not": 2}},
	{"10.4", map[string]int{"MUST": 1, "SHOULD": 1}},
	{"10.6", map[string]int{"MUST": 1, "SHOULD": 1}},
	{"10.7", map[string]int{"MUST": 1, "SHOULD": 2, "MAY": 1}},
}

// TestRulesAreComplete counts: no keyword of the text is left out, none is
// invented, and the rows follow the order of the text.
func TestRulesAreComplete(t *testing.T) {
	count := map[string]map[string]int{}
	var order []string
	for _, r := range readRules(t) {
		s := r.section()
		if count[s] == nil {
			count[s] = map[string]int{}
			order = append(order, s)
		} else if order[len(order)-1] != s {
			t.Errorf("line %d: %s comes after §%s", r.line, r.clause, order[len(order)-1])
		}
		count[s][r.keyword]++
	}
	var want []string
	for _, c := range rfcCounts {
		want = append(want, c.section)
		for _, k := range keywords {
			if got := count[c.section][k]; got != c.count[k] {
				t.Errorf("§%s: %d rows of %s, the text has %d", c.section, got, k, c.count[k])
			}
		}
	}
	if !slices.Equal(order, want) {
		t.Errorf("sections %q, want %q", order, want)
	}
}

// TestRulesAreKept follows every row to its code and to its test.
func TestRulesAreKept(t *testing.T) {
	tr := newTree("..")
	for _, r := range readRules(t) {
		if r.code == "-" {
			continue
		}
		for ref := range strings.SplitSeq(r.code, joined) {
			if _, err := tr.code(ref); err != nil {
				t.Errorf("%s:%d: %s %s: code: %v", rulesFile, r.line, r.clause, r.keyword, err)
			}
		}
		for ref := range strings.SplitSeq(r.shown, joined) {
			if err := tr.shown(ref); err != nil {
				t.Errorf("%s:%d: %s %s: shown: %v", rulesFile, r.line, r.clause, r.keyword, err)
			}
		}
	}
}

// TestRulesAreCited lets a reader go from the text to the code: for every rule
// that leaves no choice, a file that obeys it cites the section.
func TestRulesAreCited(t *testing.T) {
	tr := newTree("..")
	for _, r := range readRules(t) {
		if r.code == "-" || r.keyword == "MAY" || r.keyword == "OPTIONAL" {
			continue
		}
		cited := false
		for ref := range strings.SplitSeq(r.code, joined) {
			files, err := tr.code(ref)
			if err != nil {
				t.Error(err)
			}
			for _, file := range files {
				cited = cited || cites(t, file, r.section())
			}
		}
		if !cited {
			t.Errorf("%s:%d: no file of %s cites §%s", rulesFile, r.line, r.code, r.section())
		}
	}
}

var (
	citation = regexp.MustCompile(`(RFC [0-9]+ )?§([0-9]+(\.[0-9]+)*)`)
	wrapped  = regexp.MustCompile(`\s*\n\s*//`) // inside a comment
)

// cites says whether a file names a section of RFC 6455, as §5.4 or RFC 6455 §5.4.
func cites(t *testing.T, file, section string) bool {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range citation.FindAllStringSubmatch(wrapped.ReplaceAllString(string(text), ""), -1) {
		if m[2] == section && (m[1] == "" || m[1] == "RFC 6455 ") {
			return true
		}
	}
	return false
}
