package cli

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rfc6455/cmd/ws/internal/wire"
	"rfc6455/handshake"
)

// call is a command's flags for the tests.
func call() (f *Flags, target *Target, size *int) {
	f, target, size = NewFlags("try"), &Target{}, new(int)
	f.Synopsis, f.About, f.Operands = "ws try [flags] URL", "\nTries.\n", []string{"URL"}
	f.Examples = []string{"# one\nws try a", "# two\nws try b"}
	f.Duration("time", time.Second, "how `long`")
	f.Var(Bytes{size}, "size", "`bytes` of it")
	f.Int("count", 0, "how `many`")
	target.Register(f)
	return f, target, size
}

func TestReadInAnyOrder(t *testing.T) {
	for _, args := range []string{"-k -size 2KiB URL", "-k URL -size 2048", "URL --k -size=2KiB", "-size 2KiB -k -- URL"} {
		f, target, size := call()
		got, err := f.Read(strings.Fields(args))
		if err != nil || !slices.Equal(got, []string{"URL"}) || !target.insecure || *size != 2048 {
			t.Errorf("%s: operands %q, size %d, %v", args, got, *size, err)
		}
		if !f.Given("size") || f.Given("time") {
			t.Errorf("%s: given size %t, time %t", args, f.Given("size"), f.Given("time"))
		}
	}
	f, _, _ := call()
	if got, err := f.Read([]string{"--", "-k"}); err != nil || !slices.Equal(got, []string{"-k"}) {
		t.Errorf("after --: %q, %v", got, err)
	}
}

func TestReadRefuses(t *testing.T) {
	for args, want := range map[string]string{
		"":                "try needs URL, and was given 0",
		"a b":             "try needs URL, and was given 2",
		"-no a":           "flag provided but not defined: -no",
		"-size 1GB a":     `invalid value "1GB" for flag -size: allowed are bytes below 2 GiB, as in 65536, 64KiB or 1MiB`,
		"-size 9999MiB a": `invalid value "9999MiB"`,
		"-size -1 a":      `invalid value "-1"`,
		"-time 5 a":       `invalid value "5" for flag -time: allowed is a time, as in 500ms, 90s or 1h30m`,
		"-count x a":      `invalid value "x" for flag -count: allowed is a number`,
		"-k=maybe a":      `invalid boolean value "maybe" for -k: allowed is true or false`,
	} {
		f, _, _ := call()
		if _, err := f.Read(strings.Fields(args)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", args, err, want)
		}
	}
	f, _, _ := call()
	if _, err := f.Read([]string{"-h"}); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("-h: %v", err)
	}
}

func TestHelp(t *testing.T) {
	f, _, _ := call()
	var b bytes.Buffer
	f.Help(&b)
	for _, want := range []string{
		"usage: ws try [flags] URL\n\nTries.\n\nexamples:\n  # one\n  ws try a\n  # two\n",
		"\n  -time long           how long (1s)\n", "\n  -k                   take any certificate", "exit status: 0 as expected, 1 deviations",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

func TestTarget(t *testing.T) {
	f, target, _ := call()
	args := []string{"-H", "X-A: b", "-H", "Origin: http://localhost", "-u", "me:secret", "-k", "-x", "http://localhost:3128",
		"-s", "a,b", "-deflate", "URL"}
	if _, err := f.Read(args); err != nil {
		t.Fatal(err)
	}
	cfg, err := target.Config("wss://[::1]:9/x")
	if err != nil {
		t.Fatal(err)
	}
	proxy, err := cfg.Proxy(nil)
	if err != nil || proxy.Host != "localhost:3128" {
		t.Errorf("proxy %v, %v", proxy, err)
	}
	if !cfg.TLS.InsecureSkipVerify || !cfg.Deflate.Enabled || cfg.Origin != "http://localhost" || !slices.Equal(cfg.Subprotocols, []string{"a", "b"}) {
		t.Errorf("got %+v", cfg)
	}
}

func TestTargetRefuses(t *testing.T) {
	for _, tt := range []struct{ url, args, want string }{
		{"http://localhost", "", "allowed is ws://host:port/path"},
		{"ws://example.org", "", "example.org is not this machine: say -remote"},
		{"ws://localhost.example.org", "", "is not this machine"},
		{"ws://127.0.0.1.example.org", "", "is not this machine"},
		{"ws://0.0.0.0", "", "is not this machine"},
		{"ws://localhost", "-x http://example.org:1", "proxy example.org is not this machine"},
		{"ws://localhost", "-x localhost:1", "-x is"},
		{"ws://localhost", "-H novalue", `-H is "novalue": allowed is "Name: value"`},
		{"ws://localhost", "-H Upgrade:x", "belongs to the handshake"},
		{"ws://localhost", "-u me", "allowed is user:password"},
		{"ws://localhost", "-H Origin:http://a -origin http://b", "allowed is one of them"},
		{"ws://localhost", "-origin a/b", "not a serialized origin"},
		{"ws://localhost", "-s a,a", "not tokens that differ"},
		{"ws://localhost", "-cacert /no/such/file", "-cacert: open /no/such/file"},
		{"ws://localhost", "-cacert cli_test.go", "certificates in PEM"},
		{"ws://localhost", "-cacert cli_test.go -k", "allowed is one of them"},
		{"ws://localhost", "-unix-socket /s -x http://localhost:1", "allowed is one of them"},
		{"ws://example.org", "--unix-socket /s", ""},
		{"ws://localhost", "", ""},
		{"ws://127.9.9.9:1/", "", ""},
		{"wss://[::ffff:127.0.0.1]/", "", ""},
		{"ws://example.org", "-remote", ""},
	} {
		f, target, _ := call()
		if _, err := f.Read(append(strings.Fields(tt.args), "URL")); err != nil {
			t.Fatal(err)
		}
		_, err := target.Config(tt.url)
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s %s: got %v, want %q", tt.url, tt.args, err, tt.want)
		}
	}
}

func TestOperands(t *testing.T) {
	for _, tt := range []struct{ operands, args, want string }{
		{"URL", "", "try needs URL, and was given 0"},
		{"[URL]", "", ""},
		{"[URL]", "a", ""},
		{"[URL]", "a b", "try takes [URL], and was given 2"},
		{"URL,[FILE...]", "", "try takes URL, [FILE...], and was given 0"},
		{"URL,[FILE...]", "a b c", ""},
		{"", "a", "try takes flags alone, and was given 1"},
	} {
		f := NewFlags("try")
		f.Operands = strings.FieldsFunc(tt.operands, func(r rune) bool { return r == ',' })
		_, err := f.Read(strings.Fields(tt.args))
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || err.Error() != tt.want) {
			t.Errorf("%s given %q: %v, want %q", tt.operands, tt.args, err, tt.want)
		}
	}
}

