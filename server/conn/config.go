package conn

import (
	"cmp"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"time"

	"rfc6455/frame/session"
	"rfc6455/handshake"
)

// Defaults of [Config].
const (
	DefaultHandshakeTimeout = 10 * time.Second
	DefaultPingAfter        = 30 * time.Second
	DefaultPongTimeout      = 15 * time.Second
	DefaultMessageTimeout   = 30 * time.Second
	DefaultMessageRate      = 16 << 10 // bytes per second
	DefaultWriteTimeout     = 10 * time.Second
	DefaultCloseTimeout     = 5 * time.Second
	DefaultLingerTimeout    = 2 * time.Second
	DefaultLingerBytes      = 1 << 20
	DefaultQueueBytes       = 64 << 10
	DefaultHeaderBytes      = 16 << 10
)

// minPingAfter is the least silence before a Ping of ours.
const minPingAfter = 15 * time.Second

// Off switches a timeout of [Config] off. Without a LingerTimeout TCP is closed at
// once.
const Off time.Duration = -1

// A Config says how connections behave. A zero field means its default, and the
// zero Config is a good one. It must not change while connections use it.
type Config struct {
	Limits session.Limits

	Subprotocols []string                // by preference; nil: none (§1.9)
	Deflate      handshake.DeflateConfig // zero: no permessage-deflate (RFC 7692)

	// Origins are the origins allowed besides the server's own (§10.2): see
	// [handshake.CheckOrigin]. Only Accept looks at them.
	Origins []string
	// Secure says whether the client came by https, behind a proxy that is
	// trusted. It decides alone: nil means that r.TLS tells.
	Secure func(r *http.Request) bool

	Fields handshake.Fields // added to the request or the answer

	// Greets says that the server speaks first, and at once: its 101 answer leaves
	// together with that, where the system can hold it back for so long.
	Greets bool

	HandshakeTimeout time.Duration // from Dial or Accept until both handshakes are done; 10 s
	PingAfter        time.Duration // of silence, then a Ping; 30 s, at least 15 s
	PongTimeout      time.Duration // after that Ping for any byte: ErrPongTimeout; 15 s
	MessageTimeout   time.Duration // for a message from its first byte, and
	MessageRate      int64         // one more second for each of so many bytes: frame.ErrMessageTooSlow; 30 s, 16 KiB/s
	WriteTimeout     time.Duration // without a byte taken by the peer; with TLS or where the system is no Unix, without 64 KiB: ErrWriteTimeout; 10 s
	CloseTimeout     time.Duration // for the peer's Close after ours, and until ours is written: ErrCloseTimeout; 5 s
	LingerTimeout    time.Duration // for the peer's end of TCP, and
	LingerBytes      int64         // at most so much is read and dropped meanwhile; 2 s, 1 MiB
	QueueBytes       int           // of output behind a write that is stuck, before Send waits; 64 KiB
	HeaderBytes      int64         // of the answer's header that Dial reads; 16 KiB

	Memory *Memory // where messages are put together; nil: one for the process, see DefaultMemory
	Clock  *Clock  // nil: one for the process

	// Dial only.
	Origin string                                                            // sent if not empty
	TLS    *tls.Config                                                       // for wss; nil: the default
	Proxy  func(*http.Request) (*url.URL, error)                             // nil: http.ProxyFromEnvironment
	Dialer func(ctx context.Context, network, addr string) (net.Conn, error) // nil: a net.Dialer

	filled bool // WithDefaults made it
}

// WithDefaults gives a copy of c, or of the zero Config for nil, with its
// defaults filled in. Accept, Dial and New do so themselves; who makes many
// connections does it once, so that they share it.
func (c *Config) WithDefaults() *Config {
	if c == nil {
		c = &Config{}
	}
	if c.filled {
		return c
	}
	d := *c
	d.filled = true
	d.HandshakeTimeout = cmp.Or(d.HandshakeTimeout, DefaultHandshakeTimeout)
	d.PingAfter = cmp.Or(d.PingAfter, DefaultPingAfter)
	if d.PingAfter != Off {
		d.PingAfter = max(d.PingAfter, minPingAfter)
	}
	d.PongTimeout = cmp.Or(d.PongTimeout, DefaultPongTimeout)
	d.MessageTimeout = cmp.Or(d.MessageTimeout, DefaultMessageTimeout)
	d.MessageRate = cmp.Or(d.MessageRate, DefaultMessageRate)
	d.WriteTimeout = cmp.Or(d.WriteTimeout, DefaultWriteTimeout)
	d.CloseTimeout = cmp.Or(d.CloseTimeout, DefaultCloseTimeout)
	d.LingerTimeout = cmp.Or(d.LingerTimeout, DefaultLingerTimeout)
	d.LingerBytes = cmp.Or(d.LingerBytes, DefaultLingerBytes)
	d.QueueBytes = cmp.Or(d.QueueBytes, DefaultQueueBytes)
	d.HeaderBytes = cmp.Or(d.HeaderBytes, DefaultHeaderBytes)
	d.Memory = cmp.Or(d.Memory, DefaultMemory)
	d.Clock = cmp.Or(d.Clock, defaultClock)
	return &d
}
