package server

import (
	"cmp"
	"log/slog"
	"net/http"
	"os"
	"time"

	"rfc6455/handshake"
	"rfc6455/server/chat"
	"rfc6455/server/conn"
	"rfc6455/server/room"
	"rfc6455/server/store"
)

// Defaults of [Config].
const (
	DefaultMessageBytes    = 64 << 10 // of a chat message
	DefaultHTTPConnections = 1024     // without an upgrade
	DefaultHeaderBytes     = 16 << 10 // of a request's header; net/http adds 4 KiB of its own
	DefaultDrain           = 2 * time.Second
)

// Defaults of [RoomLimits].
const (
	DefaultRooms        = 1 << 16
	DefaultRoomMembers  = 1 << 20
	DefaultRoomMessages = 1 << 13 // that a room's log holds at most: a burst, as long as nobody limits its rate
	DefaultRoomIdle     = time.Hour

	roomBytes   = 1 << 20 // of their bodies at most, and roomLongest of the longest messages
	roomLongest = 4       // binary that is no UTF-8 triples when it becomes text
	roomKeep    = 1 << 10
	roomsBytes  = 256 << 20
)

// Defaults of [Timeouts], of those that are HTTP's: before an upgrade and for the
// page.
const (
	DefaultHeaderTimeout = 10 * time.Second
	DefaultAnswerTimeout = 30 * time.Second
	DefaultIdleTimeout   = 60 * time.Second

	requestTimeout = 20 * time.Second // or the header's, if that is longer
)

// What no field of a Config changes.
const (
	EchoBytes = 64 << 20 // of a message to /echo
	logBytes  = 4 << 10  // of a text that go to the log
	restEvery = time.Minute
	tickEvery = time.Second
)

// complete gives a copy of c with its defaults filled in, if all of it makes sense.
func (c *Config) complete() (*Config, error) {
	d := *c
	if d.Log == nil {
		d.Log = slog.New(slog.NewTextHandler(os.Stderr, nil)) // slog.Default would not escape
	}
	if err := d.checkLimits(); err != nil { // of which the defaults of others are made
		return nil, err
	}
	d.MessageBytes = cmp.Or(d.MessageBytes, max(DefaultMessageBytes, d.Limits.FrameBytes()))
	d.HeaderBytes = cmp.Or(d.HeaderBytes, DefaultHeaderBytes)
	d.HTTPConnections = cmp.Or(d.HTTPConnections, DefaultHTTPConnections)
	d.Drain = cmp.Or(d.Drain, DefaultDrain)
	d.Rooms.complete(d.MessageBytes)
	d.Timeouts.complete()
	return &d, d.check()
}

func (r *RoomLimits) complete(message int64) {
	r.Rooms = cmp.Or(r.Rooms, DefaultRooms)
	r.Members = cmp.Or(r.Members, DefaultRoomMembers)
	r.Messages = cmp.Or(r.Messages, DefaultRoomMessages)
	r.Bytes = cmp.Or(r.Bytes, max(roomBytes, roomLongest*chat.BodyBytes(int(message))))
	r.Keep = cmp.Or(r.Keep, min(roomKeep, r.Messages))
	r.Age = cmp.Or(r.Age, Off)
	r.TotalBytes = cmp.Or(r.TotalBytes, max(roomsBytes, int64(r.Bytes)))
	r.Idle = cmp.Or(r.Idle, DefaultRoomIdle)
}

func (t *Timeouts) complete() {
	t.Header = cmp.Or(t.Header, DefaultHeaderTimeout)
	t.Request = cmp.Or(t.Request, max(requestTimeout, t.Header))
	t.Answer = cmp.Or(t.Answer, DefaultAnswerTimeout)
	t.Idle = cmp.Or(t.Idle, DefaultIdleTimeout)
}

// conn is how all connections behave.
func (c *Config) conn() *conn.Config {
	t := c.Timeouts
	cfg := &conn.Config{
		Origins:          c.Origins,
		Secure:           func(r *http.Request) bool { return c.Proxies.Client(r).Secure },
		HandshakeTimeout: t.Handshake,
		PingAfter:        t.PingAfter,
		PongTimeout:      t.Pong,
		MessageTimeout:   t.Message,
		MessageRate:      t.MessageRate,
		WriteTimeout:     t.Write,
		CloseTimeout:     t.Close,
		LingerTimeout:    t.Linger,
		Clock:            c.Clock,
		Memory:           c.Memory,
	}
	cfg.Limits.ControlBurst, cfg.Limits.ControlPerSecond = c.ControlBurst, c.ControlPerSecond
	return cfg
}

// chatConn is how connections to the chat behave.
func (c *Config) chatConn() *conn.Config {
	cfg := c.conn()
	cfg.Subprotocols = []string{chat.Protocol}
	cfg.Limits.Message = c.MessageBytes
	cfg.Greets = true
	return cfg.WithDefaults()
}

// echoConn is how connections to /echo behave: they take long messages, and
// compress.
func (c *Config) echoConn() *conn.Config {
	cfg := c.conn()
	cfg.Limits.Message = EchoBytes
	cfg.Deflate = handshake.DeflateConfig{Enabled: true}
	return cfg.WithDefaults()
}

// web is the HTTP server before the upgrades.
func (c *Config) web() *http.Server {
	return &http.Server{
		ReadHeaderTimeout: c.Timeouts.Header,
		ReadTimeout:       c.Timeouts.Request,
		WriteTimeout:      c.Timeouts.Answer,
		IdleTimeout:       c.Timeouts.Idle,
		MaxHeaderBytes:    c.HeaderBytes,
	}
}

// room is how rooms behave, but for what the server adds.
func (c *Config) room() room.Config {
	return room.Config{
		Encoders: []room.Encoder{plainEncoding: appendPlain, speakerEncoding: appendSpeaker},
		Log:      func(string) (room.Log, error) { return store.NewMemory(), nil },
		Messages: c.Rooms.Messages,
		Bytes:    c.Rooms.Bytes,
		Keep:     c.Rooms.Keep,
		Members:  c.Rooms.Members,
		Rooms:    c.Rooms.Rooms,
		Idle:     int((c.Rooms.Idle + c.Rooms.restEvery() - 1) / c.Rooms.restEvery()),
		Total:    max(c.Rooms.TotalBytes, 0),
	}
}

// restEvery is after what time rooms are looked at for what they need no more.
func (r *RoomLimits) restEvery() time.Duration { return min(restEvery, r.Idle) }
