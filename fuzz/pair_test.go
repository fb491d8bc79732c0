package fuzz

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"unicode/utf8"

	"rfc6455/frame"
	"rfc6455/frame/deflate"
	"rfc6455/frame/session"
)

// An end is one endpoint of a pair: both machines, and what lies between it and
// its peer.
type end struct {
	t        *testing.T
	name     string
	receiver *session.Receiver
	sender   *session.Sender
	wire     []byte // written, and not yet read by the peer
	blocked  bool   // the last write was partial

	sent     []string // messages, in the order in which they were sent before the Close
	building []byte   // of a fragmented message
	op       frame.Opcode
	inside   bool
	got      []string // messages that arrived
	pings    []string // payloads of Pings that were sent
	pongs    []string // of Pongs that arrived
	skipped  bool     // a Pong may have been left out for a newer one (§5.5.3)
	events   []string
	left     int // octets that it may still send
}

func newEnd(t *testing.T, role frame.Role, kind byte) *end {
	e := &end{t: t, name: role.String(), left: 1 << 16}
	cfg := session.Config{Role: role}
	key := uint32(0x9E3779B9)
	cfg.NextKey = func() frame.MaskKey {
		key = key*1664525 + 1013904223
		return frame.MaskKey{byte(key), byte(key >> 8), byte(key >> 16), byte(key >> 24)}
	}
	if kind&1 != 0 {
		bits := [2]int{8 + int(kind>>1&7), 15 - int(kind>>4&7)}
		takeover := [2]bool{kind&0x80 != 0, kind&0x40 != 0}
		cfg.Deflater = deflate.NewCompressor(bits[role], takeover[role])
		cfg.Inflater = deflate.NewDecompressor(bits[role.Peer()], takeover[role.Peer()])
	}
	e.receiver, e.sender = session.NewReceiver(cfg), session.NewSender(cfg)
	return e
}

// write moves at most n octets of output to the wire.
func (e *end) write(n int) {
	out := e.sender.Output()
	n = min(n, len(out))
	e.wire = append(e.wire, out[:n]...)
	e.sender.Wrote(n)
	e.blocked = n < len(out)
}

// read takes at most n octets that the peer wrote.
func (e *end) read(peer *end, n int) {
	n = min(n, len(peer.wire))
	piece := bytes.Clone(peer.wire[:n])
	peer.wire = peer.wire[n:]
	for ev := range e.receiver.Feed(piece) {
		switch ev.Opcode {
		case frame.Text, frame.Binary:
			e.got = append(e.got, fmt.Sprintf("%s %x", ev.Opcode, ev.Payload))
		case frame.Ping:
			e.skipped = e.skipped || e.blocked
		case frame.Pong:
			e.pongs = append(e.pongs, string(ev.Payload))
		case frame.Close:
			e.events = append(e.events, ev.String())
		}
		e.sender.React(ev, e.blocked)
	}
	for i := range piece {
		piece[i] = 0xA5 // the read buffer is used again
	}
	if err := e.receiver.Err(); err != nil {
		e.t.Fatalf("%s fails the connection: %v", e.name, err)
	}
}

// want lets our side send something; what it may not send it must be refused.
func (e *end) want(kind byte, p []byte) {
	e.left -= len(p) + 8
	if e.left < 0 || e.sender.State() != session.Open {
		return
	}
	op := frame.Text + frame.Opcode(kind>>7)
	var err error
	switch kind % 4 {
	case 0:
		if err = e.sender.Send(op, p); err == nil {
			e.sent = append(e.sent, fmt.Sprintf("%s %x", op, p))
		}
		e.expect(err, e.inside, op, p)
	case 1, 2:
		e.fragment(op, p, kind&8 != 0)
	case 3:
		if err = e.sender.Send(frame.Ping, p); err == nil {
			e.pings = append(e.pings, string(p))
		}
		if (err != nil) != (len(p) > frame.MaxControlPayload) {
			e.t.Fatalf("%s sends a ping of %d bytes: %v", e.name, len(p), err)
		}
	}
}

func (e *end) expect(err error, refused bool, op frame.Opcode, p []byte) {
	if op == frame.Text && !utf8.Valid(p) {
		refused = true
	}
	if (err != nil) != refused {
		e.t.Fatalf("%s sends %s of %x: error %v, want one: %t", e.name, op, p, err, refused)
	}
}

// fragment sends a piece of a message. It is judged like a whole text at its end,
// and by the oracle's table before.
func (e *end) fragment(op frame.Opcode, p []byte, last bool) {
	if e.inside {
		op = e.op
	}
	text := slices.Concat(e.building, p)
	good, torn := judgeText(text)
	refused := op == frame.Text && (!good || last && torn != nil)
	err := e.sender.Fragment(op, p, last)
	if (err != nil) != refused {
		e.t.Fatalf("%s sends a piece of %s, %x after %x, last %t: error %v, want one: %t", e.name, op, p, e.building, last, err, refused)
	}
	if err != nil {
		return
	}
	e.building, e.op, e.inside = text, op, !last
	if last {
		e.sent = append(e.sent, fmt.Sprintf("%s %x", op, text))
		e.building = nil
	}
}

