package server

import (
	"errors"
	"strings"
	"testing"
	"time"

	"rfc6455/server/admit"
	"rfc6455/server/chat"
)

func proxies(t testing.TB, list string) *admit.Proxies {
	t.Helper()
	p, err := ParseProxies(list)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Nonsense is refused at the start, with what is allowed.
func TestConfigIsChecked(t *testing.T) {
	for _, tt := range []struct {
		field, says string
		set         func(*Config)
	}{
		{"Origins", "scheme://host", func(c *Config) { c.Origins = []string{"*", "localhost:5500"} }},
		{"Origins", "scheme://host", func(c *Config) { c.Origins = []string{"http://a/b"} }},
		{"Origins", "scheme://host", func(c *Config) { c.Origins = []string{""} }},
		{"Hosts", "name:port", func(c *Config) { c.Hosts = []string{"http://a"} }},
		{"Hosts", "name:port", func(c *Config) { c.Hosts = []string{"a/b"} }},
		{"Hosts", "name:port", func(c *Config) { c.Hosts = []string{"*.a"} }},
		{"Hosts", "name:port", func(c *Config) { c.Hosts = []string{""} }},
		{"NameHeader", "header fields", func(c *Config) { c.NameHeader, c.Proxies = "a b", proxies(t, "unix") }},
		{"NameHeader", "header fields", func(c *Config) { c.NameHeader, c.Proxies = "Upgrade", proxies(t, "unix") }},
		{"NameHeader", "without Proxies", func(c *Config) { c.NameHeader = "X-User" }},
		{"Admit", "PerAddress", func(c *Config) { c.Admit.PerAddress = -2 }},
		{"Limits.Text", "1 to 1048576", func(c *Config) { c.Limits.Text = -1 }},
		{"Limits.Text", "1 to 1048576", func(c *Config) { c.Limits.Text = 2 << 20 }},
		{"Limits.Rate.Burst", "1 to 1000000", func(c *Config) { c.Limits.Rate.Burst = -1 }},
		{"Limits.Rate.Every", "1ns to 1h0m0s", func(c *Config) { c.Limits.Rate.Every = 2 * time.Hour }},
		{"MessageBytes", "25600 to 16777216", func(c *Config) { c.MessageBytes = 25_599 }},
		{"MessageBytes", "25600 to 16777216", func(c *Config) { c.MessageBytes = Off }},
		{"ControlBurst", "1 to", func(c *Config) { c.ControlBurst = -1 }},
		{"ControlPerSecond", "1 to", func(c *Config) { c.ControlPerSecond = -1 }},
		{"HeaderBytes", "1024 to 1048576", func(c *Config) { c.HeaderBytes = 10 }},
		{"Drain", "1ms to 24h0m0s, or Off", func(c *Config) { c.Drain = -2 }},
		{"Rooms.Rooms", "1 to", func(c *Config) { c.Rooms.Rooms = -1 }},
		{"Rooms.Members", "1 to", func(c *Config) { c.Rooms.Members = -1 }},
		{"Rooms.Messages", "1 to 1048576", func(c *Config) { c.Rooms.Messages = 2 << 20 }},
		{"Rooms.Bytes", "197385 to", func(c *Config) { c.Rooms.Bytes = 1000 }},
		{"Rooms.Keep", "1 to 10", func(c *Config) { c.Rooms.Messages, c.Rooms.Keep = 10, 11 }},
		{"Rooms.Age", "1s to 8760h0m0s, or Off", func(c *Config) { c.Rooms.Age = time.Millisecond }},
		{"Rooms.TotalBytes", "1048576 to 1099511627776, or Off", func(c *Config) { c.Rooms.TotalBytes = 1 }},
		{"Rooms.Idle", "1s to 8760h0m0s", func(c *Config) { c.Rooms.Idle = Off }},
		{"Timeouts.Header", "1ms to 24h0m0s", func(c *Config) { c.Timeouts.Header = Off }},
		{"Timeouts.Request", "10s to 24h0m0s", func(c *Config) { c.Timeouts.Request = time.Second }},
		{"Timeouts.PingAfter", "15s to 24h0m0s, or Off", func(c *Config) { c.Timeouts.PingAfter = time.Second }},
		{"Timeouts.MessageRate", "1 to", func(c *Config) { c.Timeouts.MessageRate = -1 }},
		{"Timeouts.Write", "1ms to 24h0m0s, or Off", func(c *Config) { c.Timeouts.Write = 25 * time.Hour }},
	} {
		var cfg Config
		tt.set(&cfg)
		_, err := New(cfg)
		wrong, ok := errors.AsType[*ConfigError](err)
		if !ok || wrong.Field != tt.field || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: got %v, want one that says %q", tt.field, err, tt.says)
		}
	}
}

