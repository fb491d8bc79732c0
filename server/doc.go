// Package server is the broadcast chat: rooms of package room, connections of
// package conn, the page of package web, behind one http.Handler.
//
//	GET /         the page; an upgrade here joins the chat as well
//	GET /chat     upgrade: the chat
//	GET /echo     upgrade: every message comes back
//	GET /healthz  whether the process lives
//	GET /readyz   whether it takes connections; 503 when it goes down
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
//	conn.Conn --> member.Message, speaker.Message --> room.Publish --> store
//	                                      |
//	                       pump: encode once per format, one batch of whole frames
//	                                      |
//	conn.Conn <-- Deliver <--------- every member
//
// A message is delivered only after the store took it, to its sender too.
// Readers wait for the room: while its pumps are a whole log behind, nobody's
// next message is read. A member that reads is offered every message, in the one
// order of the room. One that falls a whole log behind - 8,192 messages, or 1 MiB
// or four of the longest messages - is dropped: with 1013 if it reads again
// within conn's deadlines, else without a word.
//
// # Who may connect
//
// Origin is judged by [handshake.CheckOrigin]; on loopback, Host by
// [handshake.CheckHost]. The log names the flag of cmd/chat that would let in who
// was refused.
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
