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
	DefaultDrain        = 2 * time.Second
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

func (c *Config) logger() *slog.Logger {
	if c.Log != nil {
		return c.Log
	}
	return slog.New(slog.NewTextHandler(os.Stderr, nil)) // slog.Default would not escape
}

func (c *Config) messageBytes() int64 {
	return cmp.Or(c.MessageBytes, max(DefaultMessageBytes, c.Limits.FrameBytes()))
}

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
