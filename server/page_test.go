package server

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
)

// get asks for a file of the page.
func (s *rig) get(t *testing.T, method, target, tag string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+s.addr+target, nil)
	if err != nil {
		t.Fatal(err)
	}
	if tag != "" {
		r.Header.Set("If-None-Match", tag)
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(body)
}

// A browser keeps the page's files, and asks each time whether they are the same.
func TestPageIsKept(t *testing.T) {
	s, other := serve(t, Config{}), serve(t, Config{})
	defer http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	seen := map[string]string{}
	for _, target := range []string{"/", "/style.css", "/app.js", "/icon.svg"} {
		answer, body := s.get(t, "GET", target, "")
		tag := answer.Header.Get("ETag")
		if len(tag) < 20 || !strings.HasPrefix(tag, `"`) || seen[tag] != "" || body == "" {
			t.Errorf("%s has the tag %q, and %q has it", target, tag, seen[tag])
		}
		seen[tag] = target
		if got := answer.Header.Get("Cache-Control"); got != "no-cache" {
			t.Errorf("%s: Cache-Control is %q", target, got)
		}
		for _, known := range []string{tag, `"x", W/` + tag, "*"} {
			again, body := other.get(t, "GET", target+"?x", known)
			if again.StatusCode != http.StatusNotModified || body != "" || again.Header.Get("ETag") != tag || again.Header.Get("Cache-Control") != "no-cache" {
				t.Errorf("%s of %s: %d, %v, %q", known, target, again.StatusCode, again.Header, body)
			}
		}
		if changed, got := s.get(t, "GET", target, `"another"`); changed.StatusCode != 200 || got != body {
			t.Errorf("%s, changed: %d", target, changed.StatusCode)
		}
		if head, got := s.get(t, "HEAD", target, ""); head.Header.Get("ETag") != tag || got != "" {
			t.Errorf("HEAD of %s: %v, %q", target, head.Header, got)
		}
	}
	for _, target := range []string{"/nothing", "/index.html", "/healthz"} {
		if answer, _ := s.get(t, "GET", target, ""); answer.Header.Get("ETag") != "" {
			t.Errorf("%s has the tag %q", target, answer.Header.Get("ETag"))
		}
	}
}

func TestEntityTags(t *testing.T) {
	a, err := entityTags(fstest.MapFS{"index.html": {Data: []byte("x")}, "d/y.js": {Data: []byte("x")}, "z.js": {Data: []byte("z")}})
	if err != nil || len(a) != 3 || a["/"] == "" || a["/"] != a["/d/y.js"] || a["/"] == a["/z.js"] {
		t.Errorf("%v, %v", a, err)
	}
}

// What the server counts is not for everybody.
func TestNoMetricsInPublic(t *testing.T) {
	s := serve(t, Config{})
	defer http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	for _, target := range []string{"/metrics", "/debug/pprof/", "/debug/vars"} {
		if answer, _ := s.get(t, "GET", target, ""); answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", target, answer.StatusCode)
		}
	}
}
