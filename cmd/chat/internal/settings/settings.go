package settings

import (
	"io/fs"
	"time"

	"rfc6455/frame/session"
	"rfc6455/server"
	"rfc6455/server/admit"
	"rfc6455/server/chat"
	"rfc6455/server/conn"
)

// Settings are what the binary was told. They are made by [Parse].
type Settings struct {
	Version bool // that alone is asked for

	Addr       Address
	SocketMode fs.FileMode
	AdminAddr  Address
	TLSCert    string // empty: no TLS
	TLSKey     string

	// Public says that others than this machine can come. Where they cannot, what
	// was not given is more lenient: no limits by rate and address, /echo, texts in
	// the log.
	Public bool
	// Summary says this for the start-up line, as keys and values.
	Summary []any
	// Server lacks only what words cannot say: the log, the version.
	Server server.Config

	LogFormat string // "text", "json"
	LogLevel  string // "debug", "info", "warn", "error"
	Drain     time.Duration

	Warnings []string
}

// Defaults that are not those of a package below. Limits by rate and address are
// those of a public server.
const (
	defaultAddr           = "localhost:8080"
	defaultSocketMode     = 0o660
	defaultDrain          = 10 * time.Second
	defaultRate           = time.Second / 4 // between two messages
	defaultBurst          = 20
	defaultHandshakePace  = time.Second / 10
	defaultHandshakeBurst = 100
	defaultControlPace    = time.Second / session.DefaultControlPerSecond
)

// defaults are all settings before anything is given, those of a public server.
// What is left out the server makes of others.
func defaults() Settings {
	return Settings{
		Addr:       Address{"tcp", defaultAddr},
		SocketMode: defaultSocketMode,
		LogFormat:  "text",
		LogLevel:   "info",
		Drain:      defaultDrain,
		Server: server.Config{
			Admit: admit.Config{
				Connections:    admit.DefaultConnections,
				PerAddress:     admit.DefaultPerAddress,
				HandshakeBurst: defaultHandshakeBurst,
			},
			Limits:          chat.Limits{Text: chat.DefaultText, Rate: chat.Rate{Burst: defaultBurst, Every: defaultRate}},
			ControlBurst:    session.DefaultControlBurst,
			HeaderBytes:     server.DefaultHeaderBytes,
			HTTPConnections: server.DefaultHTTPConnections,
			Rooms: server.RoomLimits{
				Rooms: server.DefaultRooms, Members: server.DefaultRoomMembers,
				Messages: server.DefaultRoomMessages, Age: server.Off, Idle: server.DefaultRoomIdle,
			},
			Timeouts: server.Timeouts{
				Header: server.DefaultHeaderTimeout, Answer: server.DefaultAnswerTimeout, Idle: server.DefaultIdleTimeout,
				Handshake: conn.DefaultHandshakeTimeout, PingAfter: conn.DefaultPingAfter, Pong: conn.DefaultPongTimeout,
				Message: conn.DefaultMessageTimeout, MessageRate: conn.DefaultMessageRate, Write: conn.DefaultWriteTimeout,
				Close: conn.DefaultCloseTimeout, Linger: conn.DefaultLingerTimeout,
			},
			Drain: server.DefaultDrain,
		},
	}
}
