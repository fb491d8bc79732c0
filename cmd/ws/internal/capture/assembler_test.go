package capture_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"rfc6455/cmd/ws/internal/capture"
	"rfc6455/cmd/ws/internal/capture/capturetest"
	"rfc6455/frame"
)

// A listener notes what a Handler is told.
type listener struct {
	conn  capture.Conn
	bytes [2]strings.Builder
	told  []string // ends
	err   error
	until int // bytes, then it has heard enough; 0: never
}

func (l *listener) Bytes(from frame.Role, _ time.Time, p []byte) bool {
	l.bytes[from].Write(p)
	return l.until == 0 || l.bytes[from].Len() < l.until
}

func (l *listener) End(from frame.Role, _ time.Time) {
	l.told = append(l.told, "end of the "+from.String())
}

func (l *listener) Break(_ time.Time, err error) {
	l.told, l.err = append(l.told, err.Error()), err
}

// assemble gives what became of the connections in packets.
func assemble(t *testing.T, limits capture.Limits, packets ...capture.Packet) (all []*listener) {
	t.Helper()
	a := capture.NewAssembler(limits, func(c capture.Conn) capture.Handler {
		all = append(all, &listener{conn: c})
		return all[len(all)-1]
	})
	for _, p := range packets {
		s, err := capture.ParseSegment(p)
		if err != nil {
			t.Fatal(err)
		}
		a.Add(s)
	}
	a.Close()
	return all
}

// wants compares one listener's notes.
func (l *listener) wants(t *testing.T, name, client, server string, told ...string) {
	t.Helper()
	if up, down := l.bytes[frame.Client].String(), l.bytes[frame.Server].String(); up != client || down != server || !slices.Equal(l.told, told) {
		t.Errorf("%s: %.60q, %.60q, %q; want %.60q, %.60q, %q", name, up, down, l.told, client, server, told)
	}
}

var both = []string{"end of the client", "end of the server"}

func TestInOrder(t *testing.T) {
	for name, talk := range ways() {
		packets := talk.Open()
		for i := range 20 { // over the edges of the sequence numbers
			packets = append(packets, talk.Send(frame.Client, fmt.Appendf(nil, "c%d ", i)), talk.Send(frame.Server, fmt.Appendf(nil, "s%d ", i)))
		}
		packets = append(packets, talk.End(frame.Client), talk.End(frame.Server))
		packets = append(packets, talk.Packet(frame.Client, capture.ACK, talk.Seq[frame.Client], nil))
		all := assemble(t, capture.Limits{}, packets...)
		if len(all) != 1 || all[0].conn.Client != talk.Client || all[0].conn.Server != talk.Server || all[0].conn.Partial {
			t.Fatalf("%s: %+v", name, all)
		}
		var up, down string
		for i := range 20 {
			up, down = up+fmt.Sprintf("c%d ", i), down+fmt.Sprintf("s%d ", i)
		}
		all[0].wants(t, name, up, down, both...)
	}
}

// TestAnyOrder shuffles, doubles and cuts anew what follows the beginning.
func TestAnyOrder(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 0))
		talk := capturetest.New(5000)
		packets := talk.Open()
		var sent [2][]byte
		var rest []capture.Packet
		for from := range sent {
			role, start := frame.Role(from), talk.Seq[from]
			for range 1 + r.IntN(30) {
				p := make([]byte, 1+r.IntN(50))
				for i := range p {
					p[i] = byte(r.Uint32())
				}
				sent[from] = append(sent[from], p...)
				rest = append(rest, talk.Send(role, p))
			}
			for range r.IntN(10) { // retransmissions that overlap at both ends
				at := r.IntN(len(sent[from]))
				p := sent[from][at : at+r.IntN(len(sent[from])-at+1)]
				rest = append(rest, talk.Packet(role, capture.ACK, start+uint32(at), p))
			}
			rest = append(rest, talk.End(role))
		}
		r.Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
		all := assemble(t, capture.Limits{}, append(packets, rest...)...)
		if len(all) != 1 {
			t.Fatalf("seed %d: %d connections", seed, len(all))
		}
		slices.Sort(all[0].told)
		all[0].wants(t, fmt.Sprint("seed ", seed), string(sent[frame.Client]), string(sent[frame.Server]), both...)
	}
}

func TestRetransmission(t *testing.T) {
	talk := capturetest.New(5000)
	open := talk.Open()
	packets := slices.Concat(open[:1], open, open[1:2]) // SYN and its answer twice
	packets = append(packets,
		talk.Send(frame.Client, []byte("Hello")),
		talk.Again(frame.Client, 5, []byte("Hello")),
		talk.Again(frame.Client, 3, []byte("llo, world")), // an overlap that goes on
		talk.Again(frame.Client, 1, []byte("x")),          // keeps alive
	)
	talk.Seq[frame.Client] += uint32(len(", world"))
	packets = append(packets, talk.Again(frame.Client, 1, nil), talk.Send(frame.Client, []byte("!")))
	packets = append(packets, talk.End(frame.Client), talk.Again(frame.Client, 2, []byte("!")), talk.End(frame.Server), talk.Again(frame.Client, 2, []byte("!")))
	all := assemble(t, capture.Limits{}, packets...)
	if len(all) != 1 {
		t.Fatalf("%d connections", len(all))
	}
	all[0].wants(t, "retransmission", "Hello, world!", "", both...)
}

