package devtools

import (
	"bytes"
	"context"
	"errors"
	"image/png"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"rfc6455/testdata/outside"
)

const testPage = `<!doctype html><meta charset="utf-8"><title>driver</title>
<style>body { background: white } @media (prefers-color-scheme: dark) { body { background: black } }</style>
<input id="in"><button id="go">go</button>
<script>
	const input = document.querySelector("#in"), typed = [], composed = [];
	input.onkeydown = e => typed.push(e.key + (e.ctrlKey ? "+ctrl" : ""));
	input.addEventListener("compositionend", e => composed.push(e.data));
	document.querySelector("#go").onclick = () => { document.title = input.value };
	console.log("hello", 6455, {a: 1});
</script>`

// start starts a browser and a server with the test page; policy is the page's
// Content-Security-Policy.
func start(t *testing.T, policy string) (context.Context, *Page, string) {
	program := outside.Program(t, How, Names...)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	b, err := Start(ctx, program, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Security-Policy", policy)
		w.Write([]byte(testPage))
	}))
	t.Cleanup(s.Close)
	p, err := b.Open(ctx, s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return ctx, p, s.URL
}

// do is for steps that have to work.
func do(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// is demands the value of an expression.
func is[T comparable](t *testing.T, p *Page, expression string, want T) {
	t.Helper()
	var got T
	do(t, p.Eval(t.Context(), expression, &got))
	if got != want {
		t.Errorf("%s is %v, want %v", expression, got, want)
	}
}

func TestPage(t *testing.T) {
	ctx, p, url := start(t, "")
	is(t, p, "document.title", "driver")
	is(t, p, "new Promise(done => setTimeout(done, 1, 42))", 42)
	if err := p.Eval(ctx, "nothing.here", nil); err == nil || !strings.Contains(err.Error(), "ReferenceError") {
		t.Errorf("evaluating what throws: %v", err)
	}

	t.Run("input", func(t *testing.T) {
		do(t, p.Click(ctx, "#in"))
		do(t, p.Type(ctx, "안녕 👋"))
		do(t, p.Press(ctx, "Enter", 0))
		do(t, p.Press(ctx, "Escape", Control))
		do(t, p.Compose(ctx, "하"))
		is(t, p, "input.value", "안녕 👋하")
		do(t, p.Type(ctx, "한"))
		is(t, p, "composed.join()", "한")
		do(t, p.Click(ctx, "#go"))
		do(t, p.Wait(ctx, `document.title === "안녕 👋한"`))
		is(t, p, "typed.join()", "Enter,Escape+ctrl")
		if err := p.Press(ctx, "Nonsense", 0); err == nil {
			t.Error("pressed a key that there is not")
		}
	})

	t.Run("emulation", func(t *testing.T) {
		do(t, p.Prefer(ctx, "prefers-color-scheme", "dark"))
		is(t, p, "getComputedStyle(document.body).backgroundColor", "rgb(0, 0, 0)")
		do(t, p.Size(ctx, 390, 844, true))
		is(t, p, "screen.width", 390)
		do(t, p.Locale(ctx, "ko-KR"))
		is(t, p, "Intl.DateTimeFormat().resolvedOptions().locale", "ko-KR")
		is(t, p, "navigator.language", "ko-KR")
		do(t, p.Offline(ctx, true))
		is(t, p, "navigator.onLine", false)
		is(t, p, `fetch("/").then(() => "answered", () => "offline")`, "offline")
		do(t, p.Offline(ctx, false))
		do(t, p.Wait(ctx, "navigator.onLine"))
		shot, err := p.Screenshot(ctx)
		do(t, err)
		image, err := png.Decode(bytes.NewReader(shot))
		do(t, err)
		if r, g, b, _ := image.At(image.Bounds().Dx()-1, image.Bounds().Dy()-1).RGBA(); r+g+b != 0 {
			t.Error("the screenshot of the dark page is not dark")
		}
	})

	t.Run("waiting", func(t *testing.T) {
		do(t, p.Eval(ctx, `setTimeout(() => { location.href = "/?next" }, 20); 1`, nil))
		do(t, p.Wait(ctx, `location.search === "?next"`))
		short, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
		defer cancel()
		if err := p.Wait(short, "false"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("waiting for what never comes: %v", err)
		}
		if err := p.Goto(ctx, "http://127.0.0.1:1/"); err == nil {
			t.Error("went to a closed port")
		}
		do(t, p.Goto(ctx, url+"#there"))
		do(t, p.Goto(ctx, url+"#here"))
	})

	t.Run("profiles", func(t *testing.T) {
		do(t, p.Eval(ctx, `localStorage.setItem("mine", "1")`, nil))
		beside, err := p.Beside(ctx, url)
		do(t, err)
		is(t, beside, `localStorage.getItem("mine") ?? "none"`, "1")
		do(t, beside.Close(ctx))
		stranger, err := p.browser.Open(ctx, url)
		do(t, err)
		is(t, stranger, `localStorage.getItem("mine") ?? "none"`, "none")
	})
}

func TestLog(t *testing.T) {
	ctx, p, _ := start(t, "script-src 'unsafe-inline'; connect-src 'none'")
	has := func(want Entry) func() bool {
		return func() bool {
			return slices.ContainsFunc(p.log, func(e Entry) bool {
				return e.Kind == want.Kind && e.Level == want.Level && strings.Contains(e.Text, want.Text)
			})
		}
	}
	do(t, p.until(ctx, has(Entry{"console", "log", "hello 6455 Object"})))
	if errs := p.Errors(); len(errs) > 0 {
		t.Errorf("a page without fault has errors: %v", errs)
	}
	do(t, p.Eval(ctx, `console.warn("careful"); setTimeout(() => { throw new Error("thrown") }); 1`, nil))
	do(t, p.Eval(ctx, `alert("stop"); fetch("/").catch(() => 1)`, nil))
	for _, want := range []Entry{
		{"console", "warning", "careful"},
		{"exception", "error", "Error: thrown"},
		{"dialog", "error", "alert stop"},
		{"security", "error", "Content Security Policy"},
	} {
		if err := p.until(ctx, has(want)); err != nil {
			t.Fatalf("no entry like %v in %v", want, p.Log())
		}
	}
	if slices.ContainsFunc(p.Errors(), func(e Entry) bool { return e.Level == "log" }) {
		t.Errorf("a plain line of the console counts as an error: %v", p.Errors())
	}
}

func TestStart(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	quiet := outside.Program(t, "install the system's basic programs", "true")
	if _, err := Start(ctx, quiet, t.TempDir()); !errors.Is(err, ErrNoAddress) {
		t.Errorf("a program that is no browser: %v", err)
	}
	if _, err := Start(ctx, "/there/is/nothing", t.TempDir()); err == nil {
		t.Error("started nothing")
	}
}
