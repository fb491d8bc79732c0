package server

import (
	"context"
	"log/slog"
	"strings"
)

// tlsFailed begins what net/http says of a TLS handshake in vain. Scanners bring that
// about all day, so it is counted, and no warning.
const tlsFailed = "http: TLS handshake error"

// A webLog takes what net/http has to say, a line at a time.
type webLog struct{ s *Server }

func (w webLog) Write(line []byte) (int, error) {
	text, level := strings.TrimSuffix(string(line), "\n"), slog.LevelWarn
	if strings.HasPrefix(text, tlsFailed) {
		level = slog.LevelDebug
		w.s.Metrics.TLSFailures.Add(1)
	}
	w.s.log.Log(context.Background(), level, text)
	return len(line), nil
}
