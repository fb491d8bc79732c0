package server

import (
	"time"

	"rfc6455/frame"
	"rfc6455/server/chat"
)

// A plain client knows no error that could tell it to go slower: it is made to, by
// not being read from. One that lets that happen for too many messages in a row is
// one that keeps on, and is closed with 1008; so is one that would have to wait for
// too long.
const (
	maxDelays = 30
	maxDelay  = 5 * time.Second
)

// A pace is how a plain member keeps to the rate of messages.
type pace struct {
	bucket  chat.Bucket
	delayed int // messages in a row
}

// keepPace waits until a text of n bytes may be said. It is false if the member was
// too fast for too long.
func (m *member) keepPace(n int) bool {
	rate, tokens := m.server.limits.Rate, chat.TextTokens(n)
	if rate.Every <= 0 {
		return true
	}
	if m.pace == nil {
		m.pace = &pace{}
	}
	granted, wait := m.pace.bucket.Take(time.Now(), rate, tokens)
	if granted == chat.Granted {
		m.pace.delayed = 0
		return true
	}
	m.pace.delayed++
	if granted == chat.Exhausted || m.pace.delayed > maxDelays || wait > maxDelay {
		m.close(frame.PolicyViolation, chat.TooFast.Text, flood)
		return false
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-m.server.running.Done():
	}
	m.pace.bucket.Take(time.Now(), rate, tokens)
	return true
}
