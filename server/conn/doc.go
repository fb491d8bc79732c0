// Package conn is a WebSocket connection: the machines of package session joined
// to a socket and a clock. [Accept] takes over an HTTP request, [Dial] opens a
// connection as a client, [New] takes any net.Conn on which the opening handshake
// is done. Nothing here decides about the protocol.
//
// A server that echoes, in an http.Handler, and its client:
//
//	c, err := conn.Accept(w, r, nil)         c, err := conn.Dial(ctx, "ws://...", nil)
//	if err != nil {                          if err != nil {
//		return // is answered                    return err
//	}                                        }
//	for ev := range c.Messages() {           err = c.Send(frame.Text, []byte("hi"))
//		c.Reply(ev)                          for ev := range c.Messages() { ... }
//	}                                        err = c.Close(frame.NormalClosure, "")
//	log.Print(c.Err())
//
// Pings, Close and deadlines are looked after as long as somebody reads. A server
// of many connections gives each a [Handler] instead ([Conn.Serve], [Conn.Run]):
// then one that is silent has no goroutine.
//
//	socket --> buffer --> session.Receiver --> Messages, Serve: the user
//	                            | answers            |
//	socket <-- output <-- session.Sender   <-- Send, Reply, Deliver, Close
//
// # Reading
//
// One goroutine reads at a time: the one that ranges over [Conn.Messages], or the
// one that [Conn.Serve] starts when there is something to read. A connection that
// waits holds no buffer; bytes are read into a large one that many connections
// share, and events point into it.
//
// # Writing
//
// Any number of goroutines may call Send, Fragment, Deliver, StartClose and Close;
// frames never mix. Answers to all frames of one read - Pongs, Close, [Conn.Reply] -
// leave in one write, before the next read: a peer that does not take its answers is
// not read from (backpressure). Behind a write that is stuck at most
// [Config.QueueBytes] wait; then Send waits too, at most [Config.WriteTimeout].
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
//
// # The system
//
// On Linux reads and writes are bare non-blocking calls, and a connection with a
// Handler that is silent is parked: an epoll set of the Clock's waits for it. On
// other Unixes, on Linux for 386, and with the build tag portable, the calls are
// ordinary ones, and it waits on a goroutine with a fresh stack: of 2 KiB, or of 4 or 8
// after a time in which most were busy, as the runtime sizes new stacks by those it
// saw. TLS, pipes and Windows have any net.Conn's ways: a goroutine and a buffer of 512
// bytes for each.
//
// What a silent connection of the chat costs on Linux, amd64, in bytes, of 10,000:
//
//	Conn                                          320
//	package net: descriptor, addresses            304
//	the runtime: poller, finalizers, bookkeeping  580
//	member: its own, cursor, places in lists      400
//	places in the Clock and its epoll set          24
//	the collector's metadata, gaps in spans       270
//	resident in all                              1930 to 2050, elsewhere some 2600 more
//
// Each goroutine that ever ran beside the others leaves 456 more with the runtime
// for its next one: so of those that come or wake together all but a few rest before
// their first read, and again as soon as they have handled what they woke for; and
// whoever has thousands to wake lets the first ones begin. Where thousands came,
// left or woke at once, the Clock returns memory to the system when they are quiet.
package conn
