// Package admin is what an operator's own machines may see of a running chat:
// metrics, profiles, health. It belongs on an address that nobody else reaches.
package admin

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"rfc6455/handshake"
)

// Limits of a [New] server.
const (
	headerTimeout = 5 * time.Second
	bodyTimeout   = 10 * time.Second
	answerTimeout = 5 * time.Minute // a profile's ?seconds is under it
	idleTimeout   = 2 * time.Minute // scrapes come more often
	headerBytes   = 8 << 10
)

const index = `<!doctype html><meta charset="utf-8"><title>chat</title>
<ul><li><a href="metrics">metrics</a><li><a href="debug/pprof/">profiles</a><li><a href="healthz">healthz</a><li><a href="readyz">readyz</a></ul>
`

// New makes the server: /metrics from metrics, /healthz and /readyz from chat,
// profiles under /debug/pprof/. Where l is a loopback address, Host must be one,
// too: a page of anybody's, by a name that was made to resolve to this machine,
// gets nothing.
func New(l net.Listener, metrics, chat http.Handler, log *slog.Logger) *http.Server {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics)
	mux.Handle("GET /healthz", chat)
	mux.Handle("GET /readyz", chat)
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("POST /debug/pprof/symbol", pprof.Symbol) // as the pprof tool asks
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, index)
	})
	var handler http.Handler = mux
	if tcp, ok := l.Addr().(*net.TCPAddr); ok && tcp.IP.IsLoopback() {
		handler = checkHost(mux)
	}
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       bodyTimeout,
		WriteTimeout:      answerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    headerBytes,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

func checkHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if refused, ok := errors.AsType[*handshake.Error](handshake.CheckHost(r.Host, nil)); ok {
			handshake.WriteReject(w, refused)
			return
		}
		next.ServeHTTP(w, r)
	})
}
