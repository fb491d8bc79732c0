package handshake

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestAppendReject(t *testing.T) {
	got := string(AppendReject([]byte("before"), ErrVersionUnsupported.with("8")))
	want := "beforeHTTP/1.1 426 Upgrade Required\r\nConnection: close, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
		"Content-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\nContent-Length: 67\r\n\r\n" +
		"websocket: Sec-WebSocket-Version is not 13: \"8\" (RFC 6455 §4.2.2)\n"
	if got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// A server's own refusal: its fields, and no clause where there is none.
func TestAppendRejectOwn(t *testing.T) {
	fields, err := NewFields(http.Header{"Retry-After": {"5"}})
	if err != nil {
		t.Fatal(err)
	}
	answer, body := readAnswer(t, AppendReject(nil, &Error{Status: 503, ID: "full", Text: "server is full", Fields: fields}))
	if answer.StatusCode != 503 || answer.Header.Get("Retry-After") != "5" || !answer.Close || body != "websocket: server is full\n" {
		t.Errorf("%+v %q", answer, body)
	}
}

// An error that is not for an answer must not look like a success.
func TestAppendRejectStatus(t *testing.T) {
	for _, status := range []int{-1, 0, 101, 200, 299, 600} {
		answer, _ := readAnswer(t, AppendReject(nil, &Error{Status: status, Text: "x"}))
		if answer.StatusCode != 500 {
			t.Errorf("status %d is answered as %d", status, answer.StatusCode)
		}
	}
}

// Whatever the value, the answer stays one answer, and its text short ASCII.
func TestAppendRejectHostileValue(t *testing.T) {
	for _, value := range []string{
		"\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "\x00\x1b]0;x\a", "\u202e", "\xff\xfe", strings.Repeat("\xff", 1<<20),
	} {
		_, body := readAnswer(t, AppendReject(nil, ErrOriginForeign.with(value)))
		if len(body) > 1000 || strings.ContainsFunc(body, func(c rune) bool { return c != '§' && c != '\n' && (c < ' ' || c > '~') }) {
			t.Errorf("body %q", body)
		}
	}
}

// readAnswer reads one answer and demands that it is all.
func readAnswer(t *testing.T, b []byte) (*http.Response, string) {
	t.Helper()
	br := bufio.NewReader(strings.NewReader(string(b)))
	answer, err := http.ReadResponse(br, nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if rest, _ := io.ReadAll(br); len(rest) > 0 {
		t.Errorf("%q stands behind the answer", rest)
	}
	return answer, string(body)
}
