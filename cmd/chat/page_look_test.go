package main

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	v1 "rfc6455/server/chat"
	"rfc6455/testdata/outside"
)

// TestPageHostile has script in the name, in texts and in the room: it is text.
func TestPageHostile(t *testing.T) {
	t.Parallel()
	const image, script = `<img src=x onerror="window.lost=1">`, `</li><script>window.lost=1</script>`
	s := newStage(t)
	attacks := []string{
		image, script, `javascript:window.lost=1`, `https://x.example/"onmouseover="window.lost=1"`, `https://x.example/'><svg/onload=window.lost=1>`,
		"\u202e\u2066 gnp.exe", "&lt;b&gt;&#x3c;", "${window.lost=1}", "{{constructor.constructor('window.lost=1')()}}", "\x00\x07\u2028\u2029", "__proto__",
	}
	for i, name := range []string{image, script, `" onclick="window.lost=1`, "constructor", "__proto__"} {
		s.join(v1.Member{ID: fmt.Sprintf("hostile-%08d", i), Name: name})
		s.post(v1.Member{ID: fmt.Sprintf("hostile-%08d", i), Name: name}, "from "+name)
	}
	s.post(v1.Member{ID: `"><img src=x>`, Name: "x"}, attacks...)
	v := visit(t, s.url()+"?room="+url.QueryEscape(image), "ko-KR")
	v.wait(`document.querySelector("#room").textContent === %q && document.title.startsWith(%[1]q)`, image)
	want := []string{"from " + image, "from " + script, `from " onclick="window.lost=1`, "from constructor", "from __proto__"}
	v.has(append(want, attacks...)...)
	v.wait(`[...document.querySelectorAll("#chat bdi")].some(e => e.textContent === %q) && [...document.querySelectorAll("#list bdi")].some(e => e.textContent === %[1]q)`, script)
	v.wait(`document.querySelectorAll("body img, #chat script, #list script, #chat svg, [onclick], [onerror], [onmouseover]").length === 0`)
	v.wait(`[...document.querySelectorAll("#chat a")].every(a => /^https?:/.test(a.protocol) && a.rel.includes("noopener") && a.children.length === 0)`)
	for _, text := range attacks[:2] {
		v.say(text)
		v.shows(text)
	}
	v.do(v.Size(v.ctx, 1000, 700, false))
	v.do(v.Click(v.ctx, "#name"))
	v.do(v.Eval(v.ctx, `document.querySelector("#name").select(), 1`, nil))
	v.do(v.Type(v.ctx, `<b onclick=lost=1>`))
	v.do(v.Press(v.ctx, "Enter", 0))
	v.wait(`[...document.querySelectorAll("#list bdi")].some(e => e.textContent === "<b onclick=lost=1>")`)
	v.wait(`window.lost === undefined`)
	v.clean()
}

// TestPageServerNonsense has a server that says what is no message of chat.v1.
func TestPageServerNonsense(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	v := visit(t, s.url(), "ko-KR")
	s.do(func() {
		for _, text := range []string{`{`, `[]`, `null`, `7`, `{"type":"later"}`, `{"type":7}`, `{"type":"__proto__"}`, `{"type":"pong","more":[{}]}`} {
			s.visitors[0].Send(1, []byte(text))
		}
	})
	s.post(sumin, "still here")
	v.shows("still here")
	v.clean()
}

// a11y is what axe-core finds, as lines of impact, rule and place.
const a11y = `axe.run(document).then(found => (found.passes.length > 20 ? [] : ["it looked at nothing"]).concat(found.violations
	.filter(v => v.impact === "serious" || v.impact === "critical")
	.flatMap(v => v.nodes.map(n => v.impact + " " + v.id + ": " + n.target.join(" ") + " " + n.failureSummary))))`

// axe gives the script of axe-core.
func axe(t *testing.T) string {
	t.Helper()
	for _, dir := range filepath.SplitList(os.Getenv("NODE_PATH")) {
		if script, err := os.ReadFile(filepath.Join(dir, "axe-core", "axe.min.js")); err == nil {
			return string(script)
		}
	}
	outside.Missing(t, "axe-core", "npm install --prefix DIR axe-core, and NODE_PATH=DIR/node_modules in the environment")
	return ""
}