func TestConfigs(t *testing.T) {
	all := Config{
		Origins:    []string{"*", "null", "http://localhost:5500", "HTTPS://Chat.Example", "chrome-extension://abcdef", "http://[::1]:80"},
		Hosts:      []string{"chat.example", "chat.test:8080", "[::1]:80", "192.0.2.1"},
		NameHeader: "X-User", Proxies: proxies(t, "unix"),
		Drain: Off,
		Rooms: RoomLimits{Age: Off, TotalBytes: Off},
		Timeouts: Timeouts{
			Handshake: Off, PingAfter: Off, Pong: Off, Message: Off, Write: Off, Close: Off, Linger: Off,
		},
	}
	if _, err := all.complete(); err != nil {
		t.Error(err)
	}
	zero, err := (&Config{}).complete()
	if err != nil {
		t.Fatal(err)
	}
	if zero.MessageBytes != 64<<10 || zero.Drain != 2*time.Second || zero.HeaderBytes != 16<<10 || zero.Log == nil {
		t.Errorf("defaults are %+v", zero)
	}
	if want := (RoomLimits{1 << 16, 1 << 20, 8192, 1 << 20, 1024, Off, 256 << 20, time.Hour}); zero.Rooms != want {
		t.Errorf("defaults of rooms are %+v", zero.Rooms)
	}
	if want := (Timeouts{Header: 10 * time.Second, Request: 20 * time.Second, Answer: 30 * time.Second, Idle: time.Minute}); zero.Timeouts != want {
		t.Errorf("defaults of HTTP are %+v", zero.Timeouts)
	}
	long, err := (&Config{Limits: chat.Limits{Text: 1 << 20}}).complete()
	if err != nil || long.MessageBytes != 6<<20+1024 || long.Rooms.Bytes < 4*int(long.MessageBytes) {
		t.Errorf("with long texts %+v, %v", long, err)
	}
	few, err := (&Config{Rooms: RoomLimits{Messages: 5}}).complete()
	if err != nil || few.Rooms.Keep != 5 {
		t.Errorf("with few messages %+v, %v", few, err)
	}
}

// What is set arrives where it is kept.
func TestConfigIsUsed(t *testing.T) {
	s := serve(t, Config{
		ControlBurst: 3, ControlPerSecond: 4,
		Timeouts: Timeouts{
			Header: 1e9, Request: 2e9, Answer: 3e9, Idle: 4e9, Handshake: 5e9, PingAfter: 16e9, Pong: 7e9,
			Message: 8e9, MessageRate: 9, Write: 10e9, Close: 11e9, Linger: 12e9,
		},
		Rooms: RoomLimits{Rooms: 13, Members: 14, Messages: 15, Bytes: 1 << 20, Keep: 2, TotalBytes: 3 << 20, Idle: 10 * time.Minute},
	})
	if c := s.chat; c.Limits.ControlBurst != 3 || c.Limits.ControlPerSecond != 4 || c.HandshakeTimeout != 5e9 || c.PingAfter != 16e9 ||
		c.PongTimeout != 7e9 || c.MessageTimeout != 8e9 || c.MessageRate != 9 || c.WriteTimeout != 10e9 || c.CloseTimeout != 11e9 || c.LingerTimeout != 12e9 {
		t.Errorf("connections have %+v", c)
	}
	if w := s.web; w.ReadHeaderTimeout != 1e9 || w.ReadTimeout != 2e9 || w.WriteTimeout != 3e9 || w.IdleTimeout != 4e9 {
		t.Errorf("HTTP has %v %v %v %v", w.ReadHeaderTimeout, w.ReadTimeout, w.WriteTimeout, w.IdleTimeout)
	}
	r := s.cfg.room()
	if r.Rooms != 13 || r.Members != 14 || r.Messages != 15 || r.Bytes != 1<<20 || r.Keep != 2 || r.Total != 3<<20 || r.Idle != 10 {
		t.Errorf("rooms have %+v", r)
	}
}
