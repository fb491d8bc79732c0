package room

// A Frame is one message as it is on the wire. Its bytes do not change once it
// was offered, and everybody shares them.
type Frame = []byte

// A Batch is a run of messages in one encoding, as it is offered to members.
// It belongs to the pump.
type Batch struct {
	Joined []byte  // all the frames in one piece, for one write; not to be kept
	Frames []Frame // whole; message First, First+1, ...
	First  uint64
	Oldest []byte // the body of message First, if there is a Config.Passed; not to be kept
}

// batchBytes is how many bytes of frames a batch holds at most, unless its
// only frame is larger.
const batchBytes = 64 << 10

// end gives the number of the message after the batch.
func (b *Batch) end() uint64 { return b.First + uint64(len(b.Frames)) }

// cut shortens the batch to its first n frames.
func (b *Batch) cut(n int) {
	clear(b.Frames[n:])
	b.Frames = b.Frames[:n]
}

// empty lets go of all that the batch refers to.
func (b *Batch) empty() {
	b.cut(0)
	b.Joined, b.Oldest = nil, nil
}

// fit shortens the batch to batchBytes, or to one frame.
func (b *Batch) fit() {
	size := 0
	for i, f := range b.Frames {
		size += len(f)
		if size > batchBytes && i > 0 {
			b.cut(i)
			return
		}
	}
}

// join sets the batch's Joined: in the press's buffer, until the next join,
// unless there is but one frame.
func (p *press) join(b *Batch) {
	if len(b.Frames) == 1 {
		b.Joined = b.Frames[0]
		return
	}
	p.joined = p.joined[:0]
	for _, f := range b.Frames {
		p.joined = append(p.joined, f...)
	}
	b.Joined = p.joined
}
