package server

import "time"

// ages knows, of some of a log's messages, when they were there already. A log's
// own times would be those of a clock that people set.
type ages struct {
	marks []mark // the oldest first
}

// A mark says that all messages before number head are older than at.
type mark struct {
	at   time.Time
	head uint64
}

// ageMarks is how many marks a hall has at most: a message may become so much of the
// limit older than that.
const ageMarks = 16

// older notes where the log's head is now, and gives the number before which all
// messages are older than limit.
func (a *ages) older(now time.Time, limit time.Duration, head uint64) (before uint64) {
	for len(a.marks) > 0 && now.Sub(a.marks[0].at) >= limit {
		before = a.marks[0].head
		a.marks = a.marks[1:]
	}
	last := len(a.marks) - 1
	if last < 0 || now.Sub(a.marks[last].at) >= limit/ageMarks {
		a.marks = append(a.marks, mark{now, head})
	}
	return before
}

// age lets go of messages that are older than limit; Off: of none.
func (h *hall) age(now time.Time, limit time.Duration) {
	if limit < 0 {
		return
	}
	if before := h.ages.older(now, limit, h.room.Status().Head); before > 0 {
		h.room.Forget(before)
	}
}
