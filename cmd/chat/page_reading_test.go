package main

import (
	"fmt"
	"testing"
	"time"

	"rfc6455/cmd/chat/internal/devtools"
	v1 "rfc6455/server/chat"
)

// top gives where the message with that text stands in the window.
func (v view) top(text string) (y float64) {
	v.t.Helper()
	v.do(v.Eval(v.ctx, fmt.Sprintf(`[...document.querySelectorAll("#chat .text")].find(e => e.textContent === %q).getBoundingClientRect().top`, text), &y))
	return y
}

const atEnd = `document.querySelector("#reading").scrollHeight - document.querySelector("#reading").scrollTop - document.querySelector("#reading").clientHeight < 2`

// TestPageReading reads above while messages come: nothing moves, the button counts,
// and leads to the end. At the end the list follows.
func TestPageReading(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.post(sumin, numbered("old %d", 50)...)
	v := visit(t, s.url(), "ko-KR")
	v.do(v.Size(v.ctx, 360, 640, true))
	v.wait(atEnd)
	s.post(sumin, "seen at once")
	v.shows("seen at once")
	v.wait(atEnd)
	v.wait(`document.querySelector("#latest").hidden`)
	v.do(v.Eval(v.ctx, `document.querySelector("#reading").scrollTop -= 700, 1`, nil))
	v.wait(`!document.querySelector("#latest").hidden`)
	at := v.top("old 40")
	s.post(sumin, numbered("new %d", 7)...)
	v.shows("new 6")
	v.wait(`document.querySelector("#latest span").textContent === "새 메시지 7개"`)
	if now := v.top("old 40"); now != at {
		t.Errorf("the line that is read went from %v to %v", at, now)
	}
	v.do(v.Click(v.ctx, "#latest"))
	v.wait(atEnd)
	v.wait(`document.querySelector("#latest").hidden`)
	v.do(v.Eval(v.ctx, `document.querySelector("#reading").scrollTop -= 700, 1`, nil))
	v.wait(`!document.querySelector("#latest").hidden && document.querySelector("#latest span").textContent === "맨 아래로"`)
	v.say("what I say I see")
	v.shows("what I say I see")
	v.wait(atEnd)
	v.clean()
}

// TestPageSizes turns the phone and writes a text of many lines: who is at the end
// stays there, who reads above keeps the line.
func TestPageSizes(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.post(sumin, numbered("old %d, and more words, so that it needs a line more where it is narrow", 50)...)
	v := visit(t, s.url(), "ko-KR")
	atRest := func() {
		t.Helper()
		v.wait(`new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(() => drawn(true))))`)
		v.wait(atEnd + ` && document.querySelector("#latest").hidden`)
	}
	for _, size := range [][2]int{{360, 640}, {640, 360}, {1000, 640}, {360, 320}, {360, 640}} {
		v.do(v.Size(v.ctx, size[0], size[1], size[0] < 1000))
		v.wait(`innerWidth === %d && innerHeight === %d`, size[0], size[1])
		atRest()
	}
	for _, height := range []string{"100px", ""} { // a banner comes as the list moves
		v.do(v.Eval(v.ctx, `document.querySelector("#reading").scrollTop--, document.querySelector("#form").style.paddingTop = "`+height+`", 1`, nil))
		atRest()
	}
	enter := func() {
		t.Helper()
		v.do(v.Press(v.ctx, "Enter", devtools.Shift))
		v.do(v.Type(v.ctx, "line"))
	}
	v.write("line")
	for range 6 {
		enter()
		atRest()
	}
	v.do(v.Eval(v.ctx, `document.querySelector("#reading").scrollTop -= 700, 1`, nil))
	v.wait(`!document.querySelector("#latest").hidden`)
	var top float64
	const line = `[...document.querySelectorAll("#chat .message")].find(e => e.getBoundingClientRect().top > 150)`
	v.do(v.Eval(v.ctx, `(window.line = `+line+`).getBoundingClientRect().top`, &top))
	for range 3 {
		enter()
		v.wait(`new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(() => drawn(true))))`)
		var now float64
		if v.do(v.Eval(v.ctx, `line.getBoundingClientRect().top`, &now)); now != top {
			t.Errorf("the line that is read went from %v to %v", top, now)
		}
	}
	v.clean()
}

