package conform

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// anyAnswer opens url, reads the answer whatever it says, and has then do the rest.
func anyAnswer(then func(ctx context.Context, nc net.Conn, r *bufio.Reader)) func(context.Context, string) error {
	return func(ctx context.Context, url string) error {
		host, path, _ := strings.Cut(strings.TrimPrefix(url, "ws://"), "/")
		nc, err := net.Dial("tcp", host)
		if err != nil {
			return err
		}
		defer nc.Close()
		defer context.AfterFunc(ctx, func() { nc.Close() })()
		fmt.Fprintf(nc, "GET /%s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
			"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n", path, host)
		r := bufio.NewReader(nc)
		if _, err := http.ReadResponse(r, nil); err != nil {
			return err
		}
		then(ctx, nc, r)
		return nil
	}
}

// pongs answers short Pings, with a mask of zeros.
func pongs(_ context.Context, nc net.Conn, r *bufio.Reader) {
	for {
		var head [2]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return
		}
		payload := make([]byte, head[1])
		if _, err := io.ReadFull(r, payload); err != nil {
			return
		}
		if head[0] == 0x89 {
			nc.Write(append([]byte{0x8a, 0x80 | head[1], 0, 0, 0, 0}, payload...))
		}
	}
}

// TestRefusals judges clients by what they make of a bad answer.
func TestRefusals(t *testing.T) {
	t.Parallel()
	const patience = 100 * time.Millisecond
	for name, tt := range map[string]struct {
		then func(context.Context, net.Conn, *bufio.Reader)
		want map[string]Verdict
	}{
		"at once": {func(context.Context, net.Conn, *bufio.Reader) {}, map[string]Verdict{
			"answer/accept-missing": Pass, "answer/http-1.0": Pass, "answer/status-200": Pass}},
		"later": {func(context.Context, net.Conn, *bufio.Reader) { time.Sleep(2*settle + 5*patience) }, map[string]Verdict{
			"answer/accept-missing": Pass, "answer/http-1.0": Pass, "answer/status-200": Pass}},
		"never": {func(ctx context.Context, _ net.Conn, _ *bufio.Reader) { <-ctx.Done() }, map[string]Verdict{
			"answer/accept-missing": Fail, "answer/http-1.0": Fail, "answer/status-200": StrictOnly}},
		"taken": {pongs, map[string]Verdict{
			"answer/accept-missing": Fail, "answer/accept-other": Fail, "answer/status-200": Fail,
			"answer/http-1.0": StrictOnly, "answer/accept-repeated": StrictOnly}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := Config{Listener: listen(t), Launch: anyAnswer(tt.then), Timeout: 6 * time.Second, Patience: patience}
			for id := range tt.want {
				cfg.Cases = append(cfg.Cases, id)
			}
			for id, r := range verdicts(t, cfg) {
				if r.Verdict != tt.want[id] {
					t.Errorf("%s: %s %q, want %s", id, r.Verdict, r.Reason, tt.want[id])
				}
			}
		})
	}
}
