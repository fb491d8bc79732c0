// Package handshake is the opening handshake of the WebSocket protocol, both
// roles: RFC 6455 §3, §4, §9.1, §10.2 and §11.3, and the negotiation of
// permessage-deflate, RFC 7692 §7.1. It turns headers into headers; sockets,
// clocks, randomness and policy are the caller's.
//
// Terms. An offer is what a client asks for, an answer what a server says to
// it, an [Agreement] what then holds for the connection. A resource name is a
// path with its query (§3). A subprotocol is what the application speaks, an
// extension what changes the protocol itself.
//
// A server:
//
//	ParseRequest   header of the request      -> Request, or an *Error to answer with
//	CheckOrigin    where the page came from   -> nil, or a 403
//	CheckHost      DNS rebinding on loopback  -> nil, or a 403
//	Request.Agree  the server's wishes        -> Agreement
//	AppendAccept   Agreement                  -> the bytes of the 101 answer
//	AppendReject   *Error                     -> the bytes of a plain HTTP answer
//
// A client:
//
//	ParseURL             ws: or wss: URI      -> URL
//	Offer.Check          what is to be sent   -> nil, or what would not be legal
//	Offer.AppendRequest  Offer                -> the bytes of the request
//	CheckResponse        header of the answer -> Agreement, or the rule it broke
//
// Every rule is a variable of type [*Error] that has an ID and names its
// clause; [Errors] lists them all, and folder testdata/handshakes has a vector
// for each.
//
// Limits. net/http bounds a header in bytes. Within it [MaxExtensions],
// [MaxParameters] and [MaxProtocols] bound what is kept, and every value is
// read once, from left to right.
//
// Everything here is a function of its arguments: any goroutine may call
// anything. The strings of a Request share the memory of the http.Request's.
//
// Files are named by the clause that they hold, in the order of the RFCs.
package handshake
