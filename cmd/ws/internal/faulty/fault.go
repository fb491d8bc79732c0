package faulty

import "rfc6455/frame"

// A Fault is a rule that an endpoint breaks. There is one variable per fault.
type Fault struct {
	ID      string       // permanent: "utf8-unchecked"
	Section string       // the clause that is broken: "RFC 6455 §8.1"
	Text    string       // what the endpoint does
	Roles   []frame.Role // the endpoints that can have it
	Cases   []string     // IDs of the sessions or handshakes that show it; "*" stands for any characters
	Lax     bool         // the RFC permits it
	Deflate bool         // shows only where permessage-deflate was agreed
	Shaking bool         // stands in the opening handshake, so that no frame shows it
	Limits  Limits       // with which it shows; zero fields: whatever they are
}

// Faults lists all of them, grouped as their files are.
var Faults []*Fault

var (
	both   = []frame.Role{frame.Server, frame.Client}
	server = []frame.Role{frame.Server}
	client = []frame.Role{frame.Client}
)

// plant adds f to the list.
func plant(f Fault) *Fault {
	Faults = append(Faults, &f)
	return &f
}

// Find gives the fault with an ID, or nil.
func Find(id string) *Fault {
	for _, f := range Faults {
		if f.ID == id {
			return f
		}
	}
	return nil
}
