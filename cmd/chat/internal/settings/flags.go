package settings

import "time"

// Ranges of the flags.
const (
	million = 1_000_000
	maxTime = 24 * time.Hour
	maxAge  = 365 * 24 * time.Hour
)

// flags are all there are, in the order of the help.
func (p *parser) flags() []group {
	return []group{
		p.listening(), p.tls(), p.admission(), p.connectionLimits(), p.messageLimits(), p.rooms(),
		p.httpDeadlines(), p.deadlines(), p.logs(), p.ending(), p.about(),
	}
}

func (p *parser) listening() group {
	return group{title: "Listening", options: []option{
		{name: "addr", argument: "host:port|unix:/path", value: address(&p.Addr), standard: defaultAddr,
			brief: "where to listen; :8080 is every address of this machine, unix:/path a socket for a proxy",
			more:  "A name but localhost counts as public. The socket of a server that was killed is\nreplaced; one on which somebody answers is not."},
		{name: "socket-mode", argument: "octal", value: fileMode(&p.SocketMode),
			brief: "who may connect to a unix socket: its owner and its group"},
		{name: "admin-addr", argument: "host:port|unix:/path", value: address(&p.AdminAddr), standard: off,
			brief: "where the operator finds /metrics (Prometheus), /debug/pprof/, /healthz, /readyz",
			more:  "Never at -addr. Whoever reaches it sees what the process does: keep it on loopback,\nas in -admin-addr localhost:9090, or on a network of your own."},
	}}
}

func (p *parser) tls() group {
	return group{title: "TLS", about: "Either both or none. SIGHUP reads them again; if they are no pair then, the old ones stay.", options: []option{
		{name: "tls-cert", argument: "file", value: text(&p.TLSCert), standard: "none",
			brief: "the certificate in PEM, with those that lead to its root"},
		{name: "tls-key", argument: "file", value: text(&p.TLSKey), standard: "none",
			brief: "its key in PEM"},
	}}
}

func (p *parser) admission() group {
	c := &p.Server
	return group{title: "Who may connect, and to what", options: []option{
		{name: "origin", argument: "origin", value: list{&c.Origins, checkOrigin}, standard: "the server's own",
			brief: "whose pages may connect besides: http://localhost:5500, null for a file, * for all; may repeat",
			more:  "The log names the very flag that would let in who was refused."},
		{name: "host", argument: "name[:port]", value: list{&c.Hosts, checkHost}, standard: "localhost, loopback",
			brief: "under which names it may be reached; checked on loopback, or if given; may repeat"},
		{name: "trusted-proxies", argument: "networks", value: proxies(&c.Proxies), standard: "none",
			brief: "whose X-Forwarded-For and -Proto are believed: 10.0.0.0/8,192.168.1.7,unix",
			more:  "They are read from right to left as long as trusted proxies wrote them; unix is\nwhoever comes by the unix socket."},
		{name: "name-header", argument: "field", value: headerName(&c.NameHeader), standard: "none",
			brief: "the header field by which a trusted proxy fixes a member's name: X-Remote-User",
			more:  "The proxy must set it on every request, or remove what the client sent."},
		{name: "echo", value: truth{&c.Echo}, standard: "trial: true, public: false",
			brief: "whether there is /echo, which sends every message back, up to 64 MiB"},
	}}
}

func (p *parser) connectionLimits() group {
	c := &p.Server
	return group{title: "Limits on connections", about: "Who exceeds one is answered 503 or 429 before a connection is made.", options: []option{
		{name: "max-connections", argument: "n", value: number{&c.Admit.Connections, 1, 16 * million, true},
			brief: "WebSocket connections in all; each is an open file"},
		{name: "max-per-address", argument: "n", value: number{&c.Admit.PerAddress, 1, 16 * million, true}, standard: "trial: off, public: 256",
			brief: "of them from one address, or from one /64 of IPv6"},
		{name: "handshake-rate", argument: "n/s|n/m", value: pace{to: &p.handshakePace, off: true}, standard: "trial: off, public: 10/s",
			brief: "how fast an address may open connections in the long run"},
		{name: "handshake-burst", argument: "n", value: number{&c.Admit.HandshakeBurst, 1, 100_000, false},
			brief: "how many at once after a pause"},
		{name: "max-http-connections", argument: "n", value: number{&c.HTTPConnections, 1, 16 * million, true},
			brief: "without an upgrade; over it who comes waits, until the one there the longest is closed"},
		{name: "header-bytes", argument: "size", value: size[int]{&c.HeaderBytes, 1 << 10, 1 << 20, false},
			brief: "of a request's header; net/http adds 4KiB; over it 431"},
	}}
}

func (p *parser) messageLimits() group {
	c := &p.Server
	return group{title: "Limits on what a connection sends", options: []option{
		{name: "rate", argument: "n/s|n/m", value: pace{to: &c.Limits.Rate.Every, off: true}, standard: "trial: off, public: 4/s",
			brief: "messages in the long run; a text counts once for each 4 KiB; over it they wait, in the end 1008"},
		{name: "burst", argument: "n", value: number{&c.Limits.Rate.Burst, 1, million, false},
			brief: "messages at once after a pause, where there is a -rate"},
		{name: "text-bytes", argument: "size", value: size[int]{&c.Limits.Text, 1, 1 << 20, false},
			brief: "of a text in chat.v1, as UTF-8"},
		{name: "message-bytes", argument: "size", value: size[int64]{&c.MessageBytes, 1 << 10, 16 << 20, false}, standard: "64KiB, or more for -text-bytes",
			brief: "of any message of the chat; over it the connection ends with 1009"},
		{name: "control-rate", argument: "n/s", value: pace{to: &p.controlPace, bySecond: true},
			brief: "Pings and Pongs in the long run; over it 1008"},
		{name: "control-burst", argument: "n", value: number{&c.ControlBurst, 1, million, false},
			brief: "Pings and Pongs at once"},
	}}
}

