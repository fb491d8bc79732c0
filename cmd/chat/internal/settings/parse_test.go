package settings

import (
	"errors"
	"flag"
	"slices"
	"strings"
	"testing"
	"time"

	"rfc6455/server"
)

// A given is what the binary was given.
type given struct{ args, environ []string }

func args(a ...string) given { return given{args: a} }

func environ(e ...string) given { return given{environ: e} }

func (g given) and(environ ...string) given { return given{g.args, environ} }

func parse(t *testing.T, g given) Settings {
	t.Helper()
	s, err := Parse(g.args, g.environ)
	if err != nil {
		t.Fatalf("%q: %v", g, err)
	}
	return s
}

// get is how a setting is read.
type get func(s *Settings) any

func timeout(f func(*server.Timeouts) *time.Duration) get {
	return func(s *Settings) any { return *f(&s.Server.Timeouts) }
}

func rooms(f func(*server.RoomLimits) any) get {
	return func(s *Settings) any { return f(&s.Server.Rooms) }
}

// flagSets are values of all flags that stand alone.
var flagSets = []struct {
	flag, value string
	get         get
	want        any
}{
	{"addr", ":80", func(s *Settings) any { return s.Addr }, Address{"tcp", ":80"}},
	{"addr", "unix:/run/chat.sock", func(s *Settings) any { return s.Addr }, Address{"unix", "/run/chat.sock"}},
	{"socket-mode", "0606", func(s *Settings) any { return int(s.SocketMode) }, 0o606},
	{"admin-addr", "[::1]:9090", func(s *Settings) any { return s.AdminAddr }, Address{"tcp", "[::1]:9090"}},
	{"admin-addr", "off", func(s *Settings) any { return s.AdminAddr }, Address{}},
	{"origin", "http://a, https://b:1,null", func(s *Settings) any { return strings.Join(s.Server.Origins, " ") }, "http://a https://b:1 null"},
	{"host", "a,b:1,[::2]:3", func(s *Settings) any { return strings.Join(s.Server.Hosts, " ") }, "a b:1 [::2]:3"},
	{"trusted-proxies", "10.0.0.0/8,unix", func(s *Settings) any { return s.Server.Proxies != nil && s.Public }, true},
	{"trusted-proxies", " , ", func(s *Settings) any { return s.Server.Proxies == nil && !s.Public }, true},
	{"echo", "true", func(s *Settings) any { return s.Server.Echo }, true},
	{"echo", "false", func(s *Settings) any { return s.Server.Echo }, false},
	{"max-connections", "7", func(s *Settings) any { return s.Server.Admit.Connections }, 7},
	{"max-connections", "off", func(s *Settings) any { return s.Server.Admit.Connections }, -1},
	{"max-per-address", "8", func(s *Settings) any { return s.Server.Admit.PerAddress }, 8},
	{"handshake-rate", "3/s", func(s *Settings) any { return s.Server.Admit.HandshakesPerMinute }, 180},
	{"handshake-rate", "7/m", func(s *Settings) any { return s.Server.Admit.HandshakesPerMinute }, 7},
	{"handshake-rate", "off", func(s *Settings) any { return s.Server.Admit.HandshakesPerMinute }, -1},
	{"handshake-burst", "9", func(s *Settings) any { return s.Server.Admit.HandshakeBurst }, 9},
	{"max-http-connections", "12", func(s *Settings) any { return s.Server.HTTPConnections }, 12},
	{"max-http-connections", "off", func(s *Settings) any { return s.Server.HTTPConnections }, -1},
	{"header-bytes", "2KiB", func(s *Settings) any { return s.Server.HeaderBytes }, 2048},
	{"rate", "10/s", func(s *Settings) any { return s.Server.Limits.Rate.Every }, time.Second / 10},
	{"rate", "off", func(s *Settings) any { return s.Server.Limits.Rate.Every }, time.Duration(0)},
	{"burst", "11", func(s *Settings) any { return s.Server.Limits.Rate.Burst }, 11},
	{"text-bytes", "12", func(s *Settings) any { return s.Server.Limits.Text }, 12},
	{"message-bytes", "1MiB", func(s *Settings) any { return s.Server.MessageBytes }, int64(1 << 20)},
	{"control-rate", "100000/s", func(s *Settings) any { return s.Server.ControlPerSecond }, 100_000},
	{"control-rate", "5/s", func(s *Settings) any { return s.Server.ControlPerSecond }, 5},
	{"control-burst", "13", func(s *Settings) any { return s.Server.ControlBurst }, 13},
	{"max-rooms", "14", rooms(func(r *server.RoomLimits) any { return r.Rooms }), 14},
	{"max-members", "15", rooms(func(r *server.RoomLimits) any { return r.Members }), 15},
	{"history-messages", "16", rooms(func(r *server.RoomLimits) any { return r.Messages }), 16},
	{"history-bytes", "1024", rooms(func(r *server.RoomLimits) any { return r.Bytes }), 1024},
	{"history-keep", "17", rooms(func(r *server.RoomLimits) any { return r.Keep }), 17},
	{"history-age", "48h", rooms(func(r *server.RoomLimits) any { return r.Age }), 48 * time.Hour},
	{"history-total", "2GiB", rooms(func(r *server.RoomLimits) any { return r.TotalBytes }), int64(2 << 30)},
	{"history-total", "off", rooms(func(r *server.RoomLimits) any { return r.TotalBytes }), int64(-1)},
	{"room-idle", "90s", rooms(func(r *server.RoomLimits) any { return r.Idle }), 90 * time.Second},
	{"header-timeout", "18s", timeout(func(t *server.Timeouts) *time.Duration { return &t.Header }), 18 * time.Second},
	{"request-timeout", "19s", timeout(func(t *server.Timeouts) *time.Duration { return &t.Request }), 19 * time.Second},
	{"answer-timeout", "20s", timeout(func(t *server.Timeouts) *time.Duration { return &t.Answer }), 20 * time.Second},
	{"idle-timeout", "21s", timeout(func(t *server.Timeouts) *time.Duration { return &t.Idle }), 21 * time.Second},
	{"handshake-timeout", "off", timeout(func(t *server.Timeouts) *time.Duration { return &t.Handshake }), time.Duration(-1)},
	{"ping-after", "22s", timeout(func(t *server.Timeouts) *time.Duration { return &t.PingAfter }), 22 * time.Second},
	{"pong-timeout", "23s", timeout(func(t *server.Timeouts) *time.Duration { return &t.Pong }), 23 * time.Second},
	{"message-timeout", "24s", timeout(func(t *server.Timeouts) *time.Duration { return &t.Message }), 24 * time.Second},
	{"message-rate", "25", func(s *Settings) any { return s.Server.Timeouts.MessageRate }, int64(25)},
	{"write-timeout", "26s", timeout(func(t *server.Timeouts) *time.Duration { return &t.Write }), 26 * time.Second},
	{"close-timeout", "27s", timeout(func(t *server.Timeouts) *time.Duration { return &t.Close }), 27 * time.Second},
	{"linger-timeout", "28s", timeout(func(t *server.Timeouts) *time.Duration { return &t.Linger }), 28 * time.Second},
	{"log-format", "json", func(s *Settings) any { return s.LogFormat }, "json"},
	{"log-level", "debug", func(s *Settings) any { return s.LogLevel }, "debug"},
	{"log-texts", "0", func(s *Settings) any { return s.Server.LogTexts }, false},
	{"drain", "1m", func(s *Settings) any { return s.Drain }, time.Minute},
	{"drain-spread", "9s", func(s *Settings) any { return s.Server.Drain }, 9 * time.Second},
}

