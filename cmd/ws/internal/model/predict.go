package model

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"slices"
	"unicode/utf8"

	"rfc6455/cmd/ws/internal/wire"
	"rfc6455/frame"
	"rfc6455/fuzz"
)

// An End is how a stream leaves the connection.
type End uint8

const (
	Open   End = iota // it goes on
	Torn              // it stands inside a frame
	Closed            // the closing handshake is to be done
	Failed            // the target has to fail the connection
	Any               // nothing can be said from here on
)

// A Variant is one way in which a conforming endpoint may act on a case.
type Variant struct {
	Events []frame.Frame // what it is told: whole messages and control frames, unmasked
	End    End
	Broken []*frame.Violation // of Failed: any of these
	At     int                // see [fuzz.Prediction]

	message    []byte // that is not whole, or did not inflate, as it was sent
	compressed bool   // it is

	echoes, pongs []string // what answers the events, in the notation
}

// Predict gives all variants of a case, the strict one first.
func Predict(c *Case, allow Allow) []Variant {
	in := c.Bytes()
	var all []Variant
	for _, laxity := range laxities(allow) {
		v := variant(fuzz.Predict(c.Setting.config(laxity), in), in)
		if laxity != 0 && v.equal(&all[0]) {
			continue
		}
		all = append(all, v)
		all = append(all, v.others(c, in, laxity, allow)...)
	}
	if at, ok := c.emptyPacked(); ok {
		before := fuzz.Predict(c.Setting.config(0), in[:at])
		all = append(all, Variant{Events: before.Events, End: Any, At: at})
	}
	for i := range all {
		all[i].answer()
	}
	return all
}

// emptyPacked finds the first compressed message without a byte. A sender owes one
// (RFC 7692 §7.2.3.6), and what to make of none is not said.
func (c *Case) emptyPacked() (at int, ok bool) {
	begin, inside, end := 0, false, 0
	for _, u := range c.Units {
		f := &u.Frame
		switch {
		case c.Setting.Deflate == nil || u.Raw != nil:
			return 0, false
		case f.Opcode.IsControl():
		case len(f.Payload) > 0:
			inside = false
		case f.RSV1:
			begin, inside = end, true
		}
		if inside && f.Fin && !f.Opcode.IsControl() {
			return begin, true
		}
		end += len(u.append(nil))
	}
	return 0, false
}

// answer notes what answers the events: each message its echo, each Ping a Pong.
func (v *Variant) answer() {
	for _, f := range v.Events {
		switch f.Opcode {
		case frame.Text, frame.Binary:
			v.echoes = append(v.echoes, f.String())
		case frame.Ping:
			f.Opcode = frame.Pong
			v.pongs = append(v.pongs, f.String())
		case frame.Pong, frame.Close: // not answered, or by one of its kind
		}
	}
}

// laxities gives all that the oracle has to be asked for, strictness first.
func laxities(allow Allow) []fuzz.Laxity {
	all := []fuzz.Laxity{0}
	if allow&NonMinimal != 0 {
		all = append(all, fuzz.LongLengths)
	}
	if allow&LateUTF8 != 0 {
		for _, l := range slices.Clone(all) {
			all = append(all, l|fuzz.LateText)
		}
	}
	return all
}

// variant reads the oracle's answer.
func variant(p fuzz.Prediction, in []byte) Variant {
	v := Variant{Events: p.Events, Broken: p.Broken, At: p.At, message: p.Message, compressed: p.Compressed}
	switch {
	case p.Broken != nil:
		v.End = Failed
		if p := closeAt(in[p.At:]); v.breaks(frame.ErrCloseCode) && len(p) > 2 && !utf8.Valid(p[2:]) {
			v.Broken = append(v.Broken, frame.ErrReasonNotUTF8) // either may be named
		}
	case p.Closed:
		v.End = Closed
	case p.At < len(in):
		v.End = Torn
	}
	return v
}

func (v *Variant) equal(o *Variant) bool {
	return v.End == o.End && v.At == o.At && len(v.Events) == len(o.Events) && slices.Equal(v.Broken, o.Broken)
}

// breaks says whether one of rules is what ends v.
func (v *Variant) breaks(rules ...*frame.Violation) bool {
	return slices.ContainsFunc(v.Broken, func(b *frame.Violation) bool { return slices.Contains(rules, b) })
}

