package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"rfc6455/cmd/chat/internal/devtools"
	"rfc6455/frame"
	v1 "rfc6455/server/chat"
)

var (
	sumin = v1.Member{ID: "Zb1fQe8sVn30LkTw", Name: "수민"}
	otter = v1.Member{ID: "4OLR8MXYCvoHDd6y", Name: "Quiet Otter"}
)

// A view is our page in a tab.
type view struct{ tab }

// visit opens our page in a tab of its own, for a reader of the language.
func visit(t *testing.T, url, language string) view {
	t.Helper()
	v := view{open(t, "about:blank")}
	v.do(v.Locale(v.ctx, language))
	v.do(v.Goto(v.ctx, url))
	v.live()
	return v
}

// live waits until the page is connected and its history is there.
func (v view) live() {
	v.t.Helper()
	v.phase("live")
	v.wait(`document.querySelector("#log").getAttribute("aria-live") === "polite"`)
}

func (v view) phase(phase string) {
	v.t.Helper()
	v.wait(`document.documentElement.dataset.phase === %q`, phase)
}

// say writes a text and sends it by Enter.
func (v view) say(text string) {
	v.t.Helper()
	v.write(text)
	v.do(v.Press(v.ctx, "Enter", 0))
	v.wait(`document.querySelector("#message").value === ""`)
}

// shows waits until the last message is the given one, delivered.
func (v view) shows(text string) {
	v.t.Helper()
	v.wait(`[...document.querySelectorAll("#chat .text")].at(-1).textContent === %q`, text)
}

// texts are the messages in the list; a break is "-- reason".
func (v view) texts() (texts []string) {
	v.t.Helper()
	v.do(v.Eval(v.ctx, `[...document.querySelectorAll("#chat .text, #chat .break")].map(e => e.dataset.reason ? "-- " + e.dataset.reason : e.textContent)`, &texts))
	return texts
}

// has demands the messages in the list.
func (v view) has(want ...string) {
	v.t.Helper()
	if got := v.texts(); !slices.Equal(got, want) {
		v.t.Errorf("the list is %q, want %q", got, want)
	}
}

// waits demands how many texts are on their way, or failed.
func (v view) waits(n int) {
	v.t.Helper()
	v.wait(`document.querySelectorAll("#outbox .message").length === %d`, n)
}

// text is the text of the first element that the selector finds.
func (v view) text(selector string) (text string) {
	v.t.Helper()
	v.do(v.Eval(v.ctx, fmt.Sprintf(`document.querySelector(%q).textContent`, selector), &text))
	return text
}

// clean demands that the page had nothing to complain of but what contains one of
// the excuses.
func (v view) clean(excuses ...string) {
	v.t.Helper()
	for _, e := range v.Errors() {
		if !slices.ContainsFunc(excuses, func(excuse string) bool { return strings.Contains(e.Text, excuse) }) {
			v.t.Errorf("the page complains: %v", e)
		}
	}
}

func TestPageLanguages(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for _, tt := range []struct{ tag, lang, heading, placeholder, button string }{
		{"ko-KR", "ko", "WebSocket 채팅", "메시지를 입력하세요", "전송"},
		{"en-GB", "en", "WebSocket Chat", "Type a message", "Send"},
		{"fr-FR", "en", "WebSocket Chat", "Type a message", "Send"},
	} {
		v := visit(t, s.url(), tt.tag)
		want := fmt.Sprintf("%s|%s|%s|%s|%[2]s", tt.lang, tt.heading, tt.placeholder, tt.button)
		const look = `[document.documentElement.lang, document.querySelector("h1").textContent,
			document.querySelector("#message").placeholder, document.querySelector("#send").textContent, document.title].join("|")`
		v.wait(`%s === %q`, look, want)
		v.do(v.Click(v.ctx, "#language"))
		v.wait(`%s !== %q`, look, want)
		v.do(v.Goto(v.ctx, s.url()))
		v.live()
		v.wait(`document.documentElement.lang !== %q`, tt.lang)
		v.do(v.Click(v.ctx, "#language"))
		v.wait(`%s === %q`, look, want)
		v.clean()
	}
}

