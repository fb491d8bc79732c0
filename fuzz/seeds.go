package fuzz

import (
	"iter"

	"rfc6455/frame/session"
	"rfc6455/testdata"
)

// maxSeed bounds a seed of [Seeds], in bytes: a fuzzer is slow with long ones.
const maxSeed = 4 << 10

// A Case is a stream with the connection that it is meant for.
type Case struct {
	Config Config
	In     []byte
}

// Cases gives what the peer sends in each session script of package testdata, by
// the script's id. Some are long: limits are among them. It leaves out those
// whose window is not 32 KiB, since [Deflate] knows no other.
func Cases() iter.Seq2[string, Case] {
	return func(yield func(string, Case) bool) {
		scripts, err := testdata.Sessions()
		if err != nil {
			panic(err) // the scripts are part of this module, and tested
		}
		for _, s := range scripts {
			deflate, ok := deflateOf(&s)
			if !ok {
				continue
			}
			c := Case{Config: Config{
				Role:    s.Role,
				Limits:  session.Limits{Message: s.Limits.Message, Fragments: s.Limits.Fragments, ControlBurst: s.Limits.Burst},
				Deflate: deflate,
			}}
			c.In = wire(&s, deflate)
			if !yield(s.ID, c) {
				return
			}
		}
	}
}

// Seeds gives byte streams to begin fuzzing with, by id: the frame vectors of
// package testdata and the streams of [Cases], up to 4 KiB each.
func Seeds() iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		vectors, err := testdata.Frames()
		if err != nil {
			panic(err) // as above
		}
		for _, v := range vectors {
			if len(v.Bytes) <= maxSeed && !yield("frames/"+v.ID, v.Bytes) {
				return
			}
		}
		for id, c := range Cases() {
			if len(c.In) <= maxSeed && !yield("sessions/"+id, c.In) {
				return
			}
		}
	}
}

// deflateOf says what a script agreed on about its peer's messages.
func deflateOf(s *testdata.Session) (d Deflate, ok bool) {
	if s.Deflate == nil {
		return Plain, true
	}
	bits, takeover := s.Deflate.Window(s.Role.Peer())
	if takeover {
		return Takeover, bits == 15
	}
	return Fresh, bits == 15
}

// wire puts together what a script's peer sends.
func wire(s *testdata.Session, d Deflate) []byte {
	var in []byte
	p := packer{takeover: d == Takeover}
	defer p.release()
	for _, step := range s.Steps {
		for range step.Times {
			switch step.Kind {
			case testdata.Raw:
				in = append(in, step.Raw...)
			case testdata.In:
				for f := range step.Frames() {
					in = f.AppendWire(in)
				}
			case testdata.Packed:
				for f := range testdata.Fragments(p.packFrame(step.Frame), step.Split) {
					in = f.AppendWire(in)
				}
			}
		}
	}
	return in
}
