package main

import (
	"regexp"
	"strings"
	"testing"

	v1 "rfc6455/server/chat"
	"rfc6455/server/conn"
)

var adminAddress = regexp.MustCompile(`for the operator: open (http://[^\s"]+)`)

// startAdmin starts a server with an address for its operator.
func startAdmin(t *testing.T, args ...string) (c *chat, admin string) {
	t.Helper()
	c = startChat(t, append(args, "-admin-addr", "127.0.0.1:0")...)
	return c, adminAddress.FindStringSubmatch(c.waitLog(adminAddress.MatchString))[1]
}

// A line of Prometheus's text format 0.0.4.
var metricsLine = regexp.MustCompile(`^(# HELP [a-z_]+ \S.*|# TYPE [a-z_]+ (counter|gauge|histogram)|[a-z_]+(\{[a-z_]+="[^"\\]*"(,[a-z_]+="[^"\\]*")*\})? (NaN|[+-]?(Inf|[0-9.]+(e[+-]?[0-9]+)?)))$`)

// TestAdmin reads metrics while somebody is there, and finds nobody's room, name or
// address in them.
func TestAdmin(t *testing.T) {
	c, admin := startAdmin(t)
	const room, name = "geheimer-raum", "niemand-sonst"
	m := dial(t, "ws://"+c.host+"/chat?room="+room+"&name="+name, conn.Config{Subprotocols: []string{v1.Protocol}})
	m.hearsV1("live")
	m.sayV1("a text")
	_, err := conn.Dial(t.Context(), "ws://"+c.host+"/chat", &conn.Config{Origin: "http://evil.example"})
	if err == nil {
		t.Error("a foreign origin was taken")
	}
	status, text := get(t, fresh(), admin+"/metrics")
	if status != 200 {
		t.Fatalf("/metrics: %d", status)
	}
	for line := range strings.Lines(text) {
		if !metricsLine.MatchString(strings.TrimSuffix(line, "\n")) {
			t.Errorf("no line of the format: %q", line)
		}
	}
	for _, want := range []string{
		`chat_connections{kind="chat.v1"} 1`, "chat_rooms 1", "chat_received_messages_total 1",
		`chat_handshakes_refused_total{reason="origin-foreign"} 1`, "\ngo_goroutines ", "chat_build_info{",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	for _, secret := range []string{room, name, "127.0.0.1", "evil.example", "a text", m.NetConn().LocalAddr().String()} {
		if strings.Contains(text, secret) {
			t.Errorf("%q is in the metrics", secret)
		}
	}
	for path, want := range map[string]string{"/healthz": "", "/readyz": "", "/debug/pprof/goroutine?debug=1": "goroutine profile", "/debug/pprof/heap?debug=1": "heap profile", "/": "metrics"} {
		if status, text := get(t, fresh(), admin+path); status != 200 || !strings.Contains(text, want) {
			t.Errorf("%s: %d %.100q, want %q", path, status, text, want)
		}
	}
}

// TestAdminIsApart finds neither metrics nor profiles where everybody can come, with
// an admin address and without.
func TestAdminIsApart(t *testing.T) {
	apart, _ := startAdmin(t)
	for _, c := range []*chat{apart, startChat(t)} {
		for _, path := range []string{"/metrics", "/debug/pprof/", "/debug/pprof/heap", "/debug/pprof/cmdline", "//debug/pprof/", "/debug/vars"} {
			if status, text := get(t, fresh(), "http://"+c.host+path); status != 404 || strings.Contains(text, "goroutine") {
				t.Errorf("%s: %d %.100q, want 404", path, status, text)
			}
		}
	}
}

// TestAdminUnix is for those who want it by a socket.
func TestAdminUnix(t *testing.T) {
	path := socketPath(t)
	c := startChat(t, "-admin-addr", "unix:"+path)
	c.waitLog(has("for the operator: unix:" + path))
	web := fresh()
	web.Transport = overSocket(path)
	if status, text := get(t, web, "http://localhost/metrics"); status != 200 || !strings.Contains(text, "chat_connections") {
		t.Errorf("/metrics: %d %.100q", status, text)
	}
}
