package cmd

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A rule is one row of testdata/rfc6455.tsv: one keyword of one sentence.
type rule struct {
	line       int    // in the file, from 1
	clause     string // "§4.1/b7"
	keyword    string // "MUST NOT"
	who        string // whom it binds
	paraphrase string
	code       string // "package Symbol", several joined by "; ", or "-"
	shown      string // "package TestX", "sessions/ID", several joined by "; ", or "not ours: reason"
}

const (
	rulesFile   = "../testdata/rfc6455.tsv"
	rulesHeader = "clause\tkeyword\twho\tparaphrase\tcode\tshown"
	notOurs     = "not ours: "
	joined      = "; "
)

var (
	clauseForm = regexp.MustCompile(`^§[0-9]+(\.[0-9]+)*(/[abc]?[0-9]+)?$`)
	keywords   = []string{
		"MUST", "MUST NOT", "SHALL", "SHALL NOT", "REQUIRED",
		"SHOULD", "SHOULD NOT", "RECOMMENDED", "NOT RECOMMENDED",
		"MAY", "OPTIONAL",
		"must", "must not", // the text has a few that bind although they are not in capitals
	}
	bound = []string{"client", "server", "both", "intermediary", "extension"}
)

// section is the clause without the item: "4.1" of "§4.1/b7".
func (r rule) section() string {
	s, _, _ := strings.Cut(strings.TrimPrefix(r.clause, "§"), "/")
	return s
}

func readRules(t *testing.T) []rule {
	t.Helper()
	text, err := os.ReadFile(rulesFile)
	if err != nil {
		t.Fatal(err)
	}
	rules, err := parseRules(string(text))
	if err != nil {
		t.Fatalf("%s:%v", rulesFile, err)
	}
	return rules
}

// parseRules reads the table: comment lines, the header, then rows, and every
// line ended. Its errors begin with the line's number.
func parseRules(text string) ([]rule, error) {
	lines := strings.Split(text, "\n")
	last := len(lines) - 1
	if lines[last] != "" {
		return nil, fmt.Errorf("%d: the last line has no end", last+1)
	}
	lines = lines[:last]
	top := slices.IndexFunc(lines, func(s string) bool { return !strings.HasPrefix(s, "#") })
	if top < 0 || lines[top] != rulesHeader {
		return nil, fmt.Errorf("%d: want the header %q", max(top, 0)+1, rulesHeader)
	}
	var rules []rule
	said := map[string]int{}
	for i, s := range lines[top+1:] {
		r, err := parseRule(s)
		if r.line = top + i + 2; err != nil {
			return nil, fmt.Errorf("%d: %w", r.line, err)
		}
		if before, ok := said[r.paraphrase]; ok {
			return nil, fmt.Errorf("%d: says the same as line %d", r.line, before)
		}
		said[r.paraphrase] = r.line
		rules = append(rules, r)
	}
	return rules, nil
}

func parseRule(s string) (rule, error) {
	cells := strings.Split(s, "\t")
	if want := strings.Count(rulesHeader, "\t") + 1; len(cells) != want {
		return rule{}, fmt.Errorf("%d cells, want %d", len(cells), want)
	}
	for _, c := range cells {
		if c == "" || c != strings.Join(strings.Fields(c), " ") {
			return rule{}, fmt.Errorf("cell %q is empty or has loose spaces", c)
		}
	}
	r := rule{clause: cells[0], keyword: cells[1], who: cells[2], paraphrase: cells[3], code: cells[4], shown: cells[5]}
	switch {
	case !clauseForm.MatchString(r.clause):
		return rule{}, fmt.Errorf("%q is not a clause", r.clause)
	case !slices.Contains(keywords, r.keyword):
		return rule{}, fmt.Errorf("%q is not a keyword", r.keyword)
	case !slices.Contains(bound, r.who):
		return rule{}, fmt.Errorf("%q is nobody that the RFC binds", r.who)
	case (r.code == "-") != strings.HasPrefix(r.shown, notOurs):
		return rule{}, fmt.Errorf("code %q beside %q: - goes with %q and a reason", r.code, r.shown, notOurs)
	}
	return r, nil
}

func TestParseRules(t *testing.T) {
	const good = "# Notation.\n" + rulesHeader + "\n" +
		"§5.1\tMUST\tclient\tmasks\tframe Header.Append\tframes/rfc/x\n" +
		"§4.1/b8\tMUST NOT\tboth\tno\t-\tnot ours: a reason\n"
	rules, err := parseRules(good)
	if err != nil || len(rules) != 2 || rules[1].line != 4 || rules[1].section() != "4.1" || rules[1].who != "both" {
		t.Fatalf("parseRules: %+v, %v", rules, err)
	}
	for _, tt := range []struct{ old, new, want string }{
		{"reason\n", "reason", "4: the last line has no end"},
		{"reason\n", "reason\n\n", "5: 1 cells, want 6"},
		{"clause\t", "Clause\t", "2: want the header"},
		{"masks\t", "\t", "3: cell \"\" is empty"},
		{"masks\t", "masks \t", "3: cell \"masks \" is empty or has loose spaces"},
		{"masks\t", "masks\t\t", "3: 7 cells, want 6"},
		{"masks\t", "no\t", "4: says the same as line 3"},
		{"§5.1", "5.1", "3: \"5.1\" is not a clause"},
		{"§4.1/b8", "§4.1/", "4: \"§4.1/\" is not a clause"},
		{"MUST\t", "Must\t", "3: \"Must\" is not a keyword"},
		{"client", "peer", "3: \"peer\" is nobody"},
		{"\t-\t", "\tframe Header\t", "4: code \"frame Header\" beside \"not ours: a reason\""},
		{"frame Header.Append", "-", "3: code \"-\" beside \"frames/rfc/x\""},
		{"not ours: a reason", "not ours:", "4: code \"-\" beside"},
	} {
		_, err := parseRules(strings.Replace(good, tt.old, tt.new, 1))
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("with %q for %q: %v, want %s", tt.new, tt.old, err, tt.want)
		}
	}
}
