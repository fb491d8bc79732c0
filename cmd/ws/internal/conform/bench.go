package conform

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"rfc6455/cmd/ws/internal/wire"
	"rfc6455/frame"
	"rfc6455/handshake"
	"rfc6455/testdata"
)

// A bench is where one case is played.
type bench struct {
	cfg      *Config
	id       string
	patience time.Duration
	gate     *gate   // of clients; nil for servers
	here     arrival // a client that has come, where there is no gate
	keys     func() frame.MaskKey
	lost     func(error) // the target was not reached
	clients  sync.WaitGroup
	dead     bool // the target was not reached
}

// open brings a connection about, with compression as a script has it: nil for none.
// Without a link the outcome says why.
func (b *bench) open(ctx context.Context, want *testdata.Parameters) (*link, outcome) {
	c, o := b.bare(ctx, want)
	return b.link(c), o
}

// bare is open without reading.
func (b *bench) bare(ctx context.Context, want *testdata.Parameters) (*line, outcome) {
	if b.cfg.URL == "" {
		return b.admit(ctx, want)
	}
	return b.connect(ctx, offerOf(want))
}

// A line is a connection on which the opening handshake is done, and nobody reads.
type line struct {
	net.Conn
	role   frame.Role // ours
	agreed handshake.DeflateParams
	early  []byte // came with the handshake
	log    *transcript
}

// dial opens a connection to a server, and offers extensions as they stand in a
// header line.
func (b *bench) dial(ctx context.Context, extensions string) (*link, outcome) {
	c, o := b.connect(ctx, extensions)
	return b.link(c), o
}

// link begins to read.
func (b *bench) link(c *line) *link {
	if c == nil {
		return nil
	}
	return newLink(c, b.keys, b.cfg.NoEcho)
}

// connect is dial without reading.
func (b *bench) connect(ctx context.Context, extensions string) (*line, outcome) {
	log := newTranscript()
	offer, err := wire.NewOffer(b.cfg.URL, &b.cfg.Conn)
	if err != nil {
		return nil, failed("%v", err)
	}
	request := offer.AppendRequest(nil)
	if extensions != "" {
		request = fmt.Appendf(request[:len(request)-2], "Sec-WebSocket-Extensions: %s\r\n\r\n", extensions)
	}
	nc, a, o := b.ask(ctx, request, log)
	if nc == nil {
		return nil, o
	}
	agreed, o := b.accepted(a, offer, extensions)
	if o.verdict == Pass && extensions != "" && !agreed.Enabled {
		o = skipped("the target does not agree on %q (RFC 7692 §5)", extensions)
	}
	if o.verdict != Pass {
		nc.Close()
		o.log = log
		return nil, o
	}
	return &line{nc, frame.Client, agreed, a.Rest, log}, o
}

// ask sends a request and gives the answer, with the connection that it came on.
func (b *bench) ask(ctx context.Context, request []byte, log *transcript) (net.Conn, *wire.Answer, outcome) {
	nc, err := wire.Dial(ctx, b.cfg.URL, &b.cfg.Conn)
	if err != nil {
		b.dead = true
		b.lost(err)
		return nil, nil, outcome{verdict: Fail, reason: "not reached: " + err.Error(), log: log}
	}
	log.remark(true, headOf(request))
	a, err := wire.Ask(ctx, nc, request, &b.cfg.Conn)
	if err != nil {
		nc.Close()
		var refused *wire.RefusedError
		if errors.As(err, &refused) && len(refused.Head) > 0 {
			log.remark(false, headOf(refused.Head))
		}
		return nil, nil, outcome{verdict: Fail, reason: "the opening handshake has no answer: " + err.Error(), log: log}
	}
	log.remark(false, headOf(a.Head))
	return nc, a, passed("")
}

// accepted judges the answer to a good request.
func (b *bench) accepted(a *wire.Answer, offer handshake.Offer, extensions string) (handshake.DeflateParams, outcome) {
	values := a.Header.Values("Sec-WebSocket-Extensions")
	plain := *a.Response
	plain.Header = plain.Header.Clone()
	plain.Header.Del("Sec-WebSocket-Extensions")
	if _, err := handshake.CheckResponse(&plain, offer); err != nil {
		return handshake.DeflateParams{}, failed("the opening handshake: %v", err)
	}
	agreed, err := agree(extensions, values)
	if err != nil {
		return agreed, failed("the answer's extensions: %v", err)
	}
	return agreed, passed("")
}

// offerOf writes what a script wants agreed as an offer (RFC 7692 §7.1).
func offerOf(p *testdata.Parameters) string {
	if p == nil {
		return ""
	}
	return p.String()
}

// headOf is a head of HTTP for a transcript, without the empty line.
func headOf(b []byte) string {
	const most = 4 << 10
	s := strings.TrimRight(string(b[:min(len(b), most)]), "\r\n")
	if len(b) > most {
		s += fmt.Sprintf(" ... (%d bytes)", len(b))
	}
	return strings.ReplaceAll(s, "\r\n", "\n")
}

// isSwitch says whether an answer is a 101.
func isSwitch(a *wire.Answer) bool { return a.StatusCode == http.StatusSwitchingProtocols }
