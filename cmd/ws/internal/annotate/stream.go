package annotate

import (
	"fmt"
	"io"
	"time"

	"rfc6455/cmd/ws/internal/wire"
	"rfc6455/frame"
	"rfc6455/frame/deflate"
	"rfc6455/frame/session"
)

const (
	pieceLen = 32 << 10 // bytes that a Receiver is fed at once

	// What a Receiver here takes, besides the message's limit: a capture is no
	// attack on who reads it.
	maxFragments = 1 << 30
	maxControl   = 1 << 30
)

// A stream is what one side sends.
type stream struct {
	from     frame.Role
	emit     func(*Frame)
	memory   *Memory
	limit    int64 // of a message's bytes
	receiver *session.Receiver

	head    [frame.MaxHeaderLen]byte
	headLen int
	offset  int64 // of the next byte
	f       Frame
	inside  bool  // f's header is whole
	left    int64 // bytes of f's payload to come
	full    bool  // no memory for more of the payload
	lost    bool  // a length was none: no frame can be found any more

	closed     bool   // a Close came
	failed     string // why the receiver judges no more, or ""
	keyed      bool   // key is that of a frame
	key        frame.MaskKey
	turned     frame.MaskKey // f's key, for the next byte of its payload
	compressed bool
	fragments  int
}

func newStream(from frame.Role, cfg Config, emit func(*Frame)) *stream {
	s := &stream{from: from, emit: emit, memory: cfg.Memory, limit: cfg.Message}
	rc := session.Config{
		Role:   from.Peer(),
		Memory: cfg.Memory,
		Limits: session.Limits{Message: cfg.Message, Fragments: maxFragments, ControlBurst: maxControl, ControlPerSecond: maxControl},
	}
	if cfg.Deflate.Enabled {
		rc.Inflater = deflate.NewDecompressor(wire.Window(cfg.Deflate, from))
	}
	s.receiver = session.NewReceiver(rc)
	return s
}

// feed takes the next bytes.
func (s *stream) feed(p []byte, at time.Duration) {
	for len(p) > 0 && !s.lost {
		n := 0
		if s.inside {
			n = int(min(s.left, int64(len(p)), pieceLen))
			s.take(p[:n])
		} else {
			n = s.header(p, at)
		}
		s.offset += int64(n)
		p = p[n:]
		if s.inside && s.left == 0 {
			s.done(nil)
		}
	}
}

// header takes bytes of a header, and begins its frame when it is whole.
func (s *stream) header(p []byte, at time.Duration) (n int) {
	had := s.headLen
	if had == 0 {
		s.f = Frame{From: s.from, At: at, Offset: s.offset}
	}
	s.headLen += copy(s.head[had:], p)
	f, n, err := wire.ParseHeader(s.head[:s.headLen])
	if err == io.ErrUnexpectedEOF {
		return s.headLen - had
	}
	s.headLen = 0
	s.f.Frame, s.f.Head = f, s.head[:n]
	s.inside, s.left = true, f.Length
	s.begin()
	return n - had
}

// begin judges a header.
func (s *stream) begin() {
	f := &s.f
	f.Judged = s.failed == "" && !s.closed
	switch f.Opcode {
	case frame.Text, frame.Binary:
		s.compressed, s.fragments = f.RSV1, 1
	case frame.Continuation:
		s.fragments++
	}
	if f.Masked {
		if s.keyed && f.Key == s.key {
			f.remark("the key is that of the frame before, and should be fresh (RFC 6455 §5.3)")
		}
		s.key, s.turned, s.keyed = f.Key, f.Key, true
	}
	if f.Length < 0 {
		s.lost, f.Missing = true, -1
		f.remark("no frame is this long: what follows cannot be told apart")
	}
	if f.Judged {
		s.judge(f.Head)
	} else {
		s.judgeAlone()
	}
	if s.lost && s.inside {
		s.done(nil)
	}
}

