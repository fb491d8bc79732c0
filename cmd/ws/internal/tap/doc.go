// Package tap shows every frame of a connection, both ways, as it passes: legal or
// not, with its time, its size, its key and what a compressed message inflates to.
//
//	package conn  <-->  Conn  <-->  socket
//	                     |
//	                   Chunk{At, From, Bytes, Frames}
//
// A [Conn] is a net.Conn that looks on. A [Stream] tells the frames of one direction
// apart; it judges each header by itself and nothing else, so that it goes on where
// an endpoint has to fail the connection. [Seen.AppendText] puts a frame in words.
//
// # Limits
//
// A Stream keeps one frame's payload, and one compressed message, of at most Limit
// bytes each; longer ones are told by their header alone.
//
// # Goroutines
//
// A Conn has one reader, one writer and any number that call [Conn.Inject]. A Stream
// belongs to one goroutine.
package tap
