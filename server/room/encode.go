package room

// A Message is one entry of a room's log.
type Message struct {
	Epoch string // the room's
	Seq   uint64 // from 1 on, consecutive
	Body  []byte // as it was published; not to be changed
}

// An Encoding is the index of an [Encoder] in [Config]: a format of the chat,
// compressed or not.
type Encoding uint8

// An Encoder appends to dst how m looks on the wire, as one or more whole
// frames. Nothing appended: this encoding does not show m. It is called once
// for a message, by the pump that needs it first, and again if the room had
// come to rest in between; for messages of several rooms at the same time, and
// with no lock held that a member or a publisher waits for.
type Encoder func(dst []byte, m Message) []byte

// A press is what a pump encodes with.
type press struct {
	missing []int  // indices of the frames that are not encoded yet
	ink     []byte // what encoders append to
	ends    []int  // of the frames in it
	joined  []byte // where the batch of the moment is joined
}

// fill sets b to the messages from up to to, or fewer when they are too many
// bytes. It reports false when the log no longer holds the first of them.
func (r *Room) fill(b *Batch, e Encoding, from, to uint64, p *press) bool {
	r.encoding.Lock() // or two shards would encode the same message
	defer r.encoding.Unlock()
	p.missing = p.missing[:0]
	b.First = from
	b.cut(0)
	if !r.collect(b, e, to, p) {
		return false
	}
	if len(p.missing) > 0 {
		p.encode(b, r.epoch, r.cfg.Encoders[e])
		r.retain(b, e, p.missing)
	}
	b.fit()
	return true
}

// collect takes from the log what is encoded already, and the bodies of what
// is not.
func (r *Room) collect(b *Batch, e Encoding, to uint64, p *press) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if b.First < r.base {
		return false
	}
	if r.rings == nil {
		r.rings = make([]ring, len(r.cfg.Encoders))
	}
	if r.cfg.Passed != nil {
		b.Oldest = r.log.At(b.First)
	}
	size := 0
	for seq := b.First; seq < to && size <= batchBytes; seq++ {
		f := r.rings[e].at(seq)
		if f == nil {
			p.missing = append(p.missing, len(b.Frames))
			f = r.log.At(seq)
		}
		b.Frames = append(b.Frames, f)
		size += len(f)
	}
	return true
}

// encode puts frames where b holds bodies. What is encoded together lies in one
// piece, which is no longer than it has to be: it may stay for hours.
func (p *press) encode(b *Batch, epoch string, enc Encoder) {
	p.ink, p.ends = p.ink[:0], p.ends[:0]
	for _, i := range p.missing {
		p.ink = enc(p.ink, Message{Epoch: epoch, Seq: b.First + uint64(i), Body: b.Frames[i]})
		p.ends = append(p.ends, len(p.ink))
	}
	piece, start := make([]byte, len(p.ink)), 0
	copy(piece, p.ink)
	for k, i := range p.missing {
		b.Frames[i] = piece[start:p.ends[k]:p.ends[k]]
		start = p.ends[k]
	}
	if cap(p.ink) > 4*batchBytes {
		p.ink = nil
	}
}

// retain keeps new frames for those who come later. The rings are there: a
// room does not come to rest while a pass is under way.
func (r *Room) retain(b *Batch, e Encoding, missing []int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, i := range missing {
		if seq := b.First + uint64(i); seq >= r.base {
			r.rings[e].put(seq, b.Frames[i], r.base, r.head)
		}
	}
}
