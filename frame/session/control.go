package session

import (
	"slices"

	"rfc6455/frame"
)

// takeControl takes a piece of a control frame's payload (§5.5). The frame is an
// event by itself and may stand between the fragments of a message (§5.4). One that
// comes in pieces is put together apart from it.
func (r *Receiver) takeControl(piece []byte) (ev Event, whole bool, err error) {
	if r.left > 0 || len(r.ping) > 0 {
		if r.ping == nil {
			r.ping = make([]byte, 0, frame.MaxControlPayload) // for all that will come so
		}
		r.ping = append(r.ping, piece...)
		piece = r.ping
	}
	if r.left > 0 {
		return Event{}, false, nil
	}
	ev = Event{Opcode: r.frame.Opcode, Payload: slices.Clip(piece)}
	if ev.Opcode == frame.Close {
		ev.Code, ev.Reason, err = frame.ParseClose(piece) // §5.5.1
	}
	return ev, true, err
}
