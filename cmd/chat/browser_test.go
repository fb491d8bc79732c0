package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"rfc6455/cmd/chat/internal/devtools"
	"rfc6455/testdata/outside"
)

const (
	greeting = "서버에 연결되었습니다!"
	prefix   = "서버에서 전달: "
)

// visiting is how long a test may be on a page: seconds on a machine of its own.
const visiting = 3 * patience

// chromium is the browser that all tests share; every tab has its own profile.
var chromium struct {
	sync.Mutex
	*devtools.Browser
}

func closeBrowser() {
	if chromium.Browser == nil {
		return
	}
	if err := chromium.Close(); err != nil {
		fmt.Fprintln(os.Stderr, "closing the browser:", err)
	}
}

// A tab is a page under test.
type tab struct {
	t   *testing.T
	ctx context.Context
	*devtools.Page
}

// open opens a tab at url. It is closed at the end of the test.
func open(t *testing.T, url string) tab {
	t.Helper()
	program := outside.Program(t, devtools.How, devtools.Names...)
	ctx, cancel := context.WithTimeout(t.Context(), visiting)
	t.Cleanup(cancel)
	chromium.Lock()
	defer chromium.Unlock()
	var err error
	if chromium.Browser == nil {
		if chromium.Browser, err = devtools.Start(ctx, program, filepath.Join(workdir, "profile")); err != nil {
			t.Fatal(err)
		}
	}
	page, err := chromium.Open(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { page.Close(context.WithoutCancel(ctx)) })
	return tab{t, ctx, page}
}

// do is for steps that have to work.
func (tb tab) do(err error) {
	tb.t.Helper()
	if err != nil {
		tb.t.Fatalf("%v\nthe page said: %v", err, tb.Log())
	}
}

// wait waits until an expression is true in the page.
func (tb tab) wait(format string, args ...any) {
	tb.t.Helper()
	tb.do(tb.Wait(tb.ctx, fmt.Sprintf(format, args...)))
}

// lines gives the texts in the page's list.
func (tb tab) lines() (texts []string) {
	tb.t.Helper()
	tb.do(tb.Eval(tb.ctx, `[...document.querySelectorAll("#chat li")].map(li => li.textContent)`, &texts))
	return texts
}

// has waits until the list's last text is the given one.
func (tb tab) has(text string) {
	tb.t.Helper()
	tb.wait(`document.querySelector("#chat li:last-child").textContent === %q`, text)
}

// write puts text into the field.
func (tb tab) write(text string) {
	tb.t.Helper()
	tb.do(tb.Click(tb.ctx, "#message"))
	tb.do(tb.Type(tb.ctx, text))
}

// openFile opens the page that this chat was made for first: a file of the user's
// own, whose origin is null (RFC 6454 §4), with the server's port in it.
func openFile(t *testing.T, c *chat) tab {
	t.Helper()
	page, err := os.ReadFile("testdata/file_page.html")
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "index.html")
	if err := os.WriteFile(name, []byte(strings.ReplaceAll(string(page), "HOST", c.host)), 0o600); err != nil {
		t.Fatal(err)
	}
	return open(t, (&url.URL{Scheme: "file", Path: filepath.ToSlash(name)}).String())
}

// TestPages lets a page opened from a file and the server's own talk.
func TestPages(t *testing.T) {
	c := startChat(t, "-origin", "null")
	file, own := openFile(t, c), open(t, "http://"+c.host+"/")
	want := []string{greeting}
	file.has(greeting)
	view{own}.live()
	byClick := func(tb tab) { tb.do(tb.Click(tb.ctx, "#message + button")) }
	byEnter := func(tb tab) { tb.do(tb.Press(tb.ctx, "Enter", 0)) }
	for _, say := range []struct {
		from tab
		by   func(tab)
		text string
	}{
		{file, byClick, "안녕하세요"},
		{own, byEnter, "반갑습니다 👋🏽"},
		{own, byClick, "👩‍👩‍👧‍👦 🇰🇷 한글"},
		{file, byClick, `<img src="x" onerror="alert(1)">`},
		{own, byEnter, `</li><script>document.title = "lost"</script>&lt;`},
		{file, byClick, ""},
		{own, byEnter, strings.Repeat("길다 ", 500)},
	} {
		say.from.write(say.text)
		say.by(say.from)
		file.has(prefix + say.text)
		view{own}.shows(say.text)
		say.from.wait(`document.querySelector("#message").value === ""`)
		want = append(want, prefix+say.text)
	}
	if got := file.lines(); !slices.Equal(got, want) {
		t.Errorf("the list is %q, want %q", got, want)
	}
	file.wait(`document.querySelectorAll("#chat li *").length === 0`)
	for i := range want {
		want[i] = strings.TrimPrefix(want[i], prefix)
	}
	view{own}.has(want[1:]...)
	for _, tb := range []tab{file, own} {
		if errs := tb.Errors(); len(errs) > 0 {
			t.Errorf("the page complains: %v", errs)
		}
	}
}

// TestOriginRefused opens the file's page without the flag that lets it in.
func TestOriginRefused(t *testing.T) {
	c := startChat(t)
	tb := openFile(t, c)
	tb.wait("socket.readyState === WebSocket.CLOSED")
	if got := tb.lines(); len(got) != 0 {
		t.Errorf("a page of a foreign origin got %q", got)
	}
	c.waitLog(func(line string) bool { return strings.Contains(line, "-origin null") })
}

// TestGoodbye ends the server under its pages: they learn why (§7.4.1).
func TestGoodbye(t *testing.T) {
	c := startChat(t, "-origin", "null")
	file, own := openFile(t, c), open(t, "http://"+c.host+"/")
	file.has(greeting)
	view{own}.live()
	file.do(file.Eval(file.ctx, `var ended; socket.onclose = event => { ended = event }; 1`, nil))
	c.interrupt()
	file.wait("ended.code === 1001 && ended.wasClean && ended.reason.length > 0")
	view{own}.phase("waiting") // to come back
}

// TestBrowserEcho sends every kind of length through the browser's own
// permessage-deflate, and closes in every way that a page can.
func TestBrowserEcho(t *testing.T) {
	c := startChat(t)
	tb := open(t, "http://"+c.host+"/")
	script, err := os.ReadFile("testdata/browser_echo.js")
	if err != nil {
		t.Fatal(err)
	}
	tb.do(tb.Eval(tb.ctx, string(script), nil))
	var extensions string
	tb.do(tb.Eval(tb.ctx, `echoes([0, 1, 125, 126, 127, 65535, 65536, 1 << 20])`, &extensions))
	if !strings.HasPrefix(extensions, "permessage-deflate") {
		t.Errorf("extensions are %q, want permessage-deflate", extensions)
	}
	for _, tt := range []struct{ call, want string }{
		{"close()", "1005"}, // §7.1.5: no code was given, none comes back
		{"close(1000)", "1000"},
		{`close(3000, "끝")`, "3000"},
		{`close(4999, "bye")`, "4999"},
	} {
		var got string
		tb.do(tb.Eval(tb.ctx, fmt.Sprintf(`ending(socket => socket.%s)`, tt.call), &got))
		if got != tt.want+" clean" {
			t.Errorf("%s ends with %s, want %s clean", tt.call, got, tt.want)
		}
	}
}
