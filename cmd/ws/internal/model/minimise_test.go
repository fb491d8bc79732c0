package model

import (
	"bytes"
	"strings"
	"testing"

	"rfc6455/frame"
	"rfc6455/testdata"
)

// show gives a case in the notation, with its cuts.
func show(c *Case) string {
	var lines []string
	for _, u := range c.Units {
		lines = append(lines, notation(u.Frame, frame.Client))
	}
	return strings.Join(lines, "; ")
}

func TestMinimise(t *testing.T) {
	has := func(what string) func(Case) bool {
		return func(c Case) bool { return strings.Contains(show(&c), what) }
	}
	for _, tt := range []struct {
		name, sent string
		cuts       []int
		differs    func(Case) bool
		want       string
		wantCuts   int
	}{
		{"one of many", `text "a"; ping; text rsv2 "b"; binary 0xff; ping "f"`, nil, has("rsv2"), `text rsv2; ping "fence"`, 0},
		{"two that belong together", `text "a"; text more "b"; ping "x"; text "c"; binary "d"; ping "f"`, nil,
			func(c Case) bool { s := show(&c); return strings.Contains(s, "more") && strings.Contains(s, `"c"`) },
			`text more; text "c"; ping "fence"`, 0},
		{"a byte of many", `text "abcdefghijklmnopqrstuvwxyz"; ping "f"`, nil, has("q"), `text "q"; ping "fence"`, 0},
		{"a length", `text "abcdefghijklmnop"; ping "f"`, nil, func(c Case) bool { return len(c.Units[0].Frame.Payload) >= 5 },
			`text "*****"; ping "fence"`, 0},
		{"what it declares", `binary len=100 "abc"`, nil, has("len=100"), `binary len=100`, 0},
		{"a key", `text key=01020304 "a"; ping "f"`, nil, has("text"), `text; ping "fence"`, 0},
		{"its key", `text key=01020304 "a"; ping "f"`, nil, has("key=01020304"), `text key=01020304; ping "fence"`, 0},
		{"cuts for nothing", `text "abc"; ping "f"`, []int{1, 3, 5}, has("text"), `text; ping "fence"`, 0},
		{"a cut of some", `text "a"; text "bcd"; ping "f"`, []int{1, 2, 9, 12},
			func(c Case) bool { return len(c.Writes(c.Bytes())) > 1 }, `text; ping "fence"`, 1},
		{"nothing to leave out", `ping "f"`, nil, func(Case) bool { return true }, `ping "fence"`, 0},
	} {
		c := Case{Units: parse(t, tt.sent, frame.Client), Cuts: tt.cuts}
		small := Minimise(c, tt.differs)
		if got := show(&small); got != tt.want || len(small.Cuts) != tt.wantCuts {
			t.Errorf("%s: %s with cuts %v, want %s with %d", tt.name, got, small.Cuts, tt.want, tt.wantCuts)
		}
		if show(&c) != show(&Case{Units: parse(t, tt.sent, frame.Client)}) {
			t.Errorf("%s: the case itself was changed", tt.name)
		}
	}
}

// TestMinimiseSetting shows that an extension goes that the case does not need.
func TestMinimiseSetting(t *testing.T) {
	for sent, left := range map[string]bool{`text "a"; ping "f"`: false, `text rsv1 0x4a0400; ping "f"`: true} {
		c := Case{Setting: Setting{Deflate: &testdata.Parameters{}}, Units: parse(t, sent, frame.Client)}
		small := Minimise(c, func(c Case) bool { return Predict(&c, 0)[0].End == Open && len(Predict(&c, 0)[0].Events) == 2 })
		if (small.Setting.Deflate != nil) != left {
			t.Errorf("%s: %s with %+v", sent, show(&small), small.Setting.Deflate)
		}
	}
}

// TestMinimiseIsBounded shows that it gives up, with a long payload, too.
func TestMinimiseIsBounded(t *testing.T) {
	c := Case{}
	for i := range 50 {
		p := bytes.Repeat([]byte{byte(i), 1}, 20000)
		c.Units = append(c.Units, Unit{Frame: frame.Frame{Header: frame.Header{Fin: true, Opcode: frame.Binary, Length: int64(len(p))}, Payload: p}})
	}
	tries := 0
	small := Minimise(c, func(Case) bool { tries++; return false })
	if tries > MaxTries || len(small.Units) != 50 {
		t.Errorf("%d tries, %d units", tries, len(small.Units))
	}
}

// TestRemoveKeepsCuts shows that cuts stay where they were in what is left.
func TestRemoveKeepsCuts(t *testing.T) {
	c := Case{Units: parse(t, `text "a"; text "b"; text "c"; ping "f"`, frame.Client), Cuts: []int{3, 7, 9, 17}}
	c.remove(1, 2) // each has seven bytes
	if got := c.Cuts; len(got) != 3 || got[0] != 3 || got[1] != 7 || got[2] != 10 {
		t.Errorf("cuts %v", got)
	}
	c.cutPayload(0, 0, 1)
	if got := c.Cuts; got[0] != 3 || got[1] != 6 || got[2] != 9 {
		t.Errorf("cuts %v", got)
	}
}
