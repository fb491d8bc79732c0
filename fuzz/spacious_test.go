package fuzz

import (
	"rfc6455/frame/deflate"
	"rfc6455/frame/session"
)

// A spaciousParser feeds a Receiver as a shell does that reads long payloads to
// where they are wanted: into [session.Receiver.Space], and out of a buffer whose
// spare capacity the Receiver may keep.
type spaciousParser struct {
	sessionParser
	buf []byte
}

func newSpaciousParser(cfg Config) Parser {
	sc := session.Config{Role: cfg.Role, Limits: cfg.Limits, InPlace: true}
	if cfg.Deflate != Plain {
		sc.Inflater = deflate.NewDecompressor(15, cfg.Deflate == Takeover)
	}
	const small = 97 // so that many messages are longer
	return &spaciousParser{sessionParser: sessionParser{r: session.NewReceiver(sc)}, buf: make([]byte, small)}
}

func (p *spaciousParser) Feed(b []byte) {
	for len(b) > 0 {
		at := p.r.Space()
		if at == nil {
			at = p.buf
			for i := range at {
				at[i] = 0xA5 // nothing of it may be in use
			}
		}
		n := copy(at, b)
		p.sessionParser.Feed(at[:n:cap(at)])
		b = b[n:]
	}
}