// TestPageZones reads the same messages in two zones: the times and the days are
// the reader's.
func TestPageZones(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	midnight := time.Date(2024, 1, 1, 15, 0, 0, 0, time.UTC)
	s.do(func() {
		s.postAt(sumin, "before", midnight.Add(-time.Minute))
		s.postAt(sumin, "after", midnight.Add(time.Minute))
	})
	for _, tt := range []struct{ language, zone, want string }{
		{"ko-KR", "Asia/Seoul", "2024년 1월 1일 월요일|오후 11:59|2024년 1월 2일 화요일|오전 12:01"},
		{"en-US", "America/Los_Angeles", "Monday, January 1, 2024|6:59 AM|7:01 AM"},
	} {
		v := view{open(t, "about:blank")}
		v.do(v.Locale(v.ctx, tt.language))
		v.do(v.Call(v.ctx, "Emulation.setTimezoneOverride", map[string]any{"timezoneId": tt.zone}, nil))
		v.do(v.Goto(v.ctx, s.url()))
		v.live()
		v.wait(`[...document.querySelectorAll("#chat .day, #chat time")].map(e => e.textContent.replace(/\s/g, " ")).join("|") === %q`, tt.want)
		v.clean()
	}
}

// TestPageUnread counts in the title what came while nobody looked, and nothing
// twice: not what comes again after a restart.
func TestPageUnread(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.post(sumin, "history")
	v := visit(t, s.url(), "ko-KR")
	v.do(v.Eval(v.ctx, `document.hasFocus = () => false, 1`, nil))
	s.post(sumin, "new")
	v.wait(`document.title === "(1) WebSocket 채팅"`)
	again := v1.Body{}
	s.do(func() { again = s.log[1].Body })
	s.down()
	v.phase("waiting")
	s.forget("SECOND")
	s.do(func() { s.append(again) })
	s.post(sumin, "newer")
	s.up()
	v.hurry()
	v.shows("newer")
	v.live()
	v.has("history", "new", "-- restarted", "newer")
	v.wait(`document.title === "(2) WebSocket 채팅"`)
	v.do(v.Eval(v.ctx, `window.dispatchEvent(new Event("focus")), 1`, nil))
	v.wait(`document.title === "WebSocket 채팅"`)
	v.clean(lost...)
}

// TestPageThousand has more than the page holds: it keeps the newest, in
// order, without a jump of what is read, and scrolls without a task over 50 ms.
func TestPageThousand(t *testing.T) {
	s := newStage(t)
	v := visit(t, s.url(), "ko-KR")
	s.post(sumin, numbered("text %d https://example.com/a를", 890)...)
	v.wait(`document.querySelectorAll("#chat .message").length === 890`)
	v.do(v.Eval(v.ctx, `document.querySelector("#reading").scrollTop = document.querySelector("#reading").scrollHeight / 2, 1`, nil))
	v.wait(`!document.querySelector("#latest").hidden`)
	const read = "text 500 https://example.com/a를"
	at := v.top(read)
	s.post(otter, numbered("more %d", 60)...)
	v.shows("more 59")
	if now := v.top(read); now-at > 1 || at-now > 1 {
		t.Errorf("the line that is read went from %v to %v", at, now)
	}
	v.wait(`document.querySelectorAll("#chat .message").length === 900 && document.querySelectorAll("#chat .day").length === 1`)
	v.wait(`document.querySelector("#chat").firstElementChild.matches(".day") && document.querySelectorAll("#chat .person").length === 2`)
	v.do(v.Call(v.ctx, "Performance.enable", map[string]any{"timeDomain": "threadTicks"}, nil))
	idle := v.taskTime()
	v.do(v.Eval(v.ctx, `(() => { for (const end = Date.now() + 200; Date.now() < end;); return document.querySelector("#reading").scrollTop = 0; })()`, nil))
	if busy := v.taskTime() - idle; busy < 20 {
		t.Errorf("a page that is busy for 200 ms takes %.1f ms: the measure is none", busy)
	}
	var longest float64
	for end := false; !end; {
		before := v.taskTime()
		v.do(v.Eval(v.ctx, scrollOn, &end))
		longest = max(longest, v.taskTime()-before)
	}
	t.Logf("a screen further takes the page %.1f ms at most", longest)
	if longest > 50 && !raceEnabled {
		t.Error("that is too long")
	}
	v.clean()
}

