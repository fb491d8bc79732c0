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

// TestPageLook shows the page in each state, narrow and wide, dark and light: nothing
// stands out to the right, nothing that axe-core finds is serious.
func TestPageLook(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	long := strings.Repeat("donaudampfschifffahrtsgesellschaft", 20)
	v := visit(t, s.url(), "ko-KR")
	var script string
	t.Run("axe-core", func(t *testing.T) { script = axe(t) })
	look := func(state string) {
		t.Helper()
		for _, colours := range []string{"light", "dark"} {
			v.do(v.Prefer(v.ctx, "prefers-color-scheme", colours))
			v.wait(`matchMedia("(prefers-color-scheme: %s)").matches`, colours)
			for _, width := range []int{360, 1000} {
				v.do(v.Size(v.ctx, width, 640, width == 360))
				v.wait(`innerWidth === %d && document.documentElement.scrollWidth <= innerWidth && document.querySelector("#reading").scrollWidth <= document.querySelector("#reading").clientWidth`, width)
				v.shoot(t.TempDir(), fmt.Sprintf("%s-%s-%d.png", state, colours, width))
			}
			v.examine(script, state+", "+colours)
		}
	}
	look("alone")
	s.join(sumin, otter, v1.Member{ID: "long------------", Name: long[:32]})
	s.do(func() { s.postAt(otter, "yesterday", time.Now().AddDate(0, 0, -1)) })
	s.post(sumin, "안녕하세요!", "https://example.com/"+long, long)
	s.post(v1.Member{ID: "long------------", Name: long[:32]}, "a name as long as it may be")
	v.say("https://example.com/a를 보세요")
	v.shows("https://example.com/a를 보세요")
	v.wait(`[...document.querySelectorAll("#chat a")].at(-1).href === "https://example.com/a"`)
	look("talk")
	for _, field := range []string{"#message", "#name"} {
		v.wait(`parseFloat(getComputedStyle(document.querySelector(%q)).fontSize) >= 16`, field)
	}
	s.down()
	v.phase("waiting")
	v.write("on its way")
	v.do(v.Press(v.ctx, "Enter", 0))
	v.waits(1)
	look("lost")
	v.clean(lost...)
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
