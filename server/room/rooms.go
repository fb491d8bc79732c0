package room

import (
	"errors"
	"sync"
	"sync/atomic"
)

// MaxEncodings is how many encoders a [Config] may have.
const MaxEncodings = 16

// A Config is what all rooms of one server have in common.
type Config struct {
	Pumps    *Pumps    // who sends; must be set
	Encoders []Encoder // by [Encoding]; 1 to MaxEncodings

	// Log gives the log of a room that comes into being, with one form for
	// each encoder; must be set. It is called under a lock: it must be quick.
	Log func(name string) (Log, error)

	// Epoch names an incarnation of a room, never twice the same: crypto/rand's
	// Text does. Sequence numbers mean nothing in another epoch. Must be set.
	Epoch func() string

	Messages int // how many messages a log holds; 0: 1,024
	Bytes    int // how many bytes their bodies are, together; 0: 1 MiB
	Keep     int // how many messages a log keeps when all is quiet; 0: 64
	Members  int // how many members a room has; 0: 1 Mi
	Rooms    int // how many rooms there are; 0: 65,536
	Idle     int // after so many calls of Rest in a row without members a room is dropped; 0: 2

	// Total is how many bytes the bodies in all logs are; 0: no limit. A room that
	// would go over it forgets its own oldest messages instead, but those that are
	// still on their way; see also [Rooms.Relieve].
	Total int64

	// Passed is told what was delivered, by the pump that did; nil: nobody is. It
	// must not block, nor keep the batch.
	Passed func(Passage)

	used    *atomic.Int64 // of Total
	seating seating       // the zero value: the usual one
}

// Rooms are the rooms of a server, by name. The methods may be called from any
// goroutine.
type Rooms struct {
	cfg Config

	mu     sync.Mutex
	byName map[string]*Room
}

// NewRooms gives a server without rooms. It fails when cfg lacks something.
func NewRooms(cfg Config) (*Rooms, error) {
	if cfg.Pumps == nil || cfg.Log == nil || cfg.Epoch == nil {
		return nil, errors.New("room: pumps, log or epoch is not set (room.Config)")
	}
	if n := len(cfg.Encoders); n < 1 || n > MaxEncodings {
		return nil, errors.New("room: encoders are none or too many (room.MaxEncodings)")
	}
	for _, limit := range []struct {
		n     *int
		unset int
	}{
		{&cfg.Messages, 1024},
		{&cfg.Bytes, 1 << 20},
		{&cfg.Keep, 64},
		{&cfg.Members, 1 << 20},
		{&cfg.Rooms, 1 << 16},
		{&cfg.Idle, 2},
	} {
		if *limit.n < 0 {
			return nil, errors.New("room: a limit is negative (room.Config)")
		}
		if *limit.n == 0 {
			*limit.n = limit.unset
		}
	}
	if cfg.Total < 0 {
		return nil, errors.New("room: a limit is negative (room.Config)")
	}
	if cfg.seating == (seating{}) {
		cfg.seating = usualSeating
	}
	cfg.used = new(atomic.Int64)
	return &Rooms{cfg: cfg, byName: make(map[string]*Room)}, nil
}

// Join makes m a member of the room of that name, and gives its cursor and
// where in the log it begins. Nothing is offered to m before it has called
// Ready, so that it can send a greeting first that says so; but its place can
// be lost meanwhile, as [Member.Overflowed] tells. It fails with
// [ErrEncoding], [ErrFull], [ErrRooms], or as Config.Log does.
func (rs *Rooms) Join(name string, m Member, e Encoding, at Point) (*Cursor, Start, error) {
	if int(e) >= len(rs.cfg.Encoders) {
		return nil, Start{}, ErrEncoding
	}
	rs.mu.Lock()
	defer rs.mu.Unlock() // held to the end, so that Rest cannot drop the room
	r, err := rs.open(name)
	if err != nil {
		return nil, Start{}, err
	}
	return r.join(m, e, at)
}

// open gives the room of that name, a new one if need be. Called with rs.mu
// held.
func (rs *Rooms) open(name string) (*Room, error) {
	if r := rs.byName[name]; r != nil {
		return r, nil
	}
	if len(rs.byName) >= rs.cfg.Rooms {
		return nil, ErrRooms
	}
	log, err := rs.cfg.Log(name)
	if err != nil {
		return nil, err
	}
	r := newRoom(&rs.cfg, log)
	rs.byName[name] = r
	return r, nil
}

// Len gives how many rooms there are.
func (rs *Rooms) Len() int {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	return len(rs.byName)
}
