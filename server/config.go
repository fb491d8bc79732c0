package server

import (
	"log/slog"

	"rfc6455/handshake"
	"rfc6455/server/conn"
)

// Defaults of [Config].
const (
	DefaultMessageBytes = 1 << 20  // of a chat message
	EchoBytes           = 64 << 20 // of a message to /echo
	roomMessages        = 4096     // that a room's log holds at most
	roomBytes           = 2 << 20  // of their bodies at most
)

// A Config says how the chat behaves. A zero field means its default.
type Config struct {
	// Origins are the origins that may connect besides the server's own: as in
	// [handshake.CheckOrigin], "null" for a page opened from a file, "*" for all.
	Origins []string
	// MessageBytes is how long a chat message may be: 1 MiB. Over it the
	// connection is failed with 1009.
	MessageBytes int64
	// Log takes what the server has to say; nil: slog.Default.
	Log *slog.Logger
	// Clock and Memory are those of the connections; nil: one for the process.
	Clock  *conn.Clock
	Memory *conn.Memory
}

// chatConn is how connections to the chat behave.
func (c *Config) chatConn() *conn.Config {
	cfg := &conn.Config{Origins: c.Origins, Clock: c.Clock, Memory: c.Memory}
	cfg.Limits.Message = c.MessageBytes
	if cfg.Limits.Message == 0 {
		cfg.Limits.Message = DefaultMessageBytes
	}
	return cfg
}

// echoConn is how connections to /echo behave: they take long messages, and
// compress.
func (c *Config) echoConn() *conn.Config {
	cfg := &conn.Config{Origins: c.Origins, Clock: c.Clock, Memory: c.Memory}
	cfg.Limits.Message = EchoBytes
	cfg.Deflate = handshake.DeflateConfig{Enabled: true}
	return cfg
}
