package session

import "rfc6455/frame"

// judge holds the rules on the frame's header in its connection: what its bits
// mean here, who sent it, and whether it is its turn. Nothing passes unjudged
// (§10.7).
func (r *Receiver) judge() error {
	h := &r.frame
	head := h.Opcode == frame.Text || h.Opcode == frame.Binary // begins a message
	switch {
	case h.RSV2 || h.RSV3 || h.RSV1 && r.inflater == nil:
		return frame.ErrReservedBits // §5.2
	case h.RSV1 && !head:
		return frame.ErrCompressedNotHead // RFC 7692 §6.1
	case r.role == frame.Server && !h.Masked:
		return frame.ErrNotMasked // §5.1
	case r.role == frame.Client && h.Masked:
		return frame.ErrMasked // §5.1
	case h.Opcode == frame.Continuation && !r.message.begun:
		return frame.ErrNothingToContinue // §5.4
	case head && r.message.begun:
		return frame.ErrNotContinued // §5.4
	}
	return nil
}

// judgeLimits holds the limits on the frame (§10.4). Nothing is added before it is
// known to fit.
func (r *Receiver) judgeLimits() error {
	h := &r.frame
	switch h.Opcode {
	case frame.Ping, frame.Pong:
		if !r.control.spend(r.limits.ControlBurst, r.limits.ControlPerSecond) {
			return frame.ErrControlFlood
		}
		return nil
	case frame.Close:
		return nil
	}
	m := &r.message
	compressed := m.compressed || h.RSV1
	if m.fragments >= r.limits.Fragments {
		return frame.ErrTooManyFragments
	}
	if h.Length > r.limits.onWire(compressed)-m.declared {
		return frame.ErrMessageTooBig
	}
	return nil
}
