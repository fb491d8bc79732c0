package sheet

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"rfc6455/cmd/ws/internal/conform"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"ms":        func(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d)/1e6) },
	"printable": printable,
	"words":     func(list []string) string { return strings.Join(list, " ") },
	"anchor":    func(id string) string { return strings.ReplaceAll(id, "/", ".") },
}).Parse(pageText))

// A block is a family with its cases.
type block struct {
	row
	Results []conform.Result
}

// HTML writes r as one page that needs no other file.
func HTML(w io.Writer, r *conform.Results, deviations []conform.Deviation) error {
	rows, all := summary(r)
	var blocks []block
	for _, row := range rows {
		b := block{row: row}
		for _, res := range r.All {
			if string(res.Case.Family) == row.Family {
				b.Results = append(b.Results, res)
			}
		}
		blocks = append(blocks, b)
	}
	return page.Execute(w, struct {
		Results    *conform.Results
		Verdict    string
		Good       bool
		Deviations []conform.Deviation
		Verdicts   []conform.Verdict
		Blocks     []block
		All        row
		Began      string
		Took       time.Duration
	}{r, verdict(r, deviations), len(deviations) == 0 && len(r.Died) == 0, deviations, conform.Verdicts, blocks, all,
		r.Began.UTC().Format("2006-01-02 15:04:05 UTC"), r.Took.Round(100 * time.Millisecond)})
}
