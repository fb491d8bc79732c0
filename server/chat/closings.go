package chat

import "rfc6455/frame"

// A Closing is what a close code means to a client.
type Closing struct {
	Code      frame.CloseCode
	Reconnect bool
	Text      string // when it comes
}

// Closings are the codes that a client may see. Any other says not to reconnect.
var Closings = []Closing{
	{frame.NormalClosure, false, "the client closed"},
	{frame.GoingAway, true, "the server shuts down"},
	{frame.ProtocolError, false, "the client broke RFC 6455"},
	{frame.UnsupportedData, false, "a binary message"},
	{frame.Abnormal, true, "the network broke; never on the wire"},
	{frame.InvalidPayload, false, "text that is not UTF-8, corrupt compression"},
	{frame.PolicyViolation, false, "a query that was refused, a client that is too fast and keeps on, a message that is too slow"},
	{frame.MessageTooBig, false, "a message over the frame limit"},
	{frame.InternalError, true, "a fault of the server"},
	{frame.ServiceRestart, true, "another server restarts; this one says 1001"},
	{frame.TryAgainLater, true, "no place at present, a text not taken, a client that reads too slowly"},
}

// Reconnects says whether a client should connect again, with the position that it
// has and after a random wait that grows, when its connection ended with c.
func Reconnects(c frame.CloseCode) bool {
	for _, row := range Closings {
		if row.Code == c {
			return row.Reconnect
		}
	}
	return false
}
