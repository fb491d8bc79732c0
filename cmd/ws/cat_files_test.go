package main

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rfc6455/cmd/ws/internal/transcript"
	"rfc6455/frame"
	"rfc6455/frame/session"
)

// TestCatWritesFiles shows -o, -json and -dump.
func TestCatWritesFiles(t *testing.T) {
	url := serve(t, none)
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	content := func(name string) string {
		p, err := os.ReadFile(at(name))
		if err != nil {
			t.Error(err)
		}
		return string(p)
	}
	if status, out, errs := callCat(t, "a\nb\n", "-n=2", long, "-o", at("all"), "-dump", at("dump"), url); status != 0 || out != "" || errs != "" || content("all") != "a\nb\n" {
		t.Errorf("status %d, %q, %q", status, out, errs)
	}
	if status, _, _ := callCat(t, "a\nb\n", "-n=2", long, "-o", at("m%d"), url); status != 0 || content("m1") != "a" || content("m2") != "b" {
		t.Errorf("status %d", status)
	}
	status, out, _ := callCat(t, "a\n", "-n=1", long, "-json", url)
	want := regexp.MustCompile(`^{"event":"open","time":0,"url":"` + url + `"}
{"event":"message","time":[0-9.e-]+,"type":"text","text":"a"}
{"event":"close","time":[0-9.e-]+,"code":1000}
$`)
	if status != 0 || !want.MatchString(out) {
		t.Errorf("status %d, %s", status, out)
	}
	checkDump(t, content("dump"), url)
	if status, _, errs := callCat(t, "", "-o", at("no/such"), url); status != 2 || !strings.Contains(errs, "-o is") {
		t.Errorf("status %d, %q", status, errs)
	}
}

// checkDump reads a transcript of "a\nb\n" back.
func checkDump(t *testing.T, text, url string) {
	t.Helper()
	r, err := transcript.NewReader(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if r.Header.Role != frame.Client || r.Header.URL != url || r.Header.Time.IsZero() {
		t.Errorf("header %+v", r.Header)
	}
	receiver := session.NewReceiver(session.Config{Role: frame.Client})
	var got []string
	for {
		c, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if c.From == frame.Server {
			for ev := range receiver.Feed(c.Bytes) {
				got = append(got, ev.String())
			}
		}
	}
	if s := strings.Join(got, ", "); s != `text "a", text "b", close 1000` {
		t.Errorf("the server said %s", s)
	}
}
