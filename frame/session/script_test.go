package session_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"rfc6455/frame"
	"rfc6455/testdata"
)

// big is the length of a stream that is not fed byte by byte any more.
const big = 1 << 20

// slicings are the lengths of the pieces in which a stream of n bytes is fed;
// 0 is all that the script gives at once.
func slicings(n int) []int {
	switch {
	case n > big:
		return []int{0, 64, 4099}
	case n > 256:
		return []int{0, 1, 2, 3, 5, 7, 64}
	}
	return []int{0, 1, 2, 3, 5}
}

func scripts(t *testing.T) []testdata.Session {
	t.Helper()
	all, err := testdata.Sessions()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestScripts replays every script as a server or client would live it.
func TestScripts(t *testing.T) {
	for _, s := range scripts(t) {
		t.Run(s.ID, func(t *testing.T) {
			n := streamLen(s)
			if n > big && testing.Short() {
				t.Skip("over 1 MiB")
			}
			for _, size := range slicings(n) {
				if err := replay(s, size, nil); err != nil {
					t.Fatalf("%s: %s, %s, in pieces of %d: %v", s.At, s.ID, s.Role, size, err)
				}
				if err := replay(s, size, make([]byte, 1000)); err != nil {
					t.Fatalf("%s: %s, %s, read in pieces of %d: %v", s.At, s.ID, s.Role, size, err)
				}
			}
		})
	}
}

// TestScriptsTruncated cuts the streams that only come in. Whatever is cut off,
// the events are a beginning of the script's, and there is no other violation
// than the script's.
func TestScriptsTruncated(t *testing.T) {
	for _, s := range scripts(t) {
		if n := streamLen(s); n > 1024 || wants(s) {
			continue
		}
		stream, whole := newEndpoint(s, nil, nil), newEndpoint(s, nil, nil)
		var in []byte
		for _, step := range s.Steps {
			in = stream.appendInput(in, step)
		}
		whole.feed(bytes.Clone(in), 0)
		for cut := range in {
			part := newEndpoint(s, nil, nil)
			part.feed(bytes.Clone(in[:cut]), 0)
			if err := part.r.Err(); err != nil && err != whole.r.Err() {
				t.Errorf("%s: the first %d bytes alone: %v, want nil or %v", s.At, cut, err, whole.r.Err())
			}
			if len(part.events) > len(whole.events) || differ(part.events, whole.events[:len(part.events)]) >= 0 {
				t.Errorf("%s: the first %d bytes alone give\n%s", s.At, cut, list(part.events))
			}
		}
	}
}

// TestScriptsShowEveryViolation holds the scripts to the table of violations:
// each that a stream can cause, for each role that can meet it.
func TestScriptsShowEveryViolation(t *testing.T) {
	type sight struct {
		v    *frame.Violation
		role frame.Role
	}
	seen := map[sight]bool{}
	for _, s := range scripts(t) {
		seen[sight{s.End.Violation, s.Role}] = true
	}
	blind := map[sight]bool{
		{frame.ErrNotMasked, frame.Client}:      true, // a server does not mask
		{frame.ErrMasked, frame.Server}:         true, // a client does
		{frame.ErrMessageTooSlow, frame.Server}: true, // needs the shell's clock
		{frame.ErrMessageTooSlow, frame.Client}: true,
		{frame.ErrMemoryShort, frame.Server}:    true, // needs the shell's budget
		{frame.ErrMemoryShort, frame.Client}:    true,
	}
	for _, v := range frame.Violations {
		for _, role := range []frame.Role{frame.Server, frame.Client} {
			if at := (sight{v, role}); seen[at] == blind[at] {
				t.Errorf("%s, seen by a %s: script is %t, want %t", v.ID, role, seen[at], !blind[at])
			}
		}
	}
}

// TestScriptFormat shows that a mistake in a script does not pass silently.
func TestScriptFormat(t *testing.T) {
	const good = "# §5.6.\nid: a/b\nrole: server\nin: text \"x\"\nevent: text \"x\"\nend: open\n"
	for _, tt := range []struct{ old, new, want string }{
		{"", "", ""},
		{"# §5.6.\n", "", "begins with a comment and an id"},
		{"id: a/b\n", "", "begins with a comment and an id"},
		{"a/b", "A", "does not match"},
		{"role: server", "role: proxy", "is no role"},
		{"role: server", "rule: server", "no such key"},
		{"role: server", "autobahn: 1", "does not match"},
		{"role: server", "limits: message=0", "is not a number over 0"},
		{"role: server", "limits: bytes=1", "is no limit"},
		{"role: server", "deflate: x-webkit-deflate-frame", "is not permessage-deflate"},
		{"role: server", "deflate: permessage-deflate; server_max_window_bits=7", "is no parameter"},
		{"role: server", "deflate: permessage-deflate; window=9", "is no parameter"},
		{"role: server", "times: 3", "no step before it"},
		{"end:", "role: client\nend:", "stands twice"},
		{"role: server\n", "", "without a role"},
		{"end:", "times: -1\nend:", "is not a number over 0"},
		{"end:", "split: 2\nend:", "event is not cut"},
		{"in: text", "in: txt", "is no opcode"},
		{"in: text", "packed: text", "permessage-deflate was not agreed"},
		{"event: text", "event: text more", "is a frame, no event"},
		{"in: text \"x\"", "raw: 8", "odd length"},
		{"end: open", "end: ajar", "is no state"},
		{"end: open", "end: open masked", "open has no violation"},
		{"end: open", "end: failed badly", "is no violation"},
		{"end: open", "end: open\nin: text", "in after the end"},
		{"end: open", "", "without an end"},
		{"end: open", "end: open\n\n" + good, "is taken at t.txt:2"},
	} {
		text := strings.Replace(good, tt.old, tt.new, 1)
		_, err := testdata.ParseSessions("t.txt", text)
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%q for %q: %v, want %q", tt.new, tt.old, err, tt.want)
		}
	}
}

// streamLen is about the length of all that the peer sends, before it is
// compressed: no less than that.
func streamLen(s testdata.Session) (n int) {
	for _, step := range s.Steps {
		if !step.Kind.IsExpectation() {
			n += step.Times * (len(step.Raw) + frame.MaxHeaderLen + len(step.Frame.Payload))
		}
	}
	return n
}

// wants says whether the endpoint of the script wants something by itself.
func wants(s testdata.Session) bool {
	return slices.ContainsFunc(s.Steps, func(step testdata.Step) bool {
		return step.Kind == testdata.Do || step.Kind == testdata.Refused
	})
}
