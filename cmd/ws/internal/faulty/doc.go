// Package faulty is an echo endpoint, server or client, into which one fault at a
// time can be planted. The toolbox is judged by what it finds in it, so it shares
// nothing with the connections of this module: frames, messages, texts and the
// closing handshake are read and written here once more, the plain way. Only the
// opening handshake, compression and the header's printed form are those of
// packages handshake, frame/deflate and frame.
//
// # Terms
//
// A [Fault] breaks one rule, in one condition; without one an [Endpoint] keeps to
// RFC 6455 and RFC 7692 as strictly as package session does. A fault is lax if the
// RFC permits what it does.
//
// # Where things are
//
//	fault.go       what a Fault is; the list itself is in faults_*.go
//	endpoint.go    Serve and Dial: sockets, deadlines, the number of connections
//	session.go     one connection: reading, the frame under way, the end of TCP
//	header.go      §5.1, §5.2, §5.5: what a header may say
//	message.go     §5.4, §5.6: fragments, limits, echoes
//	text.go        §8.1: UTF-8 as it arrives
//	control.go     §5.5, §7: Ping, Pong, Close, failing the connection
//	compress.go    RFC 7692 §6, §7.2
//	accept.go      §4.2: the server's half of the opening handshake
//	open.go        §4.1: the client's half
//
// # Limits
//
// A message has [Limits].Message bytes at most, compressed or not, 16 MiB if
// nothing is said. [MaxConnections] are served at once, further ones wait. Nothing
// is waited for longer than idle or linger say, and all ends with the context.
//
// An Endpoint is a value that any number of goroutines may use.
package faulty
