package server

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"
	"unicode/utf8"

	"rfc6455/handshake"
	"rfc6455/server/conn"
)

// A limiter lets something be said now and then only, however often there is
// reason to.
type limiter struct {
	mu     sync.Mutex
	next   time.Time
	said   int // before that
	missed int // what was not said since
}

// take says whether it may be said now, most times in every, and how often it was
// not since the last one.
func (l *limiter) take(now time.Time, every time.Duration, most int) (missed int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !now.Before(l.next) {
		l.next, l.said = now.Add(every), 0
	}
	if l.said >= most {
		l.missed++
		return 0, false
	}
	l.said++
	missed, l.missed = l.missed, 0
	return missed, true
}

// How often the log says what strangers can bring about at will.
const (
	fullEvery    = time.Second
	proxyEvery   = time.Minute
	refusedEvery = time.Second
	refusedMost  = 100
)

// logFull tells that a cap or a pace refused somebody.
func (s *Server) logFull(r *http.Request, err error, hint bool, now time.Time) {
	if missed, ok := s.full.take(now, fullEvery, 1); ok {
		s.log.Warn("upgrade refused", "remote", r.RemoteAddr, "error", err, "more", missed)
	}
	if hint {
		s.log.Warn("many connections of one address, in the name of others: if it is a proxy of yours it has to be trusted",
			"remote", r.RemoteAddr, "allow", "-trusted-proxies "+peerFlag(r.RemoteAddr))
	}
}

// logCrowd tells that somebody had to go who was there without an upgrade.
func (s *Server) logCrowd() {
	if missed, ok := s.crowded.take(time.Now(), fullEvery, 1); ok {
		s.log.Warn("all HTTP connections are taken: who has waited the longest is closed", "limit", s.porch.most, "more", missed)
	}
}

// logNoPlace tells that the rooms or their members are as many as they may be.
func (s *Server) logNoPlace(v *visit, err error) {
	if missed, ok := s.full.take(time.Now(), fullEvery, 1); ok {
		s.log.Warn("cannot join", v.about("error", err, "more", missed)...)
	}
}

// warnOfProxy tells of a request that seems to come by a proxy that is not trusted,
// where that may mean that everybody comes and there are no limits.
func (s *Server) warnOfProxy(r *http.Request, now time.Time) {
	if !s.cfg.Trial {
		return
	}
	if _, ok := s.proxied.take(now, proxyEvery, 1); ok {
		s.log.Warn("a request came by a proxy, and this is a trial: its limits are not made for everybody",
			"remote", r.RemoteAddr, "allow", "-trusted-proxies "+peerFlag(r.RemoteAddr))
	}
}

// put logs what every connection or message gives rise to: without a search for the
// caller, which would be a good part of the cost.
func (s *Server) put(now time.Time, level slog.Level, msg string, about []any, more ...slog.Attr) {
	if ctx := context.Background(); s.log.Enabled(ctx, level) {
		r := slog.NewRecord(now, level, msg, 0)
		r.Add(about...)
		r.AddAttrs(more...)
		s.log.Handler().Handle(ctx, r) // no error of a log's has anywhere to go
	}
}

// logConnected tells of somebody who came.
func (v *visit) logConnected() {
	v.server.put(time.Now(), slog.LevelInfo, logConnected, v.about())
}

// logText logs a text, the beginning of a long one, or that there was one.
func (v *visit) logText(text []byte) {
	s := v.server
	length := slog.Int("bytes", len(text))
	switch now := time.Now(); {
	case !s.log.Enabled(context.Background(), slog.LevelInfo):
	case !s.cfg.LogTexts:
		s.put(now, slog.LevelInfo, logReceived, nil, length)
	case len(text) <= logBytes:
		s.put(now, slog.LevelInfo, logReceivedText+string(text), nil)
	default:
		n := logBytes
		for !utf8.RuneStart(text[n]) {
			n--
		}
		s.put(now, slog.LevelInfo, logReceivedText+string(text[:n]), nil, length)
	}
}

// logEnd says why a connection ended, and what it carried; that we failed it, or
// were at fault, is a warning (§7.1.7).
func (s *Server) logEnd(v *visit, kind string) {
	code, why := v.judged()
	s.Metrics.Closed(code)
	level := slog.LevelInfo
	if why != "" {
		s.Metrics.Drops.Of(why).Add(1)
	}
	if _, failed := errors.AsType[*conn.FailedError](v.conn.Err()); failed || why == reasons[fault] {
		level = slog.LevelWarn
	}
	now := time.Now()
	s.put(now, level, "connection ended", v.about(),
		slog.String("kind", kind), slog.Int("code", int(code)), slog.String("cause", v.conn.Err().Error()),
		slog.Duration("lasted", (now.Sub(s.started)-v.since).Round(time.Millisecond)),
		slog.Uint64("messages_in", v.read.messages), slog.Uint64("bytes_in", v.read.bytes),
		slog.Uint64("messages_out", v.sent.messages.Load()), slog.Uint64("bytes_out", v.sent.bytes.Load()),
	)
}

// logRefused tells why a request was refused and, for its origin or host, the
// very flag that would let it in.
func (s *Server) logRefused(r *http.Request, err error) {
	missed, ok := s.refused.take(time.Now(), refusedEvery, refusedMost)
	if !ok {
		return
	}
	what, flag := "upgrade refused", ""
	switch {
	case errors.Is(err, handshake.ErrOriginForeign), errors.Is(err, handshake.ErrOriginCrossSite):
		what, flag = "origin refused", "-origin"
	case errors.Is(err, handshake.ErrHostForeign):
		what, flag = "host refused", "-host"
	}
	about := []any{"remote", r.RemoteAddr, "error", err}
	if missed > 0 {
		about = append(about, "more", missed)
	}
	var refused *handshake.Error
	if errors.As(err, &refused) && flag != "" && pasteable(refused.Value) {
		about = append(about, "allow", flag+" "+refused.Value)
	}
	s.log.Warn(what, about...)
}
