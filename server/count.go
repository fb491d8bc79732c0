package server

import (
	"time"

	"rfc6455/server/chat"
	"rfc6455/server/room"
)

// passed counts what a pump has delivered. It is called once for all members that
// took the same, so that it costs a member nothing.
func (s *Server) passed(p room.Passage) {
	bytes := len(p.Batch.Joined)
	if p.Frames < len(p.Batch.Frames) {
		bytes = frameBytes(p.Batch.Frames[:p.Frames])
	}
	s.Metrics.Delivered(p.Pump, p.Frames, bytes, p.Members)
	if p.Late {
		return // history: it was said long ago
	}
	if oldest, err := chat.ParseBody(p.Batch.Oldest); err == nil {
		s.Metrics.Delayed(p.Pump, time.Since(time.UnixMicro(oldest.Time)), p.Frames*p.Members)
	}
}

func frameBytes(frames []room.Frame) (n int) {
	for _, f := range frames {
		n += len(f)
	}
	return n
}
