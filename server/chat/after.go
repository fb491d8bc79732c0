package chat

// An After is what a client says of the last message that it has seen.
type After struct {
	Given    bool
	Position Position // zero if what was given is none
}

// ParseAfter reads the parameter "after"; "" is none given.
func ParseAfter(s string) After {
	p, _ := ParsePosition(s) // zero with an error, which Judge answers
	return After{Given: s != "", Position: p}
}

// A Log is what there is of a room at the moment of entering: the messages
// [Base, Head) of Epoch.
type Log struct {
	Epoch      string
	Base, Head uint64 // from 1 on
}

// A Verdict says where a client begins to read.
type Verdict uint8

// The verdicts. All but the first two are the reasons of a resync.
const (
	Begin     Verdict = iota // it asked for nothing: with the last messages
	Resume                   // with the message after the one that it has seen
	Restarted                // its position is of another incarnation, or of another room
	Trimmed                  // the message after the one that it has seen is no longer held
	Unknown                  // what it says was never a position here
)

var verdicts = [...]string{"begin", "resume", "restarted", "trimmed", "unknown"}

// String is the verdict's name, on the wire too.
func (v Verdict) String() string { return verdicts[v] }

// Resyncs says whether a resync must say so.
func (v Verdict) Resyncs() bool { return v >= Restarted }

// Judge says what a means to somebody who enters l. It is the same decision as
// room.Rooms.Join takes of the same position, with its reason.
func (a After) Judge(l Log) Verdict {
	switch p := a.Position; {
	case !a.Given:
		return Begin
	case p.Epoch == "":
		return Unknown
	case p.Epoch != l.Epoch:
		return Restarted
	case p.Seq >= l.Head:
		return Unknown
	case p.Seq+1 < l.Base:
		return Trimmed
	}
	return Resume
}
