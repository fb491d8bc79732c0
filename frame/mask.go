package frame

import (
	"encoding/binary"
	"math/bits"
)

// A MaskKey masks and unmasks a client's payloads (§5.3, §6.2).
type MaskKey [4]byte

// XOR masks or unmasks p in place: byte i with byte i mod 4 of the key (§5.3).
// It gives the key turned for the bytes that follow p, so that a payload may be
// unmasked piece by piece as it arrives.
func (k MaskKey) XOR(p []byte) MaskKey {
	word := binary.LittleEndian.Uint32(k[:])
	xorWords(p, uint64(word)<<32|uint64(word))
	binary.LittleEndian.PutUint32(k[:], bits.RotateLeft32(word, -8*(len(p)&3)))
	return k
}

// xorWords takes eight words of eight bytes at a time, then single ones, then
// bytes. Spelled out like this it is bound by the loads and stores alone, and no
// slower than crypto/subtle over a block of repeated keys, which has to be filled
// first: see BenchmarkMask.
func xorWords(p []byte, w uint64) {
	le := binary.LittleEndian
	for len(p) >= 64 {
		q := p[:64:64]
		le.PutUint64(q[0:], le.Uint64(q[0:])^w)
		le.PutUint64(q[8:], le.Uint64(q[8:])^w)
		le.PutUint64(q[16:], le.Uint64(q[16:])^w)
		le.PutUint64(q[24:], le.Uint64(q[24:])^w)
		le.PutUint64(q[32:], le.Uint64(q[32:])^w)
		le.PutUint64(q[40:], le.Uint64(q[40:])^w)
		le.PutUint64(q[48:], le.Uint64(q[48:])^w)
		le.PutUint64(q[56:], le.Uint64(q[56:])^w)
		p = p[64:]
	}
	for len(p) >= 8 {
		le.PutUint64(p, le.Uint64(p)^w)
		p = p[8:]
	}
	for i := range p {
		p[i] ^= byte(w)
		w >>= 8
	}
}