// scrollOn scrolls a screen further, waits until that is drawn, and says whether it
// is the end.
const scrollOn = `new Promise(done => {
	const box = document.querySelector("#reading");
	box.scrollTop += box.clientHeight;
	requestAnimationFrame(() => setTimeout(() => done(box.scrollTop + box.clientHeight > box.scrollHeight - 2)));
})`

// taskTime is the processor's time that the page's tasks took so far, in
// milliseconds: that others use the machine too does not count.
func (v view) taskTime() float64 {
	v.t.Helper()
	var got struct {
		Metrics []struct {
			Name  string
			Value float64
		}
	}
	v.do(v.Call(v.ctx, "Performance.getMetrics", nil, &got))
	for _, m := range got.Metrics {
		if m.Name == "TaskDuration" {
			return m.Value * 1000
		}
	}
	v.t.Fatal("no TaskDuration")
	return 0
}

// TestPageHistory shows the history with its days, quietly.
func TestPageHistory(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	now := time.Now()
	s.do(func() {
		s.postAt(sumin, "last year", now.AddDate(-1, 0, 0))
		s.postAt(sumin, "three days ago", now.AddDate(0, 0, -3))
		s.postAt(sumin, "and so", now.AddDate(0, 0, -3))
		s.postAt(otter, "now", now)
	})
	v := visitWith(t, `addEventListener("DOMContentLoaded", () => {
		window.loud = [];
		const log = document.querySelector("#log");
		new MutationObserver(list => list.forEach(() => loud.push(log.getAttribute("aria-live")))).observe(document.querySelector("#chat"), {childList: true});
	})`, s.url(), "en-US")
	v.has("last year", "three days ago", "and so", "now")
	v.wait(`document.querySelectorAll("#chat .day").length === 3 && document.querySelectorAll("#chat .goes-on").length === 1`)
	v.wait(`document.querySelector("#chat .day").textContent.includes(%q)`, now.AddDate(-1, 0, 0).Format("2006"))
	v.wait(`loud.length > 0 && loud.every(l => l === "off")`)
	s.post(sumin, "live")
	v.shows("live")
	v.wait(`loud.at(-1) === "polite"`)
	s.down()
	v.phase("waiting")
	s.post(sumin, "missed", "missed too")
	s.up()
	v.hurry()
	v.shows("missed too")
	v.live()
	v.wait(`loud.at(-1) === "off"`)
	s.post(sumin, "live again")
	v.shows("live again")
	v.wait(`loud.at(-1) === "polite"`)
	v.clean(lost...)
}

// TestPageCrowd is told only the number, then the list again.
func TestPageCrowd(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	var crowd []v1.Member
	for i := range 120 {
		crowd = append(crowd, v1.Member{ID: fmt.Sprintf("member-%09d", i), Name: fmt.Sprintf("손님 %d", i)})
	}
	s.join(crowd...)
	v := visit(t, s.url(), "ko-KR")
	v.do(v.Size(v.ctx, 1000, 700, false))
	v.wait(`document.querySelector("#count").textContent === "121" && document.querySelectorAll("#list li").length === 100 && document.querySelector("#note").textContent === "외 21명"`)
	s.do(func() { s.tell([]v1.Note{v1.Members{Version: 1000, Count: 150}}) })
	v.wait(`document.querySelector("#count").textContent === "150" && document.querySelectorAll("#list li").length === 0 && !document.querySelector("#note").hidden`)
	s.do(func() { s.tell([]v1.Note{v1.Members{Version: 1001, Count: 2, List: crowd[:2]}}) })
	v.wait(`document.querySelector("#number").textContent === "2명" && document.querySelectorAll("#list li").length === 2 && document.querySelector("#note").hidden`)
	v.clean()
}
