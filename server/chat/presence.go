package chat

import (
	"container/list"
	"time"
)

// Limits of [Presence].
const (
	ListedMembers  = 100             // up to so many are told one by one, and in a snapshot
	MembersEvery   = 5 * time.Second // at least, between two messages "members"
	Grace          = 5 * time.Second // from the end of a member's last connection to its left
	leavingMembers = 1024            // that have their grace at a time; over it the oldest leaves at once
)

// Presence is who is in one room: a state machine, told what happens and when, that
// says what is to be told to everybody. Connections with one id are one member. Up
// to [ListedMembers] every coming, going and renaming is a note; above, the room is
// a crowd: only the count is told. Once the crowd is small enough again a message
// with the whole list comes, and notes go on from there.
//
// A member takes 200 bytes or so. Each call takes O(1), over time, and first ends
// the grace of those whose time has come. Times must not go back. The zero Presence
// is an empty room; it must not be copied, and whoever owns it locks it.
type Presence struct {
	version uint64
	members map[string]*present
	order   list.List // of *present, as they came
	leaving list.List // of *present without connections, the first to go in front

	crowd  bool
	stale  bool      // somebody came or went since the crowd was last told
	silent time.Time // no message "members" before
	unsaid uint64    // the version of the last renaming in a crowd
}

// A present is one member.
type present struct {
	Member
	conns   int
	until   time.Time     // without connections: when it leaves
	place   *list.Element // in order
	leaving *list.Element // nil with connections
}

// Enter is told that a connection of m began. If m is there under another name, it
// is renamed: the last word counts.
func (p *Presence) Enter(now time.Time, m Member) []Note {
	notes := p.expire(now, nil)
	who := p.members[m.ID]
	if who == nil {
		who = &present{Member: m}
		who.place = p.order.PushBack(who)
		if p.members == nil {
			p.members = map[string]*present{}
		}
		p.members[m.ID] = who
		p.version++
		notes = p.tell(notes, Joined{p.version, m})
	}
	who.conns++
	if who.leaving != nil {
		p.leaving.Remove(who.leaving)
		who.leaving = nil
	}
	return p.count(now, p.rename(notes, who, m.Name))
}

// Leave is told that a connection of the member with that id ended.
func (p *Presence) Leave(now time.Time, id string) []Note {
	notes := p.expire(now, nil)
	who := p.members[id]
	if who == nil || who.conns == 0 {
		return p.count(now, notes)
	}
	who.conns--
	if who.conns == 0 {
		who.until = now.Add(Grace)
		who.leaving = p.leaving.PushBack(who)
	}
	if p.leaving.Len() > leavingMembers {
		notes = p.remove(notes, p.leaving.Front().Value.(*present))
	}
	return p.count(now, notes)
}

// Rename is told that a connection of m, which has entered, gave m a new name.
func (p *Presence) Rename(now time.Time, m Member) []Note {
	notes := p.expire(now, nil)
	if who := p.members[m.ID]; who != nil {
		notes = p.rename(notes, who, m.Name)
	}
	return p.count(now, notes)
}

// Unsaid gives what Rename told nobody, since the room is a crowd, for the member
// itself: it has to see its name.
func (p *Presence) Unsaid(m Member) (Renamed, bool) {
	who := p.members[m.ID]
	if !p.crowd || who == nil {
		return Renamed{}, false
	}
	return Renamed{p.version, who.Member}, true
}

// Tick is to be called at the time that Next gives, or later.
func (p *Presence) Tick(now time.Time) []Note { return p.count(now, p.expire(now, nil)) }

// Next is when Tick has something to do; false: not before something else happens.
func (p *Presence) Next() (time.Time, bool) {
	var next time.Time
	front := p.leaving.Front()
	if front != nil {
		next = front.Value.(*present).until
	}
	if p.stale && (front == nil || p.silent.Before(next)) {
		next = p.silent
	}
	return next, front != nil || p.stale
}

// Snapshot is what a welcome says. Whoever gets it must get every later note too.
func (p *Presence) Snapshot() Members {
	m := Members{Version: p.version, Count: len(p.members), List: []Member{}}
	for e := p.order.Front(); e != nil && len(m.List) < ListedMembers; e = e.Next() {
		m.List = append(m.List, e.Value.(*present).Member)
	}
	return m
}

// Member gives the member with that id, with the name that it has now.
func (p *Presence) Member(id string) (Member, bool) {
	who := p.members[id]
	if who == nil {
		return Member{}, false
	}
	return who.Member, true
}

// Len is how many members there are. With none there is nothing to come, and the
// Presence may be forgotten.
func (p *Presence) Len() int { return len(p.members) }

// expire ends the grace of all whose time has come.
func (p *Presence) expire(now time.Time, notes []Note) []Note {
	for e := p.leaving.Front(); e != nil; e = p.leaving.Front() {
		who := e.Value.(*present)
		if who.until.After(now) {
			break
		}
		notes = p.remove(notes, who)
	}
	return notes
}

func (p *Presence) remove(notes []Note, who *present) []Note {
	p.leaving.Remove(who.leaving)
	p.order.Remove(who.place)
	delete(p.members, who.ID)
	p.version++
	return p.tell(notes, Left{p.version, who.ID})
}

func (p *Presence) rename(notes []Note, who *present, name string) []Note {
	if who.Name == name {
		return notes
	}
	who.Name = name
	p.version++
	if p.crowd {
		p.unsaid = p.version
		return notes
	}
	return append(notes, Renamed{p.version, who.Member})
}

// tell adds the note of a coming or going unless the room is a crowd, or becomes
// one by it.
func (p *Presence) tell(notes []Note, n Note) []Note {
	p.crowd = p.crowd || len(p.members) > ListedMembers
	if !p.crowd {
		return append(notes, n)
	}
	p.stale = true
	return notes
}

// count tells a crowd how many it is, or who, now that it is none, if it is time.
func (p *Presence) count(now time.Time, notes []Note) []Note {
	if !p.stale || p.silent.After(now) {
		return notes
	}
	p.version = max(p.version, p.unsaid+1) // above what a member was told of itself
	m := Members{Version: p.version, Count: len(p.members)}
	if m.Count <= ListedMembers {
		m = p.Snapshot()
		p.disperse()
	}
	p.stale = false
	p.silent = now.Add(MembersEvery)
	return append(notes, m)
}

// disperse ends a crowd, and gives back what its map had: a map never does.
func (p *Presence) disperse() {
	if !p.crowd {
		return
	}
	p.crowd = false
	crowd := p.members
	p.members = make(map[string]*present, len(crowd))
	for id, who := range crowd {
		p.members[id] = who
	}
}