// A gallery shows one page in all that it may look like.
type gallery struct {
	view
	s      *stage
	script string // of axe-core
}

// look looks at the page narrow and wide, dark and light: nothing stands out to the
// right, nothing that axe-core finds is serious. Each size is prepared, if need be.
func (g gallery) look(state string, prepare ...func()) {
	g.t.Helper()
	for _, colours := range []string{"light", "dark"} {
		g.do(g.Prefer(g.ctx, "prefers-color-scheme", colours))
		g.wait(`matchMedia("(prefers-color-scheme: %s)").matches`, colours)
		for _, width := range []int{360, 1000} {
			g.do(g.Size(g.ctx, width, 640, width == 360))
			g.wait(`innerWidth === %d && document.querySelector("#panel").hidden === !matchMedia("(min-width: 56rem)").matches`, width)
			if len(prepare) == 0 {
				g.wait(atEnd + ` && document.querySelector("#latest").hidden`)
			}
			for _, do := range prepare {
				do()
			}
			g.wait(`document.documentElement.scrollWidth <= innerWidth && document.querySelector("#reading").scrollWidth <= document.querySelector("#reading").clientWidth`)
			g.wait(`[...document.querySelectorAll("button, input, textarea")].filter(e => e.offsetParent).every(e => { const {left, right, width, height} = e.getBoundingClientRect(); return left >= 0 && right <= innerWidth && width >= 24 && height >= 24; })`)
			g.shoot(g.t.TempDir(), fmt.Sprintf("%s-%s-%d.png", state, colours, width))
			g.examine(g.script, fmt.Sprintf("%s, %s, %d", state, colours, width))
		}
	}
}

// TestPageLook shows the page in each state.
func TestPageLook(t *testing.T) {
	t.Parallel()
	var script string
	t.Run("axe-core", func(t *testing.T) { script = axe(t) })
	for name, show := range map[string]func(gallery){
		"talk": gallery.showTalk, "trouble": gallery.showTrouble, "sign-in": gallery.showSignIn,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gallery{s: newStage(t), script: script}
			g.view = visit(t, g.s.url(), "ko-KR")
			show(g)
			g.clean(lost...)
		})
	}
}

// showTalk looks at who is alone, at people who talk, at reading above, and at who they are.
func (g gallery) showTalk() {
	g.t.Helper()
	const korean = "다음 주 금요일 저녁에 시청역 근처에서 만나기로 했던 약속 말인데요, 혹시 한 시간만 늦출 수 있을까요? 회의가 길어질 것 같아서요."
	long := strings.Repeat("donaudampfschifffahrtsgesellschaft", 20)
	host := v1.Member{ID: "long------------", Name: long[:32]}
	g.look("alone")
	g.s.join(sumin, otter, host)
	g.s.do(func() { g.s.postAt(otter, "yesterday", time.Now().AddDate(0, 0, -1)) })
	g.s.post(otter, "https://example.com/"+long, long)
	g.s.post(host, "a name as long as it may be")
	g.s.post(sumin, "안녕하세요!", korean)
	g.say("https://example.com/a를 보세요")
	g.say("좋아요 👍\n그럼 8시에 봬요")
	g.shows("좋아요 👍\n그럼 8시에 봬요")
	g.wait(`[...document.querySelectorAll("#chat .own a")].at(-1).href === "https://example.com/a"`)
	g.wait(`document.querySelector("#chat .hangul") && getComputedStyle([...document.querySelectorAll("#chat .text")].find(e => e.textContent === %q)).wordBreak === "keep-all"`, korean)
	g.look("talk")
	for _, field := range []string{"#message", "#name"} {
		g.wait(`parseFloat(getComputedStyle(document.querySelector(%q)).fontSize) >= 16`, field)
	}
	g.do(g.Eval(g.ctx, `document.querySelector("#reading").scrollTop = 0, 1`, nil))
	g.wait(`!document.querySelector("#latest").hidden`)
	g.s.post(sumin, "아래에 온 것")
	g.shows("아래에 온 것")
	g.look("above", func() {
		g.do(g.Eval(g.ctx, `document.querySelector("#reading").scrollTop = 0, 1`, nil))
		g.wait(`!document.querySelector("#latest").hidden`)
	})
	g.do(g.Click(g.ctx, "#latest"))
	g.look("members", func() {
		g.wait(atEnd)
		g.do(g.Eval(g.ctx, `document.querySelector("#panel").hidden && document.querySelector("#people").click(), 1`, nil))
	})
}

