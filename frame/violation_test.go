package frame_test

import (
	"errors"
	"fmt"
	"regexp"
	"testing"

	"rfc6455/frame"
)

func TestViolations(t *testing.T) {
	id := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	section := regexp.MustCompile(`^RFC (6455 §([5-8]|10)|7692 §[67])(\.[1-9]){1,2}$`)
	text := regexp.MustCompile(`^([a-z]|RSV|[0-9]).*[^.!]$`)
	seen := map[string]bool{}
	for _, v := range frame.Violations {
		if seen[v.ID] || seen[v.Text] {
			t.Errorf("%s: ID or text stands twice", v.ID)
		}
		seen[v.ID], seen[v.Text] = true, true
		if !id.MatchString(v.ID) || !section.MatchString(v.Section) || !text.MatchString(v.Text) {
			t.Errorf("%s: %q, %q has not the form of the others", v.ID, v.Section, v.Text)
		}
		if !v.Code.Sendable(frame.Server) || !v.Code.Sendable(frame.Client) {
			t.Errorf("%s: code %v may not be sent", v.ID, v.Code)
		}
		code, reason, err := frame.ParseClose(frame.AppendClose(nil, v.Code, v.Reason()))
		if code != v.Code || reason != v.Reason() || err != nil {
			t.Errorf("%s: its Close says %v %q, %v", v.ID, code, reason, err)
		}
	}
	if len(frame.Violations) < len(headerRules)+len(closeRules) {
		t.Errorf("only %d violations are listed", len(frame.Violations))
	}
}

func TestViolationError(t *testing.T) {
	_, _, err := frame.ParseHeader([]byte{0x09, 0x00})
	if want := "websocket: control frame is fragmented (RFC 6455 §5.5)"; err.Error() != want {
		t.Errorf("error is %q, want %q", err, want)
	}
	var v *frame.Violation
	if !errors.As(fmt.Errorf("from 127.0.0.1: %w", err), &v) || v != frame.ErrControlFragmented {
		t.Errorf("a wrapped violation is found as %v", v)
	}
	if want := "control frame is fragmented (RFC 6455 §5.5)"; v.Reason() != want {
		t.Errorf("reason is %q, want %q", v.Reason(), want)
	}
}
