package main

import (
	"strings"
	"testing"

	"rfc6455/frame"
	v1 "rfc6455/server/chat"
)

// lost are the excuses of a page whose server went away.
var lost = []string{"net::ERR_", "WebSocket connection to"}

// hurry lets the page connect now, if it waits.
func (v view) hurry() {
	v.t.Helper()
	v.do(v.Eval(v.ctx, `document.querySelector("#retry").click(), 1`, nil))
}

// TestPageResume misses 50 messages and gets them, once.
func TestPageResume(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	v := visit(t, s.url(), "ko-KR")
	before, missed := numbered("before %d", 3), numbered("missed %d", 50)
	s.post(sumin, before...)
	v.shows("before 2")
	s.down()
	v.phase("waiting")
	s.post(sumin, missed...)
	s.up()
	v.hurry()
	v.shows("missed 49")
	v.live()
	v.has(append(before, missed...)...)
	s.do(func() {
		if got := s.visits[len(s.visits)-1].After; !got.Given || got.Position.Seq != 3 {
			t.Errorf("the page asked for what is after %v", got)
		}
	})
	v.clean(lost...)
}

// TestPageResync loses its place in each way: what is shown stays, a break is drawn,
// what follows is added once, the members are replaced, the outbox is sent again.
func TestPageResync(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		reason string
		lose   func(s *stage)
		want   []string
	}{
		{"restarted", func(s *stage) {
			s.forget("SECOND")
			s.do(func() { s.presence = v1.Presence{} })
			s.post(otter, "fresh")
		}, []string{"one", "two", "-- restarted", "fresh", "pending"}},
		{"trimmed", func(s *stage) {
			s.post(sumin, numbered("more %d", 10)...)
			s.trim(2)
		}, []string{"one", "two", "-- trimmed", "more 8", "more 9", "pending"}},
		{"unknown", func(s *stage) {
			s.do(func() { s.log = nil })
			s.post(otter, "instead")
		}, []string{"one", "two", "-- unknown", "instead", "pending"}},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			s := newStage(t)
			v := visit(t, s.url(), "en-US")
			s.join(sumin)
			s.post(sumin, "one", "two")
			v.shows("two")
			s.down()
			v.phase("waiting")
			v.say("pending")
			v.waits(1)
			tt.lose(s)
			s.up()
			v.hurry()
			v.shows("pending")
			v.live()
			v.waits(0)
			v.has(tt.want...)
			v.wait(`document.querySelector("#count").textContent === %q`, map[bool]string{true: "1", false: "2"}[tt.reason == "restarted"])
			v.clean(lost...)
		})
	}
}

// TestPageCloseCodes ends the connection with codes that allow to come back, and
// with those that do not.
func TestPageCloseCodes(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	v := visit(t, s.url(), "en-US")
	for _, c := range v1.Closings {
		if c.Code == frame.Abnormal {
			continue
		}
		s.close(c.Code)
		if c.Reconnect {
			v.phase("waiting")
		} else {
			v.phase("ended")
		}
		why := words["over"][1]
		if c.Reconnect {
			why = words["kept"][1]
		}
		v.wait(`!document.querySelector("#trouble").hidden && document.querySelector("#why").textContent === %q`, why)
		v.do(v.Click(v.ctx, "#retry"))
		v.live()
		v.wait(`document.querySelector("#trouble").hidden`)
	}
	v.clean()
}

// TestPageRefused is not let in. What the page itself sent along wrongly it replaces.
func TestPageRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	v := visit(t, s.url(), "ko-KR")
	s.do(func() { s.refuse = v1.RoomFull })
	s.close(frame.ServiceRestart)
	v.phase("waiting")
	v.hurry()
	v.wait(`document.querySelector("#why").textContent.includes("가득")`)
	s.do(func() { s.refuse = nil })
	v.hurry()
	v.live()
	for _, set := range []string{`"chat.name", JSON.stringify("x".repeat(40))`, `"chat.me", JSON.stringify("no secret")`} {
		v.do(v.Eval(v.ctx, `localStorage.setItem(`+set+`), 1`, nil))
		v.do(v.Goto(v.ctx, s.url()))
		v.live()
	}
	v.do(v.Goto(v.ctx, s.url()+"?room="+strings.Repeat("x", 65)))
	v.phase("ended")
	v.wait(`document.querySelector("#why").textContent.includes("64")`)
	v.clean()
}

// TestPageOffline pulls the network and puts it back.
func TestPageOffline(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	v := visit(t, s.url(), "ko-KR")
	v.do(v.Offline(v.ctx, true))
	s.do(s.cut) // what the browser does to connections of an emulated network differs
	v.phase("offline")
	v.say("쓴 것")
	v.waits(1)
	s.post(sumin, "missed")
	v.do(v.Offline(v.ctx, false))
	v.live() // at once: the page heard of it
	v.shows("쓴 것")
	v.has("missed", "쓴 것")
	v.clean(lost...)
}