func (p *parser) rooms() group {
	r := &p.Server.Rooms
	return group{title: "Rooms and their history", about: "History is in memory: it goes with the process.", options: []option{
		{name: "max-rooms", argument: "n", value: number{&r.Rooms, 1, 16 * million, false},
			brief: "rooms in all; one more takes the place of one that nobody is in"},
		{name: "max-members", argument: "n", value: number{&r.Members, 1, 16 * million, false},
			brief: "connections in one room"},
		{name: "history-messages", argument: "n", value: number{&r.Messages, 1, million, false},
			brief: "messages that a room remembers at most"},
		{name: "history-bytes", argument: "size", value: size[int]{&r.Bytes, 1 << 10, 1 << 30, false}, standard: "1MiB, or four of the longest messages",
			brief: "bytes of them"},
		{name: "history-keep", argument: "n", value: number{&r.Keep, 1, million, false}, standard: "1024, or -history-messages",
			brief: "messages that it remembers when it has been quiet"},
		{name: "history-age", argument: "time", value: span{&r.Age, time.Second, maxAge, true},
			brief: "after which a message is forgotten"},
		{name: "history-total", argument: "size", value: size[int64]{&r.TotalBytes, 1 << 10, 1 << 40, true}, standard: "256MiB, or -history-bytes",
			brief: "bytes that all rooms remember; over it the largest forget first"},
		{name: "room-idle", argument: "time", value: span{&r.Idle, time.Second, maxAge, false},
			brief: "after which a room that nobody is in is forgotten"},
	}}
}

func (p *parser) httpDeadlines() group {
	t := &p.Server.Timeouts
	return group{title: "Deadlines of HTTP", options: []option{
		{name: "header-timeout", argument: "time", value: span{&t.Header, time.Millisecond, maxTime, false}, brief: "for a request's header"},
		{name: "request-timeout", argument: "time", value: span{&t.Request, time.Millisecond, maxTime, false}, standard: "20s, or -header-timeout", brief: "for all of a request"},
		{name: "answer-timeout", argument: "time", value: span{&t.Answer, time.Millisecond, maxTime, false}, brief: "for the page to be taken"},
		{name: "idle-timeout", argument: "time", value: span{&t.Idle, time.Millisecond, maxTime, false}, brief: "between two requests"},
		{name: "handshake-timeout", argument: "time", value: span{&t.Handshake, time.Millisecond, maxTime, true}, brief: "for the answer to an upgrade to be taken"},
	}}
}

func (p *parser) deadlines() group {
	t := &p.Server.Timeouts
	return group{title: "Deadlines of connections", about: "They are kept to about a second.", options: []option{
		{name: "ping-after", argument: "time", value: span{&t.PingAfter, 15 * time.Second, maxTime, true},
			brief: "of silence, then a Ping; must be less than a proxy's read timeout"},
		{name: "pong-timeout", argument: "time", value: span{&t.Pong, time.Second, maxTime, true}, brief: "after that Ping for a sign of life"},
		{name: "message-timeout", argument: "time", value: span{&t.Message, time.Second, maxTime, true}, brief: "for a message from its first byte, and"},
		{name: "message-rate", argument: "size", value: size[int64]{&t.MessageRate, 1, 1 << 30, false}, brief: "for each of so many bytes a second more"},
		{name: "write-timeout", argument: "time", value: span{&t.Write, time.Second, maxTime, true}, brief: "without a byte taken by the client"},
		{name: "close-timeout", argument: "time", value: span{&t.Close, time.Second, maxTime, true}, brief: "for the answer to our Close"},
		{name: "linger-timeout", argument: "time", value: span{&t.Linger, time.Millisecond, maxTime, true}, brief: "for the end of TCP after it"},
	}}
}

func (p *parser) logs() group {
	return group{title: "Logs", about: "One record a line, on standard error. What a client sent is escaped; query strings are\nnever logged.", options: []option{
		{name: "log-format", argument: "text|json", value: choice{&p.LogFormat, []string{"text", "json"}}, brief: "how a record is written"},
		{name: "log-level", argument: "debug|info|warn|error", value: choice{&p.LogLevel, []string{"debug", "info", "warn", "error"}}, brief: "the least that is logged"},
		{name: "log-texts", value: truth{&p.Server.LogTexts}, standard: "trial: true, public: false",
			brief: "whether the texts of the chat are in the log; else their lengths"},
	}}
}

func (p *parser) ending() group {
	return group{title: "Going down", about: "/readyz says 503 at once, and upgrades get it too.", options: []option{
		{name: "drain", argument: "time", value: span{&p.Drain, time.Millisecond, maxTime, false},
			brief: "how long going down may take; who is left then is cut off"},
		{name: "drain-spread", argument: "time", value: span{&p.Server.Drain, time.Millisecond, maxTime, true}, standard: "trial: off, public: a fifth of -drain",
			brief: "over what part of it the goodbyes are spread, so that not all come back at once"},
	}}
}

func (p *parser) about() group {
	return group{title: "About", options: []option{
		{name: versionFlag, value: truth{&p.Version}, brief: "say what this binary was built from, and end"},
	}}
}

// versionFlag has no twin: CHAT_VERSION may well be somebody else's.
const versionFlag = "version"
