// Package server is the broadcast chat: rooms of package room, connections of
// package conn, the page of package web, behind one http.Handler.
//
//	GET /        the page; an upgrade here joins the chat as well
//	GET /chat    upgrade: the chat
//	GET /echo    upgrade: every message comes back
//
// # The chat
//
// Whoever connects gets the [Greeting] and then every text of everybody, his own
// included, as [Prefix] and the text. Binary messages are read as UTF-8 text.
//
// # The way of a message
//
//	conn.Conn --> member.Message --> room.Publish --> store
//	                                      |
//	                       pump: encode once per format, one batch of whole frames
//	                                      |
//	conn.Conn <-- Deliver <--------- every member
//
// A message is delivered only after the store took it, to its sender too.
// Readers wait for the room: while its pumps are a whole log behind, nobody's
// next message is read.
//
// # Goroutines
//
// A member's methods are called by its connection's reader (Message, End) and by
// one pump (Deliver, Overflowed). Lock order: Server.mu, then room's, then conn's.
package server
