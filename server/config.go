package server

import (
	"log/slog"
	"time"

	"rfc6455/server/admit"
	"rfc6455/server/chat"
	"rfc6455/server/conn"
)

// Off switches a limit or a wait of [Config] off, where its comment says that it
// can be.
const Off = -1

// A Config says how the chat behaves. A zero field means its default, and the zero
// Config is a good one for the open network: without proxies, without /echo, without
// texts in the log. [New] refuses values that make no sense with a [ConfigError].
type Config struct {
	// Origins are the origins that may connect besides the server's own: as in
	// [handshake.CheckOrigin], "null" for a page opened from a file, "*" for all.
	Origins []string
	// Hosts are names under which the server may be reached besides localhost and
	// loopback addresses, as in [handshake.CheckHost]. [Server.Serve] checks Host
	// where it listens on loopback only, or where there are Hosts.
	Hosts []string
	// Proxies are whose X-Forwarded-For and -Proto are believed: see
	// [ParseProxies]. nil: nobody's.
	Proxies *admit.Proxies
	// NameHeader is a header field of the request that fixes a member's name, if a
	// proxy sent it; empty: none does. Whoever comes by another way than a proxy, or
	// without the field, chooses a name as everybody else does.
	NameHeader string
	// Admit are the caps on connections, and the pace of handshakes.
	Admit admit.Config

	// Limits are what a client of chat.v1 must keep to. Their Rate holds for plain
	// clients, too; see the package's documentation for what becomes of those who
	// exceed it.
	Limits chat.Limits
	// MessageBytes is how long a message of the chat may be: 64 KiB, or
	// [chat.Limits.FrameBytes] if that is more; never less than that. Over it the
	// connection is failed with 1009.
	MessageBytes int64
	// ControlBurst and ControlPerSecond are how many Pings and Pongs a client may
	// send at once, 1,000, and in the long run, 100: over them 1008.
	ControlBurst     int
	ControlPerSecond int

	Rooms    RoomLimits
	Timeouts Timeouts
	// HTTPConnections is how many connections may be there without an upgrade: 1,024,
	// or Off. Over it who comes waits; the one that has been there
	// the longest is closed, after two seconds.
	HTTPConnections int
	// HeaderBytes is how long the header of a request may be: 16 KiB, and 4 KiB that
	// net/http adds; 1 KiB at least. Over it 431.
	HeaderBytes int

	// Drain is over what time [Server.Shutdown] spreads its Closes, so that not all
	// clients connect to another server at once: 2 s, or Off. A few are closed at once
	// in any case.
	Drain time.Duration
	// Echo says whether there is /echo.
	Echo bool
	// Trial says that the server is being tried out on one machine: a request that
	// seems to come by a proxy is then worth a warning, since the limits may be none.
	Trial bool

	// Log takes what the server has to say; nil: text on standard error. Its
	// handler must escape control characters, which texts and headers may hold,
	// as those of log/slog do.
	Log *slog.Logger
	// LogTexts says whether the texts of the chat go to the log; else their lengths.
	LogTexts bool
	// Version and Revision of the program, for its metrics.
	Version  string
	Revision string

	// Clock and Memory are those of the connections; nil: one for the process.
	Clock  *conn.Clock
	Memory *conn.Memory
}

// RoomLimits bound rooms, and what they hold. A zero field means its default.
type RoomLimits struct {
	Rooms   int // that there are; 65,536. Over it those without members go first
	Members int // of one room; 1,048,576

	Messages   int           // that a room remembers; 8,192
	Bytes      int           // of them; 1 MiB, or four of the longest messages if that is more; never less than one
	Keep       int           // of its messages when all is quiet; 1,024
	Age        time.Duration // of the oldest; Off: none, the default
	TotalBytes int64         // of the messages of all rooms; 256 MiB, or Off. Over it the largest rooms forget first
	Idle       time.Duration // without members, then a room is forgotten; 1 h, at least 1 s
}

// Timeouts are deadlines. A zero field means its default; all may be Off but
// Header, Request, Answer and Idle, which are HTTP's.
type Timeouts struct {
	Header  time.Duration // for a request's header; 10 s
	Request time.Duration // for header and body, which nobody has a use for; 20 s
	Answer  time.Duration // for a page to be taken; 30 s
	Idle    time.Duration // between two requests; 60 s

	// Those of connections, as in [conn.Config].
	Handshake   time.Duration // for the answer to an upgrade to be taken; 10 s
	PingAfter   time.Duration // of silence, then a Ping; 30 s, at least 15 s
	Pong        time.Duration // after that Ping for a sign of life; 15 s
	Message     time.Duration // for a message from its first byte, and
	MessageRate int64         // one more second for each of so many bytes; 30 s, 16 KiB/s
	Write       time.Duration // without a byte taken; 10 s
	Close       time.Duration // for the answer to our Close; 5 s
	Linger      time.Duration // for the end of TCP; 2 s
}

// A ConfigError says which field of a [Config] makes no sense, and what does.
type ConfigError struct {
	Field string // "Rooms.Idle"
	Err   error
}

func (e *ConfigError) Error() string { return "server: " + e.Field + ": " + e.Err.Error() }

// Unwrap gives Err.
func (e *ConfigError) Unwrap() error { return e.Err }

// ParseProxies reads a comma-separated list of networks (10.0.0.0/8), addresses
// and "unix", which stands for whoever comes by a unix socket.
func ParseProxies(list string) (*admit.Proxies, error) { return admit.ParseProxies(list) }
