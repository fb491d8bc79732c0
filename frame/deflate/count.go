package deflate

// CountFrom is how long a message may become without being counted. For a longer one
// it is found out first how long it will be, and no more than this is taken for one
// that is over its limit: a decompression bomb costs its sender's bytes, not ours
// (RFC 6455 §10.4).
const CountFrom = 1 << 20

// size says how many bytes the message in has, limit at most, behind what is in w. It
// decodes all of it and keeps nothing: the codes tell every length, and whether what
// they look back to is there. So it finds whatever inflating would find, in less time.
func size(in []byte, w *window, limit int, turn func()) (int, error) {
	f := inflaters.Get().(*inflater)
	defer f.release()
	f.bitReader = bitReader{in: in}
	f.window, f.turn = w, turn
	f.count, f.base, f.max = true, 0, limit
	f.pass(0)
	err := f.run()
	return len(f.out) - f.base, err
}

// pass counts what is in out, and n bytes more that need not be put there, and empties
// out: base and max move down by as much. A limit is met at its byte: out has no
// capacity beyond it.
func (f *inflater) pass(n int) error {
	n += len(f.out)
	if n > f.max {
		return ErrTooBig
	}
	if f.base/turn != (f.base-n)/turn {
		f.turn()
	}
	f.base -= n
	f.max -= n
	f.out = f.spare[:0:min(len(f.spare), f.max)]
	return nil
}
