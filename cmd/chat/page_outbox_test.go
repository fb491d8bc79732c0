package main

import (
	"fmt"
	"slices"
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

// numbered gives n texts.
func numbered(format string, n int) (texts []string) {
	for i := range n {
		texts = append(texts, fmt.Sprintf(format, i))
	}
	return texts
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

// TestPageLostAcknowledgement kills the server between append and delivery. With
// its history or without, the text is there once.
func TestPageLostAcknowledgement(t *testing.T) {
	t.Parallel()
	for _, forgets := range []bool{false, true} {
		t.Run(fmt.Sprint("forgets ", forgets), func(t *testing.T) {
			s := newStage(t)
			v := visit(t, s.url(), "ko-KR")
			other := visit(t, s.url(), "en-US")
			v.say("first")
			other.shows("first")
			s.do(func() {
				s.script = func(from *visitor, r v1.Request) bool {
					say, ok := r.(v1.Say)
					if !ok {
						return false
					}
					s.visitors = slices.DeleteFunc(s.visitors, func(v *visitor) bool { return v == from })
					s.say(from, say) // to all but who said it
					s.visitors = append(s.visitors, from)
					s.script = nil
					s.cut()
					return true
				}
			})
			v.say("second")
			other.shows("second")
			if forgets {
				s.forget("SECOND")
			}
			for _, v := range []view{v, other} {
				v.hurry()
				v.live()
			}
			v.shows("second")
			v.waits(0)
			v.say("third")
			v.shows("third")
			other.shows("third")
			if want := []string{"first", "second", "third"}; !forgets {
				v.has(want...)
				other.has(want...)
				if got := s.texts(); !slices.Equal(got, want) {
					t.Errorf("the log is %q", got)
				}
			} else {
				v.has("first", "-- restarted", "second", "third")
				other.has("first", "second", "-- restarted", "third")
			}
			v.clean(lost...)
		})
	}
}

// TestPageReload keeps what is on its way, and what is being written, over a reload.
func TestPageReload(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.script = func(*visitor, v1.Request) bool { return true } // nothing is confirmed
	v := view{open(t, "about:blank")}
	v.do(v.Call(v.ctx, "Page.addScriptToEvaluateOnNewDocument", map[string]any{
		"source": `addEventListener("beforeunload", event => event.stopImmediatePropagation())`, // no questions
	}, nil))
	v.do(v.Goto(v.ctx, s.url()))
	v.live()
	v.say("on its way")
	v.waits(1)
	v.write("half a sen")
	v.do(v.Goto(v.ctx, s.url()))
	v.live()
	v.waits(1)
	v.wait(`document.querySelector("#message").value === "half a sen"`)
	s.do(func() { s.script = nil })
	s.do(s.cut)
	v.hurry()
	v.shows("on its way")
	v.waits(0)
	s.do(func() {
		var ids []string
		for _, r := range s.heard {
			if say, ok := r.(v1.Say); ok {
				ids = append(ids, say.ID)
			}
		}
		if len(ids) < 3 || len(slices.Compact(slices.Sorted(slices.Values(ids)))) != 1 {
			t.Errorf("ids were %q, want one, sent three times", ids)
		}
	})
	v.clean(lost...)
}

// TestPageWarns is not left with texts on their way without a question.
func TestPageWarns(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	v := visit(t, s.url(), "ko-KR")
	v.say("there")
	v.shows("there")
	v.do(v.Goto(v.ctx, s.url()))
	v.live()
	s.do(func() { s.deaf = true })
	v.say("on its way")
	if err := v.Goto(v.ctx, s.url()); err == nil || !strings.Contains(err.Error(), "ERR_ABORTED") {
		t.Errorf("leaving gives %v, want that the question is answered by no", err)
	}
	if got := v.Errors(); len(got) != 1 || got[0].Kind != "dialog" || !strings.HasPrefix(got[0].Text, "beforeunload") {
		t.Errorf("the page asked %v", got)
	}
	v.waits(1)
}

// TestPageErrors lets a text be refused in every way.
func TestPageErrors(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	v := visit(t, s.url(), "ko-KR")
	refuse := func(code *v1.Code) {
		s.do(func() {
			s.script = func(from *visitor, r v1.Request) bool {
				if say, ok := r.(v1.Say); ok {
					s.script = nil
					from.send(v1.Refusal{Code: code, ID: say.ID, Retry: 20e6})
					return true
				}
				return false
			}
		})
	}
	for _, code := range []*v1.Code{v1.TooFast, v1.IDUsed} {
		refuse(code)
		v.say(code.Name)
		v.shows(code.Name)
		v.waits(0)
	}
	refuse(v1.TooLong)
	v.say("too long")
	v.wait(`document.querySelector("#outbox .failed .why").textContent.includes("너무 깁니다")`)
	v.do(v.Click(v.ctx, "#outbox button:nth-of-type(1)"))
	v.shows("too long")
	refuse(v1.TooLong)
	v.say("to be cut")
	v.wait(`document.querySelector("#outbox .failed")`)
	v.do(v.Click(v.ctx, "#outbox button:nth-of-type(2)"))
	v.wait(`document.querySelector("#message").value === "to be cut" && document.activeElement.id === "message"`)
	v.waits(0)
	v.do(v.Press(v.ctx, "Enter", 0))
	v.shows("to be cut")
	refuse(v1.Malformed)
	v.say("nonsense")
	v.wait(`document.querySelector("#outbox .failed")`)
	v.do(v.Click(v.ctx, "#outbox button:nth-of-type(3)"))
	v.waits(0)
	v.has("rate", "id-used", "too long", "to be cut")
	v.clean()
}

// TestPageLimits keeps to what the welcome says: a text that is too long does not
// leave, and many texts leave at the pace of the bucket.
func TestPageLimits(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.limits = v1.Limits{Text: 30, Rate: v1.Rate{Burst: 5, Every: 20e6}}
	v := visit(t, s.url(), "en-US")
	var bucket v1.Bucket
	s.do(func() {
		s.script = func(from *visitor, r v1.Request) bool {
			if g, _ := bucket.Take(s.now(), s.limits.Rate, 1); g != v1.Granted {
				t.Errorf("too fast")
			}
			return false
		}
	})
	v.write(strings.Repeat("가", 11))
	v.wait(`document.querySelector("#left.over").textContent === "3 bytes too many"`)
	v.do(v.Press(v.ctx, "Enter", 0))
	v.wait(`!document.querySelector("#notice").hidden && document.querySelector("#message").value.length === 11`)
	v.do(v.Press(v.ctx, "Backspace", 0))
	v.wait(`document.querySelector("#notice").hidden`)
	v.do(v.Press(v.ctx, "Enter", 0))
	v.shows(strings.Repeat("가", 10))
	want := append([]string{strings.Repeat("가", 10)}, numbered("%d", 30)...)
	for _, text := range want[1:] {
		v.do(v.Eval(v.ctx, fmt.Sprintf(`document.querySelector("#message").value = %q, document.querySelector("#form").requestSubmit(), 1`, text), nil))
	}
	v.shows("29")
	v.has(want...)
	v.clean()
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
		v.wait(`!document.querySelector("#trouble").hidden`)
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

// TestPageSilence has a server that falls silent without an end: the page asks when
// it is looked at again, and leaves after no answer.
func TestPageSilence(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	v := visit(t, s.url(), "ko-KR")
	s.do(func() { s.deaf = true })
	v.do(v.Eval(v.ctx, `document.dispatchEvent(new Event("visibilitychange")), 1`, nil))
	v.phase("waiting")
	s.do(func() {
		if len(s.heard) != 1 || s.heard[0] != (v1.Ping{}) {
			t.Errorf("the page sent %v", s.heard)
		}
		s.deaf = false
	})
	v.hurry()
	v.live()
	v.clean()
}
