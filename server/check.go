package server

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"rfc6455/server/admit"
	"rfc6455/server/chat"
	"rfc6455/server/store"
)

// Bounds of [Config] that are those of no other package.
const (
	maxText    = 1 << 20
	maxMessage = 16 << 20
	maxMany    = 1 << 30 // of what only memory bounds
	maxWait    = 24 * time.Hour
	minPing    = 15 * time.Second // as package conn has it
)

// A bound is what a field of a Config may be, besides 0 for its default.
type bound struct {
	field       string
	n           int64
	least, most int64
	off         bool // Off is allowed, too
	time        bool
}

func (b bound) check() error {
	if b.n == 0 || b.off && b.n == Off || b.least <= b.n && b.n <= b.most {
		return nil
	}
	or := ""
	if b.off {
		or = ", or Off"
	}
	show := func(n int64) any { return n }
	if b.time {
		show = func(n int64) any { return time.Duration(n) }
	}
	return &ConfigError{b.field, fmt.Errorf("is %v, allowed are %v to %v%s", show(b.n), show(b.least), show(b.most), or)}
}

func number[N int | int64](field string, n N, least, most int64) bound {
	return bound{field: field, n: int64(n), least: least, most: most}
}

func wait(field string, d, least time.Duration) bound {
	return bound{field: field, n: int64(d), least: int64(least), most: int64(maxWait), time: true}
}

func (b bound) orOff() bound {
	b.off = true
	return b
}

func checkAll(bounds ...bound) error {
	for _, b := range bounds {
		if err := b.check(); err != nil {
			return err
		}
	}
	return nil
}

// checkLimits judges what other fields' bounds are made of.
func (c *Config) checkLimits() error {
	return checkAll(
		number("Limits.Text", c.Limits.Text, 1, maxText),
		number("Limits.Rate.Burst", c.Limits.Rate.Burst, 1, 1_000_000),
		bound{"Limits.Rate.Every", int64(c.Limits.Rate.Every), 1, int64(time.Hour), false, true},
		number("MessageBytes", c.MessageBytes, c.Limits.FrameBytes(), maxMessage),
	)
}

// check judges a Config whose defaults are filled in.
func (c *Config) check() error {
	return errors.Join(
		c.checkNames(),
		checkAll(
			number("ControlBurst", c.ControlBurst, 1, maxMany),
			number("ControlPerSecond", c.ControlPerSecond, 1, maxMany),
			number("HTTPConnections", c.HTTPConnections, 1, maxMany).orOff(),
			number("HeaderBytes", c.HeaderBytes, 1<<10, 1<<20),
			wait("Drain", c.Drain, time.Millisecond).orOff(),
		),
		c.Rooms.check(c.MessageBytes),
		c.Timeouts.check(),
	)
}

func (r *RoomLimits) check(message int64) error {
	longest := int64(chat.BodyBytes(int(3 * message))) // once it was decoded
	return checkAll(
		number("Rooms.Rooms", r.Rooms, 1, maxMany),
		number("Rooms.Members", r.Members, 1, maxMany),
		number("Rooms.Messages", r.Messages, 1, store.MaxMessages),
		number("Rooms.Bytes", r.Bytes, longest, maxMany),
		number("Rooms.Keep", r.Keep, 1, int64(r.Messages)),
		number("Rooms.TotalBytes", r.TotalBytes, int64(r.Bytes), 1<<40).orOff(),
		bound{"Rooms.Age", int64(r.Age), int64(time.Second), int64(365 * maxWait), true, true},
		bound{"Rooms.Idle", int64(r.Idle), int64(time.Second), int64(365 * maxWait), false, true},
	)
}

func (t *Timeouts) check() error {
	return checkAll(
		wait("Timeouts.Header", t.Header, time.Millisecond),
		wait("Timeouts.Request", t.Request, t.Header),
		wait("Timeouts.Answer", t.Answer, time.Millisecond),
		wait("Timeouts.Idle", t.Idle, time.Millisecond),
		wait("Timeouts.Handshake", t.Handshake, time.Millisecond).orOff(),
		wait("Timeouts.PingAfter", t.PingAfter, minPing).orOff(),
		wait("Timeouts.Pong", t.Pong, time.Millisecond).orOff(),
		wait("Timeouts.Message", t.Message, time.Millisecond).orOff(),
		number("Timeouts.MessageRate", t.MessageRate, 1, maxMany),
		wait("Timeouts.Write", t.Write, time.Millisecond).orOff(),
		wait("Timeouts.Close", t.Close, time.Millisecond).orOff(),
		wait("Timeouts.Linger", t.Linger, time.Millisecond).orOff(),
	)
}

// What names may be, if they are not.
var (
	errOrigin      = errors.New("allowed are scheme://host, scheme://host:port, null and *")
	errHost        = errors.New("allowed are name, name:port and addresses, IPv6 in brackets")
	errNameHeader  = errors.New("allowed are names of header fields that are not the handshake's")
	errNameByNoOne = errors.New("without Proxies nobody's is believed")
)

// checkNames judges origins, hosts and the header field for names.
func (c *Config) checkNames() error {
	for _, origin := range c.Origins {
		if origin != "*" && origin != "null" && !isOrigin(origin) {
			return &ConfigError{"Origins", fmt.Errorf("%q is no origin: %w", origin, errOrigin)}
		}
	}
	for _, host := range c.Hosts {
		if u, err := url.Parse("http://" + host); err != nil || u.Host != host || host == "" || strings.ContainsAny(host, "*@") {
			return &ConfigError{"Hosts", fmt.Errorf("%q is no host: %w", host, errHost)}
		}
	}
	if c.NameHeader == "" {
		return nil
	}
	if err := admit.CheckNameHeader(c.NameHeader); err != nil {
		return &ConfigError{"NameHeader", fmt.Errorf("%q is none: %w (%w)", c.NameHeader, errNameHeader, err)}
	}
	if c.Proxies == nil {
		return &ConfigError{"NameHeader", errNameByNoOne}
	}
	return nil
}

// isOrigin says whether s is a serialized origin (RFC 6454 §6.2).
func isOrigin(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && strings.EqualFold(u.Scheme+"://"+u.Host, s)
}
