package report

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"rfc6455/cmd/ws/internal/load"
)

// found gives a result with something in every part.
func found() *load.Result {
	res := &load.Result{
		Plan: load.Default(), Opened: 9, Senders: 9, Seconds: 2, OpenedIn: 10 * time.Millisecond,
		Failed: []load.Reason{{Text: "HTTP 503 <b>", Count: 1}},
		Sent:   1000, Expected: 1000, Received: 990, Lost: 10, Reordered: 1234567,
		SentBytes: 64_000, ReceivedBytes: 1 << 21, Interval: 100 * time.Millisecond,
	}
	res.Plan.URL = "ws://localhost/<script>"
	for range 9 {
		res.Handshakes.Record(1_000_000)
	}
	for i := range 990 {
		res.Latency.Record(int64(i+1) * 10_000)
	}
	for i := range 20 {
		res.Samples = append(res.Samples, load.Sample{Sent: 50, Received: uint64(40 + i), P99: time.Duration(i) * time.Millisecond})
	}
	return res
}

func write(t *testing.T, f func(*bytes.Buffer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := f(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestText(t *testing.T) {
	got := write(t, func(b *bytes.Buffer) error { return Text(b, found()) })
	for _, want := range []string{
		"plan         echo, closed loop, 1 under way each, 64 bytes of text\n",
		"opened       9 of 10, 9 of them sending\n",
		"handshakes   900/s,",
		"failed       1: HTTP 503 <b>\n",
		"sent         1,000, 500/s, 62.5 KiB\n",
		"received     990 of 1,000, 495/s, 2.0 MiB\n",
		"lost         10\n",
		"reordered    1,234,567\n",
		"latency, from when a message was sent\n",
		"p50          4.98ms\n",
		"max          9.9ms\n",
		"DEVIATIONS: connections not usable: 1; messages lost: 10; messages reordered: 1,234,567\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
}

// TestLateness shows that a latency which is the generator's is not charged to the
// server without a word.
func TestLateness(t *testing.T) {
	for _, late := range []bool{true, false} {
		res := found()
		res.Plan.Rate = 100
		for range 100 {
			res.Lag.Record(map[bool]int64{true: 6_000_000, false: 10_000}[late])
		}
		got := write(t, func(b *bytes.Buffer) error { return Text(b, res) })
		if !strings.Contains(got, "sent late ") || strings.Contains(got, "lateness in sending") != late {
			t.Errorf("late %t:\n%s", late, got)
		}
	}
}

// TestTextOfNothing shows that an empty result is told, not divided by.
func TestTextOfNothing(t *testing.T) {
	res := &load.Result{Plan: load.Default(), Interrupted: true}
	got := write(t, func(b *bytes.Buffer) error { return Text(b, res) })
	if !strings.Contains(got, "nothing came back") || !strings.Contains(got, "nothing was sent (interrupted: the results so far)") || strings.Contains(got, "NaN") {
		t.Errorf("got\n%s", got)
	}
	if page := write(t, func(b *bytes.Buffer) error { return HTML(b, res) }); strings.Contains(page, "NaN") || strings.Contains(page, "<svg id") {
		t.Error("a page of nothing has plots")
	}
}

func TestJSON(t *testing.T) {
	got := write(t, func(b *bytes.Buffer) error { return JSON(b, found()) })
	if strings.Count(got, "\n") != 1 || !strings.HasSuffix(got, "\n") {
		t.Errorf("%d lines", strings.Count(got, "\n"))
	}
	var r record
	d := json.NewDecoder(strings.NewReader(got))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		t.Fatal(err)
	}
	if r.Type != "load" || r.Messages.Lost != 10 || r.Messages.SentPerSecond != 500 || r.Latency.Max != 9_900_000 ||
		len(r.Samples) != 20 || len(r.Deviations) != 3 || r.Connections.Failed[0].Count != 1 {
		t.Errorf("got %+v", r)
	}
	empty := write(t, func(b *bytes.Buffer) error { return JSON(b, &load.Result{}) })
	if !strings.Contains(empty, `"deviations":[]`) || !strings.Contains(empty, `"samples":[]`) {
		t.Errorf("lists that are null: %s", empty)
	}
}

// TestHTML shows that a page needs nothing else, escapes what is not its own, and
// says each plot in words and numbers, too.
func TestHTML(t *testing.T) {
	for _, mode := range []load.Mode{load.Echo, load.Broadcast} {
		res := found()
		res.Plan.Mode = mode
		page := write(t, func(b *bytes.Buffer) error { return HTML(b, res) })
		if strings.Contains(page, "<script>") || strings.Contains(page, "503 <b>") {
			t.Error("hostile text is not escaped")
		}
		if m := regexp.MustCompile(`(?i)\b(src|href)=|@import|url\(`).FindString(page); m != "" {
			t.Errorf("the page loads something: %q", m)
		}
		plots := strings.Count(page, "<svg id=")
		if want := map[load.Mode]int{load.Echo: 4, load.Broadcast: 5}[mode]; plots != want {
			t.Errorf("%s: %d plots, want %d", mode, plots, want)
		}
		for _, part := range []string{`role="img"`, "<desc id=", " as a table</summary>", "<thead>"} {
			if n := strings.Count(page, part); n != plots {
				t.Errorf("%s: %d of %q for %d plots", mode, n, part, plots)
			}
		}
		if strings.Contains(page, "NaN") || strings.Contains(page, "Inf") {
			t.Error("a number is not finite")
		}
		judgeIDs(t, page)
	}
}

// judgeIDs demands that every id is there once and every reference has its id.
func judgeIDs(t *testing.T, page string) {
	t.Helper()
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if ids[m[1]] {
			t.Errorf("id %q is there twice", m[1])
		}
		ids[m[1]] = true
	}
	for _, m := range regexp.MustCompile(` aria-labelledby="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		for id := range strings.FieldsSeq(m[1]) {
			if !ids[id] {
				t.Errorf("no element has the id %q", id)
			}
		}
	}
}

// TestQuietIntervals shows that an interval without arrivals has no latency, rather
// than one of 0.
func TestQuietIntervals(t *testing.T) {
	res := found()
	res.Samples[3].Received = 0
	c := throughput(res)
	late := c[len(c)-1]
	if got := len(late.Lines[0].Points); got != len(res.Samples)-1 || late.Body[3][1] != nothing {
		t.Errorf("%d points of %d samples, the quiet one is %q", got, len(res.Samples), late.Body[3])
	}
}

// TestDistribution shows that no message is missing in the bars.
func TestDistribution(t *testing.T) {
	res := found()
	sum := 0.0
	for _, b := range distribution(res).Bars {
		sum += b.Height
		if b.From >= b.To {
			t.Errorf("bar from %g to %g", b.From, b.To)
		}
	}
	if sum != float64(res.Latency.Count()) {
		t.Errorf("the bars hold %g of %d messages", sum, res.Latency.Count())
	}
}

func TestSpan(t *testing.T) {
	for ns, want := range map[int64]string{0: "0s", 999: "999ns", 123_456: "123µs", 1_234_567: "1.23ms", 98_765_432_100: "1m38.8s"} {
		if got := span(ns); got != want {
			t.Errorf("span(%d) = %s, want %s", ns, got, want)
		}
	}
}
