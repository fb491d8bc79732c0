package cmd

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// A lattice is the parsed form of importRules: the way from package to package,
// and what is barred on every way. Its text is a run of statements, each ended
// by a semicolon; the comment before a statement is its reason.
//
//	SET: a, b;       a name in capitals for a list
//	a, b < c < d;    c may import a and b; d may import c, and so a and b too
//	a !< b, c;       b and c never import a, of ours or of the standard library
//
// In a list, net/... stands for net and everything below it, and NONE for
// nothing at all.
type lattice struct {
	sets map[string][]string
	left map[string]map[string]bool // package: what of ours it may import
	bars []bar
}

// A bar is one "!<" statement.
type bar struct {
	what, whom []string
	text, why  string
}

func parseLattice(text string) (*lattice, error) {
	l := &lattice{sets: map[string][]string{"NONE": nil}, left: map[string]map[string]bool{}}
	var rule, why string // of the statement that is being read
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if c, ok := strings.CutPrefix(line, "#"); ok {
			why = strings.TrimSpace(why + " " + strings.TrimSpace(c))
			continue
		}
		if line == "" && rule == "" {
			why = "" // a paragraph of its own, not the next statement's reason
		}
		for part := range strings.SplitAfterSeq(line, ";") {
			part, ended := strings.CutSuffix(part, ";")
			rule = strings.TrimSpace(rule + " " + strings.TrimSpace(part))
			if !ended {
				continue
			}
			if err := l.add(rule, why); err != nil {
				return nil, fmt.Errorf("%q: %w", rule, err)
			}
			rule = ""
		}
	}
	if rule != "" {
		return nil, fmt.Errorf("%q: statement without an end", rule)
	}
	l.close()
	for p, left := range l.left {
		if left[p] {
			return nil, fmt.Errorf("%s stands left of itself", p)
		}
	}
	return l, nil
}

func (l *lattice) add(rule, why string) error {
	if name, list, ok := strings.Cut(rule, ":"); ok {
		members, err := l.list(list)
		l.sets[name] = members
		return err
	}
	if what, whom, ok := strings.Cut(rule, "!<"); ok {
		b := bar{text: rule, why: why}
		var err error
		if b.what, err = l.list(what); err == nil {
			b.whom, err = l.list(whom)
		}
		l.bars = append(l.bars, b)
		return err
	}
	return l.addWay(strings.Split(rule, "<"))
}

// addWay takes the lists of one "a, b < c < d" statement.
func (l *lattice) addWay(steps []string) error {
	if len(steps) < 2 {
		return fmt.Errorf("neither a set nor an order")
	}
	lower, err := l.list(steps[0])
	if err != nil {
		return err
	}
	for _, step := range steps[1:] {
		upper, err := l.list(step)
		if err != nil {
			return err
		}
		for _, u := range upper {
			if l.left[u] == nil {
				l.left[u] = map[string]bool{}
			}
			for _, p := range lower {
				l.left[u][p] = true
			}
		}
		lower = upper
	}
	return nil
}

// list gives the members of a comma-separated list, with sets spelt out.
func (l *lattice) list(s string) ([]string, error) {
	var members []string
	for name := range strings.SplitSeq(s, ",") {
		name = strings.TrimSpace(name)
		set, ok := l.sets[name]
		switch {
		case ok:
			members = append(members, set...)
		case name == "" || strings.ContainsAny(name, " \t"):
			return nil, fmt.Errorf("%q is not a package", name)
		case name == strings.ToUpper(name) && name != "C":
			return nil, fmt.Errorf("set %s is not defined", name)
		default:
			members = append(members, name)
		}
	}
	return members, nil
}

// close makes the order transitive.
func (l *lattice) close() {
	for changed := true; changed; {
		changed = false
		for _, left := range l.left {
			before := len(left)
			for _, p := range slices.Collect(maps.Keys(left)) {
				maps.Copy(left, l.left[p])
			}
			changed = changed || len(left) > before
		}
	}
}

// check says which rule an import breaks, or "". An import of ours is given
// without the module's name.
func (l *lattice) check(pkg, imp string, ours bool) string {
	left, known := l.left[pkg]
	if !known {
		return fmt.Sprintf("the lattice does not know package %s: say in importRules what it may import", pkg)
	}
	for _, b := range l.bars {
		if matches(b.whom, pkg) && matches(b.what, imp) {
			return fmt.Sprintf("rule %q: %s", b.text, b.why)
		}
	}
	if ours && !left[imp] {
		return fmt.Sprintf("no way leads from %s to %s: of ours, %s may import only %s", imp, pkg, pkg,
			strings.Join(append(slices.Sorted(maps.Keys(left)), "what importRules puts left of it"), ", "))
	}
	return ""
}

// matches says whether a package is in a list.
func matches(list []string, pkg string) bool {
	return slices.ContainsFunc(list, func(p string) bool {
		root, below := strings.CutSuffix(p, "/...")
		return pkg == root || below && strings.HasPrefix(pkg, root+"/")
	})
}

func TestLatticeRefusesItsOwnMistakes(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"a < b", "without an end"},
		{"a;", "neither a set nor an order"},
		{"a < ;", "is not a package"},
		{"a b < c;", "is not a package"},
		{"SYS < c;", "set SYS is not defined"},
		{"a < b < a;", "stands left of itself"},
		{"a < b; b < c; c < a;", "stands left of itself"},
	} {
		if _, err := parseLattice(tt.text); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("parseLattice(%q): %v, want %q", tt.text, err, tt.want)
		}
	}
}

func TestLatticeChecks(t *testing.T) {
	l, err := parseLattice(`
		# About the whole file; not about the next statement.

		NONE < low, side;
		low < mid < top;

		CLOCK: time, clock/...;
		# Low has
		# no clock.
		CLOCK
		!< low;

		low !< top;
	`)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		pkg, imp string
		ours     bool
		want     string // in the answer; "" is a plain yes
	}{
		{"mid", "low", true, ""},
		{"top", "mid", true, ""},
		{"top", "low", true, `rule "low !< top": `},
		{"mid", "top", true, "no way leads from top to mid"},
		{"mid", "side", true, "no way leads from side to mid"},
		{"new", "strings", false, "does not know package new"},
		{"low", "strings", false, ""},
		{"low", "time", false, `rule "CLOCK !< low": Low has no clock.`},
		{"low", "clock", false, "Low has no clock."},
		{"low", "clock/wall", false, "Low has no clock."},
		{"low", "clocks", false, ""},
		{"mid", "time", false, ""},
	} {
		got := l.check(tt.pkg, tt.imp, tt.ours)
		if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
			t.Errorf("check(%s imports %s) = %q, want %q", tt.pkg, tt.imp, got, tt.want)
		}
	}
}
