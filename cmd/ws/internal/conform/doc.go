// Package conform judges WebSocket endpoints: it plays cases against a live server
// or client, and says of each whether the RFC lets the endpoint do what it did.
//
// # Terms
//
// The target is the endpoint under test; it sends every message back (an echo
// endpoint). A case is one connection with it, or a few. Most cases are the scripts
// and vectors of package testdata, so what our own tests demand of us is demanded
// of everybody; a case has its record's id, and the numbers of the Autobahn suite
// that stand there. A [Verdict] is pass, strict-only, fail or skipped:
//
//	pass         what the script asks for
//	strict-only  something else that the RFC allows: a SHOULD that is not held, a
//	             question that it leaves open. The reason names the clause
//	fail         what the RFC forbids
//	skipped      not played, and why
//
// # The flow
//
//	testdata.Session --> plan: what to send, what has to come back, in batches
//	                       |
//	   dial or listen --> link: opening handshake, bytes out, a Receiver for what comes
//	                       |
//	                     trace: messages, Pongs, Close, end of TCP, in order
//	                       |
//	                     judge(plan, trace) --> Verdict, reason     a pure function
//
// A script says what a peer sends to an endpoint and what must come of it. We are
// the peer: its inputs are what we send; each event that is a message has to come
// back as an echo, in any fragments and compressed or not; Pongs and Close come as
// its outputs say. Whatever the target sends goes through our own Receiver, which
// refuses what the RFC forbids to send.
//
// # Limits
//
// A case ends after Config.Timeout. Of what passes on a connection the first 256 KiB
// each way are kept for the report. Everything that waits has a deadline.
//
// # Goroutines
//
// [Run] may be called from any goroutine; Config.Progress is called by one goroutine
// at a time. Every connection has a goroutine that reads, and they all have ended
// when Run returns.
package conform
