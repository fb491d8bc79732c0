// Package wire is a link to an endpoint below package conn: the transport, the
// opening handshake and then bare frames, for tools that look at every frame and
// that must be able to break every rule.
//
// # The parts
//
//	Dial          the transport alone: TCP or another socket, a proxy, TLS
//	Ask           a request in, the head of the answer out, whatever it says
//	Open, Shake   a client's opening handshake, judged by package handshake
//	ReadRequest   the head of a request, whatever it says
//	Accept        a server's opening handshake, judged by package handshake
//	Link          frames both ways: [Link.ReadFrame], [Link.WriteFrame]
//	ParseHeader   a frame's header, the illegal ones too
//	Window        what an endpoint compresses with, by what was agreed
//
// How a server is reached is said by a [conn.Config]: TLS, Proxy, Dialer,
// HandshakeTimeout and HeaderBytes, and for the request Origin, Subprotocols,
// Deflate and Fields. The rest of it is of no meaning here.
//
// # Errors
//
// An [UnreachableError] says that nobody answered; a [RefusedError] that somebody
// did, but not with a WebSocket, and has the head of what they said. A
// *[frame.Violation] from [Link.ReadFrame] comes with the frame that it is about.
//
// # Limits
//
// A head is bounded by HeaderBytes, the body of a refusal by [MaxBody], a frame's
// payload by what the caller says. Handshakes end with HandshakeTimeout; a Link has
// the deadlines that its owner sets on Conn.
//
// # Goroutines
//
// One goroutine reads from a Link and one writes to it.
package wire
