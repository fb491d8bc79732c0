package server

import (
	"cmp"
	"log/slog"
	"os"
	"time"

	"rfc6455/handshake"
	"rfc6455/server/chat"
	"rfc6455/server/conn"
)

// Defaults of [Config].
const (
	DefaultMessageBytes = 64 << 10 // of a chat message
	EchoBytes           = 64 << 20 // of a message to /echo
	roomMessages        = 1 << 13  // that a room's log holds at most: a burst, as long as nobody limits its rate
	roomBytes           = 1 << 20  // of their bodies at most, and roomLongest of the longest messages
	roomLongest         = 4        // binary that is no UTF-8 triples when it becomes text
	logBytes            = 4 << 10  // of a text that go to the log
	restEvery           = time.Minute
	tickEvery           = time.Second
)

// Limits of HTTP, before an upgrade and for the page.
const (
	headerTimeout = 10 * time.Second
	bodyTimeout   = 20 * time.Second // for header and body, which nobody has a use for
	answerTimeout = 30 * time.Second
	idleTimeout   = 60 * time.Second
	headerBytes   = 16 << 10 // net/http adds 4 KiB of its own
)

// A Config says how the chat behaves. A zero field means its default.
type Config struct {
	// Origins are the origins that may connect besides the server's own: as in
	// [handshake.CheckOrigin], "null" for a page opened from a file, "*" for all.
	Origins []string
	// Hosts are names under which the server may be reached besides localhost and
	// loopback addresses, as in [handshake.CheckHost]. [Server.Serve] checks Host
	// where it listens on loopback only, or where there are Hosts.
	Hosts []string
	// MessageBytes is how long a chat message may be: 64 KiB. Over it the
	// connection is failed with 1009.
	MessageBytes int64
	// Log takes what the server has to say; nil: text on standard error. Its
	// handler must escape control characters, which texts and headers may hold,
	// as those of log/slog do.
	Log *slog.Logger
	// Clock and Memory are those of the connections; nil: one for the process.
	Clock  *conn.Clock
	Memory *conn.Memory
}

func (c *Config) logger() *slog.Logger {
	if c.Log != nil {
		return c.Log
	}
	return slog.New(slog.NewTextHandler(os.Stderr, nil)) // slog.Default would not escape
}

func (c *Config) messageBytes() int64 { return cmp.Or(c.MessageBytes, DefaultMessageBytes) }

// chatConn is how connections to the chat behave.
func (c *Config) chatConn() *conn.Config {
	cfg := &conn.Config{Origins: c.Origins, Clock: c.Clock, Memory: c.Memory}
	cfg.Subprotocols = []string{chat.Protocol}
	cfg.Limits.Message = c.messageBytes()
	return cfg.WithDefaults()
}

// echoConn is how connections to /echo behave: they take long messages, and
// compress.
func (c *Config) echoConn() *conn.Config {
	cfg := &conn.Config{Origins: c.Origins, Clock: c.Clock, Memory: c.Memory}
	cfg.Limits.Message = EchoBytes
	cfg.Deflate = handshake.DeflateConfig{Enabled: true}
	return cfg.WithDefaults()
}
