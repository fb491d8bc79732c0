package session

import "rfc6455/frame"

// takeControl takes a piece of a control frame's payload (§5.5). It is a
// message by itself and may stand between the frames of another.
func (r *Receiver) takeControl(piece []byte) (ev Event, whole bool, err error) {
	if r.left > 0 || len(r.ping) > 0 {
		if r.ping == nil {
			r.ping = make([]byte, 0, r.frame.Length)
		}
		r.ping = append(r.ping, piece...)
		piece = r.ping
	}
	if r.left > 0 {
		return Event{}, false, nil
	}
	ev = Event{Opcode: r.frame.Opcode, Payload: piece}
	if ev.Opcode == frame.Close {
		ev.Code, ev.Reason, err = frame.ParseClose(piece)
	}
	return ev, true, err
}
