package metrics

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"rfc6455/frame"
	"rfc6455/handshake"
	"rfc6455/server/admit"
)

func newChat() *Chat {
	return NewChat(ChatConfig{Version: "v1.2.3", Revision: "abcdef", Refusals: []string{"going-down"}, Rooms: func() int { return 3 }})
}

// fill counts something everywhere.
func fill(c *Chat) {
	c.Connections.Of(Plain).Add(2)
	c.Connections.Of(V1).Add(1)
	c.Opened.Of(Echo).Add(7)
	c.Closed(frame.NormalClosure)
	c.Closed(frame.Abnormal)
	c.Closed(3999)
	c.Closed(4000)
	c.Closed(4999)
	c.Closed(frame.TLSHandshake)
	c.Closed(0)
	c.Drops.Of(Overflow).Add(1)
	c.Drops.Of(frame.ErrControlFlood.ID).Add(2)
	c.Refused(handshake.ErrOriginForeign)
	c.Refused(fmt.Errorf("refused: %w", admit.ErrPerAddress))
	c.Refused(&handshake.Error{ID: "going-down"})
	c.Refused(&handshake.Error{ID: "some name of a room"})
	c.Refused(errors.New("not hijackable"))
	c.TLSFailures.Add(5)
	c.Lagging.Add(4)
	c.Received(1, 1, 100)
	c.Received(2, 1, 20)
	c.Delivered(3, 1, 10, 2)
	c.Delivered(4, 63, 1000, 1)
	c.Delivered(5, 0, 0, 1)
	c.Sent(6, 1, 5)
	c.Delayed(7, 300*time.Microsecond, 2)
	c.Delayed(8, -time.Second, 1)
	c.Delayed(9, 11*time.Second, 1)
}

// goldenChat are the heads of all families of the chat, and the samples that are
// not 0.
const goldenChat = `# HELP chat_build_info What is running.
# TYPE chat_build_info gauge
chat_build_info{version="v1.2.3",revision="abcdef"} 1
# HELP chat_connections WebSocket connections that are open.
# TYPE chat_connections gauge
chat_connections{kind="plain"} 2
chat_connections{kind="chat.v1"} 1
# HELP chat_connections_opened_total WebSocket connections that were opened.
# TYPE chat_connections_opened_total counter
chat_connections_opened_total{kind="echo"} 7
# HELP chat_connections_closed_total WebSocket connections that ended, by close code (RFC 6455 §7.1.5); 1006 is without a Close.
# TYPE chat_connections_closed_total counter
chat_connections_closed_total{code="1000"} 1
chat_connections_closed_total{code="1006"} 1
chat_connections_closed_total{code="3000-3999"} 1
chat_connections_closed_total{code="4000-4999"} 2
chat_connections_closed_total{code="other"} 2
# HELP chat_connections_dropped_total WebSocket connections that the server ended for what the client did or failed to do, by reason or broken rule.
# TYPE chat_connections_dropped_total counter
chat_connections_dropped_total{reason="overflow"} 1
chat_connections_dropped_total{reason="control-flood"} 2
# HELP chat_handshakes_refused_total Opening handshakes that were refused, by rule or limit.
# TYPE chat_handshakes_refused_total counter
chat_handshakes_refused_total{reason="connections-per-address"} 1
chat_handshakes_refused_total{reason="origin-foreign"} 1
chat_handshakes_refused_total{reason="going-down"} 1
chat_handshakes_refused_total{reason="other"} 2
# HELP chat_tls_handshakes_failed_total TLS handshakes that came to nothing.
# TYPE chat_tls_handshakes_failed_total counter
chat_tls_handshakes_failed_total 5
# HELP chat_rooms Rooms that exist.
# TYPE chat_rooms gauge
chat_rooms 3
# HELP chat_members_lagging Members whose connection has not taken all that it was offered.
# TYPE chat_members_lagging gauge
chat_members_lagging 4
# HELP chat_received_messages_total Texts and binary messages from clients.
# TYPE chat_received_messages_total counter
chat_received_messages_total 2
# HELP chat_received_bytes_total Bytes of their payloads.
# TYPE chat_received_bytes_total counter
chat_received_bytes_total 120
# HELP chat_sent_private_total Messages to one client alone: greetings, answers, errors, who comes and goes, echoes.
# TYPE chat_sent_private_total counter
chat_sent_private_total 1
# HELP chat_deliveries_total Messages of rooms that were delivered, once for each member.
# TYPE chat_deliveries_total counter
chat_deliveries_total 65
# HELP chat_sent_messages_total Messages to clients: deliveries and private ones.
# TYPE chat_sent_messages_total counter
chat_sent_messages_total 66
# HELP chat_sent_bytes_total Bytes of their frames, headers included.
# TYPE chat_sent_bytes_total counter
chat_sent_bytes_total 1025
# HELP chat_batch_messages Messages of a room in one delivery to one member.
# TYPE chat_batch_messages histogram
chat_batch_messages_bucket{le="1"} 2
chat_batch_messages_bucket{le="2"} 2
chat_batch_messages_bucket{le="4"} 2
chat_batch_messages_bucket{le="8"} 2
chat_batch_messages_bucket{le="16"} 2
chat_batch_messages_bucket{le="32"} 2
chat_batch_messages_bucket{le="64"} 3
chat_batch_messages_bucket{le="128"} 3
chat_batch_messages_bucket{le="256"} 3
chat_batch_messages_bucket{le="512"} 3
chat_batch_messages_bucket{le="1024"} 3
chat_batch_messages_bucket{le="+Inf"} 3
chat_batch_messages_sum 65
chat_batch_messages_count 3
# HELP chat_delivery_latency_seconds Time from the reading of a batch's oldest message to its delivery, for each message and member; without history and slow members.
# TYPE chat_delivery_latency_seconds histogram
chat_delivery_latency_seconds_bucket{le="0.0001"} 1
chat_delivery_latency_seconds_bucket{le="0.00025"} 1
chat_delivery_latency_seconds_bucket{le="0.0005"} 3
chat_delivery_latency_seconds_bucket{le="0.001"} 3
chat_delivery_latency_seconds_bucket{le="0.0025"} 3
chat_delivery_latency_seconds_bucket{le="0.005"} 3
chat_delivery_latency_seconds_bucket{le="0.01"} 3
chat_delivery_latency_seconds_bucket{le="0.025"} 3
chat_delivery_latency_seconds_bucket{le="0.05"} 3
chat_delivery_latency_seconds_bucket{le="0.1"} 3
chat_delivery_latency_seconds_bucket{le="0.25"} 3
chat_delivery_latency_seconds_bucket{le="0.5"} 3
chat_delivery_latency_seconds_bucket{le="1"} 3
chat_delivery_latency_seconds_bucket{le="2.5"} 3
chat_delivery_latency_seconds_bucket{le="5"} 3
chat_delivery_latency_seconds_bucket{le="10"} 3
chat_delivery_latency_seconds_bucket{le="+Inf"} 4
chat_delivery_latency_seconds_sum 11.0006
chat_delivery_latency_seconds_count 4
`

