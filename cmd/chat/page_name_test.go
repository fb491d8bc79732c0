package main

import (
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	v1 "rfc6455/server/chat"
)

// enterName enters a name of one's own.
func (v view) enterName(name string) {
	v.t.Helper()
	v.do(v.Click(v.ctx, "#name"))
	v.do(v.Eval(v.ctx, `document.querySelector("#name").select(), 1`, nil))
	v.do(v.Type(v.ctx, name))
	v.do(v.Press(v.ctx, "Enter", 0))
}

// TestPageName renames: for the others, after a reload, and not to what is no name.
func TestPageName(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	a, b := visit(t, s.url(), "ko-KR"), visit(t, s.url(), "en-US")
	a.do(a.Size(a.ctx, 1000, 700, false))
	a.wait(`!document.querySelector("#panel").hidden`)
	a.enterName("지민")
	for _, v := range []view{a, b} {
		v.wait(`[...document.querySelectorAll("#list bdi")].some(e => e.textContent === "지민")`)
	}
	a.enterName(strings.Repeat("긴", 33))
	a.wait(`!document.querySelector("#nameNotice").hidden`)
	a.do(a.Goto(a.ctx, s.url()))
	a.live()
	a.wait(`document.querySelector("#name").value === "지민"`)
	a.wait(`[...document.querySelectorAll("#list bdi")].some(e => e.textContent === "지민")`)
	a.clean()
}

// TestPageNamesAlike shows tags where two names look alike, old messages included.
func TestPageNamesAlike(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.post(otter, "hello")
	v := visit(t, s.url(), "en-US")
	v.wait(`document.querySelector("#chat .tag").hidden`)
	s.post(v1.Member{ID: "9xLR8MXYCvoHDd6y", Name: "quiet 0tter"}, "me too")
	v.wait(`[...document.querySelectorAll("#chat .tag")].map(e => e.hidden || e.textContent).join() === "#4OLR,#9xLR"`)
	v.clean()
}

// TestPageNameRefused is refused a name: the old one comes back, with the reason; or
// the page asks again, where it was only too fast.
func TestPageNameRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	v := visit(t, s.url(), "ko-KR")
	v.do(v.Size(v.ctx, 1000, 700, false))
	v.enterName("지민")
	v.wait(`document.querySelector("#list bdi").textContent === "지민"`)
	refuse := func(code *v1.Code) {
		s.do(func() {
			s.script = func(v *visitor, r v1.Request) bool {
				if _, ok := r.(v1.Rename); !ok {
					return false
				}
				s.script = nil
				v.send(v1.Refusal{Code: code, Retry: 20 * time.Millisecond})
				return true
			}
		})
	}
	for _, tt := range []struct {
		code *v1.Code
		why  string
	}{{v1.BadName, "1~32자"}, {v1.NameFixed, "로그인한"}} {
		refuse(tt.code)
		v.enterName("거절")
		v.wait(`document.querySelector("#name").value === "지민" && !document.querySelector("#nameNotice").hidden && document.querySelector("#nameNotice").textContent.includes(%q)`, tt.why)
		v.wait(`JSON.parse(localStorage.getItem("chat.name")) === "지민"`)
	}
	refuse(v1.TooFast)
	v.enterName("수민")
	v.wait(`document.querySelector("#list bdi").textContent === "수민" && document.querySelector("#nameNotice").hidden`)
	v.clean()
}

// TestPageSignIn comes through a proxy that people sign in to, and that fixes their
// names: the page says so, and offers no other.
func TestPageSignIn(t *testing.T) {
	t.Parallel()
	c := startChat(t, "-trusted-proxies", "127.0.0.1", "-name-header", "X-Remote-User")
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: "http", Host: c.host})
		r.Out.Host = r.In.Host
		r.SetXForwarded()
		r.Out.Header.Set("X-Remote-User", "지민")
	}}
	signIn := httptest.NewServer(proxy)
	t.Cleanup(signIn.Close)
	v := visit(t, signIn.URL, "ko-KR")
	v.do(v.Size(v.ctx, 1000, 700, false))
	const name = "지민"
	v.wait(`document.querySelector("#name").value === %q && document.querySelector("#list bdi").textContent === %[1]q`, name)
	const fixed = `document.querySelector("#name").readOnly && document.querySelector("#rename").hidden && !document.querySelector("#fixed").hidden &&
		document.querySelector("#name").getAttribute("aria-describedby").includes("fixed")`
	v.wait(fixed + ` && document.querySelector("#fixed").textContent === "로그인한 계정의 이름이라 여기서는 바꿀 수 없습니다."`)
	v.do(v.Click(v.ctx, "#language"))
	v.wait(fixed + ` && document.querySelector("#fixed").textContent.includes("sign-in")`)
	v.enterName("somebody else")
	v.say("hello")
	v.shows("hello")
	v.wait(`document.querySelector("#name").value === %q && document.querySelector("#list bdi").textContent === %[1]q && document.querySelector("#nameNotice").hidden`, name)
	v.clean()
}