// showTrouble looks at texts that wait or failed, and at what there is to read when
// there is no connection.
func (g gallery) showTrouble() {
	g.t.Helper()
	g.s.post(otter, numbered("text %d", 5)...)
	g.say("delivered")
	g.s.do(func() {
		g.s.script = func(from *visitor, r v1.Request) bool {
			if say, ok := r.(v1.Say); ok {
				from.send(v1.Refusal{Code: v1.TooLong, ID: say.ID})
				return true
			}
			return false
		}
	})
	g.say("거절된 말")
	g.wait(`document.querySelector("#outbox .failed") && !document.querySelector("#notice").hidden`)
	g.look("failed")
	g.s.do(func() { g.s.script = nil })
	g.s.down()
	g.phase("waiting")
	g.write("보내는 중인 말")
	g.do(g.Press(g.ctx, "Enter", 0))
	g.waits(2)
	g.look("lost")
	g.s.do(func() { g.s.refuse = v1.RoomFull })
	g.s.up()
	g.hurry()
	g.wait(`document.querySelector("#why").textContent.includes("가득")`)
	g.look("refused")
	g.s.do(func() { g.s.refuse = nil })
	g.s.forget("SECOND")
	g.s.post(otter, "after the restart")
	g.hurry()
	g.live()
	g.wait(`document.querySelector("#chat .break") && document.querySelectorAll("#chat .day").length === 1`)
	g.do(g.Click(g.ctx, "#outbox .failed button:nth-of-type(3)"))
	g.waits(0)
	g.look("break")
}

// showSignIn looks at a room with a name as long as it may be, in English, and at
// a name of one's own that stays.
func (g gallery) showSignIn() {
	g.t.Helper()
	g.s.join(sumin, otter)
	g.s.post(otter, "hello")
	g.s.do(func() { g.s.fixed = true })
	g.do(g.Goto(g.ctx, g.s.url()+"?room="+strings.Repeat("donaudampfschifffahrtsgesellschaft", 2)[:64]))
	g.live()
	g.do(g.Click(g.ctx, "#language"))
	g.look("fixed", func() {
		g.do(g.Eval(g.ctx, `document.querySelector("#panel").hidden && document.querySelector("#people").click(), 1`, nil))
		g.wait(`!document.querySelector("#fixed").hidden`)
	})
}

// shoot takes a picture. It is kept only if PICTURES in the environment is a folder
// for it; but that it can be taken shows that the page is drawn.
func (v view) shoot(dir, name string) {
	v.t.Helper()
	if keep := os.Getenv("PICTURES"); keep != "" {
		dir = keep
	}
	picture, err := v.Screenshot(v.ctx)
	v.do(err)
	if len(picture) < 1000 {
		v.t.Errorf("%s is empty", name)
	}
	v.do(os.WriteFile(filepath.Join(dir, name), picture, 0o600))
}

// examine lets axe-core look at the page, if there is its script.
func (v view) examine(script, state string) {
	v.t.Helper()
	if script == "" {
		return
	}
	var found []string
	v.do(v.Eval(v.ctx, `typeof axe === "undefined"`, nil))
	v.do(v.Eval(v.ctx, `typeof axe === "object" || (() => {`+script+`})()`, nil))
	v.do(v.Eval(v.ctx, a11y, &found))
	for _, f := range found {
		v.t.Errorf("%s: %s", state, f)
	}
}
