package settings

import (
	"fmt"

	"rfc6455/server"
)

// fields are the flags of those fields that the server judges more closely than
// their flags do, since their bounds depend on others.
var fields = map[string]string{
	"Origins": "origin", "Hosts": "host", "NameHeader": "name-header",
	"Admit": "max-connections, -max-per-address, -handshake-rate, -handshake-burst", "Limits.Text": "text-bytes",
	"Limits.Rate.Every": "rate", "Limits.Rate.Burst": "burst", "MessageBytes": "message-bytes",
	"ControlBurst": "control-burst", "ControlPerSecond": "control-rate", "HeaderBytes": "header-bytes", "HTTPConnections": "max-http-connections",
	"Rooms.Rooms": "max-rooms", "Rooms.Members": "max-members", "Rooms.Messages": "history-messages", "Rooms.Bytes": "history-bytes",
	"Rooms.Keep": "history-keep", "Rooms.Age": "history-age", "Rooms.TotalBytes": "history-total", "Rooms.Idle": "room-idle",
	"Timeouts.Header": "header-timeout", "Timeouts.Request": "request-timeout", "Timeouts.Answer": "answer-timeout", "Timeouts.Idle": "idle-timeout",
	"Timeouts.Handshake": "handshake-timeout", "Timeouts.PingAfter": "ping-after", "Timeouts.Pong": "pong-timeout", "Timeouts.Message": "message-timeout",
	"Timeouts.MessageRate": "message-rate", "Timeouts.Write": "write-timeout", "Timeouts.Close": "close-timeout", "Timeouts.Linger": "linger-timeout",
	"Drain": "drain-spread",
}

// Explain says what the server refuses by the flag that it comes from.
func Explain(e *server.ConfigError) error {
	if name, ok := fields[e.Field]; ok {
		return fmt.Errorf("-%s: %w", name, e.Err)
	}
	return e
}
