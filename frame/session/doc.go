// Package session is a WebSocket connection without the socket: two machines
// that take bytes and give events ([Receiver]) and take intentions and give
// bytes ([Sender]). They hold every rule that needs a role, an order, a limit or
// an extension (RFC 6455 §5.1, §5.4-§5.6, §6, §7, §8.1; RFC 7692 §6, §7.2), and
// know no socket, clock, lock or randomness: what they need of those is handed
// in, so a test says everything with byte slices.
//
//	bytes in --> Receiver.Feed --> Event --> Sender.React --> Sender.Output --> bytes out
//	                  |                          ^
//	             Receiver.Err --> Sender.Fail    | Sender.Send, Close: what our side wants
//
// # Terms
//
// An [Event] is what the peer said: a whole message, or a control frame. To
// react is to answer a Ping with a Pong and a Close with a Close (§5.5). To fail
// the connection (§7.1.7) is to send a Close that names the violation and to
// parse nothing any more. Our Close and the peer's are two latches in the
// Sender; [State] is derived from them.
//
// # Judgement
//
// Bytes are judged in the order of the wire and as early as possible: the header
// alone by [frame.ParseHeader], then, once it is whole, its RSV bits (§5.2), its
// mask (§5.1), its place in the message (§5.4) and last the limits (§10.4); the
// payload as it arrives, text at its first bad octet (§8.1). The same stream gives
// the same events and the same end however it is cut.
//
// # Limits
//
// See [Limits]. All memory that a message needs beyond the bytes that were handed
// in comes from [Memory], grows with what was really received, never with what a
// header declares, and is given back after the event.
//
// # Goroutines
//
// A Receiver belongs to the goroutine that reads. A Sender has no lock: whoever
// shares it between goroutines guards it. The two share nothing but the
// compressors' configuration.
package session
