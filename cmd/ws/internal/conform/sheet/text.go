package sheet

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"rfc6455/cmd/ws/internal/conform"
)

// A row is a family in the summary.
type row struct {
	Family string
	Counts [4]int // by verdict, in their order
	All    int
}

// summary counts by family, and in all.
func summary(r *conform.Results) (rows []row, all row) {
	all.Family = "all"
	for _, f := range conform.Families {
		this := row{Family: string(f)}
		for _, res := range r.All {
			if res.Case.Family != f {
				continue
			}
			for i, v := range conform.Verdicts {
				if res.Verdict == v {
					this.Counts[i]++
					all.Counts[i]++
				}
			}
			this.All++
		}
		if all.All += this.All; this.All > 0 {
			rows = append(rows, this)
		}
	}
	return rows, all
}

// Text writes a table of the families, what was not a pass, and the deviations.
func Text(w io.Writer, r *conform.Results, deviations []conform.Deviation) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, a %s, %d cases in %v\n\n", printable(r.Target), r.Role, len(r.All), r.Took.Round(time.Millisecond))
	fmt.Fprintf(&b, "%-14s", "")
	for _, v := range conform.Verdicts {
		fmt.Fprintf(&b, "%12s", v)
	}
	rows, all := summary(r)
	for _, row := range append(rows, all) {
		fmt.Fprintf(&b, "\n%-14s", row.Family)
		for _, n := range row.Counts {
			fmt.Fprintf(&b, "%12d", n)
		}
	}
	b.WriteString("\n")
	for _, v := range []conform.Verdict{conform.Fail, conform.StrictOnly} {
		writeAll(&b, r, v)
	}
	writeSkipped(&b, r)
	if len(r.Died) > 0 {
		fmt.Fprintf(&b, "\nthe target died. Under way: %s\n", strings.Join(r.Died, ", "))
	}
	b.WriteString("\n" + verdict(r, deviations) + "\n")
	for _, d := range deviations {
		if d.Want != nil {
			fmt.Fprintf(&b, "  %s\n", printable(d.String()))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeAll lists the cases of one verdict.
func writeAll(b *strings.Builder, r *conform.Results, v conform.Verdict) {
	first := true
	for _, res := range r.All {
		if res.Verdict != v {
			continue
		}
		if first {
			fmt.Fprintf(b, "\n%s:\n", v)
			first = false
		}
		fmt.Fprintf(b, "  %-32s %-14s %s\n", res.Case.ID, res.Case.Clause, printable(res.Reason))
	}
}

// writeSkipped says how many cases were skipped for which reason, the most frequent
// first.
func writeSkipped(b *strings.Builder, r *conform.Results) {
	counts := map[string]int{}
	for _, res := range r.All {
		if res.Verdict == conform.Skipped {
			counts[reason(res.Reason)]++
		}
	}
	if len(counts) > 0 {
		fmt.Fprintf(b, "\n%s:\n", conform.Skipped)
	}
	for _, why := range slices.SortedFunc(maps.Keys(counts), func(x, y string) int {
		return cmp.Or(counts[y]-counts[x], strings.Compare(x, y))
	}) {
		fmt.Fprintf(b, "%6d  %s\n", counts[why], printable(why))
	}
}

// quoted are the words of a reason that differ from case to case.
var quoted = regexp.MustCompile(` *"[^"]*"`)

// reason is why a case was skipped, without what differs from case to case.
func reason(s string) string { return quoted.ReplaceAllString(s, "") }

// verdict is the run in a sentence.
func verdict(r *conform.Results, deviations []conform.Deviation) string {
	switch {
	case len(r.Died) > 0:
		return "the target died"
	case len(deviations) == 1:
		return "1 deviation from what was expected"
	case len(deviations) > 1:
		return fmt.Sprintf("%d deviations from what was expected", len(deviations))
	}
	return "as expected"
}

// Case writes one result whole: what it is about, what was to come, and what went
// over the wire.
func Case(w io.Writer, res *conform.Result) error {
	var b strings.Builder
	c := res.Case
	fmt.Fprintf(&b, "%s  %s", c.ID, c.Clause)
	if len(c.Numbers) > 0 {
		fmt.Fprintf(&b, "  (%s)", strings.Join(c.Numbers, ", "))
	}
	fmt.Fprintf(&b, "\n  %s\n  expected: %s\n", c.What, c.Expect)
	if c.Strict != "" {
		fmt.Fprintf(&b, "  more than the RFC asks for: %s\n", c.Strict)
	}
	for _, l := range res.Lines {
		fmt.Fprintf(&b, "%8.3f %s %s\n", l.At.Seconds(), arrow(l.Ours), strings.ReplaceAll(printable(l.Text), "\n", "\n           "))
		if l.Hex != "" {
			fmt.Fprintf(&b, "           %s\n", l.Hex)
		}
	}
	fmt.Fprintf(&b, "  %s", res.Verdict)
	if res.Reason != "" {
		fmt.Fprintf(&b, ": %s", printable(res.Reason))
	}
	if res.Ending != "" {
		fmt.Fprintf(&b, " (end: %s)", res.Ending)
	}
	b.WriteString("\n\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func arrow(ours bool) string {
	if ours {
		return "-->"
	}
	return "<--"
}

// printable lets no control character of the target's reach a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && (r < ' ' || r >= 0x7F && r < 0xA0 || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069) {
			return '\uFFFD'
		}
		return r
	}, s)
}
