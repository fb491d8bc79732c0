// Package cat is a conversation over one connection: what is read somewhere is sent,
// what comes is written somewhere.
//
//	Lines, Whole, Files, Frames --> Source --> connection --> Sink <-- Raw, Screen, JSON, Numbered
//
// A [Source] gives what is to be sent, and errors for what is not fit to be; a [Sink]
// takes the messages that come. [Run] brings them together: at the end of the Source
// it goes on receiving until enough messages came or nothing came for a while, and
// then closes.
//
// # Limits
//
// A Source gives no message over the limit that it was made with. What is received
// is bounded by the connection's own limits.
//
// # Goroutines
//
// Run reads the Source on a goroutine of its own, which ends when the Source gives
// its next message, at the latest: a terminal cannot be told that nobody listens.
package cat
