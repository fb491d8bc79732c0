// Package conn is a WebSocket connection: the machines of package session joined
// to a socket and a clock. [Accept] takes over an HTTP request, [Dial] opens a
// connection as a client, [New] takes any net.Conn on which the opening handshake
// is done. Nothing here decides about the protocol.
//
//	socket --> buffer --> session.Receiver --> Messages, Serve: the user
//	                            | answers            |
//	socket <-- output <-- session.Sender   <-- Send, Reply, Deliver, Close
//
// # Reading
//
// One goroutine reads at a time: the one that ranges over [Conn.Messages], or the
// one that [Conn.Serve] starts when there is something to read. A connection that
// waits holds no buffer, or a small one where the system has to be asked through a
// net.Conn (TLS); bytes are read into a large one that many connections share, and
// events point into it.
//
// # Writing
//
// Any number of goroutines may call Send, Deliver and Close; frames never mix.
// Answers to all frames of one read - Pongs, Close, [Conn.Reply] - leave in one
// write, before the next read: a peer that does not take its answers is not read
// from (backpressure). Behind a write that is stuck at most [Config.QueueBytes]
// wait; then Send waits too, at most [Config.WriteTimeout].
//
// # Ends
//
// The first cause wins, and [Conn.Err] tells it: [ClosedError], the closing
// handshake was done; [FailedError], the peer broke a rule and we failed the
// connection (§7.1.7); [BrokenError], the network or a deadline ended it. When both
// Close frames went by, or after failing, a server ends TCP first and a client
// waits for it (§7.1.1); both drain what still comes for a bounded time, so that a
// reset does not eat the Close.
//
// # Limits
//
// See [Config]: every wait and every queue has one. A [Clock] walks the connections
// for the deadlines; there is no timer per connection.
package conn
