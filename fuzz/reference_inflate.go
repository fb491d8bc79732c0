package fuzz

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"slices"
	"sync"

	"rfc6455/frame"
)

// flateWindow is how far a DEFLATE stream can look back, in bytes.
const flateWindow = 32 << 10

// endOfData is the 00 00 ff ff that the sender took away (RFC 7692 §7.2.2) and
// an empty final block, with which compress/flate says where the data ends.
const endOfData = "\x00\x00\xff\xff\x01\x00\x00\xff\xff"

// inflate takes a whole compressed message and the messages before it that it
// may look back to, and gives the plain one, or violations: the likeliest, and
// those that are as good.
//
// It stands on compress/flate, which package deflate does not inflate with; so
// the comparison is between two inflaters. It cannot show this:
//
//   - A broken message is corrupt or truncated, and which of the two is a matter
//     of how far a decoder looks ahead: either is taken. One that is over the
//     limit and broken as well may be called any of the three.
//   - A peer that looks back beyond a smaller window that was agreed: the oracle
//     knows 32 KiB only, and so does [Deflate].
func inflate(packed, before []byte, most int64) (plain []byte, broken []*frame.Violation) {
	if len(packed) == 0 {
		return nil, nil // a sender owes one octet (RFC 7692 §7.2.3.6); without it nothing is lost
	}
	const further = 1 << 20 // to see whether a message over the limit is broken, too
	plain, err := blocks(append(slices.Clone(packed), endOfData...), before, most+further)
	alone, cut := blocks(packed, before, most+further)
	if err == nil && !bytes.Equal(plain, alone) {
		err = io.ErrUnexpectedEOF // it ate what the sender took away: as data, not as an end
	}
	if err != nil {
		broken = []*frame.Violation{frame.ErrDeflateCorrupt, frame.ErrDeflateTruncated}
		if errors.Is(cut, io.ErrUnexpectedEOF) {
			slices.Reverse(broken)
		}
	}
	if int64(len(plain)) > most {
		broken = append([]*frame.Violation{frame.ErrMessageTooBig}, broken...)
	}
	return plain, broken
}

// readers are kept: a check asks for thousands.
var readers = sync.Pool{New: func() any { return flate.NewReader(nil) }}

// blocks inflates all of in, but no more than most+1 bytes. A final block in the
// middle ends nothing (RFC 7692 §7.2.3.4).
func blocks(in, before []byte, most int64) (plain []byte, err error) {
	z := readers.Get().(io.Reader)
	defer readers.Put(z)
	r := bytes.NewReader(in)
	for r.Len() > 0 && int64(len(plain)) <= most {
		window := slices.Concat(before, plain)
		window = window[max(0, len(window)-flateWindow):]
		z.(flate.Resetter).Reset(r, window) // it always gives nil
		more, err := io.ReadAll(io.LimitReader(z, most+1-int64(len(plain))))
		if plain = append(plain, more...); err != nil {
			return plain, err
		}
	}
	return plain, nil
}
