package metrics

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// An exposition is a text as a scraper reads it.
type exposition struct {
	kinds   map[string]string  // by family
	helps   map[string]string  // by family
	order   []string           // of families
	samples map[string]float64 // by name and labels, as they stand there
}

var (
	helpLine   = regexp.MustCompile(`^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) ((?:[^\\]|\\\\|\\n)*)$`)
	typeLine   = regexp.MustCompile(`^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)$`)
	sampleLine = regexp.MustCompile(`^([a-zA-Z_:][a-zA-Z0-9_:]*)((?:\{.*\})?) ([^ ]+)$`)
	labelSet   = regexp.MustCompile(`^\{[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\\\|\\"|\\n)*"(?:,[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\\\|\\"|\\n)*")*\}$`)
)

// parse reads a text strictly: HELP, TYPE, then all samples of one family; no
// name and no sample twice; histograms that add up.
func parse(text string) (*exposition, error) {
	x := &exposition{kinds: map[string]string{}, helps: map[string]string{}, samples: map[string]float64{}}
	if !strings.HasSuffix(text, "\n") {
		return nil, fmt.Errorf("the last line has no end")
	}
	var now string // the family that is being read
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if m := helpLine.FindStringSubmatch(line); m != nil {
			if _, twice := x.helps[m[1]]; twice {
				return nil, fmt.Errorf("line %d: %s comes twice", i+1, m[1])
			}
			now, x.helps[m[1]] = m[1], m[2]
			x.order = append(x.order, now)
			continue
		}
		if m := typeLine.FindStringSubmatch(line); m != nil {
			if m[1] != now || x.kinds[now] != "" {
				return nil, fmt.Errorf("line %d: TYPE of %s, not right after its HELP", i+1, m[1])
			}
			x.kinds[now] = m[2]
			continue
		}
		if err := x.sample(now, line); err != nil {
			return nil, fmt.Errorf("line %d: %q: %w", i+1, line, err)
		}
	}
	return x, x.checkHistograms(text)
}

func (x *exposition) sample(family, line string) error {
	m := sampleLine.FindStringSubmatch(line)
	if m == nil || m[2] != "" && !labelSet.MatchString(m[2]) {
		return fmt.Errorf("not a sample")
	}
	ending, ok := strings.CutPrefix(m[1], family)
	switch {
	case !ok, x.kinds[family] == "":
		return fmt.Errorf("not of family %s", family)
	case x.kinds[family] == "histogram":
		ok = ending == "_sum" || ending == "_count" || ending == "_bucket" && strings.Contains(m[2], `le="`)
	default:
		ok = ending == ""
	}
	if !ok {
		return fmt.Errorf("a %s has no %q", x.kinds[family], ending)
	}
	v, err := strconv.ParseFloat(m[3], 64)
	if err != nil {
		return err
	}
	key := m[1] + m[2]
	if _, twice := x.samples[key]; twice {
		return fmt.Errorf("%s comes twice", key)
	}
	x.samples[key] = v
	return nil
}

var bucketLine = regexp.MustCompile(`(?m)^(\w+)_bucket\{le="([^"]+)"\} (\d+)$`)

// checkHistograms wants bounds to ascend to +Inf, counts not to descend, and the
// last of them to be the count.
func (x *exposition) checkHistograms(text string) error {
	bound, count := map[string]float64{}, map[string]float64{}
	for _, m := range bucketLine.FindAllStringSubmatch(text, -1) {
		le, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			return err
		}
		n, err := strconv.ParseFloat(m[3], 64)
		if err != nil {
			return err
		}
		if last, ok := bound[m[1]]; ok && le <= last || n < count[m[1]] {
			return fmt.Errorf("bucket %s of %s comes after %v with %v", m[2], m[1], last, count[m[1]])
		}
		bound[m[1]], count[m[1]] = le, n
	}
	for family, kind := range x.kinds {
		if kind != "histogram" {
			continue
		}
		_, hasSum := x.samples[family+"_sum"]
		if n, hasCount := x.samples[family+"_count"]; !hasSum || !hasCount || !math.IsInf(bound[family], 1) || n != count[family] {
			return fmt.Errorf("histogram %s has bounds up to %v, %v in the last, count %v, sum: %v", family, bound[family], count[family], n, hasSum)
		}
	}
	return nil
}

// scrape parses what r shows.
func scrape(t testing.TB, r *Registry) *exposition {
	t.Helper()
	x, err := parse(string(r.AppendText(nil)))
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// want compares one sample.
func (x *exposition) want(t testing.TB, key string, want float64) {
	t.Helper()
	if got, ok := x.samples[key]; !ok || got != want {
		t.Errorf("%s is %v (there: %v), want %v", key, got, ok, want)
	}
}

// The oracle must see faults, or it proves nothing.
func TestParseRefuses(t *testing.T) {
	const head = "# HELP a A.\n# TYPE a gauge\n"
	const hist = "# HELP h H.\n# TYPE h histogram\n"
	for text, want := range map[string]string{
		head + "a 1":                    "has no end",
		"a 1\n":                         "not of family",
		"# HELP a A.\na 1\n":            "not of family",
		"# TYPE a gauge\n# HELP a A.\n": "not right after",
		head + head:                     "comes twice",
		head + "a 1\na 2\n":             "comes twice",
		head + "b 1\n":                  "not of family",
		head + "a_sum 1\n":              `a gauge has no "_sum"`,
		head + "a{x=\"\"\"} 1\n":        "not a sample",
		head + "a{x=\"\\t\"} 1\n":       "not a sample",
		head + "a one\n":                "invalid syntax",
		head + "\n":                     "not a sample",
		hist + "h_bucket{le=\"1\"} 1\nh_sum 1\nh_count 1\n":                "up to 1",
		hist + "h_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 2\n":             "count 2",
		hist + "h_bucket{le=\"+Inf\"} 1\nh_count 1\n":                      "sum: false",
		hist + "h_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\n":           "comes after",
		hist + "h_bucket{le=\"1\"} 1\nh_bucket{le=\"1.0\"} 1\nh_count 1\n": "comes after",
	} {
		if _, err := parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}
