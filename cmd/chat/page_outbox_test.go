package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	v1 "rfc6455/server/chat"
)

// numbered gives n texts.
func numbered(format string, n int) (texts []string) {
	for i := range n {
		texts = append(texts, fmt.Sprintf(format, i))
	}
	return texts
}

// submit says texts at once, as fast as a script can.
func (v view) submit(texts ...string) {
	v.t.Helper()
	all, err := json.Marshal(texts)
	v.do(err)
	v.do(v.Eval(v.ctx, `(() => {
		for (const text of `+string(all)+`) {
			document.querySelector("#message").value = text;
			document.querySelector("#form").requestSubmit();
		}
	})() ?? 1`, nil))
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
	v := visitWith(t, noteSends, s.url(), "en-US")
	v.write(strings.Repeat("가", 11))
	v.wait(`document.querySelector("#left.over").textContent === "3 bytes too many"`)
	v.do(v.Press(v.ctx, "Enter", 0))
	v.wait(`!document.querySelector("#notice").hidden && document.querySelector("#message").value.length === 11`)
	v.do(v.Press(v.ctx, "Backspace", 0))
	v.wait(`document.querySelector("#notice").hidden`)
	v.do(v.Press(v.ctx, "Enter", 0))
	v.shows(strings.Repeat("가", 10))
	want := append([]string{strings.Repeat("가", 10)}, numbered("%d", 30)...)
	v.submit(want[1:]...)
	v.shows("29")
	v.has(want...)
	var sends []float64
	v.do(v.Eval(v.ctx, `sends`, &sends))
	var bucket v1.Bucket
	for i, at := range sends {
		if g, _ := bucket.Take(time.UnixMilli(int64(at)), s.limits.Rate, 1); g != v1.Granted {
			t.Errorf("request %d of %d leaves too fast: at %.0f", i+1, len(sends), sends)
			break
		}
	}
	if len(sends) < len(want) {
		t.Errorf("%d requests for %d texts", len(sends), len(want))
	}
	v.clean()
}

// noteSends notes when requests leave the page: when they arrive depends on what else
// the machine has to do.
const noteSends = `(() => {
	const send = WebSocket.prototype.send;
	window.sends = [];
	WebSocket.prototype.send = function (request) {
		sends.push(Date.now());
		send.call(this, request);
	};
})()`

// TestPageOutboxFull writes without a connection until the page takes no more. What
// it took is delivered in order, what it did not is still in the field.
func TestPageOutboxFull(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	v := visit(t, s.url(), "en-US")
	s.down()
	v.phase("waiting")
	want := numbered("text %d", 100)
	v.submit(append(want, "text 100")...)
	v.waits(100)
	v.wait(`!document.querySelector("#notice").hidden && document.querySelector("#notice").textContent.includes("Too many") && document.querySelector("#message").value === "text 100"`)
	s.up()
	v.hurry()
	v.live()
	v.waits(0)
	v.shows("text 99")
	v.has(want...)
	if got := s.texts(); !slices.Equal(got, want) {
		t.Errorf("the log is %q", got)
	}
	v.do(v.Press(v.ctx, "Enter", 0))
	v.shows("text 100")
	v.wait(`document.querySelector("#notice").hidden`)
	v.clean(lost...)
}
