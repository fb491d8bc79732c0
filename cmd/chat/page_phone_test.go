package main

import "testing"

// within says that the field and the button stand above a line of the window.
const within = `Math.max(...["#message", "#send"].map(e => document.querySelector(e).getBoundingClientRect().bottom)) <= %d && document.body.getBoundingClientRect().height === %[1]d`

// TestPagePhone is on a phone: the keyboard says "send" and the page does not zoom
// in on its fields; it is as high as what is to be seen, with a keyboard that makes
// the window smaller and with one that covers it, and clear of the screen's corners.
func TestPagePhone(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.post(sumin, numbered("text %d", 50)...)
	v := visit(t, s.url(), "ko-KR")
	v.do(v.Size(v.ctx, 360, 640, true))
	v.wait(within, 640)
	v.wait(`document.querySelector("#message").enterKeyHint === "send" && document.querySelector("#name").enterKeyHint === "done"`)
	v.wait(`[...document.querySelectorAll("input, textarea")].every(e => parseFloat(getComputedStyle(e).fontSize) >= 16)`)
	v.do(v.Size(v.ctx, 360, 300, true))
	v.wait(within, 300)
	v.wait(atEnd)
	v.do(v.Size(v.ctx, 360, 640, true))
	v.wait(within, 640)
	cover := func(height string) {
		t.Helper()
		v.do(v.Eval(v.ctx, `Object.defineProperty(visualViewport, "height", {value: `+height+`, configurable: true}), visualViewport.dispatchEvent(new Event("resize")), 1`, nil))
	}
	cover("320")
	v.wait(within, 320)
	v.wait(atEnd)
	cover("innerHeight")
	v.wait(within, 640)
	v.do(v.Call(v.ctx, "Emulation.setSafeAreaInsetsOverride", map[string]any{"insets": map[string]any{"top": 44, "left": 30, "right": 31, "bottom": 34}}, nil))
	const gaps = `(() => {
		const header = document.querySelector("header"), of = (e, side) => parseFloat(getComputedStyle(document.querySelector(e))["padding" + side]);
		return [of("header", "Top") >= 44, of("header", "Left") >= 30, of("header", "Right") >= 31, of("#form", "Bottom") >= 34,
			of("#form", "Left") >= 30, of("#form", "Right") >= 31, of("#reading", "Left") >= 30, of("#reading", "Right") >= 31].every(Boolean);
	})()`
	v.wait(gaps)
	v.do(v.Size(v.ctx, 1000, 640, false))
	v.wait(gaps + ` && parseFloat(getComputedStyle(document.querySelector("#panel")).paddingRight) >= 31`)
	v.clean()
}

// TestPageMotion moves nothing for who wants no motion.
func TestPageMotion(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	v := visit(t, s.url(), "ko-KR")
	s.down()
	v.phase("waiting")
	for _, tt := range []struct {
		preference string
		moving     int
	}{{"no-preference", 1}, {"reduce", 0}} {
		v.do(v.Prefer(v.ctx, "prefers-reduced-motion", tt.preference))
		v.wait(`document.getAnimations().length === %d && matchMedia("(prefers-reduced-motion: %s)").matches`, tt.moving, tt.preference)
	}
	v.wait(`[...document.querySelectorAll("*")].every(e => { const {transitionDuration, scrollBehavior, animationName} = getComputedStyle(e); return transitionDuration === "0s" && scrollBehavior === "auto" && animationName === "none"; })`)
	v.clean(lost...)
}
