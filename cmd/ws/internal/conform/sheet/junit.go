package sheet

import (
	"encoding/xml"
	"fmt"
	"io"

	"rfc6455/cmd/ws/internal/conform"
)

// A suites is the root of JUnit's XML, as build servers read it: a suite for each
// family.
type suites struct {
	XMLName  xml.Name `xml:"testsuites"`
	Name     string   `xml:"name,attr"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Time     string   `xml:"time,attr"`
	Suites   []suite  `xml:"testsuite"`
}

type suite struct {
	Name     string     `xml:"name,attr"`
	Tests    int        `xml:"tests,attr"`
	Failures int        `xml:"failures,attr"`
	Skipped  int        `xml:"skipped,attr"`
	Time     string     `xml:"time,attr"`
	Cases    []testcase `xml:"testcase"`
}

type testcase struct {
	Class   string   `xml:"classname,attr"`
	Name    string   `xml:"name,attr"`
	Time    string   `xml:"time,attr"`
	Failure *message `xml:"failure"`
	Skipped *message `xml:"skipped"`
	Out     string   `xml:"system-out,omitempty"`
}

type message struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// JUnit writes r as JUnit's XML. A failure is what deviates from the expectations.
func JUnit(w io.Writer, r *conform.Results, deviations []conform.Deviation) error {
	deviates := map[string]*conform.Deviation{}
	for i := range deviations {
		deviates[deviations[i].Result.Case.ID] = &deviations[i]
	}
	all := suites{Name: "ws conform " + printable(r.Target), Time: seconds(r.Took.Seconds())}
	for _, f := range conform.Families {
		s := suite{Name: string(f)}
		took := 0.0
		for i := range r.All {
			if res := &r.All[i]; res.Case.Family == f {
				s.add(res, deviates[res.Case.ID])
				took += res.Took.Seconds()
			}
		}
		if s.Time = seconds(took); s.Tests > 0 {
			all.Tests, all.Failures, all.Suites = all.Tests+s.Tests, all.Failures+s.Failures, append(all.Suites, s)
		}
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", " ")
	if err := e.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (s *suite) add(res *conform.Result, d *conform.Deviation) {
	c := testcase{Class: "ws.conform." + string(res.Case.Family), Name: res.Case.ID, Time: seconds(res.Took.Seconds())}
	s.Tests++
	switch {
	case d != nil:
		s.Failures++
		c.Failure = &message{Message: printable(d.String()), Text: printable(fmt.Sprintf("%s: %s\nexpected: %s", res.Case.Clause, res.Case.What, res.Case.Expect))}
	case res.Verdict == conform.Skipped:
		s.Skipped++
		c.Skipped = &message{Message: printable(res.Reason)}
	case res.Verdict != conform.Pass:
		c.Out = printable(fmt.Sprintf("%s: %s", res.Verdict, res.Reason))
	}
	s.Cases = append(s.Cases, c)
}

func seconds(s float64) string { return fmt.Sprintf("%.3f", s) }
