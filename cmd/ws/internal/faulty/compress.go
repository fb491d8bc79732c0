package faulty

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"

	"rfc6455/frame"
	"rfc6455/frame/deflate"
	"rfc6455/handshake"
)

const maxBits = handshake.MaxWindowBits

// agree makes the two halves of permessage-deflate (RFC 7692 §7.1).
func (s *session) agree(d handshake.DeflateParams) {
	if !d.Enabled {
		return
	}
	ours, theirs := d.ServerMaxWindowBits, d.ClientMaxWindowBits
	oursFresh, theirsFresh := d.ServerNoContextTakeover, d.ClientNoContextTakeover
	if s.role == frame.Client {
		ours, theirs, oursFresh, theirsFresh = theirs, ours, theirsFresh, oursFresh
	}
	if ours == 0 || s.is(windowIgnored) {
		ours = maxBits
	}
	if theirs == 0 {
		theirs = maxBits
	}
	s.takeover = !oursFresh || s.is(contextKept)
	s.deflater = deflate.NewCompressor(ours, s.takeover)
	s.inflater = deflate.NewDecompressor(theirs, (!theirsFresh || s.is(contextTolerated)) && !s.is(contextForgotten))
}

// inflate gives what a compressed message stands for (RFC 7692 §7.2.2).
func (s *session) inflate(p []byte) ([]byte, bool) {
	if s.is(finalBlockEnds) {
		if s.ended {
			return nil, true
		}
		s.ended = hasFinalBlock(p, s.limits.Message)
	}
	message, err := s.inflater.Append(nil, p, s.limits.Message)
	switch {
	case errors.Is(err, deflate.ErrTooBig):
		return nil, !s.breaks(frame.ErrMessageTooBig, nil)
	case errors.Is(err, deflate.ErrTruncated):
		return nil, !s.breaks(frame.ErrDeflateTruncated, garbageTaken)
	case err != nil:
		return nil, !s.breaks(frame.ErrDeflateCorrupt, garbageTaken)
	}
	return message, true
}

// hasFinalBlock says whether a message that stands by itself has a block with
// BFINAL (RFC 7692 §7.2.3.4): a decoder of DEFLATE alone then comes to an end.
func hasFinalBlock(p []byte, limit int64) bool {
	r := flate.NewReader(bytes.NewReader(p))
	_, err := io.CopyN(io.Discard, r, limit+1)
	return err == io.EOF
}

// deflate compresses a message if that was agreed and makes it shorter (RFC 7692
// §7.2.1), and says whether RSV1 tells so.
func (s *session) deflate(p []byte) (rsv1 bool, message []byte) {
	if s.deflater == nil {
		return false, p
	}
	packed := s.deflater.Append(nil, p)
	if len(packed) >= len(p) {
		if s.takeover {
			s.deflater.Reset() // the peer never sees it
		}
		return s.is(rsv1OnPlain), p
	}
	if s.is(tailKept) {
		packed = append(packed, 0x00, 0x00, 0xff, 0xff)
	}
	return !s.is(rsv1Missing), packed
}