// TestPageWindows lets two windows talk.
func TestPageWindows(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	a, b := visit(t, s.url(), "ko-KR"), visit(t, s.url(), "en-US")
	for _, v := range []view{a, b} {
		v.wait(`document.querySelector("#count").textContent === "2" && document.querySelectorAll("#list li").length === 2`)
		v.wait(`document.querySelector("#invitation").hidden`)
	}
	a.do(a.Eval(a.ctx, `document.hasFocus = () => false, 1`, nil))
	want := []string{"안녕하세요", "hello\nthere", "👩‍👩‍👧‍👦 🇰🇷", "<b>&amp;</b>"}
	for i, text := range want {
		from, to := a, b
		if i%2 == 1 {
			from, to = b, a
		}
		from.say(text)
		from.shows(text)
		to.shows(text)
	}
	for _, v := range []view{a, b} {
		v.has(want...)
		v.wait(`document.querySelectorAll("#chat .own").length === 2 && document.querySelectorAll("#chat .own .mark").length === 2`)
		v.wait(`document.querySelectorAll("#chat time[datetime]").length === 4 && document.querySelectorAll("#chat .day").length === 1`)
		v.wait(`document.querySelectorAll("#chat .message:not(.own) bdi").length === 2`)
		v.waits(0)
	}
	a.wait(`document.title === "(2) WebSocket 채팅"`)
	a.do(a.Eval(a.ctx, `window.dispatchEvent(new Event("focus")), 1`, nil))
	a.wait(`document.title === "WebSocket 채팅"`)
	a.clean()
	b.clean()
}

// TestPageTabs opens a second tab: both are one member, what one says is own in the
// other; but what is on its way is the tab's that it was written in.
func TestPageTabs(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	a := visit(t, s.url(), "ko-KR")
	page, err := a.Beside(a.ctx, s.url())
	a.do(err)
	b := view{tab{t, a.ctx, page}}
	t.Cleanup(func() { b.Close(context.WithoutCancel(a.ctx)) })
	b.live()
	a.do(a.Call(a.ctx, "Page.bringToFront", nil, nil)) // keys are for who is in front
	for _, v := range []view{a, b} {
		v.wait(`document.querySelector("#count").textContent === "1" && !document.querySelector("#invitation").hidden`)
	}
	a.say("mine")
	for _, v := range []view{a, b} {
		v.shows("mine")
		v.wait(`document.querySelectorAll("#chat .own .mark").length === 1`)
	}
	s.do(func() { s.deaf = true })
	a.say("on its way")
	a.waits(1)
	b.do(b.Goto(b.ctx, s.url()))
	b.live()
	b.waits(0)
	s.do(func() { s.deaf = false })
	s.do(s.cut)
	a.hurry()
	a.live()
	a.waits(0)
	b.hurry()
	for _, v := range []view{a, b} {
		v.shows("on its way")
		v.has("mine", "on its way")
		v.clean(lost...)
	}
}

// TestPageRooms goes into rooms by URL and makes a private one.
func TestPageRooms(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	v := visit(t, s.url()+"?room=%EA%B0%9C%EB%B0%9C%20%EB%B0%A9", "ko-KR")
	v.wait(`document.querySelector("#room").textContent === "개발 방" && document.title === "개발 방 · WebSocket 채팅"`)
	v.wait(`!document.querySelector("#invitation").hidden && document.querySelector("#link").value === location.href.replaceAll("%%20", "+")`)
	v.do(v.Click(v.ctx, "#link"))
	v.wait(`document.querySelector("#link").selectionEnd === document.querySelector("#link").value.length`)
	v.do(v.Click(v.ctx, "#copy"))
	v.wait(`document.querySelector("#copy").textContent === "복사했어요"`)
	v.do(v.Click(v.ctx, "#private"))
	v.wait(`/\?room=[A-Za-z0-9_-]{22}$/.test(location.href)`)
	v.live()
	v.wait(`document.querySelector("#room").textContent === new URL(location.href).searchParams.get("room")`)
	v.do(v.Click(v.ctx, "h1 a"))
	v.wait(`location.search === "" && document.querySelector("#room").textContent === "lobby"`)
	v.live()
	s.do(func() {
		if s.visits[0].Room != "개발 방" || len(s.visits[1].Room) != 22 || s.visits[2].Room != v1.Lobby {
			t.Errorf("rooms were %v", s.visits)
		}
		if s.visits[0].You.ID != s.visits[2].You.ID {
			t.Error("the page forgot who it is")
		}
	})
	v.clean()
}