// hasty lets a page's clock run five times as fast.
const hasty = `(() => {
	const later = setTimeout, now = Date.now, began = now();
	window.setTimeout = (f, ms, ...more) => later(f, ms / 5, ...more);
	Date.now = () => began + (now() - began) * 5;
})()`

// visitWith opens our page in a tab where a script runs before all others.
func visitWith(t *testing.T, script, url, language string) view {
	t.Helper()
	v := view{open(t, "about:blank")}
	v.do(v.Locale(v.ctx, language))
	v.do(v.Call(v.ctx, "Page.addScriptToEvaluateOnNewDocument", map[string]any{"source": script}, nil))
	v.do(v.Goto(v.ctx, url))
	v.live()
	return v
}

// TestPageSilence has a server that falls silent without an end: on every occasion
// the page asks for a sign of life, and leaves without an answer.
func TestPageSilence(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, occasion string }{
		{"silence", `1`}, // for 25 s
		{"becoming visible", `document.dispatchEvent(new Event("visibilitychange")), 1`},
		{"becoming online", `dispatchEvent(new Event("online")), 1`},
		{"a text", `document.querySelector("#message").value = "text", document.querySelector("#form").requestSubmit(), 1`}, // unconfirmed for 5 s
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			v := visitWith(t, hasty, s.url(), "ko-KR")
			s.do(func() { s.deaf, s.heard = true, nil })
			v.do(v.Eval(v.ctx, tt.occasion, nil))
			v.phase("waiting")
			s.do(func() {
				if len(s.heard) == 0 || s.heard[len(s.heard)-1] != (v1.Ping{}) {
					t.Errorf("the page sent %v", s.heard)
				}
				s.deaf = false
			})
			v.hurry()
			v.live()
			v.waits(0)
			v.clean(lost...)
		})
	}
}

// TestPageQuiet tries in vain several times to come back: that it is away is said
// once, and once that it is back.
func TestPageQuiet(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	v := visitWith(t, `window.tries = 0; const ask = fetch; window.fetch = (...what) => { tries++; return ask(...what); }`, s.url(), "ko-KR")
	v.do(v.Eval(v.ctx, `(() => {
		window.said = [];
		const status = document.querySelector("#status");
		new MutationObserver(() => said.push(status.textContent)).observe(status, {childList: true, characterData: true, subtree: true});
		return [status.role ?? status.getAttribute("role"), document.querySelector("#log").getAttribute("role")].join() === "status,log" || Promise.reject(new Error("roles"));
	})()`, nil))
	s.down()
	v.phase("waiting")
	for n := range 4 {
		v.hurry()
		v.wait(`tries > %d`, n)
	}
	s.up()
	v.hurry()
	v.live()
	v.wait(`JSON.stringify(said) === JSON.stringify(["다시 연결하는 중…", "연결됨"])`)
	v.clean(lost...)
}

// TestPageReasons is refused for each reason that a person can do something about,
// and says it in both languages, in words.
func TestPageReasons(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	v := visit(t, s.url(), "ko-KR")
	seen := map[string]bool{}
	for _, code := range v1.Codes {
		if code.Close == 0 || !strings.Contains(code.Client, "person") && !strings.Contains(code.Client, "another") {
			continue
		}
		s.do(func() { s.refuse = code })
		s.close(frame.ServiceRestart)
		v.phase("waiting")
		v.hurry()
		v.wait(`![%q, %q].includes(document.querySelector("#why").textContent)`, words["kept"][0], words["kept"][1])
		v.phase(map[bool]string{true: "waiting", false: "ended"}[v1.Reconnects(code.Close)])
		for range 2 {
			why := v.text("#why")
			if why == "" || strings.Contains(why, code.Name) || seen[why] && code != v1.UnfitName {
				t.Errorf("%s is told as %q", code.Name, why)
			}
			seen[why] = true
			v.do(v.Click(v.ctx, "#language"))
			v.wait(`document.querySelector("#why").textContent !== %q`, why)
		}
		s.do(func() { s.refuse = nil })
		v.hurry()
		v.live()
	}
	if len(seen) < 2*5 {
		t.Errorf("these were told: %v", seen)
	}
	v.clean()
}

// words are what the page says where there is no connection, in Korean and English.
var words = map[string][2]string{
	"kept": {"연결이 끊겼습니다. 쓴 메시지는 연결되면 보냅니다.", "Connection lost. What you write is sent later."},
	"over": {"서버가 연결을 끝냈습니다. 계속하려면 다시 연결하세요.", "The server ended the connection. Connect again to go on."},
}
