package server

// Hostile input, class by class: each is tried against a running server over
// TCP, while two bystanders talk, who must not lose a text. Classes that another
// package shows, since they need another end, another clock or no server:
//
//	predictable masks                           server/conn: TestKeys; cmd: the import rule on math/rand
//	hostile server against Dial                 server/conn: the tests of Dial against scripts
//	a peer that answers no Ping                 server/conn: deadlines under synctest
//	header backtracking, its cost               handshake: TestLinear
//	every rule at every cut of the stream       frame/session: the scripts of testdata/sessions
//	script in a name or a text                  cmd/chat: the page in a browser; here TestPage, its policy
//	control characters in logs                  here: TestLogEscapes, TestFlagsAreSafe
//	cross-site hijack, DNS rebinding            here: TestOrigin, TestHost
//	write side: reader stops                    here: TestMembersThatNeverRead, TestMemberThatReadsAgain

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
