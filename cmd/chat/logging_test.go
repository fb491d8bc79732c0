package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"rfc6455/frame"
	"rfc6455/handshake"
	v1 "rfc6455/server/chat"
	"rfc6455/server/conn"
)

// secret is what nobody may learn: me=... in a query.
const secret = "00112233445566778899aabbccddeeff"

// everything lets the server log all that it has to say about requests, each with a
// secret in its query.
func everything(t *testing.T, c *chat) {
	t.Helper()
	query := "?room=private-" + secret + "&me=" + secret + "&name=x"
	m := dial(t, "ws://"+c.host+"/chat"+query, conn.Config{Subprotocols: []string{v1.Protocol}})
	m.hearsV1("live")
	m.sayV1("a text\x1b[2J\u202e\u009b")
	plain := dial(t, "ws://"+c.host+"/elsewhere"+query, conn.Config{})
	plain.hears(greeting)
	for _, ending := range []*member{m, plain} {
		ending.StartClose(frame.NormalClosure, "")
		ending.end()
	}
	refused := dial(t, "ws://"+c.host+"/chat?me="+secret+"&room="+strings.Repeat("x", v1.MaxRoom+1), conn.Config{Subprotocols: []string{v1.Protocol}})
	refused.end()
	forwarded, err := handshake.NewFields(http.Header{"X-Forwarded-For": {"192.0.2.1"}})
	if err != nil {
		t.Fatal(err)
	}
	dial(t, "ws://"+c.host+"/chat"+query, conn.Config{Fields: forwarded}).hears(greeting)
	for _, cfg := range []conn.Config{{Origin: "http://evil.example"}, {Origin: "null"}} {
		if _, err := conn.Dial(t.Context(), "ws://"+c.host+"/chat"+query, &cfg); err == nil {
			t.Errorf("origin %s was taken", cfg.Origin)
		}
	}
	for _, change := range []func(*http.Request){
		func(r *http.Request) {},
		func(r *http.Request) { r.URL.Path = "/chat" },
		func(r *http.Request) { r.URL.Path, r.Method = "/nothing", http.MethodPost },
		func(r *http.Request) { r.Host = "evil.example" },
		func(r *http.Request) { r.Header.Set("Upgrade", "websocket"); r.Header.Set("Connection", "Upgrade") },
		func(r *http.Request) { r.Header.Set("Referer", "http://"+c.host+"/"+query) },
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+c.host+"/"+query, nil)
		if err != nil {
			t.Fatal(err)
		}
		change(r)
		answer, err := fresh().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
	}
}

// TestLogs looks at all lines of a server, on trial and public, in both formats.
func TestLogs(t *testing.T) {
	for _, tt := range []struct {
		name  string
		args  []string
		texts bool
	}{
		{"trial", nil, true},
		{"public", []string{"-trusted-proxies", "10.0.0.1", "-log-format", "json"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := startChat(t, append(tt.args, "-log-level", "debug")...)
			everything(t, c)
			c.stop()
			log := strings.Join(c.lines(), "")
			for _, parts := range [][]string{{"새로운 클라이언트 연결됨!"}, {"connection ended", v1.Protocol}, {"connection ended", "plain"}, {"origin refused", "-origin null"}, {"host refused", "-host evil.example"}, {"gone: all have left"}} {
				if !strings.Contains(log, parts[0]) {
					t.Errorf("no %q in\n%s", parts, log)
				}
				c.waitLog(has(parts...))
			}
			for _, hidden := range []string{secret, "room=", "name=x", "\x1b", "\u202e", "\u009b"} {
				if strings.Contains(log, hidden) {
					t.Errorf("%q is in the log\n%s", hidden, log)
				}
			}
			if got := strings.Contains(log, `받은 메시지: a text`); got != tt.texts || !strings.Contains(log, "받은 메시지") {
				t.Errorf("texts in the log: %t, want %t\n%s", got, tt.texts, log)
			}
			if strings.Contains(strings.Join(tt.args, " "), "json") {
				allJSON(t, log)
			}
			if !tt.texts {
				return
			}
			c.waitLog(has("level=WARN", "this is a trial", `allow="-trusted-proxies 127.0.0.1"`))
		})
	}
}

// allJSON demands that each line is a record.
func allJSON(t *testing.T, log string) {
	t.Helper()
	for line := range strings.Lines(log) {
		var record map[string]any
		if err := json.Unmarshal([]byte(line), &record); err != nil || record["time"] == nil || record["level"] == nil || record["msg"] == nil {
			t.Errorf("no record: %v %q", err, line)
		}
	}
}
