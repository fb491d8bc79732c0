package deflate

// A window keeps the last output of the messages before this one, for a
// connection whose peer takes its context over (RFC 7692 §7.2.2). It is a ring
// once it is full, and grows until then.
type window struct {
	size int    // 2^bits: no distance may be longer, kept or not
	buf  []byte // at most size
	next int    // where in a full buf the oldest byte is
}

// firstWindow is what a window begins with, in bytes: many connections never
// say more.
const firstWindow = 1 << 10

// keep adds p, and lets go what is older than size bytes.
func (w *window) keep(p []byte) {
	p = p[max(0, len(p)-w.size):]
	if n := min(len(p), w.size-len(w.buf)); n > 0 {
		w.room(len(w.buf) + n)
		w.buf = append(w.buf, p[:n]...)
		p = p[n:]
	}
	n := copy(w.buf[w.next:], p)
	if w.next += n; w.next == w.size {
		w.next = copy(w.buf, p[n:])
	}
}

// room doubles buf until it can hold n bytes, size at most.
func (w *window) room(n int) {
	if n <= cap(w.buf) {
		return
	}
	c := max(cap(w.buf), min(firstWindow, w.size))
	for c < n {
		c *= 2
	}
	w.buf = append(make([]byte, 0, min(c, w.size)), w.buf...)
}

// copy fills p with the bytes from dist before the end on; p is no longer than
// dist, and dist no longer than what is kept.
func (w *window) copy(p []byte, dist int) int {
	at := w.next + len(w.buf) - dist
	if at >= len(w.buf) {
		at -= len(w.buf)
	}
	n := copy(p, w.buf[at:])
	return n + copy(p[n:], w.buf)
}