// others gives what else is as good as v, by what is allowed.
func (v *Variant) others(c *Case, in []byte, laxity fuzz.Laxity, allow Allow) (all []Variant) {
	has := func(a Allow) bool { return allow&a != 0 }
	all = append(all, v.anyway()...)
	if has(LateFrame) && v.End == Failed && !wholeAt(in[v.At:]) {
		all = append(all, Variant{Events: v.Events, End: Torn, At: v.At})
	}
	if has(LateLimit) && v.breaks(frame.ErrMessageTooBig, frame.ErrTooManyFragments) {
		all = append(all, v.unlimited(c, in, laxity)...)
	}
	if has(CutDeflate) && v.breaks(frame.ErrDeflateTruncated) && onlyCut(v.message) {
		all = append(all, Variant{Events: v.Events, End: Any, At: v.At})
	}
	if has(OldWindow) && v.breaks(frame.ErrDeflateCorrupt) && c.Setting.config(0).Deflate == fuzz.Fresh {
		cfg := c.Setting.config(laxity)
		cfg.Deflate = fuzz.Takeover
		all = append(all, variant(fuzz.Predict(cfg, in), in))
	}
	if has(NonMinimal) && v.breaks(frame.ErrControlTooLong) && shortAt(in[v.At:]) {
		all = append(all, Variant{Events: v.Events, End: Any, At: v.At})
	}
	if has(LatePong) && v.End == Open && c.inside() {
		all = append(all, Variant{Events: v.Events, End: Torn, At: v.At})
	}
	if has(Codes) {
		all = append(all, v.otherMind(in)...)
	}
	return all
}

// anyway gives what is as good as v whatever is allowed: what a compressed message
// breaks may come to light before it is whole, and so before anything else.
func (v *Variant) anyway() []Variant {
	if !v.compressed {
		return nil
	}
	broken := []*frame.Violation{frame.ErrDeflateCorrupt, frame.ErrDeflateTruncated, frame.ErrTextNotUTF8, frame.ErrMessageTooBig}
	early := Variant{Events: v.Events, End: Failed, Broken: append(slices.Clip(v.Broken), broken...), At: v.At}
	if v.End == Closed {
		early.Events = early.Events[:len(early.Events)-1]
	}
	return []Variant{early}
}

// onlyCut says whether a compressed message is good as far as it goes.
func onlyCut(message []byte) bool {
	_, err := io.Copy(io.Discard, flate.NewReader(bytes.NewReader(message)))
	var corrupt flate.CorruptInputError
	return !errors.As(err, &corrupt)
}

// unlimited is v for who refuses a message over the limit when it is whole: the
// message never is, or v stands.
func (v *Variant) unlimited(c *Case, in []byte, laxity fuzz.Laxity) []Variant {
	cfg := c.Setting.config(laxity)
	cfg.Limits.Message, cfg.Limits.Fragments = 1<<62, math.MaxInt
	free := variant(fuzz.Predict(cfg, in), in)
	switch {
	case messages(free.Events) > messages(v.Events):
		return nil
	case free.breaks(frame.ErrMessageTooBig): // so large are sums alone
		free.End, free.Broken = Torn, nil
	}
	return []Variant{free}
}

func messages(events []frame.Frame) (n int) {
	for _, f := range events {
		if !f.Opcode.IsControl() {
			n++
		}
	}
	return n
}

// otherMind is v for an endpoint with another idea of the close codes that the RFC
// leaves open.
func (v *Variant) otherMind(in []byte) []Variant {
	p := closeAt(in[v.At:])
	if len(p) < 2 {
		return nil
	}
	code := binary.BigEndian.Uint16(p)
	switch {
	case v.breaks(frame.ErrCloseCode) && code > 4999:
		event := frame.Frame{Header: frame.Header{Fin: true, Opcode: frame.Close, Length: int64(len(p))}, Payload: p}
		return []Variant{{Events: append(slices.Clip(v.Events), event), End: Closed, At: v.At}}
	case v.End == Closed && (code == 1010 || code >= 1012 && code <= 1014):
		return []Variant{{Events: v.Events[:len(v.Events)-1], End: Failed, Broken: []*frame.Violation{frame.ErrCloseCode}, At: v.At}}
	}
	return nil
}

// closeAt gives the payload of the whole Close that in begins with, or nil.
func closeAt(in []byte) []byte {
	f, n, err := wire.ParseHeader(in)
	if err != nil || f.Opcode != frame.Close || !wholeAt(in) {
		return nil
	}
	p := slices.Clone(in[n:][:f.Length])
	if f.Masked {
		f.Key.XOR(p)
	}
	return p
}

// shortAt says whether in begins with a control frame that is only too long by the
// form of its length.
func shortAt(in []byte) bool {
	f, _, err := wire.ParseHeader(in)
	return err == nil && f.Length >= 0 && f.Length <= frame.MaxControlPayload
}

// wholeAt says whether in begins with a whole frame, legal or not.
func wholeAt(in []byte) bool {
	f, n, err := wire.ParseHeader(in)
	return err == nil && f.Length >= 0 && int64(len(in)-n) >= f.Length
}
