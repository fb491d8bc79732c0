// Package hunt plays the cases of package model on live connections and hunts for
// what deviates.
//
// # The way of a run
//
// First the basics: does the target echo, and how large a message does it take?
// Then the probes tell what it needs to be allowed. Then workers take blocks of cases
// by number; the number alone, with the seed, says what a case is, and its block
// with which offer of permessage-deflate it is opened. As long as the target answers
// as a conforming one does, and nothing ended the connection, the next case goes over
// the same one. What deviates is played again on a fresh connection, alone or after
// what went before, and then made small.
//
// # Knowing that the target has answered
//
// Nothing here sleeps to see whether more comes. A case ends with a Ping, and is over
// when its Pong and all echoes are there; or with what ends the connection, and is
// over when TCP is; or inside a frame, and then TCP's end is sent. Only a target
// that deviates is waited for until [Config].Timeout.
//
// # Limits
//
// Conns connections at once, Finds deviations, MaxMinimise for each of them to become
// small, For and Count for the whole.
package hunt
