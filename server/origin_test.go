package server

import (
	"net"
	"net/netip"
	"strings"
	"testing"
)

func TestOrigin(t *testing.T) {
	own := serve(t, Config{})
	listed := serve(t, Config{Origins: []string{"null", "http://localhost:5500"}})
	for _, tt := range []struct {
		s      *rig
		fields []string
		allow  string // empty: let in; else what the log recommends
	}{
		{own, nil, ""},
		{own, []string{"Origin: http://" + own.addr}, ""},
		{own, []string{"Origin: HTTP://" + own.addr, "Sec-Fetch-Site: same-origin"}, ""},
		{own, []string{"Origin: null"}, "-origin null"},
		{own, []string{"Origin: http://localhost:5500"}, "-origin http://localhost:5500"},
		{own, []string{"Origin: https://" + own.addr}, "-origin https://" + own.addr},
		{own, []string{"Origin: http://127.0.0.1"}, "-origin http://127.0.0.1"},
		{own, []string{"Origin: http://evil.example", "Sec-Fetch-Site: cross-site"}, "-origin http://evil.example"},
		{own, []string{"Origin: http://" + own.addr, "Sec-Fetch-Site: same-site"}, "-origin http://" + own.addr},
		{listed, []string{"Origin: null", "Sec-Fetch-Site: cross-site"}, ""},
		{listed, []string{"Origin: http://localhost:5500", "Sec-Fetch-Site: same-site"}, ""},
		{listed, []string{"Origin: http://localhost:5501"}, "-origin http://localhost:5501"},
	} {
		for _, target := range []string{"/", "/chat", "/echo"} {
			p := tt.s.tcp(t)
			p.raw(tt.s.request(target, tt.fields...))
			header := p.header()
			if tt.allow == "" {
				if !strings.HasPrefix(header, "HTTP/1.1 101 ") {
					t.Errorf("%s %q: %q", target, tt.fields, header)
				}
				continue
			}
			if !strings.HasPrefix(header, "HTTP/1.1 403 ") || !strings.Contains(p.rest(), "§10.2") {
				t.Errorf("%s %q: %q", target, tt.fields, header)
			}
			tt.s.log.await(t, `msg="origin refused"`, p.nc.LocalAddr().String(), `allow="`+tt.allow+`"`)
		}
	}
}

// What the log recommends may be copied into a shell; a stranger wrote it.
func TestFlagsAreSafe(t *testing.T) {
	s := serve(t, Config{})
	for _, origin := range []string{
		"null;reboot", "$(reboot)", "`reboot`", "http://a b", "http://a'", "*", "-x", "http://\xff", "http://" + strings.Repeat("a", maxPasted), "",
	} {
		p := s.tcp(t)
		p.raw(s.request("/", "Origin: "+origin, "Sec-Fetch-Site: cross-site"))
		if header := p.header(); !strings.HasPrefix(header, "HTTP/1.1 4") {
			t.Errorf("%q: %q", origin, header)
		}
		if line := s.log.await(t, "refused", p.nc.LocalAddr().String()); strings.Contains(line, "allow=") {
			t.Errorf("%q: log recommends %s", origin, line)
		}
	}
	for _, origin := range []string{"null", "http://localhost:5500", "https://[::1]:8443", "chrome-extension://abcdef", "http://a_b.example"} {
		if !pasteable(origin) {
			t.Errorf("log would not recommend %q", origin)
		}
	}
}

// Who made a foreign name resolve to this machine gets nothing, not even the page.
func TestHost(t *testing.T) {
	listed := Config{Hosts: []string{"chat.example", "dev.example:8443"}}
	bare, named := serve(t, Config{}), serve(t, listed)
	for _, tt := range []struct {
		s     *rig
		host  string
		allow string // empty: let in
	}{
		{bare, bare.addr, ""},
		{bare, "localhost", ""},
		{bare, "LOCALHOST:1234", ""},
		{bare, "[::1]:8080", ""},
		{bare, "127.8.9.1", ""},
		{bare, "evil.example:8080", "-host evil.example:8080"},
		{bare, "localhost.evil.example", "-host localhost.evil.example"},
		{bare, "192.0.2.1:80", "-host 192.0.2.1:80"},
		{named, "chat.example", ""},
		{named, "chat.example:8080", ""},
		{named, "dev.example:8443", ""},
		{named, "localhost:80", ""},
		{named, "dev.example:80", "-host dev.example:80"},
	} {
		for target, ok := range map[string]string{"/": "101", "/echo": "101", "/style.css": "200"} {
			p := tt.s.tcp(t)
			if ok == "200" {
				p.raw("GET " + target + " HTTP/1.1\r\nHost: " + tt.host + "\r\n\r\n")
			} else {
				p.raw(tt.s.requestFor(tt.host, target, "Origin: http://"+tt.host))
			}
			status := strings.Fields(p.header())[1]
			if tt.allow == "" {
				if status != ok {
					t.Errorf("%s at host %s: %s", target, tt.host, status)
				}
				continue
			}
			if status != "403" || p.rest() == "" {
				t.Errorf("%s at host %s: %s", target, tt.host, status)
			}
			tt.s.log.await(t, `msg="host refused"`, p.nc.LocalAddr().String(), `allow="`+tt.allow+`"`)
		}
	}
}

func TestOnLoopback(t *testing.T) {
	for addr, want := range map[string]bool{"127.0.0.1:80": true, "[::1]:80": true, "0.0.0.0:80": false, "[::]:80": false, "192.0.2.1:80": false} {
		tcp := net.TCPAddrFromAddrPort(netip.MustParseAddrPort(addr))
		if got := onLoopback(tcp); got != want {
			t.Errorf("onLoopback(%s) = %v", addr, got)
		}
	}
	if onLoopback(&net.UnixAddr{Name: "/run/chat"}) {
		t.Error("a socket in the file system is checked for its Host")
	}
}
