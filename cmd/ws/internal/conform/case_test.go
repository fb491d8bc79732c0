package conform

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"rfc6455/frame"
)

func TestMatches(t *testing.T) {
	c := &Case{ID: "utf8/bad-whole", Numbers: []string{"6.3.1", "6.4.10"}}
	for pattern, want := range map[string]bool{
		"utf8/bad-whole": true, "utf8/*": true, "*": true, "*whole": true, "*/*-*": true, "utf8/bad": false, "utf8": false, "": false,
		"6.3.1": true, "6.3": true, "6": true, "6.*": true, "6.4.1": false, "6.4.*": true, "6.4": true, "16": false, "6.": false,
		"u*u": false, "utf8/bad-whole*": true, "utf8/bad-wholewhole": false, "utf8/bad-*e-whole": false,
	} {
		if got := c.Matches([]string{"none", pattern}); got != want {
			t.Errorf("%q: %t", pattern, got)
		}
	}
}

// TestCases holds the table together: permanent names that differ, numbers that stand
// once, and for each case what it is about and the clause that it stands on.
func TestCases(t *testing.T) {
	for _, role := range []frame.Role{frame.Server, frame.Client} {
		all, err := Cases(role)
		if err != nil {
			t.Fatal(err)
		}
		seen, families := map[string]bool{}, map[Family]int{}
		for _, c := range all {
			for _, name := range append([]string{c.ID}, c.Numbers...) {
				if seen[name] {
					t.Errorf("%v: %s stands twice", role, name)
				}
				seen[name] = true
			}
			if c.What == "" || c.Clause == "" || c.Skip == "" && (c.play == nil || c.Expect == "") {
				t.Errorf("%v: %s: clause %q, what %q, expect %q", role, c.ID, c.Clause, c.What, c.Expect)
			}
			if err := cited(c.Clause); err != nil {
				t.Errorf("%v: %s: clause %q %v", role, c.ID, c.Clause, err)
			}
			families[c.Family]++
		}
		for _, f := range Families {
			if families[f] == 0 {
				t.Errorf("%v: no case in family %s", role, f)
			}
		}
	}
}

var (
	citation = regexp.MustCompile(`^(?:RFC (\d+) )?§(\d+(?:\.\d+)*)(?: item \d+)?$`)

	// chapters are those of the RFCs that a case may stand on, and how many sections
	// each has; what other RFCs have is not looked at.
	chapters = map[string][]int{
		"6455": {9, 1, 0, 4, 8, 2, 4, 1, 2, 8, 9, 0, 0, 2}, "7692": {0, 0, 0, 0, 2, 2, 3, 0},
		"9110": nil, "9112": nil, "2616": nil,
	}

	// ruleless are what introduces the protocol or gives examples: it binds nobody.
	ruleless = regexp.MustCompile(`^(6455 §[12](\.|$)|6455 §5\.7$|7692 §[1-3]$|7692 §7\.1\.3$|7692 §7\.2\.3(\.|$))`)
)

// cited says what is wrong with a clause: it has to be of sections that exist, with
// commas between, and one of them must hold a rule.
func cited(clause string) error {
	rfc, ruled := "", false
	for _, part := range strings.Split(clause, ", ") {
		m := citation.FindStringSubmatch(part)
		if m == nil {
			return fmt.Errorf("cites nothing with %q", part)
		}
		rfc = cmp.Or(m[1], rfc)
		sizes, ok := chapters[rfc]
		if !ok {
			return fmt.Errorf("cites RFC %q", rfc)
		}
		chapter, section, _ := strings.Cut(m[2]+".0", ".")
		section, _, _ = strings.Cut(section, ".")
		n, _ := strconv.Atoi(chapter)
		k, _ := strconv.Atoi(section)
		if sizes != nil && (n < 1 || n > len(sizes) || k > sizes[n-1]) {
			return fmt.Errorf("cites §%s, which does not exist", m[2])
		}
		ruled = ruled || !ruleless.MatchString(rfc+" §"+m[2])
	}
	if !ruled {
		return errors.New("holds no rule")
	}
	return nil
}

func TestCited(t *testing.T) {
	for clause, good := range map[string]bool{
		"RFC 6455 §5.5.1": true, "RFC 6455 §4.1 item 5, RFC 9110 §7.8": true, "RFC 6455 §1.4, §5.5.1": true, "RFC 7692 §7.2.1, §7.2.3.4": true,
		"": false, "§5.4": false, "RFC 6455": false, "RFC 6455 §5.9": false, "RFC 6455 §15": false, "RFC 6455 §0": false, "RFC 7692 §7.4": false,
		"RFC 6455 §1.4": false, "RFC 6455 §5.7": false, "RFC 6455 §5.4 or so": false, "RFC 1 §5": false, "RFC 7692 §7.2.3.4": false,
	} {
		if err := cited(clause); (err == nil) != good {
			t.Errorf("%q: %v", clause, err)
		}
	}
}

// TestNumbers shows that no number of the Autobahn suite is missing.
func TestNumbers(t *testing.T) {
	all, err := Cases(frame.Server)
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, c := range all {
		for _, n := range c.Numbers {
			chapter, _, _ := strings.Cut(n, ".")
			count[chapter]++
		}
	}
	for chapter, want := range map[string]int{
		"1": 16, "2": 11, "3": 7, "4": 10, "5": 20, "6": 145, "7": 37, "9": 54, "10": 1, "12": 90, "13": 126,
	} {
		if count[chapter] != want {
			t.Errorf("chapter %s has %d cases, want %d", chapter, count[chapter], want)
		}
	}
}

func TestExpectations(t *testing.T) {
	const text = `
# what is known
length/*        strict-only  it takes every length
length/16-for-0 pass         but this one
6.4             skipped      for now
`
	all, err := ParseExpectations("known.txt", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	r := &Results{}
	for id, v := range map[string]Verdict{
		"length/64-for-0": StrictOnly, "length/16-for-0": StrictOnly, "length/top-bit": Pass, "data/text-0": StrictOnly, "data/order": Fail,
	} {
		r.All = append(r.All, Result{Case: &Case{ID: id}, Verdict: v})
	}
	got := map[string]string{}
	for _, d := range r.Deviations(all) {
		if got[d.Result.Case.ID] = "nothing"; d.Want != nil {
			got[d.Result.Case.ID] = d.Want.At
		}
	}
	want := map[string]string{"length/16-for-0": "known.txt:4", "length/top-bit": "known.txt:3", "data/order": "nothing"}
	if len(got) != len(want) {
		t.Errorf("deviations %v, want %v", got, want)
	}
	for id, at := range want {
		if got[id] != at {
			t.Errorf("%s: deviates from %q, want %q", id, got[id], at)
		}
	}
	cases, err := Cases(frame.Server)
	if err != nil {
		t.Fatal(err)
	}
	if idle := Idle(append(all, Expectation{Pattern: "lenght/*"}), cases); len(idle) != 1 || idle[0].Pattern != "lenght/*" {
		t.Errorf("idle: %v", idle)
	}
	for _, bad := range []string{"a pass", "a good because", "a"} {
		if _, err := ParseExpectations("bad.txt", strings.NewReader(bad)); err == nil || !strings.Contains(err.Error(), "bad.txt:1") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
