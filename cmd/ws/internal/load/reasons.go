package load

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"unicode"

	"rfc6455/handshake"
	"rfc6455/server/conn"
)

// maxReasons is how many reasons are told apart.
const maxReasons = 32

const otherReasons = "other reasons"

// A Reason says how often something failed for it.
type Reason struct {
	Text  string `json:"reason"`
	Count int    `json:"count"`
}

// reasons counts reasons. The zero value is ready.
type reasons struct {
	mu sync.Mutex
	by map[string]int
}

func (r *reasons) add(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.by == nil {
		r.by = map[string]int{}
	}
	if _, known := r.by[text]; !known && len(r.by) >= maxReasons {
		text = otherReasons
	}
	r.by[text]++
}

// list gives the reasons, the most frequent first.
func (r *reasons) list() []Reason {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := []Reason{}
	for text, n := range r.by {
		list = append(list, Reason{text, n})
	}
	slices.SortFunc(list, func(a, b Reason) int {
		return cmp.Or(b.Count-a.Count, strings.Compare(a.Text, b.Text))
	})
	return list
}

func total(rs []Reason) (n int) {
	for _, r := range rs {
		n += r.Count
	}
	return n
}

// maxReason is how much of a reason is kept, in runes.
const maxReason = 200

// reason puts err in words that are the same for all connections, without ports,
// and safe to print: a peer may have chosen some of them.
func reason(err error) string {
	words := []rune(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, plainReason(err)))
	return string(words[:min(len(words), maxReason)])
}

func plainReason(err error) string {
	var refused *handshake.Error
	var errno syscall.Errno
	var dns *net.DNSError
	var broken *conn.BrokenError
	switch {
	case errors.As(err, &refused) && refused.Status != 0:
		return strings.TrimSpace(fmt.Sprintf("HTTP %d %s", refused.Status, http.StatusText(refused.Status)))
	case errors.As(err, &dns):
		return dns.Err + ": " + dns.Name
	case errors.As(err, &errno):
		return errno.Error()
	case errors.Is(err, context.Canceled):
		return "interrupted"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return "timed out"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the peer ended TCP"
	case errors.As(err, &broken):
		return broken.Err.Error()
	case err == nil:
		return "no reason given"
	}
	return strings.TrimPrefix(err.Error(), "websocket: ")
}

// An OpenError says that not even the first connection could be opened.
type OpenError struct{ Err error }

func (e *OpenError) Error() string { return reason(e.Err) + explain(e.Err) }
func (e *OpenError) Unwrap() error { return e.Err }

// explain adds what helps where the reason is often the same.
func explain(err error) string {
	var refused *handshake.Error
	if errors.As(err, &refused) && refused.Status == http.StatusNotFound {
		return " (the path may be wrong)"
	}
	return ""
}
