package model

import (
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"
	"unicode/utf8"

	"rfc6455/frame"
)

// notation gives all of f as [frame.ParseFrame] reads it back, sent by an endpoint
// of role from: with its mask, and its payload whole.
func notation(f frame.Frame, from frame.Role) string {
	words := []string{f.Opcode.String()}
	for _, flag := range []struct {
		name string
		set  bool
	}{
		{"more", !f.Fin}, {"rsv1", f.RSV1}, {"rsv2", f.RSV2}, {"rsv3", f.RSV3},
		{"masked", f.Masked && !from.Masks() && f.Key == frame.ExampleKey},
		{"unmasked", !f.Masked && from.Masks()},
		{"key=" + hex.EncodeToString(f.Key[:]), f.Masked && f.Key != frame.ExampleKey},
		{"len16", f.Form == 16}, {"len64", f.Form == 64},
		{"len=" + strconv.FormatUint(uint64(f.Length), 10), f.Length != int64(len(f.Payload))},
	} {
		if flag.set {
			words = append(words, flag.name)
		}
	}
	p := f.Payload
	if f.Opcode == frame.Close && len(p) >= 2 {
		words = append(words, strconv.Itoa(int(binary.BigEndian.Uint16(p))))
		p = p[2:]
	}
	return strings.Join(append(words, pieces(p)...), " ")
}

// longRun is from where on bytes that are alike are written as one and a factor.
const longRun = 9

// pieces gives a payload in the notation: runs of the same byte, and what is
// between them, as text where it is.
func pieces(p []byte) (all []string) {
	from := 0
	for at := 0; at < len(p); {
		n := run(p[at:])
		if n < longRun {
			at += n
			continue
		}
		if at > from {
			all = append(all, piece(p[from:at]))
		}
		all = append(all, piece(p[at:at+1])+"*"+strconv.Itoa(n))
		at += n
		from = at
	}
	if from < len(p) {
		all = append(all, piece(p[from:]))
	}
	return all
}

// run counts the bytes at p's beginning that are the same.
func run(p []byte) (n int) {
	for n < len(p) && p[n] == p[0] {
		n++
	}
	return n
}

func piece(p []byte) string {
	if utf8.Valid(p) {
		return strconv.Quote(string(p))
	}
	return "0x" + hex.EncodeToString(p)
}