// TestParse sets every flag, by itself and by its twin.
func TestParse(t *testing.T) {
	tried := map[string]bool{"tls-cert": true, "tls-key": true, "name-header": true, versionFlag: true} // not alone
	for _, tt := range flagSets {
		tried[tt.flag] = true
		for _, g := range []given{args("-" + tt.flag + "=" + tt.value), environ(Twin(tt.flag) + "=" + tt.value)} {
			s := parse(t, g)
			if got := tt.get(&s); got != tt.want || len(s.Warnings) > 1 {
				t.Errorf("%q gives %v, want %v; warnings %q", g, got, tt.want, s.Warnings)
			}
		}
	}
	newParser().set.VisitAll(func(f *flag.Flag) {
		if !tried[f.Name] {
			t.Errorf("-%s is not set", f.Name)
		}
	})
}

// Those that go in pairs.
func TestParsePairs(t *testing.T) {
	s := parse(t, args("-tls-cert", "c", "-name-header", "X-User", "-trusted-proxies", "::1").and("CHAT_TLS_KEY=k"))
	if s.TLSCert != "c" || s.TLSKey != "k" || s.Server.NameHeader != "X-User" {
		t.Errorf("got %+v", s)
	}
}

func TestPrecedence(t *testing.T) {
	for _, tt := range []struct {
		given given
		want  string
	}{
		{args(), ""},
		{environ("CHAT_ORIGIN=http://a,http://b"), "http://a http://b"},
		{args("-origin", "http://c").and("CHAT_ORIGIN=http://a"), "http://c"},
		{args("-origin", "http://c", "-origin", "http://d,null").and("CHAT_ORIGIN=*"), "http://c http://d null"},
		{environ("CHAT_ORIGIN="), ""},
		{environ("CHAT_ORIGIN=http://a", "CHAT_ORIGIN=http://b"), "http://b"},
		{environ("ORIGIN=http://a", "chat_origin=http://b", "broken"), ""},
	} {
		if got := strings.Join(parse(t, tt.given).Server.Origins, " "); got != tt.want {
			t.Errorf("%q gives %q, want %q", tt.given, got, tt.want)
		}
	}
	// One that is out-voted may be wrong, as may one of another program.
	parse(t, args("-rate", "1/s").and("CHAT_RATE=wrong", "RATE=wrong"))
}

