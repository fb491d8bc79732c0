// Package model says what a conforming endpoint may do with what a peer sends it,
// and finds out whether it did. It is all of ws fuzz but the connections: nothing
// here opens a socket, asks for the time or throws dice that a seed does not say.
//
// # Terms
//
// The target is the endpoint under test. It echoes: what it is told by a text or
// binary message it says again. A [Case] is what is sent to it on one connection:
// units, each a frame, legal or not, or bytes as they are, and the cuts between the
// writes. A [Setting] is what a connection is: the target's role, its limits, what
// was agreed. A [Variant] is one way in which a conforming endpoint may act;
// an [Observed] is what the target did; a [Deviation] is what no variant explains.
//
// # The way of a case
//
//	Generate(setting, seed, n)  ->  Case
//	Case.Bytes                  ->  what is sent; at the end of most is a Ping, the fence:
//	                                its Pong and the echoes say that all was answered
//	Predict(case, allow)        ->  Variants, from the oracle of package fuzz
//	Observer.Feed, Observer.End ->  Observed
//	Judge(variants, observed)   ->  it holds, it may still come to hold, or a Deviation
//	Minimise(case, differs)     ->  a small Case that differs in the same way
//	Case.Script, ParseScript    ->  a session script of package testdata, and back
//
// # What is let be
//
// Where the RFC leaves a choice that this module decides strictly, an [Allow] names
// it, and [Probes] finds out which of them a target needs. Without being named these
// are let be, since they say little about a target: only the newest Ping is answered
// (§5.5.3), the answer to a Close repeats the reason (§5.5.1), echoes of what came
// right before an end are missing, for the target may not send them any more, and
// a message comes in any fragmentation and compression.
//
// All of it are functions and values; an Observer belongs to one goroutine.
package model
