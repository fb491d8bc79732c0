package session

// A State is how far a connection is from its end, from the Sender's side. It is
// derived from two latches, Close sent and Close received, and from failing.
type State uint8

const (
	Open    State = iota // frames go both ways
	Closing              // our Close was sent; the peer's is awaited (§7.1.3: CLOSING)
	Closed               // Close went both ways (§7.1.4: the closing handshake is done)
	Failed               // we failed the connection (§7.1.7); nothing is awaited
)

// String is "open", "closing", "closed" or "failed".
func (s State) String() string {
	switch s {
	case Open:
		return "open"
	case Closing:
		return "closing"
	case Closed:
		return "closed"
	case Failed:
		return "failed"
	}
	panic("session: no such state")
}