// TestUnixSocket shows that a server behind one is reached as it calls itself.
func TestUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	server := &Target{}
	ln, _, err := server.Listen("unix:" + path)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	served := make(chan string, 1)
	go func() {
		nc, err := ln.Accept()
		if err != nil {
			served <- err.Error()
			return
		}
		defer nc.Close()
		l, err := wire.Accept(t.Context(), nc, nil)
		if err != nil {
			served <- err.Error()
			return
		}
		served <- string(l.Request)
	}()
	client := &Target{unix: path}
	cfg, err := client.Config("ws://chat.example/path")
	if err != nil {
		t.Fatal(err)
	}
	l, err := wire.Open(t.Context(), "ws://chat.example/path", &cfg)
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if got := <-served; !strings.HasPrefix(got, "GET /path HTTP/1.1\r\nHost: chat.example\r\n") {
		t.Errorf("the server got %q", got)
	}
}

func TestListen(t *testing.T) {
	for _, tt := range []struct {
		target        Target
		address, want string
	}{
		{Target{}, "localhost", `-listen is "localhost": `},
		{Target{}, ":0", "where other machines come in: say -remote"},
		{Target{}, "0.0.0.0:0", "where other machines come in: say -remote"},
		{Target{}, "localhost:99999", "allowed is host:port or unix:path"},
		{Target{}, "unix:/no/such/folder/s", "allowed is host:port or unix:path"},
		{Target{}, "localhost:0", ""},
		{Target{}, "[::1]:0", ""},
		{Target{Remote: true}, ":0", ""},
	} {
		ln, url, err := tt.target.Listen(tt.address)
		if err == nil {
			ln.Close()
			if _, err := handshake.ParseURL(url); err != nil {
				t.Errorf("%s: the URL is %q: %v", tt.address, url, err)
			}
		}
		if tt.want == "" && err != nil && tt.address[0] != '[' || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v, want %q", tt.address, err, tt.want)
		}
	}
}

func TestServer(t *testing.T) {
	for _, args := range []string{"-u a:b", "-k", "-cacert f", "-unix-socket s", "-x http://localhost:1"} {
		f, target, _ := call()
		if _, err := f.Read(append(strings.Fields(args), "URL")); err != nil {
			t.Fatal(err)
		}
		if _, err := target.Server(); err == nil || !strings.Contains(err.Error(), "is for a client: allowed beside -listen are -H") {
			t.Errorf("%s: %v", args, err)
		}
	}
	target := &Target{subprotocols: "a,b", deflate: true, origin: "*", headers: List{"X-A: b"}}
	cfg, err := target.Server()
	if err != nil || !cfg.Deflate.Enabled || !slices.Equal(cfg.Subprotocols, []string{"a", "b"}) || !slices.Equal(cfg.Origins, []string{"*"}) || cfg.Fields == (handshake.Fields{}) {
		t.Errorf("%+v, %v", cfg, err)
	}
}

func TestStatusOf(t *testing.T) {
	if got := StatusOf(&wire.UnreachableError{Err: errors.New("nobody")}); got != Unreachable {
		t.Errorf("nobody there is %d", got)
	}
	if got := StatusOf(&wire.RefusedError{Err: errors.New("no")}); got != Deviation {
		t.Errorf("refused is %d", got)
	}
}

func TestTerminal(t *testing.T) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	if IsTerminal(null) {
		t.Error("the null device is a terminal")
	}
	e := Env{Err: &bytes.Buffer{}, Getenv: func(string) string { return "" }}
	if e.Terminal() {
		t.Error("a buffer is a terminal")
	}
}
