package chat

import (
	"encoding/json"
	"fmt"
	"go/parser"
	"go/token"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"rfc6455/frame"
)

// An appender is any message.
type appender interface{ Append(b []byte) []byte }

var (
	jimin   = Member{"t7VBWgMmDiDumt81", "지민"}
	puppy   = Member{"4OLR8MXYCvoHDd6y", "반가운 강아지"}
	example = "uGx0Z4mQ1b7Hc2Ts"
	newYear = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
)

// examples are the values of the package doc's examples, in their order.
var examples = []appender{
	Welcome{
		You: jimin, Room: "lobby",
		Members: Members{Version: 7, Count: 2, List: []Member{puppy, jimin}},
		Limits:  Limits{Rate: Rate{Burst: 20, Every: 500 * time.Millisecond}},
		Head:    Position{"K7QWJ2", 43},
	},
	Welcome{
		You: jimin, Fixed: true, Room: "lobby",
		Members: Members{Version: 1, Count: 1, List: []Member{jimin}},
		Head:    Position{"K7QWJ2", 0},
	},
	Resync{Restarted, Position{"K7QWJ2", 0}},
	Message{Position{"K7QWJ2", 42}, Body{
		Time: newYear.UnixMicro(), ID: []byte(example), From: []byte(puppy.ID), Name: []byte(puppy.Name), Text: []byte("안녕하세요!"),
	}},
	Live{},
	Ack{example, Position{"K7QWJ2", 42}},
	Refusal{Code: TooFast, ID: "wq3Jt0RZ6fKpXn1v", Retry: 1500*time.Millisecond - 1},
	Refusal{Code: RoomFull},
	Joined{8, Member{"Zb1fQe8sVn30LkTw", "Quiet Otter"}},
	Renamed{9, Member{"Zb1fQe8sVn30LkTw", "수민"}},
	Left{10, "Zb1fQe8sVn30LkTw"},
	Members{Version: 131, Count: 101},
	Members{Version: 240, Count: 1, List: []Member{jimin}},
	Pong{},
	Say{example, "안녕하세요!"},
	Rename{"수민"},
	Ping{},
}

