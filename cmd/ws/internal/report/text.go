package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"rfc6455/cmd/ws/internal/hist"
	"rfc6455/cmd/ws/internal/load"
)

// quantiles are the ones that are told, with their names.
var quantiles = []struct {
	Name string
	At   float64
}{
	{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}, {"p99.99", 0.9999},
}

// Text writes res as a table.
func Text(w io.Writer, res *load.Result) error {
	var b strings.Builder
	for _, s := range sections(res) {
		fmt.Fprintf(&b, "%s\n", s.Title)
		for _, r := range s.Rows {
			fmt.Fprintf(&b, "  %-12s %s\n", r.Name, r.Value)
		}
	}
	fmt.Fprintln(&b, verdict(res))
	_, err := io.WriteString(w, b.String())
	return err
}

// A section is a titled list of facts; a row one of them.
type section struct {
	Title string
	Rows  []row
}

type row struct{ Name, Value string }

// sections are the facts, for text and HTML alike.
func sections(res *load.Result) []section {
	return []section{
		{"load", planRows(res)},
		{"connections", connectionRows(res)},
		{"messages", messageRows(res)},
		{latencyTitle(res), latencyRows(res)},
	}
}

func planRows(res *load.Result) []row {
	p := res.Plan
	how := "closed loop"
	switch {
	case p.Rate > 0:
		how = fmt.Sprintf("%g messages/s in all", p.Rate)
	case p.Mode == load.Echo:
		how += fmt.Sprintf(", %d under way each", p.Inflight)
	}
	kind := "text"
	if p.Binary {
		kind = "binary"
	}
	rows := []row{
		{"url", p.URL},
		{"plan", fmt.Sprintf("%s, %s, %d bytes of %s", p.Mode, how, p.Size, kind)},
		{"lasted", fmt.Sprintf("%.2f s", res.Seconds)},
	}
	if p.Conn.Deflate.Enabled {
		rows = append(rows, row{"deflate", map[bool]string{true: "in use", false: "offered and not taken"}[res.Deflate]})
	}
	if len(p.Conn.Subprotocols) > 0 {
		rows = append(rows, row{"subprotocol", fmt.Sprintf("%q", res.Protocol)})
	}
	return rows
}

func connectionRows(res *load.Result) []row {
	h := &res.Handshakes
	rows := []row{
		{"opened", fmt.Sprintf("%s of %s, %s of them sending", count(int64(res.Opened)), count(int64(res.Plan.Conns)), count(int64(res.Senders)))},
		{"handshakes", fmt.Sprintf("%.0f/s, p50 %s, p99 %s", perSecond(float64(h.Count()), res.OpenedIn.Seconds()), span(h.Quantile(0.5)), span(h.Quantile(0.99)))},
	}
	for _, r := range res.Failed {
		rows = append(rows, row{"failed", fmt.Sprintf("%s: %s", count(int64(r.Count)), r.Text)})
	}
	for _, r := range res.Ended {
		rows = append(rows, row{"ended early", fmt.Sprintf("%s: %s", count(int64(r.Count)), r.Text)})
	}
	return rows
}

func messageRows(res *load.Result) []row {
	rows := []row{
		{"sent", fmt.Sprintf("%s, %.0f/s, %s", count(res.Sent), perSecond(float64(res.Sent), res.Seconds), size(res.SentBytes))},
		{"received", fmt.Sprintf("%s of %s, %.0f/s, %s", count(res.Received), count(res.Expected), perSecond(float64(res.Received), res.Seconds), size(res.ReceivedBytes))},
		{"lost", count(res.Lost)},
		{"reordered", count(res.Reordered)},
		{"duplicate", count(res.Duplicate)},
	}
	for _, r := range []struct {
		name string
		n    int64
		what string
	}{
		{"unsent", res.Unsent, "were due, and the connection took no more"},
		{"cut off", res.Cut, "had not come when their connection ended"},
		{"damaged", res.Damaged, "came back changed, or were sent by nobody"},
		{"stray", res.Stray, "came to a connection that had not sent them: try -mode broadcast"},
		{"foreign", res.Foreign, "are not of this run: greetings, other people's"},
	} {
		if r.n > 0 {
			rows = append(rows, row{r.name, count(r.n) + " " + r.what})
		}
	}
	if res.Inexact {
		rows = append(rows, row{"note", fmt.Sprintf("more than %d gaps at once: lost and duplicate are upper bounds", load.MaxGaps)})
	}
	return rows
}

// latencyTitle says from when latency counts.
func latencyTitle(res *load.Result) string {
	if res.Plan.Rate > 0 {
		return "latency, from when a message was due"
	}
	return "latency, from when a message was sent"
}

func latencyRows(res *load.Result) []row {
	if res.Latency.Count() == 0 {
		return []row{{"none", "nothing came back"}}
	}
	rows := []row{{"min", span(res.Latency.Min())}, {"mean", span(int64(res.Latency.Mean()))}}
	for _, q := range quantiles {
		rows = append(rows, row{q.Name, span(res.Latency.Quantile(q.At))})
	}
	rows = append(rows, row{"max", span(res.Latency.Max())})
	if res.Plan.Rate > 0 {
		rows = append(rows, lagRows(&res.Lag, &res.Latency)...)
	}
	return rows
}

// lagRows say how late messages were sent: what of the latency is not the server's
// answering, but this machine's pace, or a server that takes no more bytes.
func lagRows(lag, latency *hist.Histogram) []row {
	const at = 0.99
	rows := []row{{"sent late", fmt.Sprintf("p50 %s, p99 %s after it was due", span(lag.Quantile(0.5)), span(lag.Quantile(at)))}}
	if lag.Quantile(at) > latency.Quantile(at)/2 {
		rows = append(rows, row{"note", "half of the p99 or more is lateness in sending: too little processor time here, or a server that takes no more"})
	}
	return rows
}

// verdict is the last line.
func verdict(res *load.Result) string {
	end := ""
	if res.Interrupted {
		end = " (interrupted: the results so far)"
	}
	switch d := res.Deviations(); {
	case len(d) > 0:
		return "DEVIATIONS: " + strings.Join(d, "; ") + end
	case res.Sent == 0:
		return "nothing was sent" + end
	}
	return "as expected: every message came, once and in order" + end
}

func perSecond(n, seconds float64) float64 { return n / max(seconds, 1e-9) }

// span is a duration in three or four digits.
func span(ns int64) string {
	d := time.Duration(ns)
	for unit := time.Nanosecond; ; unit *= 10 {
		if d < 1000*unit {
			return d.Round(unit).String()
		}
	}
}

// count is n with its thousands set apart.
func count(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func size(n uint64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.2f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d bytes", n)
}
