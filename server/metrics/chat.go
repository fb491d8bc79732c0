package metrics

import (
	"cmp"
	"errors"
	"time"

	"rfc6455/frame"
	"rfc6455/handshake"
	"rfc6455/server/admit"
)

// The kinds of connections.
const (
	Plain = "plain"   // the chat without a subprotocol
	V1    = "chat.v1" // the chat by its subprotocol
	Echo  = "echo"
)

// Why a connection was dropped, besides the rules of [frame.Violations], whose
// IDs are reasons as well.
const (
	Overflow     = "overflow"      // read too slowly: the room's log went past its cursor
	WriteTimeout = "write-timeout" // took no bytes
	PongTimeout  = "pong-timeout"  // gave no sign of life
	CloseTimeout = "close-timeout" // did not answer a Close
	Flood        = "flood"         // went on over the rate of messages
	Binary       = "binary"        // in chat.v1, which is text
	Panic        = "panic"         // a fault of ours
)

// Close codes that count together, §7.4.2: of libraries and of applications.
const (
	libraries    = "3000-3999"
	applications = "4000-4999"
)

// A ChatConfig is what a [Chat] has to be told. A zero field is left out of what
// is shown.
type ChatConfig struct {
	Version  string   // of the program
	Revision string   // that it was built from
	Refusals []string // IDs of *handshake.Error that are neither package handshake's nor admit's
	// Rooms gives how many rooms there are.
	Rooms func() int
}

// Chat is all that a chat server counts. Its methods are for what happens often;
// they and its fields may be used from any goroutine.
type Chat struct {
	Registry

	Connections By[*Gauge]   // that exist, by kind
	Opened      By[*Counter] // connections so far, by kind
	Closes      By[*Counter] // connections that ended, by close code: see Closed
	Drops       By[*Counter] // those that the server ended for what the client did or did not, by reason
	Refusals    By[*Counter] // opening handshakes that were refused, by the rule's ID: see Refused
	TLSFailures *Counter     // TLS handshakes that came to nothing
	Lagging     *Gauge       // members whose connection has not taken all that it was offered

	MessagesIn *Counter // texts and binary messages from clients, /echo's too
	BytesIn    *Counter // of their payloads
	Private    *Counter // messages to one client: greetings, answers, errors, who comes and goes, echoes
	BytesOut   *Counter // of the frames of both, headers included

	Batches *Histogram // messages of a room in one delivery to one member
	Latency *Histogram // microseconds from the reading of a delivery's oldest message to the delivery, for each message
}

// Bounds of the histograms.
var (
	batchBounds   = []int64{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024}
	latencyBounds = []int64{100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000}
)

const microsecond = 1e-6

// NewChat makes all families, Go's and the process's included.
func NewChat(cfg ChatConfig) *Chat {
	c := &Chat{}
	c.Info("chat_build_info", "What is running.", "version", cmp.Or(cfg.Version, "unknown"), "revision", cmp.Or(cfg.Revision, "unknown"))
	kinds := NewLabel("kind", Plain, V1, Echo)
	c.Connections = c.GaugeBy("chat_connections", "WebSocket connections that are open.", kinds)
	c.Opened = c.CounterBy("chat_connections_opened_total", "WebSocket connections that were opened.", kinds)
	c.Closes = c.CounterBy("chat_connections_closed_total", "WebSocket connections that ended, by close code (RFC 6455 §7.1.5); 1006 is without a Close.", closeCodes())
	c.Drops = c.CounterBy("chat_connections_dropped_total", "WebSocket connections that the server ended for what the client did or failed to do, by reason or broken rule.", dropReasons())
	c.Refusals = c.CounterBy("chat_handshakes_refused_total", "Opening handshakes that were refused, by rule or limit.", refusals(cfg.Refusals))
	c.TLSFailures = c.Counter("chat_tls_handshakes_failed_total", "TLS handshakes that came to nothing.")
	if cfg.Rooms != nil {
		c.GaugeFunc("chat_rooms", "Rooms that exist.", func() float64 { return float64(cfg.Rooms()) })
	}
	c.Lagging = c.Gauge("chat_members_lagging", "Members whose connection has not taken all that it was offered.")
	c.countMessages()
	c.Runtime()
	c.Process()
	return c
}

