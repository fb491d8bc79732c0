package report

import (
	"encoding/json"
	"io"

	"rfc6455/cmd/ws/internal/hist"
	"rfc6455/cmd/ws/internal/load"
)

// A record is the result as JSON. Times are in nanoseconds.
type record struct {
	Type        string   `json:"type"` // "load"
	URL         string   `json:"url"`
	Mode        string   `json:"mode"`
	Rate        float64  `json:"rate"`
	Inflight    int      `json:"inflight"`
	Size        int      `json:"size"`
	Interrupted bool     `json:"interrupted"`
	Deviations  []string `json:"deviations"`
	Inexact     bool     `json:"inexact"`

	Connections connectionsRecord `json:"connections"`
	Messages    messagesRecord    `json:"messages"`
	Seconds     float64           `json:"seconds"`
	Latency     latencyRecord     `json:"latency"`
	Lag         latencyRecord     `json:"lag"`
	IntervalNS  int64             `json:"interval_ns"`
	Samples     []load.Sample     `json:"samples"`
}

type connectionsRecord struct {
	Wanted     int           `json:"wanted"`
	Opened     int           `json:"opened"`
	Senders    int           `json:"senders"`
	Failed     []load.Reason `json:"failed"`
	Ended      []load.Reason `json:"ended_early"`
	OpenedInNS int64         `json:"opened_in_ns"`
	PerSecond  float64       `json:"handshakes_per_second"`
	Handshake  latencyRecord `json:"handshake"`
	Protocol   string        `json:"subprotocol"`
	Deflate    bool          `json:"deflate"`
}

type messagesRecord struct {
	Sent              int64   `json:"sent"`
	Unsent            int64   `json:"unsent"`
	Expected          int64   `json:"expected"`
	Received          int64   `json:"received"`
	Lost              int64   `json:"lost"`
	Cut               int64   `json:"cut_off"`
	Reordered         int64   `json:"reordered"`
	Duplicate         int64   `json:"duplicate"`
	Damaged           int64   `json:"damaged"`
	Stray             int64   `json:"stray"`
	Foreign           int64   `json:"foreign"`
	SentPerSecond     float64 `json:"sent_per_second"`
	ReceivedPerSecond float64 `json:"received_per_second"`
	SentBytes         uint64  `json:"sent_bytes"`
	ReceivedBytes     uint64  `json:"received_bytes"`
}

type latencyRecord struct {
	Count  uint64  `json:"count"`
	Min    int64   `json:"min_ns"`
	Mean   float64 `json:"mean_ns"`
	P50    int64   `json:"p50_ns"`
	P90    int64   `json:"p90_ns"`
	P99    int64   `json:"p99_ns"`
	P999   int64   `json:"p99_9_ns"`
	P9999  int64   `json:"p99_99_ns"`
	Max    int64   `json:"max_ns"`
	MaxErr float64 `json:"max_error"` // of the percentiles, relative and upwards
}

// JSON writes res as one object on one line.
func JSON(w io.Writer, res *load.Result) error {
	return json.NewEncoder(w).Encode(newRecord(res))
}

func newRecord(res *load.Result) record {
	return record{
		Type: "load", URL: res.Plan.URL, Mode: string(res.Plan.Mode), Rate: res.Plan.Rate,
		Inflight: res.Plan.Inflight, Size: res.Plan.Size,
		Interrupted: res.Interrupted, Deviations: append([]string{}, res.Deviations()...), Inexact: res.Inexact,
		Connections: connectionsRecord{
			Wanted: res.Plan.Conns, Opened: res.Opened, Senders: res.Senders, Failed: res.Failed, Ended: res.Ended,
			OpenedInNS: int64(res.OpenedIn), PerSecond: perSecond(float64(res.Handshakes.Count()), res.OpenedIn.Seconds()),
			Handshake: newLatency(&res.Handshakes), Protocol: res.Protocol, Deflate: res.Deflate,
		},
		Messages: messagesRecord{
			Sent: res.Sent, Unsent: res.Unsent, Expected: res.Expected, Received: res.Received,
			Lost: res.Lost, Cut: res.Cut, Reordered: res.Reordered, Duplicate: res.Duplicate,
			Damaged: res.Damaged, Stray: res.Stray, Foreign: res.Foreign,
			SentPerSecond:     perSecond(float64(res.Sent), res.Seconds),
			ReceivedPerSecond: perSecond(float64(res.Received), res.Seconds),
			SentBytes:         res.SentBytes, ReceivedBytes: res.ReceivedBytes,
		},
		Seconds: res.Seconds, Latency: newLatency(&res.Latency), Lag: newLatency(&res.Lag),
		IntervalNS: int64(res.Interval), Samples: append([]load.Sample{}, res.Samples...),
	}
}

func newLatency(h *hist.Histogram) latencyRecord {
	return latencyRecord{
		Count: h.Count(), Min: h.Min(), Mean: h.Mean(), Max: h.Max(), MaxErr: hist.MaxError,
		P50: h.Quantile(0.5), P90: h.Quantile(0.9), P99: h.Quantile(0.99), P999: h.Quantile(0.999), P9999: h.Quantile(0.9999),
	}
}
