package session_test

import (
	"bytes"
	"io"
	"slices"
	"testing"

	"rfc6455/frame"
	"rfc6455/frame/session"
)

// wire gives frames in the notation as a peer of that role sends them.
func wire(t testing.TB, from frame.Role, lines ...string) []byte {
	t.Helper()
	var b []byte
	for _, line := range lines {
		f, err := frame.ParseFrame(line, from)
		if err != nil {
			t.Fatal(err)
		}
		b = f.AppendWire(b)
	}
	return b
}

// dataFrame is a frame of a message, as a client sends it.
func dataFrame(fin, rsv1 bool, op frame.Opcode, p []byte) []byte {
	h := frame.Header{Fin: fin, RSV1: rsv1, Opcode: op, Masked: true, Key: scriptKey, Length: int64(len(p))}
	return frame.Frame{Header: h, Payload: p}.AppendWire(nil)
}

// readFrames reads whole frames, in the clear.
func readFrames(t testing.TB, b []byte) (frames []frame.Frame) {
	t.Helper()
	for len(b) > 0 {
		h, n, err := frame.ParseHeader(b)
		if err == nil && int64(len(b)-n) < h.Length {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			t.Fatalf("output %x: %v", b[:min(len(b), 64)], err)
		}
		f := frame.Frame{Header: h, Payload: bytes.Clone(b[n : n+int(h.Length)])}
		if h.Masked {
			h.Key.XOR(f.Payload)
		}
		frames, b = append(frames, f), b[n+int(h.Length):]
	}
	return frames
}

// wantFrames compares bytes with frames in the notation, as sent by from. A
// client's keys are not compared.
func wantFrames(t testing.TB, from frame.Role, got []byte, want ...string) {
	t.Helper()
	frames := readFrames(t, got)
	texts := make([]string, len(frames))
	for i, f := range frames {
		if f.Masked != from.Masks() {
			t.Errorf("a %s's %s: masked %t", from, f.Opcode, f.Masked)
		}
		f.Masked, f.Key = false, frame.MaskKey{}
		texts[i] = f.String()
	}
	if !slices.Equal(texts, want) {
		t.Errorf("a %s sends %q, want %q", from, texts, want)
	}
}

// events feeds p and gives the events in the notation.
func events(r *session.Receiver, p []byte) (all []string) {
	for ev := range r.Feed(p) {
		all = append(all, ev.String())
	}
	return all
}

// pattern is n bytes of text that are not alike.
func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = 'a' + byte(i*7+i/26+i/4093)%26
	}
	return b
}

var spoilt = bytes.Repeat([]byte{0xA5}, 4<<10)

// spoil overwrites b: nothing of it may be in use.
func spoil(b []byte) {
	for len(b) > 0 {
		b = b[copy(b, spoilt):]
	}
}
