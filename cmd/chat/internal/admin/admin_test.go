package admin

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// at is a listener that says where it listens, and no more.
type at struct {
	net.Listener
	addr net.Addr
}

func (l at) Addr() net.Addr { return l.addr }

func says(text string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, text+r.URL.Path) })
}

func get(s *http.Server, method, host, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.Handler.ServeHTTP(w, httptest.NewRequest(method, "http://"+host+path, nil))
	return w
}

func TestAdmin(t *testing.T) {
	loopback := &net.TCPAddr{IP: net.IPv6loopback, Port: 9}
	s := New(at{addr: loopback}, says("metrics:"), says("chat:"), slog.New(slog.DiscardHandler))
	for _, tt := range []struct {
		method, path string
		status       int
		want         string
	}{
		{"GET", "/", 200, `href="metrics"`},
		{"GET", "/metrics", 200, "metrics:/metrics"},
		{"HEAD", "/metrics", 200, ""},
		{"POST", "/metrics", 405, ""},
		{"GET", "/healthz", 200, "chat:/healthz"},
		{"GET", "/readyz", 200, "chat:/readyz"},
		{"GET", "/chat", 404, ""},
		{"GET", "/debug/pprof/", 200, "goroutine"},
		{"GET", "/debug/pprof/goroutine?debug=1", 200, "goroutine profile: total"},
		{"GET", "/debug/pprof/cmdline", 200, "admin.test"},
		{"POST", "/debug/pprof/profile", 405, ""},
	} {
		w := get(s, tt.method, "localhost:9", tt.path)
		if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.want) {
			t.Errorf("%s %s: %d %.200q, want %d with %q", tt.method, tt.path, w.Code, w.Body, tt.status, tt.want)
		}
	}
	if s.ReadHeaderTimeout <= 0 || s.ReadTimeout <= 0 || s.WriteTimeout <= 0 || s.IdleTimeout <= 0 || s.MaxHeaderBytes <= 0 {
		t.Errorf("something has no limit: %+v", s)
	}
}

// A name that was made to resolve to this machine is a stranger's; elsewhere no
// names are known.
func TestAdminHost(t *testing.T) {
	for _, tt := range []struct {
		ip     net.IP
		host   string
		status int
	}{
		{net.IPv4(127, 0, 0, 1), "evil.example:9", 403},
		{net.IPv4(127, 0, 0, 1), "127.0.0.1:9", 200},
		{net.IPv4(10, 0, 0, 1), "metrics.example:9", 200},
	} {
		s := New(at{addr: &net.TCPAddr{IP: tt.ip, Port: 9}}, says(""), says(""), slog.New(slog.DiscardHandler))
		if w := get(s, "GET", tt.host, "/metrics"); w.Code != tt.status {
			t.Errorf("%s on %s: %d, want %d", tt.host, tt.ip, w.Code, tt.status)
		}
	}
}
