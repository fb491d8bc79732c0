// Package annotate explains a connection that is over, or was heard by somebody else:
// it takes the bytes of both sides and gives the opening handshake, every frame with
// the rule that it breaks, and the end. It knows no file, socket or clock.
//
//	bytes --> Conversation --> Opening    what was asked, answered and agreed (§4)
//	                       --> Frame      header, payload in the clear, message, violation
//	                       --> End        who closed, and how
//
// A connection whose first request is no opening handshake is passed over: what comes
// later on it, behind other requests, is not looked for.
//
// # Judgement
//
// Headers are judged by packages frame and session, each direction by a Receiver in
// the role of who was to receive it. That a rule was broken does not end anything
// here: a peer would fail the connection (§7.1.7), but who looks at a capture wants to
// see what came next. So headers are read even so, and judged by themselves alone,
// since what would be right behind a violation is not defined; Frame.Judged says so.
//
// # Limits
//
// [Config.Message] bounds a message and [Memory] what all conversations hold; over
// them Frame.Limit is set and the direction's messages are not followed any more. A
// frame's payload is whole up to Config.Message. [MaxHead] bounds a head of the
// opening handshake.
//
// # Goroutines
//
// Conversations that share a Memory belong to one goroutine. What a [Sink] is given is
// valid until it returns.
package annotate
