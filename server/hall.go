package server

import (
	"sync"
	"time"

	"rfc6455/server/chat"
	"rfc6455/server/room"
)

// A hall is what a room is besides its log: who is there, and which texts were
// said under which id.
//
// Lock order: Server.halls.mu, hall.mu, then conn's. Nothing is published under
// mu; saying is held over a look into said and the publishing that follows.
type hall struct {
	name string
	room *room.Room

	mu       sync.Mutex
	plain    list           // the members that do not speak chat.v1,
	speakers list           // and those that do
	presence *chat.Presence // nil while there are no speakers: nobody to tell

	saying sync.Mutex
	said   chat.Said

	ages ages // the resting goroutine's
}

// halls are the halls of a server, one for each room there is.
type halls struct {
	said   int // how many texts each remembers: as many as its log holds
	mu     sync.Mutex
	byRoom map[*room.Room]*hall
}

// of gives the hall of a room that was joined.
func (hs *halls) of(name string, r *room.Room) *hall {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	h := hs.byRoom[r]
	if h == nil {
		h = &hall{name: name, room: r, said: chat.Said{Limit: hs.said}}
		hs.byRoom[r] = h
	}
	return h
}

// drop forgets the halls of rooms that are no more.
func (hs *halls) drop(rooms []*room.Room) {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	for _, r := range rooms {
		delete(hs.byRoom, r)
	}
}

// all gives the halls there are.
func (hs *halls) all() []*hall {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	all := make([]*hall, 0, len(hs.byRoom))
	for _, h := range hs.byRoom {
		all = append(all, h)
	}
	return all
}

// enter takes m among the members, and tells who is interested.
func (h *hall) enter(m *member) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.plain.add(m)
	if h.presence != nil {
		h.tell(h.presence.Enter(time.Now(), m.identity()))
	}
}

// welcome takes c among the speakers. That it is welcomed and hears what happens
// from then on is one step.
func (h *hall) welcome(c *speaker, q chat.Query, welcome func(you chat.Member, members chat.Members)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	h.await(now)
	you := q.You
	if was, ok := h.presence.Member(you.ID); ok && !q.Named {
		you.Name = was.Name // a name that was made up renames nobody
	}
	h.tell(h.presence.Enter(now, you))
	h.speakers.add(&c.member)
	welcome(you, h.presence.Snapshot())
}

// await begins to keep account of who is here, for the first speaker.
func (h *hall) await(now time.Time) {
	if h.presence != nil {
		return
	}
	h.presence = &chat.Presence{}
	for m := h.plain.first; m != nil; m = m.next {
		h.presence.Enter(now, m.identity())
	}
}

// leave takes m out, and tells who is interested. c is the speaker that m is; nil: a
// plain one.
func (h *hall) leave(m *member, c *speaker) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c == nil {
		h.plain.remove(m)
	} else {
		h.speakers.remove(m)
	}
	switch {
	case h.presence == nil:
	case h.speakers.first == nil:
		h.presence = nil
	default:
		h.tell(h.presence.Leave(time.Now(), m.identity().ID))
	}
}

// rename gives c's member another name. In a crowd nobody is told but c.
func (h *hall) rename(c *speaker, m chat.Member) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tell(h.presence.Rename(time.Now(), m))
	if own, ok := h.presence.Unsaid(m); ok {
		c.post(own.Append(nil))
	}
}

// who gives a speaker's member with the name that it has now.
func (h *hall) who(id string) chat.Member {
	h.mu.Lock()
	defer h.mu.Unlock()
	m, _ := h.presence.Member(id)
	return m
}

// tick tells what has become due, in a test what will be that much later. It looks at
// the time itself, so that presence never sees it go back.
func (h *hall) tick(ahead time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.presence == nil {
		return
	}
	now := time.Now().Add(ahead)
	if due, ok := h.presence.Next(); ok && !due.After(now) {
		h.tell(h.presence.Tick(now))
	}
}

// tell sends notes to all speakers. Who cannot take them does not read. h.mu is
// held.
func (h *hall) tell(notes []chat.Note) {
	for _, note := range notes {
		p := note.Append(nil)
		for m := h.speakers.first; m != nil; m = m.next {
			m.post(p)
		}
	}
}

// say publishes body unless its id was used before in what the log holds.
func (h *hall) say(c *speaker, say chat.Say, body []byte) (repeated chat.Repetition, seq uint64, err error) {
	b, err := chat.ParseBody(body)
	if err != nil {
		return 0, 0, err
	}
	h.saying.Lock()
	defer h.saying.Unlock()
	key := b.Key()
	h.said.Trim(h.room.Status().Base)
	if repeated, seq := h.said.Look(key); repeated != chat.First {
		return repeated, seq, nil
	}
	seq, err = c.cursor.Publish(c.server.running, body)
	if err == nil {
		h.said.Add(key, seq)
	}
	return chat.First, seq, err
}

// trim forgets what was said in messages that the log no longer holds.
func (h *hall) trim() {
	h.saying.Lock()
	defer h.saying.Unlock()
	h.said.Trim(h.room.Status().Base)
}

// A list links members of a hall. A map would keep what a crowd took, and grow while
// many come and go.
type list struct{ first *member }

func (l *list) add(m *member) {
	m.next = l.first
	if m.next != nil {
		m.next.prev = m
	}
	l.first = m
}

func (l *list) remove(m *member) {
	if m.prev != nil {
		m.prev.next = m.next
	} else if l.first == m {
		l.first = m.next
	}
	if m.next != nil {
		m.next.prev = m.prev
	}
	m.prev, m.next = nil, nil
}
