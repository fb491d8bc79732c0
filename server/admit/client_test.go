package admit

import (
	"bytes"
	"crypto/tls"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

// request makes one as net/http would: peer, then header lines "Name: value".
func request(peer string, lines ...string) *http.Request {
	r := &http.Request{RemoteAddr: peer, Header: http.Header{}}
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ":")
		r.Header.Add(name, strings.TrimSpace(value))
	}
	return r
}

func proxies(t testing.TB, list string) *Proxies {
	t.Helper()
	p, err := ParseProxies(list)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func addr(s string) netip.Addr {
	if s == "" {
		return netip.Addr{}
	}
	return netip.MustParseAddr(s)
}

func TestClient(t *testing.T) {
	const trusted = "127.0.0.1, 10.0.0.0/8, 192.0.2.7, fd00::/8, fe80::/10, unix"
	for _, tt := range []struct {
		name, peer string
		lines      []string
		want       Client
	}{
		{"no proxy", "203.0.113.9:4711", nil, Client{Addr: addr("203.0.113.9")}},
		{"no proxy, IPv6", "[2001:db8::1]:4711", nil, Client{Addr: addr("2001:db8::1")}},
		{"IPv4 on a socket for both", "[::ffff:203.0.113.9]:4711", nil, Client{Addr: addr("203.0.113.9")}},
		{"a stranger's word", "203.0.113.9:4711", []string{"X-Forwarded-For: 127.0.0.1", "X-Forwarded-Proto: https"},
			Client{Addr: addr("203.0.113.9"), Unheeded: true}},
		{"a stranger's scheme alone", "203.0.113.9:4711", []string{"X-Forwarded-Proto: https"},
			Client{Addr: addr("203.0.113.9"), Unheeded: true}},
		{"nginx", "127.0.0.1:4711", []string{"X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: https"},
			Client{Addr: addr("203.0.113.9"), Secure: true, Proxied: true}},
		{"nginx, a client that lies", "127.0.0.1:4711", []string{"X-Forwarded-For: 10.1.1.1, 203.0.113.9", "X-Forwarded-Proto: http"},
			Client{Addr: addr("203.0.113.9"), Proxied: true, Unheeded: true}},
		{"a proxy that adds a line of its own", "10.0.0.1:1", []string{"X-Forwarded-For: 1.1.1.1", "X-Forwarded-For: 203.0.113.9"},
			Client{Addr: addr("203.0.113.9"), Proxied: true, Unheeded: true}},
		{"a network before nginx", "127.0.0.1:1", []string{"X-Forwarded-For: 203.0.113.9, 10.2.3.4", "X-Forwarded-Proto: https"},
			Client{Addr: addr("203.0.113.9"), Secure: true, Proxied: true}},
		{"the same in lines", "127.0.0.1:1", []string{"X-Forwarded-For: 203.0.113.9", "X-Forwarded-For: 10.2.3.4"},
			Client{Addr: addr("203.0.113.9"), Proxied: true}},
		{"schemes of two legs", "127.0.0.1:1", []string{"X-Forwarded-For: 203.0.113.9, 10.2.3.4", "X-Forwarded-Proto: https, http"},
			Client{Addr: addr("203.0.113.9"), Secure: true, Proxied: true}},
		{"a scheme that the client added", "127.0.0.1:1", []string{"X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: https, http"},
			Client{Addr: addr("203.0.113.9"), Proxied: true, Unheeded: true}},
		{"schemes in lines", "127.0.0.1:1", []string{"X-Forwarded-For: 203.0.113.9, 10.2.3.4", "X-Forwarded-Proto: https", "X-Forwarded-Proto: http"},
			Client{Addr: addr("203.0.113.9"), Secure: true, Proxied: true}},
		{"a proxy that says wss", "127.0.0.1:1", []string{"X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: WSS"},
			Client{Addr: addr("203.0.113.9"), Secure: true, Proxied: true}},
		{"a scheme that is none", "127.0.0.1:1", []string{"X-Forwarded-For: 203.0.113.9, 10.2.3.4", "X-Forwarded-Proto: https, gopher"},
			Client{Addr: addr("203.0.113.9"), Proxied: true, Unheeded: true}},
		{"an untrusted network before nginx", "127.0.0.1:1", []string{"X-Forwarded-For: 203.0.113.9, 198.51.100.4"},
			Client{Addr: addr("198.51.100.4"), Proxied: true, Unheeded: true}},
		{"a gateway that gives the port", "10.0.0.1:1", []string{"X-Forwarded-For: 203.0.113.9:53124"},
			Client{Addr: addr("203.0.113.9"), Proxied: true}},
		{"IPv6 with its port", "10.0.0.1:1", []string{"X-Forwarded-For: [2001:db8::9]:53124"},
			Client{Addr: addr("2001:db8::9"), Proxied: true}},
		{"IPv6 in brackets", "10.0.0.1:1", []string{"X-Forwarded-For: [2001:db8::9]"},
			Client{Addr: addr("2001:db8::9"), Proxied: true}},
		{"IPv6 bare", "10.0.0.1:1", []string{"X-Forwarded-For: 2001:DB8:0::9"},
			Client{Addr: addr("2001:db8::9"), Proxied: true}},
		{"IPv4 as IPv6, trusted and not", "10.0.0.1:1", []string{"X-Forwarded-For: ::ffff:203.0.113.9, ::ffff:10.0.0.9"},
			Client{Addr: addr("203.0.113.9"), Proxied: true}},
		{"a link's address", "[fe80::1%eth0]:1", []string{"X-Forwarded-For: fe80::9%eth1"},
			Client{Addr: addr("fe80::9"), Proxied: true}},
		{"every hop trusted", "127.0.0.1:1", []string{"X-Forwarded-For: 10.0.0.9, 10.0.0.8"},
			Client{Addr: addr("10.0.0.9"), Proxied: true}},
		{"the proxy itself", "10.0.0.1:1", nil, Client{Addr: addr("10.0.0.1"), Proxied: true}},
		{"empty elements", "10.0.0.1:1", []string{"X-Forwarded-For: 203.0.113.9, ,\t,", "X-Forwarded-For:"},
			Client{Addr: addr("203.0.113.9"), Proxied: true}},
		{"unknown", "10.0.0.1:1", []string{"X-Forwarded-For: 203.0.113.9, unknown"},
			Client{Addr: addr("10.0.0.1"), Proxied: true, Unheeded: true}},
		{"malformed behind a trusted hop", "10.0.0.1:1", []string{"X-Forwarded-For: 203.0.113.9, 127.0.0.1;, 10.0.0.2"},
			Client{Addr: addr("10.0.0.2"), Proxied: true, Unheeded: true}},
		{"quoted", "10.0.0.1:1", []string{`X-Forwarded-For: "203.0.113.9"`}, Client{Addr: addr("10.0.0.1"), Proxied: true, Unheeded: true}},
		{"a name", "10.0.0.1:1", []string{"X-Forwarded-For: localhost"}, Client{Addr: addr("10.0.0.1"), Proxied: true, Unheeded: true}},
		{"octal", "10.0.0.1:1", []string{"X-Forwarded-For: 203.0.113.09"}, Client{Addr: addr("10.0.0.1"), Proxied: true, Unheeded: true}},
		{"IPv4 in brackets", "10.0.0.1:1", []string{"X-Forwarded-For: [203.0.113.9]"}, Client{Addr: addr("10.0.0.1"), Proxied: true, Unheeded: true}},
		{"a bracket open", "10.0.0.1:1", []string{"X-Forwarded-For: [2001:db8::9"}, Client{Addr: addr("10.0.0.1"), Proxied: true, Unheeded: true}},
		{"a bracket closed", "10.0.0.1:1", []string{"X-Forwarded-For: 2001:db8::9]"}, Client{Addr: addr("10.0.0.1"), Proxied: true, Unheeded: true}},
		{"port without number", "10.0.0.1:1", []string{"X-Forwarded-For: 203.0.113.9:"}, Client{Addr: addr("10.0.0.1"), Proxied: true, Unheeded: true}},
		{"unix socket", "@", []string{"X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: https"},
			Client{Addr: addr("203.0.113.9"), Secure: true, Proxied: true}},
		{"unix socket, nobody named", "@", nil, Client{Proxied: true}},
		{"unix socket, malformed", "", []string{"X-Forwarded-For: unix:"}, Client{Proxied: true, Unheeded: true}},
		{"too many hops", "127.0.0.1:1", []string{"X-Forwarded-For: 203.0.113.9" + strings.Repeat(", 10.0.0.3", MaxHops)},
			Client{Addr: addr("10.0.0.3"), Proxied: true, Unheeded: true}},
		{"as many as may be", "127.0.0.1:1", []string{"X-Forwarded-For: 203.0.113.9" + strings.Repeat(", 10.0.0.3", MaxHops-1)},
			Client{Addr: addr("203.0.113.9"), Proxied: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := request(tt.peer, tt.lines...)
			if got := proxies(t, trusted).Client(r); got != tt.want {
				t.Errorf("got  %+v\nwant %+v", got, tt.want)
			}
			checkTrustsNobody(t, r)
		})
	}
}

// checkTrustsNobody looks at r as a server without proxies does: whatever is in
// its header, its client is the peer.
func checkTrustsNobody(t *testing.T, r *http.Request) {
	t.Helper()
	want := Client{Addr: Peer(r.RemoteAddr), Unheeded: len(r.Header) > 0}
	for _, nobody := range []*Proxies{nil, {}} {
		if got := nobody.Client(r); got != want {
			t.Errorf("trusting nobody: got %+v, want %+v", got, want)
		}
	}
}

func TestClientByTLS(t *testing.T) {
	for _, tt := range []struct {
		peer, proto string
		want        bool
	}{
		{"203.0.113.9:1", "", true},
		{"203.0.113.9:1", "http", true}, // a stranger's word
		{"10.0.0.1:1", "", true},
		{"10.0.0.1:1", "http", false}, // the proxy's client came without
		{"10.0.0.1:1", "https", true},
	} {
		r := request(tt.peer, "X-Forwarded-For: 198.51.100.1", "X-Forwarded-Proto: "+tt.proto)
		r.TLS = &tls.ConnectionState{}
		if got := proxies(t, "10.0.0.0/8").Client(r); got.Secure != tt.want {
			t.Errorf("peer %s, scheme %q: %+v, want secure %v", tt.peer, tt.proto, got, tt.want)
		}
	}
}

func TestParseProxies(t *testing.T) {
	for _, tt := range []struct {
		list    string
		in, out []string
	}{
		{"", nil, []string{"127.0.0.1", "::1", ""}},
		{" , ", nil, []string{"127.0.0.1", ""}},
		{"10.0.0.0/8", []string{"10.255.0.1"}, []string{"11.0.0.1", "::1", ""}},
		{"192.0.2.1", []string{"192.0.2.1"}, []string{"192.0.2.2"}},
		{"2001:db8::/32,unix", []string{"2001:db8:ffff::", ""}, []string{"2001:db9::"}},
		{"::1", []string{"::1"}, []string{"::2", "127.0.0.1"}},
		{"::ffff:10.0.0.0/104", []string{"10.1.2.3"}, []string{"11.0.0.0"}},
		{"::ffff:192.0.2.1", []string{"192.0.2.1"}, []string{"192.0.2.2"}},
		{"0.0.0.0/0", []string{"8.8.8.8"}, []string{"2001:db8::1", ""}},
		{"::/0", []string{"2001:db8::1"}, []string{"8.8.8.8", ""}},
	} {
		p := proxies(t, tt.list)
		for _, s := range tt.in {
			if !p.trusts(addr(s)) {
				t.Errorf("%q does not trust %q", tt.list, s)
			}
		}
		for _, s := range tt.out {
			if p.trusts(addr(s)) {
				t.Errorf("%q trusts %q", tt.list, s)
			}
		}
	}
}

func TestParseProxiesRefuses(t *testing.T) {
	for list, want := range map[string]string{
		"10.0.0.1/8":        `"10.0.0.1/8" is not a network: say 10.0.0.0/8`,
		"10.0.0.0/33":       "neither a network",
		"10.0.0/8":          "neither a network",
		"::1, nginx":        `"nginx" is neither a network such as 10.0.0.0/8 nor an address nor "unix"`,
		"fe80::1%eth0":      "neither a network",
		"fe80::%eth0/64":    "neither a network",
		"10.0.0.0-10.0.0.9": "neither a network",
		"UNIX":              "neither a network",
	} {
		if p, err := ParseProxies(list); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseProxies(%q) = %v, %v; want %q", list, p, err, want)
		}
	}
}