func (f *Frame) remark(format string, args ...any) {
	f.Remarks = append(f.Remarks, fmt.Sprintf(format, args...))
}

// judge has the receiver judge the next bytes of the frame, which it may change.
func (s *stream) judge(b []byte) {
	s.memory.piece = append(s.memory.piece[:0], b...)
	for ev := range s.receiver.Feed(s.memory.piece) {
		s.done(&ev)
	}
	err := s.receiver.Err()
	if err == nil || s.failed != "" {
		return
	}
	f := &s.f
	s.failed = "an earlier frame fails the connection"
	switch err {
	case frame.ErrMessageTooBig, frame.ErrMemoryShort, frame.ErrTooManyFragments:
		f.Limit = true
		f.remark("over what is followed here, %d bytes a message", s.limit)
		s.failed = "an earlier frame was over what is followed here"
	default:
		f.Violation, _ = err.(*frame.Violation)
	}
}

// judgeAlone judges a frame behind a Close or a violation.
func (s *stream) judgeAlone() {
	f := &s.f
	f.Violation, _ = wire.Judge(f.Head).(*frame.Violation)
	switch {
	case s.failed != "":
		f.remark("judged by itself alone: %s", s.failed)
	case !f.Opcode.IsControl() && f.Violation == nil:
		f.Violation = ErrAfterClose
	default:
		f.remark("what follows a Close is discarded (RFC 6455 §1.4)")
	}
}

// take takes the next bytes of the payload.
func (s *stream) take(p []byte) {
	f := &s.f
	s.left -= int64(len(p))
	if room := s.limit - int64(len(f.Payload)); !s.full && room > 0 {
		kept := len(f.Payload)
		var ok bool
		if f.Payload, ok = s.memory.extend(f.Payload, p[:min(int64(len(p)), room)]); !ok {
			s.full = true
		}
		if f.Masked {
			s.turned = s.turned.XOR(f.Payload[kept:])
		}
	}
	if f.Judged && s.failed == "" {
		s.judge(p)
	}
}

// done hands on the frame, with the event that it completes, if it does.
func (s *stream) done(ev *session.Event) {
	f := &s.f
	s.inside = false
	f.Message = ev
	if !f.Opcode.IsControl() {
		f.Compressed, f.Fragments = s.compressed, s.fragments
	}
	if ev != nil && ev.Opcode == frame.Close {
		s.closed = true
		if ev.Code.Receivable() && !ev.Code.Sendable(s.from) {
			f.remark("code %s is not for a %s to send (RFC 6455 §7.4.1)", ev.Code, s.from)
		}
	}
	if f.Missing > 0 {
		f.remark("%d bytes of the payload never came", f.Missing)
	}
	if over := f.Length - f.Missing - int64(len(f.Payload)); f.Missing >= 0 && over > 0 {
		f.Limit = true
		f.remark("%d bytes of the payload are not kept", over)
	}
	s.emit(f)
	s.memory.Put(f.Payload)
	s.f, s.full = Frame{}, false
}

// end hands on what never became a whole frame.
func (s *stream) end() {
	switch {
	case s.inside:
		s.f.Missing = s.left
		s.done(nil)
	case s.headLen > 0:
		s.f.Head, s.f.HeadCut, s.f.Judged = s.head[:s.headLen], true, s.failed == "" && !s.closed
		f, _, _ := wire.ParseHeader([]byte{s.head[0], 0})
		s.f.Header = f.Header
		if s.f.Judged {
			s.judge(s.f.Head)
		} else {
			s.judgeAlone()
		}
		s.f.remark("the header never became whole")
		s.done(nil)
	}
	s.headLen = 0
	s.receiver.Close()
}

// midMessage says whether a message, a frame or a header has begun and not ended.
func (s *stream) midMessage() bool {
	_, partial := s.receiver.Partial()
	return partial || s.inside || s.headLen > 0
}
