package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"rfc6455/handshake"
	"rfc6455/server/conn"
)

func TestReason(t *testing.T) {
	for want, err := range map[string]error{
		"HTTP 403 Forbidden":   &handshake.Error{Status: 403},
		"HTTP 599":             &handshake.Error{Status: 599},
		"connection refused":   &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)},
		"no such host: a.b":    &net.DNSError{Err: "no such host", Name: "a.b"},
		"timed out":            fmt.Errorf("x: %w", context.DeadlineExceeded),
		"interrupted":          errors.Join(context.Canceled, io.EOF),
		"the peer ended TCP":   &conn.BrokenError{Err: io.EOF},
		"odd":                  &conn.BrokenError{Err: errors.New("odd")},
		"a rule":               errors.New("websocket: a rule"),
		"\uFFFD]0;title\uFFFD": errors.New("\x1b]0;title\a"),
		"no reason given":      nil,
	} {
		if got := reason(err); got != want {
			t.Errorf("reason(%v) = %q, want %q", err, got, want)
		}
	}
	if got := reason(errors.New(strings.Repeat("한", 10_000))); got != strings.Repeat("한", maxReason) {
		t.Errorf("a long reason has %d bytes", len(got))
	}
}

// TestReasonsBound shows that however many reasons a server invents, few are kept.
func TestReasonsBound(t *testing.T) {
	var r reasons
	for i := range 1000 {
		r.add(fmt.Sprint(i))
	}
	r.add("0")
	list := r.list()
	if len(list) != maxReasons+1 || total(list) != 1001 {
		t.Errorf("%d reasons, %d in all", len(list), total(list))
	}
	if want := []Reason{{otherReasons, 1000 - maxReasons}, {"0", 2}}; !slices.Equal(list[:2], want) {
		t.Errorf("got %v, want %v", list[:2], want)
	}
}
