package capture

import (
	"container/list"
	"net/netip"
	"time"

	"rfc6455/frame"
)

// A Conn is a TCP connection.
type Conn struct {
	Client, Server netip.AddrPort
	Start          time.Time
	Partial        bool // its beginning was not captured
}

// A Handler is told what goes on in one connection.
type Handler interface {
	// Bytes is told what from sent next; p is valid until it returns. False: nothing
	// more of this connection is of interest.
	Bytes(from frame.Role, at time.Time, p []byte) bool
	// End is told that from sends nothing more (FIN).
	End(from frame.Role, at time.Time)
	// Break is told that nothing more is known of either side: [ErrReset], a
	// [*GapError], or another of this package. Nothing follows.
	Break(at time.Time, err error)
}

// An Assembler puts the segments of connections in order.
type Assembler struct {
	Conns int // seen so far

	limits Limits
	open   func(Conn) Handler
	flows  map[ports]*list.Element
	recent *list.List // of *flow; the one that was silent longest is the last
	held   int
	last   time.Time
}

// ports are the two ends of a connection, the lower one first.
type ports [2]netip.AddrPort

// A flow is a connection that is being followed.
type flow struct {
	Conn
	ports   ports
	handler Handler // nil: it has ended or is of no interest
	isn     uint32  // of the client's SYN
	dirs    [2]direction
}

// NewAssembler makes an Assembler that asks open for each connection's handler.
func NewAssembler(l Limits, open func(Conn) Handler) *Assembler {
	return &Assembler{limits: l.withDefaults(), open: open, flows: map[ports]*list.Element{}, recent: list.New()}
}

// Add takes the next segment of the capture.
func (a *Assembler) Add(s Segment) {
	a.last = s.Time
	f := a.find(s)
	if f == nil || f.handler == nil {
		return
	}
	from := frame.Client
	if s.Src == f.Server && s.Src != f.Client {
		from = frame.Server
	}
	d := &f.dirs[from]
	if s.Flags&SYN != 0 {
		d.begin(s.Seq + 1)
	}
	d.begin(s.Seq)
	if s.Flags&ACK != 0 {
		f.dirs[from.Peer()].begin(s.Ack)
	}
	a.put(f, from, s)
	if s.Flags&RST != 0 {
		a.end(f, s.Time, ErrReset)
	}
}

// Close ends the connections that are open when the capture ends.
func (a *Assembler) Close() {
	for e := a.recent.Back(); e != nil; e = e.Prev() {
		f := e.Value.(*flow)
		if f.handler == nil {
			continue
		}
		var err error = ErrUnfinished
		for i := range f.dirs {
			if d := &f.dirs[i]; len(d.early) > 0 {
				err = d.gap()
			}
		}
		a.end(f, a.last, err)
	}
}

// find gives the connection that s belongs to, a new one if need be, or nil.
func (a *Assembler) find(s Segment) *flow {
	key := ports{s.Src, s.Dst}
	if s.Dst.Compare(s.Src) < 0 {
		key = ports{s.Dst, s.Src}
	}
	e := a.flows[key]
	begins := s.Flags&SYN != 0
	if e != nil {
		f := e.Value.(*flow)
		if !begins || s.Flags&ACK != 0 || f.Client == s.Src && f.isn == s.Seq && !f.Partial {
			a.recent.MoveToFront(e)
			return f
		}
		a.end(f, s.Time, ErrReused)
		a.forget(e)
	} else if !begins && len(s.Payload) == 0 {
		return nil // the rest of one that was forgotten, or not seen from its beginning
	}
	return a.begin(key, s)
}

// begin begins to follow a connection.
func (a *Assembler) begin(key ports, s Segment) *flow {
	if len(a.flows) >= a.limits.Conns {
		e := a.recent.Back()
		a.end(e.Value.(*flow), s.Time, ErrTooManyConns)
		a.forget(e)
	}
	f := &flow{Conn: Conn{Client: s.Src, Server: s.Dst, Start: s.Time}, ports: key, isn: s.Seq}
	f.Partial = s.Flags&SYN == 0
	if s.Flags&(SYN|ACK) == SYN|ACK {
		f.Client, f.Server, f.isn = s.Dst, s.Src, s.Ack-1
	}
	a.Conns++
	f.handler = a.open(f.Conn)
	a.flows[key] = a.recent.PushFront(f)
	return f
}

func (a *Assembler) forget(e *list.Element) {
	delete(a.flows, e.Value.(*flow).ports)
	a.recent.Remove(e)
}

// end ends a connection, if that is news to its handler, and lets its bytes go. It
// stays known, so that late copies of its segments are not taken for a new one.
func (a *Assembler) end(f *flow, at time.Time, err error) {
	if h := f.handler; h != nil && err != nil {
		h.Break(at, err)
	}
	f.handler = nil
	for i := range f.dirs {
		a.held -= f.dirs[i].held
		f.dirs[i] = direction{ended: true}
	}
}

// put puts what s brings in its place, and hands on what is in order then.
func (a *Assembler) put(f *flow, from frame.Role, s Segment) {
	d := &f.dirs[from]
	p := d.place(s)
	if d.old(p) {
		return
	}
	if p.offset <= d.offset {
		if !a.hand(f, from, s.Time, p) {
			return
		}
		a.drain(f, from, s.Time)
		return
	}
	before := d.held
	d.keep(p)
	a.held += d.held - before
	switch {
	case d.held > a.limits.Window:
		a.end(f, s.Time, d.gap())
	case a.held > a.limits.Buffered:
		a.end(f, s.Time, ErrBuffered)
	}
}

// drain hands on the early pieces whose turn it is.
func (a *Assembler) drain(f *flow, from frame.Role, at time.Time) {
	d := &f.dirs[from]
	for {
		before := d.held
		p, ok := d.ready()
		if !ok {
			return
		}
		a.held += d.held - before
		if !d.old(p) && !a.hand(f, from, at, p) {
			return
		}
	}
}

// hand hands on a piece that is next. It is false if the connection has ended.
func (a *Assembler) hand(f *flow, from frame.Role, at time.Time, p piece) bool {
	d := &f.dirs[from]
	if data := d.take(p); len(data) > 0 && !f.handler.Bytes(from, at, data) {
		a.end(f, at, nil)
		return false
	}
	switch {
	case p.missing > 0:
		a.end(f, at, &GapError{Bytes: p.end() + int64(p.missing) - d.offset, Cut: true})
		return false
	case !p.fin:
		return true
	}
	d.ended = true
	f.handler.End(from, at)
	if f.dirs[from.Peer()].ended {
		a.end(f, at, nil)
		return false
	}
	return true
}
