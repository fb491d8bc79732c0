package server

// Hostile input, class by class: each is tried against a running server over
// TCP, while two bystanders talk, who must not lose a text. What stands elsewhere:
//
//	predictable masks                 cmd: TestImports, no math/rand in server/conn
//	hostile server against Dial       server/conn: TestDialHostile, TestDialHostileFrames, TestDialSilence
//	bytes that came with the 101      server/conn: TestDialEarlyFrames
//	masked server frame               server/conn: TestDialHostileFrames
//	a peer that answers no Ping       server/conn: TestPongTimeout
//	inflation times connections       server/conn: TestMemoryInflated; here TestHostileMemory
//	header backtracking, its cost     handshake: TestHostileLinesAreLinear
//	every rule, however it is cut     frame/session: TestScripts
//	script in a text                  cmd/chat: TestPages; here TestPage, the policy of the page
//	control characters in logs        here: TestLogEscapes, TestFlagsAreSafe
//	cross-site hijack, DNS rebinding  here: TestOrigin, TestHost
//	write side: reader stops          here: TestMembersThatNeverRead, TestMemberThatReadsAgain
//	exhaustion                        here: TestExhaustion, TestHandshakePace, TestRoomsMakePlace
//	forwarded-for spoof               here: TestForwardedForSpoof, TestBehindProxies
//	flood of small legal messages     here: TestPlainFlood, TestRate
//	panic in one connection           here: TestPanic, TestPanicOnEntering, TestPanicInDelivery

import (
	"testing"

	"rfc6455/frame"
)

// An attack is what a peer sends after the opening handshake, and the code that
// its connection is failed with.
type attack struct {
	class  string
	target string // "": both /chat and /echo
	send   []string
	want   frame.CloseCode
}

// repel tries attacks on one server, each from a connection of its own.
func repel(t *testing.T, attacks []attack) {
	t.Helper()
	s := serve(t, Config{})
	verify := bystanders(t, s)
	for _, a := range attacks {
		targets := []string{"/chat", "/echo"}
		if a.target != "" {
			targets = []string{a.target}
		}
		for _, target := range targets {
			t.Run(a.class+target, func(t *testing.T) {
				p := s.upgrade(t, target, deflateOffer)
				if target == "/chat" {
					p.greeted()
				}
				p.send(a.send...)
				p.wantClose(a.want)
			})
		}
	}
	verify()
}
