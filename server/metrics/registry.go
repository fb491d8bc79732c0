package metrics

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
)

// A Registry is a list of families. The zero value is empty. A family that cannot
// be shown - its name ill-formed or taken, a counter's without "_total" - makes
// the registering method panic: it is a slip in the program.
type Registry struct {
	families []family
	names    map[string]bool

	scrape sync.Mutex
	before []func() // called at the beginning of a scrape
}

// A family appends its samples.
type family struct {
	name, help string
	kind       kind
	samples    func(b []byte, name string) []byte
}

// A kind is what TYPE says.
type kind string

const (
	counter   kind = "counter"
	gauge     kind = "gauge"
	histogram kind = "histogram"
)

func (r *Registry) add(name, help string, k kind, samples func(b []byte, name string) []byte) {
	switch {
	case !isName(name) || strings.Contains(name, ":"): // a colon is for who aggregates
		panic(fmt.Sprintf("metrics: %q is not a name", name))
	case help == "":
		panic(fmt.Sprintf("metrics: %s says nothing about itself", name))
	case (k == counter) != strings.HasSuffix(name, "_total"):
		panic(fmt.Sprintf("metrics: %s: counters end in _total, and nothing else does", name))
	}
	if r.names == nil {
		r.names = map[string]bool{}
	}
	for _, taken := range k.names(name) {
		if r.names[taken] {
			panic(fmt.Sprintf("metrics: %s is taken", taken))
		}
		r.names[taken] = true
	}
	r.families = append(r.families, family{name, help, k, samples})
}

// names gives what the samples of a family are called, and the family.
func (k kind) names(name string) []string {
	if k == histogram {
		return []string{name, name + "_bucket", name + "_sum", name + "_count"}
	}
	return []string{name}
}

// AppendText appends all families in the text format.
func (r *Registry) AppendText(b []byte) []byte {
	r.scrape.Lock()
	defer r.scrape.Unlock()
	for _, f := range r.before {
		f()
	}
	for _, f := range r.families {
		b = appendHead(b, f.name, f.help, f.kind)
		b = f.samples(b, f.name)
	}
	return b
}

// ServeHTTP answers a scrape.
func (r *Registry) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if req.Method != http.MethodGet && req.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD") // RFC 9110 §15.5.6
		http.Error(w, "metrics are there to be read", http.StatusMethodNotAllowed)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.Write(r.AppendText(nil)) // a scraper that has gone misses it
}
