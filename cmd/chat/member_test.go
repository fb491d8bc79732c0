package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rfc6455/frame"
	"rfc6455/server/conn"
)

// A member is our own client in a chat, with all that was said to it.
type member struct {
	*conn.Conn
	t     *testing.T
	texts chan string // closed at the end
}

// heard is how many texts a member holds that nobody has asked for.
const heard = 1000

// dial opens a connection, which the end of the test closes.
func dial(t *testing.T, url string, cfg conn.Config) *member {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c, err := conn.Dial(ctx, url, &cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.StartClose(frame.NormalClosure, "") })
	m := &member{c, t, make(chan string, heard)}
	go func() {
		defer close(m.texts)
		for ev := range c.Messages() {
			m.texts <- string(ev.Payload)
		}
	}()
	return m
}

// join makes a plain member of c's lobby, and takes the greeting.
func (c *chat) join() *member {
	c.t.Helper()
	m := dial(c.t, "ws://"+c.host+"/chat", conn.Config{})
	m.hears(greeting)
	return m
}

// say sends a text.
func (m *member) say(text string) {
	m.t.Helper()
	if err := m.Send(frame.Text, []byte(text)); err != nil {
		m.t.Fatal(err)
	}
}

// next gives the next text; false at the end of the connection.
func (m *member) next() (string, bool) {
	m.t.Helper()
	select {
	case text, ok := <-m.texts:
		return text, ok
	case <-time.After(patience):
		m.t.Fatal("nothing is heard")
		return "", false
	}
}

// hears demands the next texts.
func (m *member) hears(want ...string) {
	m.t.Helper()
	for _, w := range want {
		if got, ok := m.next(); got != w || !ok {
			m.t.Fatalf("got %q (%t, %v), want %q", got, ok, m.Err(), w)
		}
	}
}

// hearsV1 passes over what chat.v1 says until a message of the type kind, and gives
// that.
func (m *member) hearsV1(kind string) map[string]any {
	m.t.Helper()
	for {
		text, ok := m.next()
		if !ok {
			m.t.Fatalf("no %s, but the end: %v", kind, m.Err())
		}
		var message map[string]any
		if err := json.Unmarshal([]byte(text), &message); err != nil {
			m.t.Fatalf("%q: %v", text, err)
		}
		if message["type"] == kind {
			return message
		}
	}
}

// sayV1 says text in chat.v1, under a new id, and waits until it was taken.
func (m *member) sayV1(text string) (position string) {
	m.t.Helper()
	request, err := json.Marshal(map[string]string{"type": "say", "id": rand.Text(), "text": text})
	if err != nil {
		m.t.Fatal(err)
	}
	m.say(string(request))
	return m.hearsText(text)
}

// hearsText waits for a text in chat.v1, and gives its position.
func (m *member) hearsText(text string) (position string) {
	m.t.Helper()
	for {
		if message := m.hearsV1("message"); message["text"] == text {
			return message["position"].(string)
		}
	}
}

// end waits for the end of the connection and gives its cause.
func (m *member) end() error {
	m.t.Helper()
	select {
	case <-m.Done():
	case <-time.After(patience):
		m.t.Fatal("the connection does not end")
	}
	return m.Err()
}

// get asks for a page by a client of its own, and gives status and body.
func get(t *testing.T, client *http.Client, url string) (int, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// fresh is a client that keeps no connection open.
func fresh() *http.Client {
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
}

// toSocket dials a unix socket, whatever address is asked for.
func toSocket(path string) func(ctx context.Context, network, addr string) (net.Conn, error) {
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}
}

// direct is a conn.Config's Proxy without one, whatever the environment says.
func direct(*http.Request) (*url.URL, error) { return nil, nil }

// has says whether a line has all parts.
func has(parts ...string) func(string) bool {
	return func(line string) bool {
		for _, p := range parts {
			if !strings.Contains(line, p) {
				return false
			}
		}
		return true
	}
}