// TestPageComposition types as an input method for Korean does: the Enter that ends
// the composition of a syllable does not send, in the name's field neither.
func TestPageComposition(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	v := visit(t, s.url(), "ko-KR")
	v.do(v.Size(v.ctx, 1000, 700, false))
	v.write("안녀")
	v.do(v.Compose(v.ctx, "ㅇ"))
	v.do(v.Compose(v.ctx, "오"))
	v.do(v.Press(v.ctx, "Enter", 0))
	v.do(v.Type(v.ctx, "영"))
	v.wait(`document.querySelector("#message").value === "안녀영"`)
	v.do(v.Press(v.ctx, "Enter", devtools.Shift))
	v.do(v.Type(v.ctx, "하세요"))
	var left string // Safari tells of the Enter when the composition is over already
	v.do(v.Eval(v.ctx, `(document.querySelector("#message").dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", keyCode: 229, bubbles: true, cancelable: true})), document.querySelector("#message").value)`, &left))
	if left != "안녀영\n하세요" {
		t.Errorf("an Enter of the input method leaves %q in the field", left)
	}
	v.do(v.Press(v.ctx, "Enter", 0))
	v.shows("안녀영\n하세요")
	v.wait(`document.activeElement.id === "message"`)
	v.write("by the button")
	v.do(v.Click(v.ctx, "#send"))
	v.shows("by the button")
	v.wait(`document.activeElement.id === "message"`)
	v.do(v.Click(v.ctx, "#name"))
	v.do(v.Eval(v.ctx, `document.querySelector("#name").select(), 1`, nil))
	v.do(v.Compose(v.ctx, "지"))
	v.do(v.Press(v.ctx, "Enter", 0))
	v.do(v.Type(v.ctx, "지민"))
	v.do(v.Press(v.ctx, "Enter", 0))
	v.wait(`document.querySelector("#list bdi").textContent === "지민"`)
	v.has("안녀영\n하세요", "by the button")
	s.do(func() {
		renames := slices.DeleteFunc(slices.Clone(s.heard), func(r v1.Request) bool { _, is := r.(v1.Rename); return !is })
		if len(renames) != 1 {
			t.Errorf("renames were %v, want one", renames)
		}
	})
	v.clean()
}

// TestPageKeyboard goes about the page without a mouse.
func TestPageKeyboard(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	v := visit(t, s.url(), "en-US")
	v.do(v.Size(v.ctx, 360, 640, true))
	v.wait(`document.activeElement.id === "message" && document.querySelector("#panel").hidden`)
	press := func(key string, modifiers int) { t.Helper(); v.do(v.Press(v.ctx, key, modifiers)) }
	press("Tab", 0)
	v.wait(`document.activeElement.id === "send"`)
	v.do(v.Eval(v.ctx, `document.querySelector("#people").focus(), 1`, nil))
	press("Enter", 0)
	v.wait(`document.activeElement.id === "close" && document.querySelector("#people").getAttribute("aria-expanded") === "true"`)
	press("Tab", 0)
	v.wait(`document.activeElement.id === "name"`)
	press("Escape", 0)
	v.wait(`document.activeElement.id === "people" && document.querySelector("#panel").hidden`)
	v.do(v.Size(v.ctx, 1000, 640, false))
	v.wait(`!document.querySelector("#panel").hidden`)
	v.do(v.Eval(v.ctx, `document.querySelector("#name").focus(), 1`, nil))
	v.do(v.Size(v.ctx, 360, 640, true)) // the screen is turned: the panel goes, and the focus not with it
	v.wait(`document.activeElement.id === "people" && document.querySelector("#panel").hidden`)
	press("Tab", 0)
	press("Enter", 0)
	v.wait(`document.documentElement.lang === "ko" && document.activeElement.id === "language"`)
	press("Tab", 0)
	v.wait(`document.activeElement.id === "reading"`)
	v.clean()
}

// TestPageFocus uses by the keyboard what goes away when it is used: the focus goes
// to the messages, not to the beginning of the page.
func TestPageFocus(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.post(sumin, numbered("old %d", 50)...)
	v := visit(t, s.url(), "en-US")
	use := func(selector string) {
		t.Helper()
		v.wait(`document.querySelector(%q)?.offsetParent`, selector)
		v.do(v.Eval(v.ctx, fmt.Sprintf(`document.querySelector(%q).focus(), 1`, selector), nil))
		v.do(v.Press(v.ctx, "Enter", 0))
		v.wait(`!document.querySelector(%q)?.offsetParent && document.activeElement.id === "reading"`, selector)
	}
	v.do(v.Eval(v.ctx, `document.querySelector("#reading").scrollTop = 0, 1`, nil))
	use("#latest")
	for _, button := range []string{"1", "3"} { // send again, discard
		s.do(func() {
			s.script = func(from *visitor, r v1.Request) bool {
				s.script = nil
				from.send(v1.Refusal{Code: v1.TooLong, ID: r.(v1.Say).ID})
				return true
			}
		})
		v.say("refused at first")
		use("#outbox .failed button:nth-of-type(" + button + ")")
		v.waits(0)
	}
	s.close(frame.PolicyViolation)
	v.phase("ended")
	use("#retry")
	v.live()
	v.clean()
}
