package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"

	"rfc6455/cmd/ws/internal/load"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Parse(pageText))

// A tile is a number that says much alone.
type tile struct{ Value, Name string }

// HTML writes res as one page that needs no other file.
func HTML(w io.Writer, res *load.Result) error {
	return page.Execute(w, struct {
		Result   *load.Result
		Verdict  string
		Good     bool
		Tiles    []tile
		Charts   []chart
		Sections []section
	}{res, verdict(res), len(res.Deviations()) == 0, tiles(res), charts(res), sections(res)})
}

func tiles(res *load.Result) []tile {
	latency := func(q float64) string {
		if res.Latency.Count() == 0 {
			return nothing
		}
		return span(res.Latency.Quantile(q))
	}
	return []tile{
		{fmt.Sprintf("%s/s", rateLabel(perSecond(float64(res.Sent), res.Seconds))), "sent"},
		{fmt.Sprintf("%s/s", rateLabel(perSecond(float64(res.Received), res.Seconds))), "received"},
		{latency(0.5), "p50 latency"},
		{latency(0.99), "p99 latency"},
		{count(res.Lost), "lost"},
		{count(int64(res.Opened)), "connections"},
	}
}
