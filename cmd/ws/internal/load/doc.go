// Package load puts a WebSocket server under load and says what became of every
// message.
//
// # Terms
//
// A sender is a connection that sends. Its messages are numbered from 0, and each
// carries a mark: the run, the sender, its number and when it was due. A server may
// put anything around what it passes on; the mark is found wherever it stands. In
// mode echo every connection sends and gets its own messages back; in mode
// broadcast a few send, and every connection gets every message.
//
// At a fixed rate a message is due when the schedule says so, and its latency
// counts from then: what waits behind a server that stalls shows, and a stall does
// not make the generator leave out the very messages that would have met it
// (coordinated omission). In a closed loop a sender sends when its last message
// came back, and latency counts from the sending.
//
// # Flow
//
//	open       the first connection alone, then the others, evenly over Plan.Ramp
//	roll call  broadcast: until every connection has heard one message
//	load       for Plan.Time, or Plan.Count messages
//	drain      until all came back, or nothing has come for Plan.Wait
//	close      1000 on every connection
//
// # Counts
//
// Every arrival is judged by what that connection has had of that sender before: in
// order, late (a later number came first: reordered), or a duplicate. What was sent
// and never came is lost; what had not come when a connection ended before its time
// is cut off, and not lost. So expected = received + lost + cut. The counts are
// exact as long as no stream has more than [MaxGaps] gaps at once;
// Result.Inexact says if one had.
//
// # Goroutines
//
// One for each connection that reads, one more for each that sends at a fixed rate,
// and a handful for the run. All have ended when Run returns.
package load