// TestGap leaves a packet out: the connection ends there, the others go on.
func TestGap(t *testing.T) {
	talk, other := capturetest.New(5000), capturetest.New(5001)
	packets := append(talk.Open(), other.Open()...)
	packets = append(packets, talk.Send(frame.Server, []byte("Hello")))
	talk.Send(frame.Server, make([]byte, 7))
	packets = append(packets, talk.Send(frame.Server, []byte("lost")), other.Send(frame.Client, []byte("here")), other.End(frame.Client), other.End(frame.Server))
	const gap = "gap: 7 bytes are missing, no packet has them"
	all := assemble(t, capture.Limits{}, packets...)
	all[0].wants(t, "at the capture's end", "", "Hello", gap)
	all[1].wants(t, "the other connection", "here", "", both...)

	for range 10 {
		packets = append(packets, talk.Send(frame.Server, make([]byte, 1000)))
	}
	all = assemble(t, capture.Limits{Window: 5000}, packets...)
	all[0].wants(t, "over the window", "", "Hello", gap)
	all = assemble(t, capture.Limits{Buffered: 5000}, packets...)
	all[0].wants(t, "over the buffers", "", "Hello", capture.ErrBuffered.Error())
	if !errors.Is(all[0].err, capture.ErrBuffered) {
		t.Errorf("the error is %v", all[0].err)
	}
}

func TestCutPacket(t *testing.T) {
	talk := capturetest.New(5000)
	packets := append(talk.Open(), capturetest.Cut(talk.Send(frame.Client, []byte("a very long text")), 14+20+20+6), talk.Send(frame.Client, []byte("more")))
	all := assemble(t, capture.Limits{}, packets...)
	all[0].wants(t, "cut", "a very", "", "gap: 10 bytes are missing, only the beginning of their packet was captured")
}

func TestEnds(t *testing.T) {
	for name, tt := range map[string]struct {
		end  func(*capturetest.Talk) []capture.Packet
		told []string
	}{
		"nothing": {func(*capturetest.Talk) []capture.Packet { return nil }, []string{capture.ErrUnfinished.Error()}},
		"half": {func(t *capturetest.Talk) []capture.Packet { return []capture.Packet{t.End(frame.Server)} },
			[]string{"end of the server", capture.ErrUnfinished.Error()}},
		"reset": {func(t *capturetest.Talk) []capture.Packet {
			return []capture.Packet{t.Reset(frame.Client), t.Send(frame.Server, []byte("late")), t.Reset(frame.Server)}
		}, []string{capture.ErrReset.Error()}},
	} {
		talk := capturetest.New(5000)
		packets := append(talk.Open(), talk.Send(frame.Client, []byte("Hello")))
		all := assemble(t, capture.Limits{}, append(packets, tt.end(talk)...)...)
		if len(all) != 1 {
			t.Fatalf("%s: %d connections", name, len(all))
		}
		all[0].wants(t, name, "Hello", "", tt.told...)
	}
}

// TestReused takes a SYN with another number for another connection, a late copy of
// an ended one's segments for nothing.
func TestReused(t *testing.T) {
	first, second := capturetest.New(5000), capturetest.New(5000)
	second.Seq[frame.Client] += 1 << 30
	packets := append(first.Open(), first.Send(frame.Client, []byte("first")))
	packets = append(packets, second.Open()...)
	packets = append(packets, second.Send(frame.Client, []byte("second")), second.End(frame.Client), second.End(frame.Server))
	packets = append(packets, second.Again(frame.Client, 7, []byte("second")))
	all := assemble(t, capture.Limits{}, packets...)
	if len(all) != 2 {
		t.Fatalf("%d connections", len(all))
	}
	all[0].wants(t, "first", "first", "", capture.ErrReused.Error())
	all[1].wants(t, "second", "second", "", both...)
}

// TestWithoutBeginning follows connections whose first packets were not captured.
func TestWithoutBeginning(t *testing.T) {
	for missing := range 4 {
		talk := capturetest.New(5000)
		packets := append(talk.Open(), talk.Send(frame.Client, []byte("Hello")))[missing:]
		answer := talk.Send(frame.Server, []byte("answer "))
		packets = append(packets, talk.Send(frame.Server, []byte("in two")), answer, talk.End(frame.Client), talk.End(frame.Server))
		all := assemble(t, capture.Limits{}, packets...)
		if len(all) != 1 || all[0].conn.Client != talk.Client || all[0].conn.Partial != (missing >= 2) {
			t.Fatalf("without %d: %+v", missing, all)
		}
		all[0].wants(t, fmt.Sprint("without ", missing), "Hello", "answer in two", both...)
	}
}

// TestManyConns follows no more than it may, and lets the silent ones go.
func TestManyConns(t *testing.T) {
	var talks []*capturetest.Talk
	var packets []capture.Packet
	for i := range uint16(4) {
		talks = append(talks, capturetest.New(5000+i))
		if i == 3 {
			packets = append(packets, talks[0].Send(frame.Client, []byte("still here")))
		}
		packets = append(packets, talks[i].Open()...)
	}
	all := assemble(t, capture.Limits{Conns: 3}, packets...)
	all[0].wants(t, "busy", "still here", "", capture.ErrUnfinished.Error())
	all[1].wants(t, "silent", "", "", capture.ErrTooManyConns.Error())
	all[3].wants(t, "new", "", "", capture.ErrUnfinished.Error())
}

// TestHeardEnough stops where a handler wants no more.
func TestHeardEnough(t *testing.T) {
	var l *listener
	a := capture.NewAssembler(capture.Limits{}, func(c capture.Conn) capture.Handler {
		l = &listener{conn: c, until: 5}
		return l
	})
	talk := capturetest.New(5000)
	early := talk.Open()
	hello, more := talk.Send(frame.Client, []byte("Hello")), talk.Send(frame.Client, []byte("more"))
	for _, p := range append(early, more, hello, talk.End(frame.Client), talk.Reset(frame.Server)) {
		s, err := capture.ParseSegment(p)
		if err != nil {
			t.Fatal(err)
		}
		a.Add(s)
	}
	a.Close()
	l.wants(t, "enough", "Hello", "")
}
