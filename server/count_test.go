package server

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rfc6455/frame"
	"rfc6455/server/chat"
	"rfc6455/server/metrics"
	"rfc6455/server/room"
)

// scrape gives a sample of the metrics, by its name and labels.
func (s *rig) scrape(t testing.TB, sample string) string {
	t.Helper()
	w := httptest.NewRecorder()
	s.Metrics.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for line := range strings.Lines(w.Body.String()) {
		if value, ok := strings.CutPrefix(line, sample+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// counts waits for samples of the metrics: what a peer has seen is counted a moment later.
func (s *rig) counts(t testing.TB, samples map[string]string) {
	t.Helper()
	for sample, want := range samples {
		eventually(t, sample+" to be "+want, func() bool { return s.scrape(t, sample) == want })
	}
}

// All that is counted, in one afternoon of a small chat.
func TestMetrics(t *testing.T) {
	s := serve(t, Config{Version: "v1", Revision: "abc"})
	p := s.upgrade(t, "/").greeted()
	v, _, _ := s.settle(t, "name=a")
	e := s.upgrade(t, "/echo")
	s.counts(t, map[string]string{
		`chat_build_info{version="v1",revision="abc"}`:  "1",
		`chat_connections{kind="plain"}`:                "1",
		`chat_connections{kind="chat.v1"}`:              "1",
		`chat_connections{kind="echo"}`:                 "1",
		`chat_connections_opened_total{kind="chat.v1"}`: "1",
		`chat_rooms`:                   "1",
		`chat_received_messages_total`: "0",
		`chat_sent_private_total`:      "3", // the greeting, welcome, live
	})
	before := s.Metrics.BytesOut.Value()
	p.send(`text "hello"`)
	p.want(`text "서버에서 전달: hello"`)
	own := v.hears("hello")
	e.send(`text "12345"`)
	e.want(`text "12345"`)
	message := len(chat.Message{Position: at(t, own), Body: chat.Body{
		Time: own.Time * 1000, ID: []byte(own.ID), From: []byte(own.From.ID), Name: []byte(own.From.Name), Text: []byte("hello"),
	}}.Append(nil))
	bytes := uint64(2+len(Prefix)+5) + uint64(4+message) + 2 + 5
	eventually(t, "what was sent to be counted", func() bool { return s.Metrics.BytesOut.Value()-before == bytes })
	s.counts(t, map[string]string{
		`chat_received_messages_total`:                    "2",
		`chat_received_bytes_total`:                       "10",
		`chat_deliveries_total`:                           "2",
		`chat_sent_private_total`:                         "4",
		`chat_sent_messages_total`:                        "6",
		`chat_batch_messages_bucket{le="1"}`:              "2",
		`chat_delivery_latency_seconds_count`:             "2",
		`chat_delivery_latency_seconds_bucket{le="+Inf"}`: "2",
		`chat_members_lagging`:                            "0",
	})
	p.send(`0x c0 80 00 00 00 00`) // RSV1
	p.wantClose(frame.ProtocolError)
	e.send(`close 3001`)
	e.rest()
	v.Close(frame.NormalClosure, "")
	s.refused(t, http.StatusBadRequest, "/chat", "Sec-WebSocket-Key: x")
	eventually(t, "all to be gone", func() bool { return s.count() == 0 })
	for sample, want := range map[string]string{
		`chat_connections{kind="plain"}`:                         "0",
		`chat_connections{kind="chat.v1"}`:                       "0",
		`chat_connections{kind="echo"}`:                          "0",
		`chat_connections_closed_total{code="1000"}`:             "1",
		`chat_connections_closed_total{code="1002"}`:             "1",
		`chat_connections_closed_total{code="3000-3999"}`:        "1",
		`chat_connections_dropped_total{reason="reserved-bits"}`: "1",
		`chat_connections_dropped_total{reason="write-timeout"}`: "0",
		`chat_handshakes_refused_total{reason="key-repeated"}`:   "1",
	} {
		if got := s.scrape(t, sample); got != want {
			t.Errorf("%s is %q, want %s", sample, got, want)
		}
	}
}

// Latency is that of what was said just now: neither history nor who was slow has
// one.
func TestLatency(t *testing.T) {
	s := serve(t, Config{})
	v, _, _ := s.settle(t, "")
	tellAll(v, 60)
	eventually(t, "60 deliveries", func() bool { return s.scrape(t, "chat_delivery_latency_seconds_count") == "60" })
	_, _, came := s.settle(t, "")
	eventually(t, "110 deliveries", func() bool { return s.scrape(t, "chat_deliveries_total") == fmt.Sprint(60+len(came)) })
	if got := s.scrape(t, "chat_delivery_latency_seconds_count"); got != "60" || len(came) != 50 {
		t.Errorf("%s latencies, %d messages of history", got, len(came))
	}
	s = serve(t, Config{}) // where nothing else is counted
	body := func(ago time.Duration) []byte {
		return chat.Body{Time: time.Now().Add(-ago).UnixMicro()}.Append(nil)
	}
	frames := []room.Frame{make([]byte, 10), make([]byte, 20), make([]byte, 30)}
	batch := &room.Batch{Joined: make([]byte, 60), Frames: frames, Oldest: body(200 * time.Millisecond)}
	sum, sent := s.Metrics.Latency.Sum(), s.Metrics.BytesOut.Value()
	s.passed(room.Passage{Batch: batch, Frames: 3, Members: 7})
	s.passed(room.Passage{Batch: batch, Frames: 2, Members: 1})
	if took := s.Metrics.Latency.Sum() - sum; took < 23*200_000 || took > 23*10_000_000 {
		t.Errorf("23 deliveries after 0.2 s took %d microseconds", took)
	}
	if got := s.Metrics.BytesOut.Value() - sent; got != 7*60+30 {
		t.Errorf("sent %d bytes", got)
	}
}

// Who has not taken all that he was offered is counted, until he has, or is gone.
func TestLagging(t *testing.T) {
	s := serve(t, Config{})
	s.level.Set(slog.LevelWarn)
	members := []*client{s.join(t), s.join(t)}
	slow, lost := unread(t, s), unread(t, s)
	eventually(t, "four members", func() bool { return s.count() == 4 })
	for s.Metrics.Lagging.Value() < 2 {
		talk(t, members, 1)
	}
	lost.nc.SetLinger(0)
	lost.nc.Close()
	slow.header()
	go slow.drain(func() {})
	eventually(t, "nobody to lag", func() bool { return s.Metrics.Lagging.Value() == 0 })
}

// In whatever order news of a member comes, in the end it does not lag.
func TestLaggingInAnyOrder(t *testing.T) {
	s := serve(t, Config{})
	for _, order := range []string{"lre", "rle", "lrlre", "le", "rlle", "lel", "er", "lelr", "e"} {
		v := &visit{server: s.Server}
		for _, step := range order {
			switch step {
			case 'l':
				v.lag()
			case 'r':
				v.catchUp()
			case 'e':
				v.stopLagging()
			}
		}
		if n := s.Metrics.Lagging.Value(); n != 0 {
			t.Fatalf("after %q %d members lag", order, n)
		}
	}
	v := &visit{server: s.Server}
	v.lag()
	if n := s.Metrics.Lagging.Value(); n != 1 {
		t.Errorf("%d members lag", n)
	}
	v.stopLagging()
}

// Counting costs no memory.
func TestCountingAllocatesNothing(t *testing.T) {
	s := serve(t, Config{})
	v := &visit{server: s.Server}
	batch := &room.Batch{Joined: []byte("x"), Frames: []room.Frame{[]byte("x")}, Oldest: chat.Body{Time: time.Now().UnixMicro()}.Append(nil)}
	for name, f := range map[string]func(){
		"passed":       func() { s.passed(room.Passage{Batch: batch, Frames: 1, Members: 9}) },
		"countRead":    func() { v.countRead(traffic{1, 5}) },
		"countSent":    func() { v.countSent(traffic{1, 5}) },
		"countAnswers": func() { v.countAnswers(traffic{1, 7}) },
		"lag":          func() { v.lag(); v.catchUp() },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// Why a connection was dropped.
func TestDrops(t *testing.T) {
	s := serve(t, Config{Limits: chat.Limits{Rate: chat.Rate{Burst: 1, Every: time.Hour}}}, func(s *Server) {
		s.chat.CloseTimeout = 100 * time.Millisecond
	})
	s.upgrade(t, "/chat", offerChat).send(`binary ""`)
	s.upgrade(t, "/chat", offerChat).raw(wire(`text " "*30000`))
	flooding := s.upgrade(t, "/chat", offerChat)
	go flooding.flood(wire(`text "{}"`), 1<<20)
	for _, reason := range []string{metrics.Binary, frame.ErrMessageTooBig.ID, metrics.Flood} {
		eventually(t, reason, func() bool { return s.Metrics.Drops.Of(reason).Value() == 1 })
	}
	silent := s.upgrade(t, "/").greeted()
	s.mu.Lock()
	for v := range s.visitors.all() {
		v.close(frame.GoingAway, "x", unblamed)
	}
	s.mu.Unlock()
	eventually(t, "a close timeout", func() bool { return s.Metrics.Drops.Of(metrics.CloseTimeout).Value() == 1 })
	silent.rest()
	if got := s.Metrics.Closes.Of("1006").Value(); got == 0 {
		t.Error("no end without a Close")
	}
}
