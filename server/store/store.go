// Package store is where a room's log lives. What a room needs of a log is
// stated by package room (room.Log); the types here fulfil it, and know
// neither rooms nor members nor sockets.
//
// # Terms
//
// A log is a run of messages with consecutive sequence numbers, from base
// (the oldest that is held) to head (the number that the next one will get),
// the latter not included. The first message of an empty log is number 1. A
// message is its body: bytes that the log does not look into.
//
// # Limits
//
// The log's owner decides how much is kept and says so by Trim. [MaxMessages]
// is what a [Memory] holds at most when its owner does not; Append then fails
// with [ErrFull].
//
// # Goroutines
//
// A log belongs to one owner, who calls it under a lock of its own.
package store

import "errors"

// MaxMessages is how many messages a [Memory] holds at most.
const MaxMessages = 1 << 20

// ErrFull says that a log holds [MaxMessages] and was not trimmed.
var ErrFull = errors.New("store: log is full (store.MaxMessages)")