// Behind one proxy a request costs nothing to place.
func TestClientAllocatesNothing(t *testing.T) {
	p := proxies(t, "127.0.0.1, 10.0.0.0/8")
	r := request("127.0.0.1:4711", "X-Forwarded-For: 1.1.1.1, 203.0.113.9, 10.0.0.9", "X-Forwarded-Proto: https")
	if n := testing.AllocsPerRun(100, func() { p.Client(r) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzClient compares the walk with the obvious one: all elements in a row, and
// back from its end.
func FuzzClient(f *testing.F) {
	for _, line := range []string{
		"203.0.113.9", "1.1.1.1, 203.0.113.9, 10.0.0.2", "203.0.113.9:80,[::1]:90", "a,,10.0.0.1\n , 10.0.0.2,",
		"::ffff:10.0.0.1\n[fd00::1]", "[1.2.3.4]", "unix:, 10.0.0.1", "fe80::1%eth0,fd00::2%x", strings.Repeat("10.0.0.1,", 40),
	} {
		for _, proto := range []string{"", "https", "https,http\nhttp", "http, HTTPS", "wss,x"} {
			f.Add("127.0.0.1:1", line, proto, true)
			f.Add("[2001:db8::1]:1", line, proto, false)
		}
	}
	f.Add("@", "203.0.113.9", "https", false)
	p := proxies(f, "127.0.0.1, 10.0.0.0/8, fd00::/8, unix")
	f.Fuzz(func(t *testing.T, peer, forLines, protoLines string, overTLS bool) {
		r := &http.Request{RemoteAddr: peer, Header: http.Header{}}
		if forLines != "" {
			r.Header["X-Forwarded-For"] = strings.Split(forLines, "\n")
		}
		if protoLines != "" {
			r.Header["X-Forwarded-Proto"] = strings.Split(protoLines, "\n")
		}
		if overTLS {
			r.TLS = &tls.ConnectionState{}
		}
		got, want := p.Client(r), obviousClient(r)
		if got != want {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
		if !got.Proxied && got.Addr != Peer(peer) {
			t.Errorf("a stranger at %q passes for %v", peer, got.Addr)
		}
	})
}

// obviousClient knows the networks that FuzzClient trusts.
func obviousClient(r *http.Request) Client {
	trusted := func(a netip.Addr) bool {
		b := a.As16()
		return !a.IsValid() || a == addr("127.0.0.1") || a.Is4() && b[12] == 10 || a.Is6() && b[0] == 0xfd
	}
	c := Client{Addr: Peer(r.RemoteAddr), Secure: r.TLS != nil}
	froms, schemes := allElements(r.Header["X-Forwarded-For"]), allElements(r.Header["X-Forwarded-Proto"])
	if !trusted(c.Addr) {
		c.Unheeded = len(r.Header) > 0
		return c
	}
	c.Proxied = true
	way := []netip.Addr{c.Addr} // from us to the client
	for trusted(way[len(way)-1]) && len(way) <= min(len(froms), MaxHops) {
		a, ok := obviousHop(froms[len(froms)-len(way)])
		if !ok {
			break
		}
		way = append(way, a)
	}
	c.Addr = way[len(way)-1]
	c.Unheeded = len(way)-1 < len(froms)
	hops := len(slices.DeleteFunc(slices.Clone(way), func(a netip.Addr) bool { return !trusted(a) }))
	for i := 1; i <= len(schemes); i++ {
		secure := map[string]bool{"https": true, "wss": true, "http": false, "ws": false}
		s, ok := secure[string(bytes.ToLower([]byte(schemes[len(schemes)-i])))]
		if !ok || i > hops {
			c.Unheeded = true
			break
		}
		c.Secure = s
	}
	return c
}

func allElements(lines []string) (all []string) {
	for _, element := range strings.Split(strings.Join(lines, ","), ",") {
		if element = strings.Trim(element, " \t"); element != "" {
			all = append(all, element)
		}
	}
	return all
}

// obviousHop tries each form of an address.
func obviousHop(s string) (netip.Addr, bool) {
	host := s
	if strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		if host = s[1 : len(s)-1]; !strings.Contains(host, ":") {
			return netip.Addr{}, false
		}
	} else if ap, err := netip.ParseAddrPort(s); err == nil {
		host = ap.Addr().String()
	}
	a, err := netip.ParseAddr(host)
	return a.Unmap().WithZone(""), err == nil
}
