package plot

import (
	"encoding/xml"
	"fmt"
	"math"
	"strings"
	"testing"
)

func name(v float64) string { return fmt.Sprintf("%g", v) }

func labels(a Axis) string {
	var list []string
	for _, t := range a.Ticks {
		list = append(list, t.Label)
	}
	return strings.Join(list, " ")
}

func TestLinear(t *testing.T) {
	for most, want := range map[float64]string{
		0: "0 0.2 0.4 0.6 0.8 1", 1: "0 0.2 0.4 0.6 0.8 1", 3: "0 0.5 1 1.5 2 2.5 3", 7: "0 2 4 6 8",
		437_690: "0 100000 200000 300000 400000 500000", 2: "0 0.5 1 1.5 2",
	} {
		a := Linear("x", most, func(v float64) string { return fmt.Sprintf("%.4g", v) })
		got := strings.NewReplacer("e+05", "00000").Replace(labels(a))
		if got != want || a.Max < most || a.Min != 0 {
			t.Errorf("up to %g: ticks %q to %g, want %q", most, got, a.Max, want)
		}
	}
}

func TestLogarithmic(t *testing.T) {
	for _, tt := range []struct {
		least, most float64
		want        string
	}{
		{3, 40, "2 5 10 20 50"},
		{1, 1, "1 2"},
		{10, 100, "10 20 50 100"},
		{2, 3_000_000, "10 100 1000 10000 100000 1e+06"},
	} {
		a := Logarithmic("y", tt.least, tt.most, name)
		if got := labels(a); got != tt.want || a.Min > tt.least || a.Max < tt.most {
			t.Errorf("%g to %g: ticks %q on %g to %g, want %q", tt.least, tt.most, got, a.Min, a.Max, tt.want)
		}
	}
}

func TestScale(t *testing.T) {
	for _, tt := range []struct {
		s       Scale
		v, want float64
	}{
		{Scale{Max: 10}, 5, 0.5}, {Scale{Max: 10}, -1, 0}, {Scale{Max: 10}, 11, 1}, {Scale{}, 1, 0},
		{Scale{1, 100, true}, 10, 0.5}, {Scale{1, 100, true}, 0, 0}, {Scale{1, 100, true}, 1000, 1},
	} {
		if got := tt.s.at(tt.v); math.Abs(got-tt.want) > 1e-9 {
			t.Errorf("%v.at(%g) = %g, want %g", tt.s, tt.v, got, tt.want)
		}
	}
}

func example() *Plot {
	return &Plot{
		ID: "p", Title: "A <title>", Desc: `"described" & done`,
		X:     Linear("x & more", 10, name),
		Y:     Logarithmic("y", 1, 100, name),
		Lines: []Line{{"one", []Point{{0, 1}, {5, 10}, {10, 100}}}, {"two", []Point{{0, 2}, {10, 3}}}, {"none", nil}},
		Bars:  []Bar{{1, 2, 10, "a < b"}, {2, 3, 1, "least"}},
		Marks: []Mark{{Point{1, 10}, "left"}, {Point{9, 50}, "right"}},
	}
}

// TestSVG reads the plot back as XML: all is escaped, all is there, and what is
// drawn stands inside.
func TestSVG(t *testing.T) {
	text := string(example().AppendSVG(nil))
	counts, texts := map[string]int{}, ""
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		token, err := d.Token()
		if token == nil {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			counts[token.Name.Local]++
		case xml.CharData:
			texts += string(token) + "|"
		}
	}
	for element, want := range map[string]int{"svg": 1, "desc": 1, "title": 3, "rect": 2, "circle": 2, "path": 3} {
		if counts[element] != want {
			t.Errorf("%d %s, want %d", counts[element], element, want)
		}
	}
	for _, want := range []string{"A <title>|", `"described" & done|`, "x & more|", "a < b|", "left|", "right|"} {
		if !strings.Contains(texts, want) {
			t.Errorf("no text %q", want)
		}
	}
	for _, want := range []string{`role="img"`, `aria-labelledby="p-title p-desc"`, `M76.0 270.0L407.0 144.0L738.0 18.0`, `class="line line2"`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q", want)
		}
	}
	if strings.Contains(text, "NaN") || strings.Contains(text, "Inf") {
		t.Error("a number is not finite")
	}
}