func TestChat(t *testing.T) {
	c := newChat()
	fill(c)
	var got strings.Builder
	for line := range strings.Lines(string(c.AppendText(nil))) {
		if strings.Contains(line, "chat_") && !strings.HasSuffix(line, "} 0\n") {
			got.WriteString(line)
		}
	}
	if got.String() != goldenChat {
		t.Errorf("got:\n%s", &got)
	}
	x := scrape(t, &c.Registry)
	for _, name := range []string{"go_goroutines", "go_info"} {
		if x.kinds[name] != "gauge" {
			t.Errorf("%s is not there", name)
		}
	}
}

// The names of labels are these and no others, and what is counted adds no
// sample: neither a room nor a name nor an address has a way in.
func TestChatLabels(t *testing.T) {
	c := newChat()
	before := scrape(t, &c.Registry)
	fill(c)
	after := scrape(t, &c.Registry)
	name := regexp.MustCompile(`[{,]([a-z_]+)="`)
	allowed := []string{"kind", "code", "reason", "le", "version", "revision"}
	for key := range after.samples {
		if _, ok := before.samples[key]; !ok {
			t.Errorf("%s came by counting", key)
		}
		for _, m := range name.FindAllStringSubmatch(key, -1) {
			if !slices.Contains(allowed, m[1]) {
				t.Errorf("%s has label %s", key, m[1])
			}
		}
	}
	if n := len(after.samples); n > 400 {
		t.Errorf("%d samples", n)
	}
}

// Every rule that a server refuses by, every violation and every close code that
// can be on the wire has a sample of its own.
func TestChatSetsAreWhole(t *testing.T) {
	x := scrape(t, &newChat().Registry)
	for _, e := range slices.Concat(handshake.Errors, admit.Errors) {
		_, ok := x.samples[`chat_handshakes_refused_total{reason="`+e.ID+`"}`]
		if ok != (e.Status != 0) {
			t.Errorf("refusal %s, status %d: counted by itself: %v", e.ID, e.Status, ok)
		}
	}
	for _, v := range frame.Violations {
		x.want(t, `chat_connections_dropped_total{reason="`+v.ID+`"}`, 0)
	}
	for code := frame.CloseCode(1000); code < 3000; code++ {
		_, ok := x.samples[`chat_connections_closed_total{code="`+code.String()+`"}`]
		if want := code.Receivable() || code == frame.NoStatus || code == frame.Abnormal; ok != want {
			t.Errorf("code %v: counted by itself: %v", code, ok)
		}
	}
}

func TestChatWithoutConfig(t *testing.T) {
	x := scrape(t, &NewChat(ChatConfig{}).Registry)
	x.want(t, `chat_build_info{version="unknown",revision="unknown"}`, 1)
	if _, ok := x.kinds["chat_rooms"]; ok {
		t.Error("rooms are shown, though nobody counts them")
	}
}

// Counting makes no garbage.
func TestCountingAllocatesNothing(t *testing.T) {
	c := newChat()
	for what, f := range map[string]func(){
		"Received":  func() { c.Received(1, 1, 2) },
		"Delivered": func() { c.Delivered(1, 2, 3, 4) },
		"Delayed":   func() { c.Delayed(1, time.Millisecond, 1000) },
		"Sent":      func() { c.Sent(1, 1, 2) },
		"gauges":    func() { c.Lagging.Add(1); c.Connections.Of(Plain).Add(1) },
		"counters":  func() { c.Drops.Of(Overflow).Add(1); c.Opened.Of("lobby").Add(1) },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocations", what, n)
		}
	}
}

func BenchmarkDelivered(b *testing.B) {
	c := newChat()
	b.Run("one", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			c.Delivered(1, 3, 300, 1)
		}
	})
	for name, step := range map[string]uint32{"stripes": 1, "one stripe": 0} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			stripe := make(chan uint32, 1024)
			for i := range uint32(1024) {
				stripe <- i * step
			}
			b.RunParallel(func(pb *testing.PB) {
				for s := <-stripe; pb.Next(); {
					c.Delivered(s, 3, 300, 1)
				}
			})
		})
	}
}

func BenchmarkScrape(b *testing.B) {
	c := newChat()
	fill(c)
	b.ReportAllocs()
	for b.Loop() {
		c.AppendText(nil)
	}
}
