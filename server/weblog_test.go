package server

import (
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"
)

// TestLogOfTLS has two strangers come who speak no TLS: they are counted, and only
// who debugs reads of them. What else net/http says stays a warning.
func TestLogOfTLS(t *testing.T) {
	for _, level := range []slog.Level{slog.LevelInfo, slog.LevelDebug} {
		var log strings.Builder // read when the server has ended
		s, err := New(Config{Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: level}))})
		if err != nil {
			t.Fatal(err)
		}
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		served := make(chan error, 1)
		go func() { served <- s.Serve(tls.NewListener(l, &tls.Config{})) }()
		for _, say := range []string{"GET / HTTP/1.0\r\n\r\n", "\x16\x03\x01\x00\x00"} {
			nc, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			nc.SetDeadline(time.Now().Add(20 * time.Second))
			io.WriteString(nc, say)
			nc.(*net.TCPConn).CloseWrite()
			io.Copy(io.Discard, nc) // until the server is done with it
			nc.Close()
		}
		s.web.ErrorLog.Print("http: something else")
		if err := s.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		<-served
		if got := s.Metrics.TLSFailures.Value(); got != 2 {
			t.Errorf("%d are counted, want 2", got)
		}
		got, want := strings.Count(log.String(), `level=DEBUG msg="http: TLS handshake error`), 0
		if level == slog.LevelDebug {
			want = 2
		}
		if got != want || strings.Count(log.String(), "TLS handshake") != want || !strings.Contains(log.String(), `level=WARN msg="http: something else"`) {
			t.Errorf("from %v on: want %d lines of handshakes in\n%s", level, want, &log)
		}
	}
}
