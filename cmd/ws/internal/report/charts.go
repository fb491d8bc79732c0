package report

import (
	"fmt"
	"html/template"
	"math"
	"time"

	"rfc6455/cmd/ws/internal/load"
	"rfc6455/cmd/ws/internal/plot"
)

// A chart is a plot with the table that says the same.
type chart struct {
	plot.Plot
	Head []string
	Body [][]string
}

// SVG is the plot; all text in it is escaped.
func (c chart) SVG() template.HTML { return template.HTML(c.AppendSVG(nil)) }

// charts are all plots that res has data for.
func charts(res *load.Result) (list []chart) {
	if res.Latency.Count() > 0 {
		list = append(list, percentiles(res))
	}
	if len(res.Samples) > 0 {
		list = append(list, throughput(res)...)
	}
	if res.Latency.Count() > 0 {
		list = append(list, distribution(res))
	}
	return list
}

// spanLabel is a tick for nanoseconds.
func spanLabel(ns float64) string { return span(int64(math.Round(ns))) }

// curvePoints is how many points a power of ten of the percentile curve has.
const curvePoints = 24

// percentiles is the latency over the part of messages that were faster, on an
// axis that gives every nine the same room.
func percentiles(res *load.Result) chart {
	h := &res.Latency
	nines := max(1, math.Log10(float64(h.Count())))
	c := chart{Head: []string{"percentile", "latency"}}
	var curve plot.Line
	for i := range int(nines*curvePoints) + 1 {
		x := float64(i) / curvePoints
		curve.Points = append(curve.Points, plot.Point{X: x, Y: float64(h.Quantile(1 - math.Pow(10, -x)))})
	}
	curve.Points = append(curve.Points, plot.Point{X: nines, Y: float64(h.Max())})
	for _, q := range quantiles {
		v := h.Quantile(q.At)
		c.Body = append(c.Body, []string{q.Name, span(v)})
		if x := -math.Log10(1 - q.At); x < nines-0.1 {
			c.X.Ticks = append(c.X.Ticks, plot.Tick{At: x, Label: q.Name})
			c.Marks = append(c.Marks, plot.Mark{Point: plot.Point{X: x, Y: float64(v)}, Label: span(v)})
		}
	}
	c.Body = append(c.Body, []string{"max", span(h.Max())})
	c.X.Ticks = append(c.X.Ticks, plot.Tick{At: nines, Label: "max"})
	c.Marks = append(c.Marks, plot.Mark{Point: plot.Point{X: nines, Y: float64(h.Max())}, Label: span(h.Max())})
	c.ID, c.Title = "percentiles", "Latency by percentile"
	c.Desc = fmt.Sprintf("Half of the messages took at most %s, 99 of 100 at most %s, the slowest took %s.",
		span(h.Quantile(0.5)), span(h.Quantile(0.99)), span(h.Max()))
	c.Lines = []plot.Line{curve}
	c.X.Label, c.X.Scale = "share of messages that took at most so long", plot.Scale{Max: nines}
	c.Y = plot.Logarithmic("latency", atLeast(h.Quantile(0)), atLeast(h.Max()), spanLabel)
	return c
}

// atLeast keeps a value fit for a logarithm.
func atLeast(ns int64) float64 { return float64(max(ns, 1)) }

// A counter is one of a sample's numbers; NaN where it has none.
type counter struct {
	name string
	of   func(load.Sample) float64
}

// throughput is what was sent and received over time, and how late it was. In a
// broadcast the two differ by the number of connections, so each has its plot.
func throughput(res *load.Result) []chart {
	per := 1 / res.Interval.Seconds()
	sent := counter{"sent", func(s load.Sample) float64 { return float64(s.Sent) * per }}
	received := counter{"received", func(s load.Sample) float64 { return float64(s.Received) * per }}
	p99 := counter{"p99", func(s load.Sample) float64 {
		if s.Received == 0 {
			return math.NaN() // nothing came that could have one
		}
		return float64(s.P99)
	}}
	rates := func(title string, of ...counter) chart {
		return overTime(res, title, "messages per second", rateLabel, of, plot.Linear)
	}
	var list []chart
	if res.Plan.Mode == load.Broadcast {
		list = append(list, rates("Messages sent over time", sent), rates("Arrivals over time", received))
	} else {
		list = append(list, rates("Throughput over time", sent, received))
	}
	if res.Latency.Count() > 0 {
		list = append(list, overTime(res, "Latency over time, 99th percentile", "latency", spanLabel, []counter{p99}, positive(res)))
	}
	return list
}

