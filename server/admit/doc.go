// Package admit decides who may connect, before a connection costs anything.
//
// # Terms
//
// The peer is at the other end of the TCP connection or unix socket. A proxy is
// a peer that is trusted to say for whom it asks. The client is whom limits and
// logs mean: the peer itself, or the one for whom a proxy asks. An IPv6 client is
// counted by its /64, all of which is one household's; an IPv4 client by its
// address, however it is written.
//
// # Flow
//
//	*http.Request --> Proxies.Client --> Client --> Gate.Enter --> *Pass, until Leave
//	                                                          \--> *handshake.Error to refuse with
//
// [Proxies.Client] reads X-Forwarded-For and X-Forwarded-Proto from right to
// left, over all their lines, as long as what it reads was written by somebody
// who is trusted. Nothing that a client writes itself is believed. A proxy is
// expected to pass Host on as it came; Forwarded (RFC 7239) and X-Forwarded-Host
// are not read.
//
// [Gate.Enter] judges the pace of an address, then its connections, then those of
// all, and takes as long for the last connection as for the first.
//
// # Limits
//
//	what                          limit                       default  past it
//	proxies that are walked       MaxHops                     32       the walk ends
//	connections in all            Config.Connections          16,384   ErrConnections, 503
//	connections of an address     Config.PerAddress           256      ErrPerAddress, 503
//	handshakes of an address      Config.HandshakesPerMinute  off      ErrHandshakeRate, 429
//	the same in a row             Config.HandshakeBurst       20       the same
//	addresses whose pace is kept  Config.Addresses            65,536   the longest unseen is forgotten
//	hints                         HintEvery                   1 min    not given
//
// Addresses that are counted have a connection each, so Connections bounds them,
// too. That a server may refuse hosts with too many connections, or when its load
// is high, is said in RFC 6455 §4.1.
//
// # Goroutines
//
// A Proxies does not change; a Gate and a Pass lock for themselves. Anybody may
// call anything. Time is handed in.
package admit
