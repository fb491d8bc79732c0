package chat

import "net/url"

// Lobby is the room of those who name none.
const Lobby = "lobby"

// A Query is what a client says in the address that it connects to.
type Query struct {
	Room  string
	You   Member // the secret is not kept
	Named bool   // by the client; else a name was made up, that should not rename a member
	After After
}

// ParseQuery reads the query of /chat?room=...&name=...&after=...&me=... without
// its question mark. Of a parameter that is repeated the first counts. Who names no
// room is in the [Lobby], who has no name is given one in l, and who has no secret
// gets the id of fresh, 128 random bits of the connection's own.
//
// It refuses with [MalformedQuery], [BadRoom], [UnfitName] or [BadMe]; the query ""
// is never refused.
func ParseQuery(raw string, fresh Secret, l Language) (Query, *Refusal) {
	v, err := url.ParseQuery(raw)
	if err != nil {
		return Query{}, &Refusal{Code: MalformedQuery}
	}
	q := Query{Room: Lobby, After: ParseAfter(v.Get("after"))}
	if s := v.Get("room"); s != "" {
		var ok bool
		if q.Room, ok = CleanRoom(s); !ok { // never the lobby instead: it may have been meant to be private
			return Query{}, &Refusal{Code: BadRoom}
		}
	}
	me := fresh
	if s := v.Get("me"); s != "" {
		var ok bool
		if me, ok = ParseSecret(s); !ok {
			return Query{}, &Refusal{Code: BadMe}
		}
	}
	q.You.ID = me.ID()
	if s := v.Get("name"); clean(s) != "" {
		if q.You.Name, q.Named = CleanName(s); !q.Named {
			return Query{}, &Refusal{Code: UnfitName}
		}
	} else {
		q.You.Name = FriendlyName(q.You.ID, l)
	}
	return q, nil
}
