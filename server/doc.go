// Package server is the broadcast chat: rooms of package room, connections of
// package conn, the page of package web, behind one http.Handler.
//
//	GET /         the page; an upgrade here joins the chat as well
//	GET /chat     upgrade: the chat
//	GET /echo     upgrade: every message comes back, if Config.Echo
//	GET /healthz  whether the process lives
//	GET /readyz   whether it takes connections; 503 when it goes down
//
//	s, err := server.New(server.Config{})  every zero field means its default
//	err = s.Serve(listener)                or http.Handle("/", s)
//	err = s.Shutdown(ctx)                  says goodbye to everybody
//
// What is for operators alone is not among them: [Server.Metrics] is a handler to
// be put where only they come.
//
// # The chat
//
// Whoever connects without a subprotocol is in the lobby, gets the [Greeting] and
// then every text of everybody, his own included, as [Prefix] and the text. Binary
// messages are read as UTF-8 text. Whoever offers chat.v1 speaks that, in the room
// that it asks for: see package chat. Both kinds see each other's texts, each in its
// own form; a plain client counts under a name that was made up.
//
// # The way of a message
//
//	conn.Conn --> member.Message, speaker.Message --> Cursor.Publish --> store
//	                                      |
//	                       pump: encode once per format, one batch of whole frames
//	                                      |
//	conn.Conn <-- Deliver <--------- every member
//
// A message is delivered only after the store took it, to its sender too.
// Readers wait for the room: while its pumps are a whole log behind, nobody's
// next message is read. A member that reads is offered every message, in the one
// order of the room. One that falls a whole log behind (RoomLimits.Messages and
// Bytes) is dropped: with 1013 if it reads again within conn's deadlines, else
// without a word.
//
// # Who may connect
//
// In this order: nobody while the server goes down (503); package admit's caps and
// pace, by the address that Config.Proxies vouch for (503, 429, with Retry-After);
// the handshake's rules; Origin, by [handshake.CheckOrigin]. Host is judged before
// all, by [handshake.CheckHost], where the listener is on loopback or there are
// Config.Hosts. Who has not come so far is one of Config.HTTPConnections at most:
// over it who comes waits, until the one there the longest is closed; and of a throng
// the first are let in, the others as these go on, or by and by. The log names
// the flag of cmd/chat that would let in who was refused for Origin or Host, and the
// peer that may be a proxy. What a person can act on, like a full room, is said behind
// the upgrade, since browsers hide HTTP's status: by chat.v1's "error", and 1013.
//
// # Rate
//
// One rate (Limits.Rate) for everybody, each connection with tokens of its own. A
// client of chat.v1 that is too fast is told so by "error", and closed with 1008 if it
// keeps on. A plain one could not be told: it is not read from until there is a
// token, so that nothing is lost and TCP slows it down. It is closed with 1008 once
// 30 of its messages in a row had to wait, or one would have to for over 5 s.
//
// # Ends
//
// Each end of a connection is one record in the log, with the close code, the cause
// and what it carried. [Server.Shutdown] closes all with 1001, spread over
// Config.Drain; until it is its turn a connection goes on chatting. A panic in what
// is done for one connection closes that one with 1011, is logged with its stack, and
// nobody else notices; one anywhere else ends the process.
//
// # Limits
//
// Those of [Config], and of the packages conn, room, chat and admit that they are
// passed on to. A connection costs the server some 150 bytes besides what they say.
// History in memory takes up to three times RoomLimits.TotalBytes: the bodies, and a
// frame for each of two formats where somebody was sent it not long ago.
//
// # Goroutines
//
// [Server.Serve] and [Server.Shutdown] may be called from any goroutine. A
// member's methods are called by its connection's reader (Message, End) and by
// one pump (Deliver, Overflowed). Lock order: Server.mu, then conn's; room's, then
// conn's; Server.mu and room's never together. A hall's lock comes before conn's: it
// keeps who is in a room while somebody there speaks chat.v1, and tells them who
// comes and goes, which [conn.Conn.Post] does without waiting.
package server