// FuzzPair joins a client and a server by a wire, lets a schedule say who sends,
// writes and reads how much, and then lets one of them close. Both must come to
// closed; every message that was sent must arrive once and in order; every Pong
// must answer a Ping, all of them unless a write was stuck.
func FuzzPair(f *testing.F) {
	f.Add(byte(0), []byte("\x00\x05Hello\x02\xff\x03\xff\x01\x03\x02hi\x12\x01\x13\x02"))
	f.Add(byte(0xC1), []byte("\x00\x80\x20the same, the same, the same, the s\x02\x03\x13\x02\x02\xff\x13\xff\x10\x00\x03abc\x12\x04\x03\xff"))
	f.Add(byte(0x33), []byte("\x00\x01\x03a\xe2\x82\x00\x09\x01\xac\x02\x20\x13\x20\x04\x10\x00\x05after"))
	f.Add(byte(0), bytes.Repeat([]byte("\x00\x03\x02hi\x02\x03"), 30))
	f.Add(byte(0), []byte("\x00\x80\x08a write \x02\x01\x10\x03\x08is stuck\x10\x03\x02hi\x12\xff\x03\xff\x02\xff"))
	f.Add(byte(1), bytes.Repeat([]byte("\x00\x00\x60"), 30))
	noise := make([]byte, 64) // does not shrink, so it goes out plain; and does if it was seen before
	for i := range noise {
		noise[i] = byte(i * 37)
	}
	f.Add(byte(0xCF), slices.Concat([]byte("\x00\x80\x40"), noise, []byte("\x00\x80\x40"), noise))
	f.Fuzz(func(t *testing.T, kind byte, schedule []byte) {
		ends := [2]*end{newEnd(t, frame.Server, kind), newEnd(t, frame.Client, kind)}
		run(ends, schedule)
		finish(t, ends)
	})
}

// run carries out a schedule: a byte for whom and what, and its arguments.
func run(ends [2]*end, schedule []byte) {
	take := func() byte {
		if len(schedule) == 0 {
			return 0
		}
		b := schedule[0]
		schedule = schedule[1:]
		return b
	}
	for len(schedule) > 0 {
		b := take()
		me, peer := ends[b>>4&1], ends[b>>4&1^1]
		switch b & 7 {
		case 0, 1:
			kind, n := take(), int(take())
			n = min(n, len(schedule))
			me.want(kind, schedule[:n])
			schedule = schedule[n:]
		case 2, 5:
			me.write(int(take()))
		case 3, 6:
			me.read(peer, int(take()))
		case 4:
			if take() == 16 { // rare, or nothing is ever said
				me.close()
			}
		case 7:
			me.write(1 << 20)
			peer.read(me, 1<<20)
		}
	}
}

func (e *end) close() {
	state := e.sender.State()
	if err := e.sender.Close(frame.NormalClosure, "bye"); (err != nil) != (state != session.Open) {
		e.t.Fatalf("%s closes while %v: %v", e.name, state, err)
	}
}

// finish ends what was begun, closes one end, lets all octets arrive and looks at
// what came of it.
func finish(t *testing.T, ends [2]*end) {
	for _, e := range ends {
		if e.inside && e.sender.State() == session.Open {
			e.op = max(e.op, frame.Text)
			if good, torn := judgeText(e.building); e.op == frame.Binary || good && torn == nil {
				e.fragment(e.op, nil, true)
			}
		}
	}
	if ends[0].sender.State() == session.Open && ends[1].sender.State() == session.Open {
		ends[1].close()
	}
	const rounds = 8 // our Close, the peer's, and what was under way before them
	for range rounds {
		for i, e := range ends {
			e.write(1 << 20)
			ends[i^1].read(e, 1<<20)
		}
	}
	for i, e := range ends {
		if s := e.sender.State(); s != session.Closed {
			t.Fatalf("%s is %v at the end, want closed", e.name, s)
		}
		compareEnds(t, e, ends[i^1])
	}
}

// compareEnds holds what one end sent against what the other got.
func compareEnds(t *testing.T, from, to *end) {
	if !slices.Equal(from.sent, to.got) {
		t.Errorf("%s sent %q, %s got %q", from.name, from.sent, to.name, to.got)
	}
	if len(to.events) != 1 {
		t.Errorf("%s got %d Closes: %q", to.name, len(to.events), to.events)
	}
	pings := from.pings
	for _, pong := range from.pongs {
		i := slices.Index(pings, pong)
		if i < 0 {
			t.Fatalf("%s sent the pings %q and got the pongs %q", from.name, from.pings, from.pongs)
		}
		if i > 0 && !to.skipped {
			t.Fatalf("%s sent the pings %q; %s left some out and was not stuck: %q", from.name, from.pings, to.name, from.pongs)
		}
		pings = pings[i+1:]
	}
}

// TestPongsKeepTheirOrder lets Pings come while a write is stuck and after it, with
// no output asked for between them.
func TestPongsKeepTheirOrder(t *testing.T) {
	for _, blocked := range [][]bool{{false, false}, {true, false}, {true, true, false}, {false, true, false, true}} {
		to, from := newEnd(t, frame.Server, 0), newEnd(t, frame.Client, 0)
		for i, b := range blocked {
			from.pings = append(from.pings, fmt.Sprint(i))
			payload := []byte(from.pings[i])
			to.sender.React(session.Event{Opcode: frame.Ping, Payload: payload}, b)
			payload[0] = 'x'
		}
		to.write(1 << 20)
		from.read(to, 1<<20)
		to.skipped = blocked[0] || len(blocked) > 2
		compareEnds(t, from, &end{t: t, name: "server", skipped: to.skipped, events: []string{"close"}})
		if last := fmt.Sprint(len(blocked) - 1); len(from.pongs) == 0 || from.pongs[len(from.pongs)-1] != last {
			t.Errorf("blocked %v: pongs %q, want the last to be %q", blocked, from.pongs, last)
		}
	}
}
