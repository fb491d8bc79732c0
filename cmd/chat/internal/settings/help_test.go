package settings

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"rfc6455/server"
)

// TestHelp finds every flag in the help, with its default, on lines that fit.
func TestHelp(t *testing.T) {
	var b strings.Builder
	Help(&b)
	help := b.String()
	for line := range strings.Lines(help) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 110 {
			t.Errorf("%d characters: %s", n, line)
		}
		if strings.HasSuffix(line, " \n") || strings.Contains(line, "\t") {
			t.Errorf("blanks: %q", line)
		}
	}
	seen := map[string]bool{}
	for _, g := range newParser().groups {
		if !strings.Contains(help, "\n"+g.title+"\n") || len(g.options) == 0 {
			t.Errorf("group %q is not there, or empty", g.title)
		}
		for _, o := range g.options {
			if !strings.Contains(help, "\n  -"+o.name) || !strings.Contains(help, "("+o.standard+")") && o.name != versionFlag || seen[o.name] || o.standard == "" || o.brief == "" {
				t.Errorf("-%s is not explained, or twice", o.name)
			}
			seen[o.name] = true
		}
	}
	if n := len(seen); n < 40 {
		t.Errorf("%d flags", n)
	}
}

// TestDefaults gives each flag its own default, where that is a value: nothing may
// change.
func TestDefaults(t *testing.T) {
	said := 0
	for _, g := range newParser().groups {
		for _, o := range g.options {
			if o.value.String() != o.standard || o.name == versionFlag {
				continue // words that say what holds
			}
			said++
			p := newParser()
			if err := p.readArgs([]string{"-" + o.name + "=" + o.standard}); err != nil {
				t.Errorf("-%s: its default is refused: %v", o.name, err)
			}
			if got := p.set.Lookup(o.name).Value.String(); got != o.standard {
				t.Errorf("-%s: its default %s becomes %s", o.name, o.standard, got)
			}
		}
	}
	if said < 25 {
		t.Errorf("%d defaults are values", said)
	}
}

// TestServerTakes hands what is on the edge of the ranges to the server, and what
// only goes together with something else.
func TestServerTakes(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"", ""},
		{"-addr :1", ""},
		{"-max-connections off -max-per-address 16000000 -handshake-rate 100000/s -handshake-burst 100000", ""},
		{"-rate 100000/s -burst 1000000 -control-rate 1/s -control-burst 1 -header-bytes 1KiB", ""},
		{"-rate 1/m -text-bytes 1MiB -history-bytes 1GiB -history-total off -history-age 1s -room-idle 1s", ""},
		{"-max-rooms 1 -max-members 1 -history-messages 1 -text-bytes 1 -message-bytes 2KiB", ""},
		{"-ping-after off -pong-timeout off -message-timeout off -write-timeout off -close-timeout off -linger-timeout off -handshake-timeout off", ""},
		{"-header-timeout 24h -answer-timeout 1ms -idle-timeout 24h -ping-after 15s -drain 5ms", ""},
		{"-history-bytes 1GiB", ""},
		{"-message-bytes 1KiB", "-message-bytes: is 1024, allowed are 25600 to "},
		{"-history-messages 5 -history-keep 6", "-history-keep: is 6, allowed are 1 to 5"},
		{"-history-bytes 1KiB", "-history-bytes: is 1024, allowed are "},
		{"-history-total 1KiB", "-history-total: is 1024, allowed are "},
		{"-header-timeout 2s -request-timeout 1s", "-request-timeout: is 1s, allowed are 2s to 24h0m0s"},
		{"-drain 4ms", ""},
	} {
		s, err := server.New(parse(t, args(strings.Fields(tt.args)...)).Server)
		if s != nil {
			s.Shutdown(t.Context())
		}
		if wrong, ok := errors.AsType[*server.ConfigError](err); ok {
			err = Explain(wrong)
		}
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.HasPrefix(err.Error(), tt.want)) {
			t.Errorf("%s: %v, want %q", tt.args, err, tt.want)
		}
	}
}

// TestExplain finds the flags that fields come from, and explains no other field.
func TestExplain(t *testing.T) {
	set := newParser().set
	for field, name := range fields {
		for n := range strings.SplitSeq(name, ", -") {
			if set.Lookup(n) == nil {
				t.Errorf("%s: there is no -%s", field, n)
			}
		}
	}
	other := &server.ConfigError{Field: "Other", Err: errors.New("is odd")}
	if got := Explain(other); got != other {
		t.Errorf("another field became %v", got)
	}
}

// TestReadme holds the README's table of flags to these.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile(filepath.FromSlash("../../../../README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(text), "| flag | default | what |\n|---|---|---|\n")
	if !ok {
		t.Fatal("the README has no table of flags")
	}
	table, _, _ = strings.Cut(table, "\n\n")
	if want := strings.TrimSuffix(markdown(), "\n"); table != want {
		t.Errorf("the README's table of flags should be\n%s", want)
	}
}

// markdown gives the flags as rows of a table, a row without a default for each
// group.
func markdown() string {
	var b strings.Builder
	for _, g := range newParser().groups {
		b.WriteString("| **" + g.title + "** | | |\n")
		for _, o := range g.options {
			cells := []string{"`" + strings.TrimSpace("-"+o.name+" "+o.argument) + "`", o.standard, o.brief}
			for i, c := range cells {
				cells[i] = strings.ReplaceAll(c, "|", `\|`)
			}
			b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
		}
	}
	return b.String()
}
