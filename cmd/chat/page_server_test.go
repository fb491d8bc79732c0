package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// kill ends the server at once, as kill -9 does.
func (c *chat) kill() {
	c.t.Helper()
	if err := c.process.Process.Kill(); err != nil {
		c.t.Fatal(err)
	}
	<-c.ended
	c.err = nil // as it was wanted
}

// again starts a server where one was killed, at a freeAddress.
func (c *chat) again(args ...string) *chat {
	c.t.Helper()
	_, port, _ := strings.Cut(c.host, ":")
	return startChat(c.t, append(args, "-addr", "127.0.0.1:"+port)...)
}

// TestPageNewcomer is what somebody does who tries the chat: two windows and a
// phone on a name that is no secure context, with reloads and a server that is
// killed and comes back.
func TestPageNewcomer(t *testing.T) {
	t.Parallel()
	const host = "chat.test"
	c := startChat(t, "-addr", freeAddress(t), "-host", host)
	_, port, _ := strings.Cut(c.host, ":")
	a, b := visit(t, "http://"+c.host+"/", "ko-KR"), visit(t, "http://"+c.host+"/", "en-US")
	phone := visit(t, "http://"+host+":"+port+"/", "ko-KR")
	phone.do(phone.Size(phone.ctx, 360, 640, true))
	phone.wait(`!isSecureContext`)
	all := []view{a, b, phone}
	var want []string
	talk := func() {
		t.Helper()
		for i, v := range all {
			text := fmt.Sprintf("%d from %d", len(want), i)
			want = append(want, text)
			v.say(text)
			for _, v := range all {
				v.shows(text)
				v.wait(`document.querySelector("#count").textContent === "3"`)
			}
		}
	}
	talk()
	b.do(b.Goto(b.ctx, "http://"+c.host+"/"))
	b.live()
	talk()
	c.kill()
	for _, v := range all {
		v.phase("waiting")
	}
	a.say("while it was away")
	a.waits(1)
	c.again("-host", host)
	for _, v := range all {
		v.hurry()
		v.live()
	}
	want = append(want, "-- restarted", "while it was away")
	for _, v := range all {
		v.shows("while it was away")
	}
	talk()
	for _, v := range all {
		v.has(want...)
		v.waits(0)
		v.clean(lost...)
	}
}

// TestPageKilled kills the server while a page sends: every text is in the end
// delivered, and shown once.
func TestPageKilled(t *testing.T) {
	t.Parallel()
	c := startChat(t, "-addr", freeAddress(t))
	a, b := visit(t, "http://"+c.host+"/", "ko-KR"), visit(t, "http://"+c.host+"/", "en-US")
	want := numbered("text %d", 40)
	for round := range 2 {
		a.submit(want[20*round : 20*round+19]...)
		b.wait(`document.querySelector("#chat .text")`)
		a.do(a.Eval(a.ctx, fmt.Sprintf(`document.querySelector("#message").value = %q, setTimeout(() => document.querySelector("#form").requestSubmit()), 1`, want[20*round+19]), nil))
		c.kill()
		c = c.again()
		for _, v := range []view{a, b} {
			v.hurry()
			v.wait(`document.querySelectorAll("#chat .break").length === %d`, round+1)
			v.live()
		}
		a.shows(want[20*round+19])
	}
	a.waits(0)
	got := slices.DeleteFunc(a.texts(), func(text string) bool { return strings.HasPrefix(text, "-- ") })
	if !slices.Equal(got, want) {
		t.Errorf("the sender's list is %q", got)
	}
	a.say("last")
	b.shows("last")
	got = b.texts()
	if slices.Sort(got); len(slices.Compact(slices.Clone(got)))+2 < len(got) {
		t.Errorf("the other's list has doubles: %q", got)
	}
	a.clean(lost...)
}

// TestPageShutdown says goodbye to a page, which comes back by itself.
func TestPageShutdown(t *testing.T) {
	t.Parallel()
	c := startChat(t, "-addr", freeAddress(t))
	v := visit(t, "http://"+c.host+"/", "ko-KR")
	v.say("before")
	v.shows("before")
	c.interrupt()
	v.phase("waiting")
	<-c.ended
	c.again()
	v.phase("live")
	v.say("after")
	v.shows("after")
	v.has("before", "-- restarted", "after")
	v.clean(append(lost, "503")...)
}

// TestPageKept loads the page a second time: the browser has its files, and asks
// whether they are the same.
func TestPageKept(t *testing.T) {
	t.Parallel()
	c := startChat(t)
	v := visit(t, "http://"+c.host+"/", "ko-KR")
	const loaded = `["navigation", "resource"].flatMap(type => performance.getEntriesByType(type)).filter(e => /(\/|\.js|\.css|\.svg)$/.test(e.name))`
	v.wait(loaded + `.length > 25 && ` + loaded + `.every(e => e.transferSize > e.encodedBodySize && e.encodedBodySize > 0)`)
	v.do(v.Goto(v.ctx, "http://"+c.host+"/"))
	v.live()
	v.wait(loaded + `.length > 25 && ` + loaded + `.filter(e => e.encodedBodySize > 1000).every(e => e.transferSize < e.encodedBodySize)`)
	v.clean()
}
