package autobahn

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"rfc6455/cmd/ws/internal/conform"
	"rfc6455/cmd/ws/internal/conform/sheet"
	"rfc6455/frame"
)

// An Entry is a case in index.json.
type Entry struct {
	Behavior        string `json:"behavior"`
	BehaviorClose   string `json:"behaviorClose"`
	Duration        int64  `json:"duration"` // milliseconds
	RemoteCloseCode *int   `json:"remoteCloseCode"`
	Reportfile      string `json:"reportfile"`
}

// A detail is the file that an Entry points to.
type detail struct {
	Agent       string   `json:"agent"`
	ID          string   `json:"id"`
	Case        string   `json:"case"` // conform's name
	Description string   `json:"description"`
	Expectation string   `json:"expectation"`
	Clause      string   `json:"clause"`
	Result      string   `json:"result"`
	Started     string   `json:"started"`
	IsServer    bool     `json:"isServer"` // the runner's side
	Wirelog     []string `json:"wirelog"`
	Entry
}

// informational are numbers of cases that only inform.
var informational = []string{"7.1.6", "7.13.1", "7.13.2"}

// entry says a result in their words.
func entry(agent, number string, r *conform.Result) Entry {
	behaviors := map[conform.Verdict]string{
		conform.Pass: "OK", conform.StrictOnly: "NON-STRICT", conform.Fail: "FAILED", conform.Skipped: "UNIMPLEMENTED",
	}
	e := Entry{Behavior: behaviors[r.Verdict], BehaviorClose: "OK", Duration: r.Took.Milliseconds()}
	if slices.Contains(informational, number) && r.Verdict != conform.Fail {
		e.Behavior = "INFORMATIONAL"
	}
	if r.Ending == conform.Dropped || r.Ending == conform.Left {
		e.BehaviorClose = "UNCLEAN"
	}
	if code := int(r.Close); code != 0 && r.Close != frame.NoStatus {
		e.RemoteCloseCode = &code
	}
	e.Reportfile = fmt.Sprintf("%s_case_%s.json", fileName(agent), strings.ReplaceAll(number, ".", "_"))
	return e
}

// maxFileName is how long an agent's part of a file's name may be, in bytes.
const maxFileName = 100

// fileName is an agent's name with nothing in it that a file's may not have. One of
// which too little is left to tell it from others has a hash behind it.
func fileName(agent string) string {
	foreign := false
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		foreign = foreign || r >= utf8.RuneSelf
		return '_'
	}, strings.ToLower(strings.TrimSpace(agent)))
	if !foreign && len(name) <= maxFileName {
		return name
	}
	sum := sha256.Sum256([]byte(agent))
	return fmt.Sprintf("%s_%x", name[:min(len(name), maxFileName)], sum[:8])
}

// A Record keeps results by agent and number. It may be used by any goroutine.
type Record struct {
	mu     sync.Mutex
	role   frame.Role // of the targets
	agents map[string]map[string]conform.Result
}

// NewRecord makes an empty record for targets of role.
func NewRecord(role frame.Role) *Record {
	return &Record{role: role, agents: map[string]map[string]conform.Result{}}
}

// Add keeps a result.
func (r *Record) Add(agent, number string, res conform.Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.agents[agent] == nil {
		r.agents[agent] = map[string]conform.Result{}
	}
	r.agents[agent][number] = res
}

// Behavior gives what became of a case, in their words.
func (r *Record) Behavior(agent, number string) (string, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	res, ok := r.agents[agent][number]
	return entry(agent, number, &res).Behavior, ok
}

// Failed says how many results are failures.
func (r *Record) Failed() (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, cases := range r.agents {
		for _, res := range cases {
			if res.Verdict == conform.Fail {
				n++
			}
		}
	}
	return n
}

// Write writes index.json, a JSON file for each case and a page for each agent into
// the folder outdir.
func (r *Record) Write(outdir string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := os.MkdirAll(outdir, 0o755); err != nil {
		return err
	}
	index := map[string]map[string]Entry{}
	for agent, cases := range r.agents {
		index[agent] = map[string]Entry{}
		for number, res := range cases {
			e := entry(agent, number, &res)
			index[agent][number] = e
			if err := writeJSON(filepath.Join(outdir, e.Reportfile), r.detail(agent, number, e, &res)); err != nil {
				return err
			}
		}
		if err := r.page(outdir, agent); err != nil {
			return err
		}
	}
	return writeJSON(filepath.Join(outdir, "index.json"), index)
}

func (r *Record) detail(agent, number string, e Entry, res *conform.Result) detail {
	d := detail{
		Agent: agent, ID: number, Case: res.Case.ID, Description: res.Case.What, Expectation: res.Case.Expect, Clause: res.Case.Clause,
		Result: res.Reason, Started: res.Began.UTC().Format("2006-01-02T15:04:05.000Z"), IsServer: r.role == frame.Client, Entry: e,
		Wirelog: []string{},
	}
	for _, l := range res.Lines {
		way := "RX"
		if l.Ours {
			way = "TX"
		}
		d.Wirelog = append(d.Wirelog, way+" "+l.Text)
	}
	return d
}

// page writes an agent's page.
func (r *Record) page(outdir, agent string) error {
	res := &conform.Results{Target: agent, Role: r.role}
	seen := map[string]bool{}
	for _, number := range sorted(r.agents[agent]) {
		one := r.agents[agent][number]
		if res.Began.IsZero() || one.Began.Before(res.Began) {
			res.Began = one.Began
		}
		if res.Took += one.Took; !seen[one.Case.ID] {
			seen[one.Case.ID] = true
			res.All = append(res.All, one)
		}
	}
	return writeFile(filepath.Join(outdir, fileName(agent)+".html"), func(w io.Writer) error {
		return sheet.HTML(w, res, res.Deviations(nil))
	})
}

func sorted(cases map[string]conform.Result) (list []string) {
	for number := range cases {
		list = append(list, number)
	}
	slices.SortFunc(list, func(a, b string) int { return slices.Compare(parts(a), parts(b)) })
	return list
}

func writeJSON(name string, v any) error {
	return writeFile(name, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", "   ")
		e.SetEscapeHTML(false)
		return e.Encode(v)
	})
}

func writeFile(name string, content func(io.Writer) error) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := content(f); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