// nothing stands where there is no number.
const nothing = "–"

// positive gives a logarithmic axis in the place of a linear one: its least value is
// that of the samples that have any.
func positive(res *load.Result) func(string, float64, func(float64) string) plot.Axis {
	least := time.Duration(math.MaxInt64)
	for _, s := range res.Samples {
		if s.P99 > 0 {
			least = min(least, s.P99)
		}
	}
	return func(label string, most float64, name func(float64) string) plot.Axis {
		return plot.Logarithmic(label, min(float64(least), max(most, 1)), max(most, 1), name)
	}
}

// overTime draws counters over the samples.
func overTime(res *load.Result, title, unit string, name func(float64) string, of []counter,
	axis func(string, float64, func(float64) string) plot.Axis) chart {
	c := chart{Head: []string{"time"}}
	c.ID, c.Title = fmt.Sprintf("time-%s-%d", of[0].name, len(of)), title
	most, step := 0.0, res.Interval.Seconds()
	for i := range res.Samples {
		c.Body = append(c.Body, []string{fmt.Sprintf("%.1f s", float64(i+1)*step)})
	}
	for _, o := range of {
		line, peak := plot.Line{Name: o.name}, 0.0
		for i, s := range res.Samples {
			v := o.of(s)
			if math.IsNaN(v) {
				c.Body[i] = append(c.Body[i], nothing)
				continue
			}
			peak = max(peak, v)
			line.Points = append(line.Points, plot.Point{X: (float64(i) + 0.5) * step, Y: v})
			c.Body[i] = append(c.Body[i], name(v))
		}
		most = max(most, peak)
		c.Head = append(c.Head, o.name+", "+unit)
		c.Lines = append(c.Lines, line)
		c.Desc += fmt.Sprintf("%s: at most %s. ", o.name, name(peak))
	}
	c.Desc += fmt.Sprintf("Measured in intervals of %v.", res.Interval)
	c.X = plot.Linear("seconds since the load began", float64(len(res.Samples))*step, func(v float64) string { return fmt.Sprintf("%.4g", v) })
	c.X.Max = float64(len(res.Samples)) * step
	c.X.Ticks = within(c.X.Ticks, c.X.Max)
	c.Y = axis(unit, most, name)
	return c
}

// within leaves out ticks beyond most.
func within(ticks []plot.Tick, most float64) []plot.Tick {
	for len(ticks) > 0 && ticks[len(ticks)-1].At > most {
		ticks = ticks[:len(ticks)-1]
	}
	return ticks
}

func rateLabel(v float64) string {
	switch {
	case v >= 1e6:
		return fmt.Sprintf("%.3gM", v/1e6)
	case v >= 1e4:
		return fmt.Sprintf("%.3gk", v/1e3)
	}
	return fmt.Sprintf("%.4g", v)
}

// barsPerDecade is how many bars a power of ten of the distribution has.
const barsPerDecade = 12

// distribution is how many messages took how long, in bars of equal ratio.
func distribution(res *load.Result) chart {
	h := &res.Latency
	c := chart{Head: []string{"from", "to", "messages"}}
	number := func(ns int64) int { return int(math.Floor(math.Log10(atLeast(ns)) * barsPerDecade)) }
	edge := func(i int) float64 { return math.Pow(10, float64(i)/barsPerDecade) }
	counts := map[int]uint64{}
	for b := range h.Buckets() {
		counts[number(b.Low+(b.High-b.Low)/2)] += b.Count
	}
	first, last, most := number(h.Min()), number(h.Max()), uint64(0)
	for i := first; i <= last; i++ {
		n := counts[i]
		if n == 0 {
			continue
		}
		most = max(most, n)
		from, to := spanLabel(edge(i)), spanLabel(edge(i+1))
		c.Bars = append(c.Bars, plot.Bar{From: edge(i), To: edge(i + 1), Height: float64(n),
			Title: fmt.Sprintf("%s to %s: %s messages", from, to, count(int64(n)))})
		c.Body = append(c.Body, []string{from, to, count(int64(n))})
	}
	c.ID, c.Title = "distribution", "Distribution of the latency"
	c.Desc = fmt.Sprintf("%s messages from %s to %s; the highest bar holds %s.",
		count(int64(h.Count())), span(h.Min()), span(h.Max()), count(int64(most)))
	c.X = plot.Logarithmic("latency", edge(first), edge(last+1), spanLabel)
	c.Y = plot.Linear("messages", float64(most), rateLabel)
	return c
}
