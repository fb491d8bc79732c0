package autobahn

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"rfc6455/cmd/ws/internal/conform"
	"rfc6455/frame"
)

// A Spec is a fuzzingclient.json, which has Servers, or a fuzzingserver.json, which
// has a URL. Keys that it does not name are left alone.
type Spec struct {
	URL               string              `json:"url"`
	Servers           []Server            `json:"servers"`
	Outdir            string              `json:"outdir"`
	Cases             []string            `json:"cases"`
	ExcludeCases      []string            `json:"exclude-cases"`
	ExcludeAgentCases map[string][]string `json:"exclude-agent-cases"`
}

// A Server is one under test. Its options are about versions before the RFC.
type Server struct {
	Agent string `json:"agent"`
	URL   string `json:"url"`
}

// Where reports are written if a spec says nothing.
const (
	serversOutdir = "./reports/servers"
	clientsOutdir = "./reports/clients"
)

// Default is a spec that names every case, for clients.
func Default() *Spec { return &Spec{Outdir: clientsOutdir, Cases: []string{"*"}} }

// ParseSpec reads a spec file.
func ParseSpec(r io.Reader) (*Spec, error) {
	s := &Spec{}
	d := json.NewDecoder(r)
	if err := d.Decode(s); err != nil {
		return nil, fmt.Errorf("the spec is no JSON of its form: %w", err)
	}
	if (len(s.Servers) == 0) == (s.URL == "") {
		return nil, errors.New("a spec has either servers to try, or a url to listen at")
	}
	s.Outdir = cmp.Or(s.Outdir, map[bool]string{true: serversOutdir, false: clientsOutdir}[s.URL == ""])
	if s.Cases == nil {
		s.Cases = []string{"*"}
	}
	for i := range s.Servers {
		if s.Servers[i].Agent = cmp.Or(s.Servers[i].Agent, "UnknownServer"); s.Servers[i].URL == "" {
			return nil, fmt.Errorf("server %d of the spec has no url", i+1)
		}
	}
	return s, nil
}

// A Numbered is a case under one of its numbers.
type Numbered struct {
	Number string
	*conform.Case
}

// Numbered gives the cases that the spec chooses for targets of role, in the order of
// their numbers.
func (s *Spec) Numbered(role frame.Role) ([]Numbered, error) {
	all, err := conform.Cases(role)
	if err != nil {
		return nil, err
	}
	var chosen []Numbered
	for _, c := range all {
		for _, n := range c.Numbers {
			one := &conform.Case{ID: n}
			if one.Matches(s.Cases) && !one.Matches(s.ExcludeCases) {
				chosen = append(chosen, Numbered{n, c})
			}
		}
	}
	slices.SortFunc(chosen, func(a, b Numbered) int { return slices.Compare(parts(a.Number), parts(b.Number)) })
	return chosen, nil
}

// Excluded says whether the spec leaves a case out for an agent.
func (s *Spec) Excluded(agent, number string) bool {
	for pattern, cases := range s.ExcludeAgentCases {
		a, c := &conform.Case{ID: agent}, &conform.Case{ID: number}
		if a.Matches([]string{pattern}) && c.Matches(cases) {
			return true
		}
	}
	return false
}

// parts are the numbers in a number.
func parts(number string) (list []int) {
	for word := range strings.SplitSeq(number, ".") {
		n, err := strconv.Atoi(word)
		if err != nil {
			return nil // testdata has no such number
		}
		list = append(list, n)
	}
	return list
}
