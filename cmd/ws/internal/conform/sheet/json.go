package sheet

import (
	"encoding/json"
	"io"

	"rfc6455/cmd/ws/internal/conform"
)

// A result is a case's line of JSON.
type result struct {
	Case    string   `json:"case"`
	Numbers []string `json:"numbers,omitempty"`
	Family  string   `json:"family"`
	Clause  string   `json:"clause"`
	Verdict string   `json:"verdict"`
	Reason  string   `json:"reason,omitempty"`
	Want    string   `json:"want,omitempty"` // where something else was expected
	Seconds float64  `json:"seconds"`
	Close   int      `json:"close,omitempty"` // the code of the target's Close
	Ending  string   `json:"ending,omitempty"`
}

// total is the last line of JSON.
type total struct {
	Target     string         `json:"target"`
	Role       string         `json:"role"`
	Began      string         `json:"began"`
	Seconds    float64        `json:"seconds"`
	Cases      int            `json:"cases"`
	Verdicts   map[string]int `json:"verdicts"`
	Deviations int            `json:"deviations"`
	Died       []string       `json:"died,omitempty"`
}

// JSON writes an object for each case, one a line, and one for the run.
func JSON(w io.Writer, r *conform.Results, deviations []conform.Deviation) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	want := map[string]string{}
	for _, d := range deviations {
		if want[d.Result.Case.ID] = "not fail"; d.Want != nil {
			want[d.Result.Case.ID] = string(d.Want.Verdict)
		}
	}
	for _, res := range r.All {
		c := res.Case
		err := e.Encode(result{
			Case: c.ID, Numbers: c.Numbers, Family: string(c.Family), Clause: c.Clause, Verdict: string(res.Verdict), Reason: res.Reason,
			Want: want[c.ID], Seconds: res.Took.Seconds(), Close: int(res.Close), Ending: string(res.Ending),
		})
		if err != nil {
			return err
		}
	}
	t := total{
		Target: r.Target, Role: r.Role.String(), Began: r.Began.UTC().Format("2006-01-02T15:04:05Z"), Seconds: r.Took.Seconds(),
		Cases: len(r.All), Verdicts: map[string]int{}, Deviations: len(deviations), Died: r.Died,
	}
	for _, v := range conform.Verdicts {
		t.Verdicts[string(v)] = r.Count(v)
	}
	return e.Encode(t)
}
