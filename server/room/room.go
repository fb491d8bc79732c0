package room

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

// What a room refuses. ErrBehind comes from [Room.TryPublish] alone.
var (
	ErrBehind   = errors.New("room: the pumps are a whole log behind (room.Config.Messages, room.Config.Bytes)")
	ErrTooLarge = errors.New("room: message is larger than the log (room.Config.Bytes)")
	ErrFull     = errors.New("room: room is full (room.Config.Members)")
	ErrRooms    = errors.New("room: too many rooms (room.Config.Rooms)")
	ErrEncoding = errors.New("room: no such encoding (room.Config.Encoders)")
	ErrClosed   = errors.New("room: pumps are closed")
)

// A Room is a log and the members that follow it. It comes into being when
// [Rooms.Join] names it for the first time. Its methods may be called from
// any goroutine.
type Room struct {
	cfg   *Config
	epoch string

	encoding sync.Mutex // held while messages are encoded; taken before mu

	mu      sync.Mutex
	log     Log
	base    uint64 // the log is [base, head)
	head    uint64
	bytes   int    // of the bodies in the log
	rings   []ring // what was encoded, by encoding; nil: nothing
	floor   uint64 // no shard's cursor is below it
	rested  uint64 // head when rest was last called
	shards  []*shard
	front   *shard        // one of them: the front row; nil: there is none
	waiters []*shard      // those that are to be woken by the next message
	members int           // joined and not yet left
	space   chan struct{} // closed when a shard moves on; nil: nobody waits
	alarm   bool          // the next shard that looks is to wake the waiters
	wanted  bool          // somebody spoke, and the front row was full
	divided atomic.Bool   // there is more than one shard; changes with mu held
	vacant  int           // how often rest was called in a row without members
	used    *atomic.Int64 // what the bodies in all logs take
}

// A Status is a room at one moment: its log is [Base, Head) of Epoch.
type Status struct {
	Epoch      string
	Base, Head uint64
	Members    int
}

func newRoom(cfg *Config, log Log) *Room {
	r := &Room{cfg: cfg, epoch: cfg.Epoch(), log: log, used: cfg.used}
	r.base, r.head = log.Bounds()
	r.floor, r.rested = r.base, r.head
	for seq := r.base; seq < r.head; seq++ {
		r.bytes += len(r.log.At(seq))
	}
	r.used.Add(int64(r.bytes))
	return r
}

// Publish appends body to the log, on its way to every member, and gives its
// sequence number: consecutive, from 1 on. It keeps body, which must not be
// changed afterwards. When it fails, nobody will see the message: with
// [ErrTooLarge], with [ErrClosed], with an error of the [Log], or with that
// of ctx. While a shard is a whole log behind it waits, for ctx to end at the
// longest: nobody who takes what he is offered may lose a message to a fast
// publisher. From within [Member.Deliver] call [Room.TryPublish] instead.
func (r *Room) Publish(ctx context.Context, body []byte) (seq uint64, err error) {
	for {
		var space <-chan struct{}
		if seq, space, err = r.attempt(body); err != ErrBehind {
			return seq, err
		}
		select {
		case <-space:
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-r.cfg.Pumps.done:
			return 0, ErrClosed
		}
	}
}

// attempt publishes, or gives a channel that tells when to try again.
func (r *Room) attempt(body []byte) (seq uint64, space <-chan struct{}, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if seq, err = r.publish(body); err == ErrBehind {
		space = r.awaitSpace()
	}
	return seq, space, err
}

// TryPublish is Publish for those who must not wait, a [Member] in Deliver
// above all: while a shard is a whole log behind it fails with [ErrBehind].
func (r *Room) TryPublish(body []byte) (seq uint64, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.publish(body)
}

// publish appends, and wakes the shards if they sleep. Called with r.mu held.
func (r *Room) publish(body []byte) (seq uint64, err error) {
	if len(body) > r.cfg.Bytes {
		return 0, ErrTooLarge
	}
	if err := r.evict(len(body)); err != nil {
		return 0, err
	}
	if err := r.log.Append(body); err != nil {
		return 0, fmt.Errorf("room: the log did not take the message: %w", err)
	}
	seq = r.head
	r.head++
	r.bytes += len(body)
	r.used.Add(int64(len(body)))
	r.wakeOne()
	r.cfg.Pumps.said.Add(1)
	return seq, nil
}

// awaitSpace gives a channel that is closed when a shard moves on. Called
// with r.mu held.
func (r *Room) awaitSpace() <-chan struct{} {
	if r.space == nil {
		r.space = make(chan struct{})
	}
	return r.space
}

// moved tells publishers that a shard moved on. Called with r.mu held.
func (r *Room) moved() {
	if r.space != nil {
		close(r.space)
		r.space = nil
	}
}

// Status gives the room's log and its number of members, as of now.
func (r *Room) Status() Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	return Status{Epoch: r.epoch, Base: r.base, Head: r.head, Members: r.members}
}