// wrongValues are refused, with what is allowed.
var wrongValues = []struct{ flag, value, want string }{
	{"addr", "8080", "allowed is host:port"},
	{"addr", "localhost:http", "allowed is host:port"},
	{"addr", "localhost:65536", "allowed is host:port"},
	{"addr", "http://localhost:80", "allowed is host:port"},
	{"addr", "unix:", "or unix:/path"},
	{"addr", "unix:/" + strings.Repeat("x", maxPath), "up to 103 bytes"},
	{"addr", "off", "allowed is host:port"},
	{"socket-mode", "1777", "allowed is 0 to 0777, as in 0660"},
	{"socket-mode", "rw", "allowed is 0 to 0777"},
	{"admin-addr", "9090", "allowed is host:port"},
	{"origin", "localhost:5500", "allowed is http://host[:port] or https://"},
	{"origin", "http://a/", "without anything behind"},
	{"origin", "http://a,ftp://b", "allowed is http://"},
	{"origin", "http://me@a", "allowed is http://"},
	{"host", "http://a", "allowed is name or name:port"},
	{"host", "*", "allowed is name or name:port"},
	{"host", "a/b", "allowed is name or name:port"},
	{"trusted-proxies", "all", `"all" is neither a network such as 10.0.0.0/8 nor an address nor "unix"`},
	{"trusted-proxies", "10.1.0.0/8", `"10.1.0.0/8" is not a network: say 10.0.0.0/8`},
	{"name-header", "a b", "allowed is the name of a header field"},
	{"name-header", "Upgrade", "that is not the handshake's"},
	{"max-connections", "0", "allowed is 1 to 16000000, or off"},
	{"max-connections", "many", "allowed is 1 to 16000000, or off"},
	{"max-per-address", "-1", "allowed is 1 to"},
	{"handshake-burst", "off", "allowed is 1 to 100000"},
	{"max-http-connections", "0", "allowed is 1 to 16000000, or off"},
	{"header-bytes", "1023", "allowed is 1KiB to 1MiB, as in 65536, 64KiB or 1MiB"},
	{"message-bytes", "9223372036854775807GiB", "allowed is 1KiB to 16MiB"},
	{"message-bytes", "64kb", "allowed is 1KiB to 16MiB"},
	{"text-bytes", "-1", "allowed is 1 to 1MiB"},
	{"rate", "4", "allowed is 1/m to 100000/s, as in 4/s or 30/m, or off"},
	{"rate", "0/s", "allowed is 1/m"},
	{"rate", "4/h", "allowed is 1/m"},
	{"control-rate", "off", "allowed is 1/s to 100000/s"},
	{"control-rate", "30/m", "allowed is 1/s to 100000/s"},
	{"control-rate", "0/s", "allowed is 1/s"},
	{"history-age", "1d", "allowed is 1s to 8760h, as in 500ms, 90s or 1h30m, or off"},
	{"room-idle", "off", "allowed is 1s"},
	{"ping-after", "14s", "allowed is 15s to 24h"},
	{"idle-timeout", "5", "allowed is 1ms to 24h"},
	{"log-format", "xml", "allowed is text, json"},
	{"log-level", "INFO", "allowed is debug, info, warn, error"},
	{"drain", "0s", "allowed is 1ms to 24h"},
}