// packageDoc gives the lines of the package doc.
func packageDoc(t *testing.T) []string {
	file, err := parser.ParseFile(token.NewFileSet(), "doc.go", nil, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(file.Doc.Text(), "\n")
}

// docExamples gives the JSON texts of the package doc; a line that goes on begins
// with a space.
func docExamples(t *testing.T) []string {
	var found []string
	for _, line := range packageDoc(t) {
		switch rest, ok := strings.CutPrefix(line, "\t"); {
		case ok && strings.HasPrefix(rest, "{"):
			found = append(found, rest)
		case ok && strings.HasPrefix(rest, " ") && len(found) > 0:
			found[len(found)-1] += rest[1:]
		}
	}
	return found
}

func TestExamplesAreWhatIsSaid(t *testing.T) {
	found := docExamples(t)
	if len(found) != len(examples) {
		t.Fatalf("the package doc has %d examples, want %d", len(found), len(examples))
	}
	for i, m := range examples {
		if got := string(m.Append(nil)); got != found[i] {
			t.Errorf("%T is\n\t%s\nand in the package doc\n\t%s", m, got, found[i])
		}
	}
}

// Every message is one object of JSON with its type in front, appended to what
// stands there.
func TestExamplesAreObjects(t *testing.T) {
	for _, m := range examples {
		text, ok := strings.CutPrefix(string(m.Append([]byte("before"))), "before")
		if !ok || !strings.HasPrefix(text, `{"type":"`) || !json.Valid([]byte(text)) {
			t.Errorf("%T after \"before\" is %s", m, text)
		}
	}
}

func TestExamplesOfRequestsAreRead(t *testing.T) {
	requests := 0
	for _, m := range examples {
		want, ok := m.(Request)
		if !ok {
			continue
		}
		requests++
		for _, line := range docExamples(t) {
			if line != string(want.Append(nil)) {
				continue
			}
			if got, refusal := ParseRequest([]byte(line), Limits{}); refusal != nil || got != want {
				t.Errorf("%s: %v, %v, want %v", line, got, refusal, want)
			}
		}
	}
	if requests != 3 {
		t.Errorf("%d examples of requests, want 3", requests)
	}
}

func TestExampleOfTheQuery(t *testing.T) {
	i := slices.IndexFunc(packageDoc(t), func(s string) bool { return strings.HasPrefix(s, "\t/chat?") })
	if i < 0 {
		t.Fatal("the package doc has no example of a query")
	}
	u, err := url.Parse(strings.TrimSpace(packageDoc(t)[i]))
	if err != nil {
		t.Fatal(err)
	}
	q, refusal := ParseQuery(u.RawQuery, Secret{}, Korean)
	want := Query{Room: "lobby", You: jimin, Named: true, After: After{true, Position{"K7QWJ2", 41}}}
	if refusal != nil || q != want {
		t.Errorf("%v, %v, want %v", q, refusal, want)
	}
}

// docTable gives the rows of the table with that header, and words that are told
// apart by the columns of the header.
func docTable(t *testing.T, columns ...string) [][]string {
	lines := packageDoc(t)
	start := slices.IndexFunc(lines, func(s string) bool {
		at := 0
		for _, c := range columns {
			i := strings.Index(s[at:], c)
			if i < 0 {
				return false
			}
			at += i
		}
		return strings.HasPrefix(s, "\t"+columns[0])
	})
	if start < 0 {
		t.Fatalf("the package doc has no table %q", columns)
	}
	var rows [][]string
	for _, line := range lines[start+1:] {
		if line == "" {
			break
		}
		var row []string
		for i, c := range columns {
			from, to := strings.Index(lines[start], c), len(line)
			if i+1 < len(columns) {
				to = strings.Index(lines[start], columns[i+1])
			}
			row = append(row, strings.TrimSpace(line[from:to]))
		}
		rows = append(rows, row)
	}
	return rows
}

func TestTableOfCodes(t *testing.T) {
	var want [][]string
	for _, c := range Codes {
		closes := "-"
		if c.Close != 0 {
			closes = c.Close.String()
		}
		want = append(want, []string{c.Name, closes, c.Text, c.Client})
	}
	if got := docTable(t, "code", "close", "text", "what a client does"); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the package doc has\n%q, want\n%q", got, want)
	}
}

func TestCodesHaveNamesOfTheirOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range Codes {
		if seen[c.Name] || c.Name == "" || c.Text == "" || c.Client == "" {
			t.Errorf("%+v has no name of its own, or says nothing", c)
		}
		seen[c.Name] = true
	}
}

func TestTableOfClosings(t *testing.T) {
	var want [][]string
	for _, c := range Closings {
		word := map[bool]string{true: "yes", false: "no"}[c.Reconnect]
		if Reconnects(c.Code) != c.Reconnect {
			t.Errorf("Reconnects(%v) = %v, the table says %s", c.Code, !c.Reconnect, word)
		}
		want = append(want, []string{c.Code.String(), word, c.Text})
	}
	if got := docTable(t, "code", "reconnect", "when"); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the package doc has\n%q, want\n%q", got, want)
	}
}

func TestReconnects(t *testing.T) {
	for c := range 5000 {
		want := slices.Contains([]int{1001, 1006, 1011, 1012, 1013}, c)
		if got := Reconnects(frame.CloseCode(c)); got != want {
			t.Errorf("Reconnects(%d) = %v", c, got)
		}
	}
}

// What a refusal closes with must make a client do what the table says.
func TestCodesCloseAsTheyAdvise(t *testing.T) {
	for _, c := range Codes {
		advised := strings.Contains(c.Client, "reconnect")
		if c.Close != 0 && Reconnects(c.Close) != advised {
			t.Errorf("%s: closes with %v, and the client is to %q", c.Name, c.Close, c.Client)
		}
	}
}
