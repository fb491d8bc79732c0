package capture_test

import (
	"bytes"
	"testing"
	"time"

	"rfc6455/cmd/ws/internal/capture"
	"rfc6455/cmd/ws/internal/capture/capturetest"
	"rfc6455/frame"
)

// A judge holds what a Handler is told to what it was promised.
type judge struct {
	t     *testing.T
	bytes *int
	ended [2]bool
	over  bool
}

func (j *judge) Bytes(from frame.Role, _ time.Time, p []byte) bool {
	if j.over || j.ended[from] || len(p) == 0 {
		j.t.Error("bytes after the end, or none")
	}
	*j.bytes += len(p)
	j.over = *j.bytes%7 == 0 // no more, then
	return !j.over
}

func (j *judge) End(from frame.Role, _ time.Time) {
	if j.over || j.ended[from] {
		j.t.Error("an end after the end")
	}
	j.ended[from] = true
}

func (j *judge) Break(_ time.Time, err error) {
	if j.over || err == nil {
		j.t.Error("a break after the end, or without a reason")
	}
	j.over = true
}

// FuzzCapture reads any file: it ends, and gives no more bytes than came.
func FuzzCapture(f *testing.F) {
	for _, talk := range ways() { // small seeds: what is found has to be made small again
		late := talk.Send(frame.Server, []byte("a"))
		packets := []capture.Packet{talk.Send(frame.Client, []byte("b")), talk.Send(frame.Server, []byte("cd")), late, talk.Reset(frame.Server)}
		f.Add(capturetest.Pcap(capturetest.Orders[0], false, packets))
		f.Add(capturetest.Pcap(capturetest.Orders[1], true, packets))
		f.Add(pcapng(packets))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := capture.NewReader(bytes.NewReader(file))
		if err != nil {
			return
		}
		given, came := 0, 0
		a := capture.NewAssembler(capture.Limits{Conns: 3, Window: 500, Buffered: 600}, func(capture.Conn) capture.Handler {
			return &judge{t: t, bytes: &given}
		})
		for {
			p, err := r.Next()
			if err != nil {
				break
			}
			if came += len(p.Data); len(p.Data) > len(file) || p.Length < int64(len(p.Data)) {
				t.Fatalf("a packet of %d of %d bytes in a file of %d", len(p.Data), p.Length, len(file))
			}
			if s, err := capture.ParseSegment(p); err == nil {
				a.Add(s)
			}
		}
		a.Close()
		if given > came {
			t.Errorf("%d bytes came, and %d were given", came, given)
		}
	})
}