func TestRefuses(t *testing.T) {
	for _, tt := range wrongValues {
		_, err := Parse([]string{"-" + tt.flag, tt.value}, nil)
		if err == nil || !strings.HasPrefix(err.Error(), "invalid value ") || !strings.Contains(err.Error(), " for flag -"+tt.flag+": ") || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("-%s %.40s: %v, want %q", tt.flag, tt.value, err, tt.want)
		}
		_, err = Parse(nil, []string{Twin(tt.flag) + "=" + tt.value})
		if err == nil || !strings.Contains(err.Error(), " for "+Twin(tt.flag)+": ") || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s=%.40s: %v, want %q", Twin(tt.flag), tt.value, err, tt.want)
		}
	}
}

func TestRefusesTogether(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"-no"}, "flag provided but not defined: -no"},
		{[]string{"-rate"}, "flag needs an argument: -rate"},
		{[]string{"-echo=perhaps"}, "allowed is true, false"},
		{[]string{"run"}, `"run" is no flag: allowed are flags alone`},
		{[]string{"-echo", "false"}, `-echo=false`},
		{[]string{"-tls-cert", "c"}, "-tls-cert and -tls-key go together"},
		{[]string{"-tls-key", "k"}, "-tls-cert and -tls-key go together"},
		{[]string{"-name-header", "X-User"}, "-name-header is believed from -trusted-proxies only"},
		{[]string{"-drain", "3s", "-drain-spread", "3s"}, "-drain-spread 3s must be less than -drain 3s"},
		{[]string{"-admin-addr", "localhost:8080"}, "-addr and -admin-addr are both localhost:8080"},
	} {
		if _, err := Parse(tt.args, nil); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: %v, want %q", tt.args, err, tt.want)
		}
	}
	_, err := Parse(nil, []string{"CHAT_RATE=x", "CHAT_ADDR=y"})
	if err == nil || !strings.Contains(err.Error(), "CHAT_RATE") || !strings.Contains(err.Error(), "CHAT_ADDR") {
		t.Errorf("of two wrong twins one was told: %v", err)
	}
}

func TestAskedFor(t *testing.T) {
	for _, a := range []string{"-h", "-help", "--help"} {
		if _, err := Parse([]string{a}, []string{"CHAT_RATE=wrong"}); !errors.Is(err, flag.ErrHelp) {
			t.Errorf("%s: %v", a, err)
		}
	}
	if s := parse(t, args("-version").and("CHAT_RATE=wrong")); !s.Version {
		t.Error("-version was not heard")
	}
	s := parse(t, environ("CHAT_VERSION=1.2"))
	if s.Version || len(s.Warnings) != 1 {
		t.Errorf("somebody's CHAT_VERSION: %+v", s.Warnings)
	}
}

func TestWarnings(t *testing.T) {
	for _, tt := range []struct {
		given given
		want  []string // of each a part, in this order
	}{
		{args(), nil},
		{environ("CHAT_ORGIN=*", "CHAT_PORT=tcp://10.0.0.1:80", "CHATTER=1"), []string{"CHAT_ORGIN is in the environment and is no setting", "CHAT_PORT"}},
		{args("-addr", "unix:s"), []string{"say -trusted-proxies unix"}},
		{args("-addr", "unix:s", "-trusted-proxies", "unix"), nil},
		{args("-admin-addr", ":9090"), []string{"-admin-addr :9090 is not of this machine alone"}},
		{args("-admin-addr", "unix:s"), nil},
		{args("-admin-addr", "127.0.0.9:1"), nil},
	} {
		got := parse(t, tt.given).Warnings
		if !slices.EqualFunc(got, tt.want, strings.Contains) {
			t.Errorf("%q warns of %q, want %q", tt.given, got, tt.want)
		}
	}
}
