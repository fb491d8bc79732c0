// Package chat is chat.v1, the protocol that the chat speaks over WebSocket: its
// messages, and what has to be decided about them, without a socket, a clock, a
// lock or randomness. Whoever calls hands in time and random bits.
//
// # Terms
//
//   - A client is a connection that chose the subprotocol [Protocol]
//     (Sec-WebSocket-Protocol). Any other is plain: it gets texts with a prefix in
//     front and nothing else, and whatever it sends is said.
//   - A member is somebody in a room. Connections that show the same secret are one
//     member; its public id is a hash of the secret.
//   - A position, <epoch>.<seq>, names a message: its number in one incarnation of
//     the room. It is the client's bookmark. Only "message" and "resync" move it.
//   - A body is what a room's log holds of a message, in a form of its own from which
//     every format is made.
//   - A say is a text under an id that its client made at random, so that a text
//     that is sent again can be told from one that is said twice.
//
// # Connecting
//
//	/chat?room=lobby&name=%EC%A7%80%EB%AF%BC&after=K7QWJ2.41&me=00112233445566778899aabbccddeeff
//
//	room    1 to 64 characters; absent: lobby
//	name    1 to 32 characters; absent: one is made up
//	after   the client's position; absent: the last 50 messages
//	me      128 random bits that the client made and keeps, as 32 hexadecimal digits
//	        or 22 characters of base64url; absent: a new member
//
// Control and bidirectional characters, others that nobody sees, and spaces at the
// ends are removed from room and name before they are counted.
//
// # From the server
//
// Every WebSocket message is one JSON object, "type" first. A client passes over
// fields and types that it does not know. On entering it gets "welcome", "resync" if
// what it asked for is not there, the messages that it missed, "live", and from then
// on what happens.
//
// Who and where the client is, who else is there, what it must keep to, and the
// position of the last message, which is for display only:
//
//	{"type":"welcome","you":{"id":"t7VBWgMmDiDumt81","name":"지민"},"room":"lobby",
//	 "members":{"version":7,"count":2,"list":[{"id":"4OLR8MXYCvoHDd6y","name":"반가운 강아지"},
//	 {"id":"t7VBWgMmDiDumt81","name":"지민"}]},
//	 "limits":{"text":4096,"name":32,"burst":20,"refill_ms":500},"head":"K7QWJ2.43"}
//
// Where a sign-in before the server fixes the name, and "name" is refused:
//
//	{"type":"welcome","you":{"id":"t7VBWgMmDiDumt81","name":"지민","fixed":true},"room":"lobby",
//	 "members":{"version":1,"count":1,"list":[{"id":"t7VBWgMmDiDumt81","name":"지민"}]},
//	 "limits":{"text":4096,"name":32},"head":"K7QWJ2.0"}
//
// In limits, text is in bytes of UTF-8, name in characters; burst and refill_ms are
// the token bucket that each message takes one token from, and a text one for each
// 4 KiB; without them there is none.
//
// What follows does not join onto what the client has. The reason is restarted (the
// room is another incarnation), trimmed (the next message is no longer held) or
// unknown (no such position here). The position is the client's from now on:
//
//	{"type":"resync","reason":"restarted","position":"K7QWJ2.0"}
//
// A text of somebody, its own included: that is how a say is acknowledged. The time
// is in milliseconds since 1970, UTC:
//
//	{"type":"message","position":"K7QWJ2.42","id":"uGx0Z4mQ1b7Hc2Ts","from":{"id":"4OLR8MXYCvoHDd6y","name":"반가운 강아지"},"text":"안녕하세요!","time":1767225600000}
//
// History is over:
//
//	{"type":"live"}
//
// The answer to a say that the room holds already, to its sender alone; the position
// is the text's and does not move the client's:
//
//	{"type":"ack","id":"uGx0Z4mQ1b7Hc2Ts","position":"K7QWJ2.42"}
//
// What was not done, by a code of the table below; id is that of the say:
//
//	{"type":"error","code":"rate","id":"wq3Jt0RZ6fKpXn1v","retry_ms":1500,"text":"too much at a time"}
//	{"type":"error","code":"room-full","text":"room is full"}
//
// Somebody came, has another name, or went: [Grace] after the last of his connections
// ended. A version that is not above the one of the list that the client has is
// included in it already:
//
//	{"type":"joined","version":8,"id":"Zb1fQe8sVn30LkTw","name":"Quiet Otter"}
//	{"type":"renamed","version":9,"id":"Zb1fQe8sVn30LkTw","name":"수민"}
//	{"type":"left","version":10,"id":"Zb1fQe8sVn30LkTw"}
//
// Above [ListedMembers] members only how many they are, every [MembersEvery] at most.
// A list in a welcome is the beginning of all then. Once they are few enough again a
// complete list comes instead, which replaces the client's. Of a renaming only who
// asked for it is told, by "renamed":
//
//	{"type":"members","version":131,"count":101}
//	{"type":"members","version":240,"count":1,"list":[{"id":"t7VBWgMmDiDumt81","name":"지민"}]}
//
// The answer to a ping:
//
//	{"type":"pong"}
//
// # From the client
//
// One JSON object a message, in text; a binary message is answered by 1003. Fields
// that are not known are passed over. Those below must be there once, and strings,
// else the error is malformed; a type that is not known is the error unknown-type.
//
// Say a text. The id is 16 to 64 random characters of A-Z a-z 0-9 - _. Until it comes
// back as "message", or "ack" or "error" answers it, it is pending; after a break it
// is sent again under the same id:
//
//	{"type":"say","id":"uGx0Z4mQ1b7Hc2Ts","text":"안녕하세요!"}
//
// Take another name:
//
//	{"type":"name","name":"수민"}
//
// Ask for a sign of life:
//
//	{"type":"ping"}
//
// # Errors
//
// What follows an error is the connection's end where there is a close code; but who
// keeps on sending against "rate" is closed with 1008.
//
//	code             close  text                                               what a client does
//	malformed        -      not a message of chat.v1                           mend the program
//	unknown-type     -      no message of that type                            mend the program
//	bad-id           -      id is not 16 to 64 of A-Z a-z 0-9 - _              mend the program
//	bad-name         -      name is not 1 to 32 visible characters             ask for another name
//	empty            -      text is empty                                      drop the text
//	too-long         -      text is over the limit                             give the text back to be shortened
//	name-fixed       -      name comes from the sign-in, and stays              tell the person
//	id-used          -      another text has that id                           send the text under a new id
//	rate             -      too much at a time                                 send it again after retry_ms
//	not-taken        1013   the room could not take the text                   reconnect, send it again
//	malformed-query  1008   query is malformed                                 mend the program
//	bad-room         1008   room is not 1 to 64 visible characters             ask for another room
//	unfit-name       1008   name is not up to 32 visible characters            ask for another name
//	bad-me           1008   me is not 32 hexadecimal digits or 22 of base64url make a new secret
//	room-full        1013   room is full                                       tell the person; reconnect later
//	rooms-full       1013   there are too many rooms                           tell the person; reconnect later
//	room-away        1013   room cannot be opened at present                   tell the person; reconnect later
//
// # Close codes
//
// With "yes" a client connects again, with its position, after a random wait that
// grows; with "no", and at any other code, it does not.
//
//	code  reconnect  when
//	1000  no         the client closed
//	1001  yes        the server shuts down
//	1002  no         the client broke RFC 6455
//	1003  no         a binary message
//	1006  yes        the network broke; never on the wire
//	1007  no         text that is not UTF-8, corrupt compression
//	1008  no         a query that was refused, a client that is too fast and keeps on, a message that is too slow
//	1009  no         a message over the frame limit
//	1011  yes        a fault of the server
//	1012  yes        another server restarts; this one says 1001
//	1013  yes        no place at present, a text not taken, a client that reads too slowly
//
// # The state of a room
//
// Three small machines belong to a room or a connection, each behind its owner's
// lock: [Presence] (who is there, and who is to be told), [Said] (which says the log
// holds) and [Bucket] (how much a connection has sent). Everything else is functions,
// and may be called from any goroutine.
//
// # Limits
//
//	what                         limit                    default  past it
//	bytes of a text              Limits.Text              4,096    too-long
//	bytes of a message           Limits.FrameBytes        25,600   1009
//	messages of a history        History                  50       the older ones do not come
//	characters of a name         MaxName                  32       bad-name, unfit-name
//	characters of a room         MaxRoom                  64       bad-room
//	characters of an id          MinID, MaxID             16, 64   bad-id
//	depth of an unknown field    maxDepth                 8        malformed
//	members that are listed      ListedMembers            100      a count alone
//	members in their grace       leavingMembers           1,024    the oldest leaves at once
//	messages "members"           MembersEvery             5 s      the next tells it
//	says that are remembered     Said.Limit               4,096    the oldest is forgotten
//	tokens, and refusals         Limits.Rate, patience    none, 30 rate, 1008
package chat

// Protocol is the subprotocol's name.
const Protocol = "chat.v1"