// countMessages registers what is counted on the way of a message.
func (c *Chat) countMessages() {
	c.MessagesIn = c.StripedCounter("chat_received_messages_total", "Texts and binary messages from clients.")
	c.BytesIn = c.StripedCounter("chat_received_bytes_total", "Bytes of their payloads.")
	c.Private = c.StripedCounter("chat_sent_private_total", "Messages to one client alone: greetings, answers, errors, who comes and goes, echoes.")
	c.CounterFunc("chat_deliveries_total", "Messages of rooms that were delivered, once for each member.", func() uint64 { return c.Batches.Sum() })
	c.CounterFunc("chat_sent_messages_total", "Messages to clients: deliveries and private ones.", func() uint64 { return c.Batches.Sum() + c.Private.Value() })
	c.BytesOut = c.StripedCounter("chat_sent_bytes_total", "Bytes of their frames, headers included.")
	c.Batches = c.Histogram("chat_batch_messages", "Messages of a room in one delivery to one member.", 1, batchBounds...)
	c.Latency = c.Histogram("chat_delivery_latency_seconds", "Time from the reading of a batch's oldest message to its delivery, for each message and member; without history and slow members.", microsecond, latencyBounds...)
}

// Received counts messages from a client, and the bytes of their payloads.
func (c *Chat) Received(stripe uint32, messages, bytes uint64) {
	c.MessagesIn.AddAt(stripe, messages)
	c.BytesIn.AddAt(stripe, bytes)
}

// Delivered counts a delivery to each of so many members: how many messages, of
// how many bytes with their headers. None is no delivery.
func (c *Chat) Delivered(stripe uint32, messages, bytes, members int) {
	if messages > 0 {
		c.Batches.Observe(stripe, int64(messages), uint64(members))
		c.BytesOut.AddAt(stripe, uint64(bytes)*uint64(members))
	}
}

// Delayed counts how long messages took, for each of so many deliveries.
func (c *Chat) Delayed(stripe uint32, d time.Duration, deliveries int) {
	c.Latency.Observe(stripe, d.Microseconds(), uint64(deliveries))
}

// Sent counts messages to one client alone, and the bytes of their frames.
func (c *Chat) Sent(stripe uint32, messages, bytes uint64) {
	c.Private.AddAt(stripe, messages)
	c.BytesOut.AddAt(stripe, bytes)
}

// Closed counts the end of a connection: the code that the peer gave, or we if we
// came first; [frame.Abnormal] without a Close.
func (c *Chat) Closed(code frame.CloseCode) {
	value := code.String()
	switch {
	case code >= 3000 && code <= 3999:
		value = libraries
	case code >= 4000 && code <= 4999:
		value = applications
	}
	c.Closes.Of(value).Add(1)
}

// Refused counts a refused opening handshake by the ID of its *[handshake.Error].
func (c *Chat) Refused(err error) {
	id := Other
	if e, ok := errors.AsType[*handshake.Error](err); ok {
		id = e.ID
	}
	c.Refusals.Of(id).Add(1)
}

// closeCodes are the codes of §7.4.1 and of the registry, §11.7, as far as a
// connection can end with them.
func closeCodes() Label {
	var values []string
	for code := frame.NormalClosure; code <= frame.BadGateway; code++ {
		if code.Receivable() || code == frame.NoStatus || code == frame.Abnormal {
			values = append(values, code.String())
		}
	}
	return NewLabel("code", append(values, libraries, applications)...)
}

func dropReasons() Label {
	values := []string{Overflow, WriteTimeout, PongTimeout, CloseTimeout, Flood, Binary, Panic}
	for _, v := range frame.Violations {
		values = append(values, v.ID)
	}
	return NewLabel("reason", values...)
}

// refusals are the rules that a server judges: those with a status to answer
// with.
func refusals(more []string) Label {
	var values []string
	for _, list := range [][]*handshake.Error{admit.Errors, handshake.Errors} {
		for _, e := range list {
			if e.Status != 0 {
				values = append(values, e.ID)
			}
		}
	}
	return NewLabel("reason", append(values, more...)...)
}
