package server

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"rfc6455/frame"
	"rfc6455/server/conn"
)

func TestHostileLengths(t *testing.T) {
	repel(t, []attack{
		{"declared length over the limit", "", []string{`text len=2147483648`}, frame.MessageTooBig},
		{"declared length just over the limit", "/chat", []string{`binary len=1048577`}, frame.MessageTooBig},
		{"declared length just over the limit", "/echo", []string{`binary len=67108865`}, frame.MessageTooBig},
		{"sum of fragments", "/chat", slices.Concat([]string{`text more "*"*65536`},
			slices.Repeat([]string{`cont more "*"*65536`}, 15), []string{`cont more len=1`}), frame.MessageTooBig},
	})
}

// What a peer declares costs nothing; what it sent does.
func TestHostileDeclaredLength(t *testing.T) {
	memory := &conn.Memory{}
	s := serve(t, Config{Memory: memory})
	verify := bystanders(t, s)
	before := heap()
	var peers []*peer
	for range 100 {
		p := s.upgrade(t, "/echo")
		p.send(`ping "there"`, `binary more "0123456789"`, `cont len=60000000`)
		p.raw("0123456789")
		p.want(`pong "there"`)
		peers = append(peers, p)
	}
	if used := memory.Used(); used > 1<<20 {
		t.Errorf("%d bytes are taken for messages", used)
	}
	if grown := heap() - before; grown > 32<<20 {
		t.Errorf("heap grew by %d bytes", grown)
	}
	for _, p := range peers {
		p.nc.Close()
	}
	verify()
	eventually(t, "all memory is given back", func() bool { return memory.Used() == 0 })
}

func TestHostileFragments(t *testing.T) {
	s := serve(t, Config{})
	verify := bystanders(t, s)
	t.Run("empty fragments without end", func(t *testing.T) {
		for _, target := range []string{"/chat", "/echo"} {
			p := s.upgrade(t, target)
			go p.nc.Write([]byte(wire(`text more ""`) + strings.Repeat(wire(`cont more ""`), 200_000)))
			p.wantCloseFrame(frame.PolicyViolation)
			p.rest()
		}
	})
	t.Run("tiny fragments of a legal message", func(t *testing.T) {
		p := s.upgrade(t, "/echo")
		piece := strings.Repeat("tiny", 16)
		go p.nc.Write([]byte(wire(`text more ""`) + strings.Repeat(wire(`cont more "`+piece+`"`), 65_536) + wire(`cont ""`)))
		f, err := p.next()
		if err != nil || f.Opcode != frame.Text || string(f.Payload) != strings.Repeat(piece, 65_536) {
			t.Fatalf("got %v, %v", f, err)
		}
	})
	verify()
}

// The process has so much memory for messages, whoever asks.
func TestHostileMemory(t *testing.T) {
	const limit, many = 16 << 20, 20
	memory := &conn.Memory{Limit: limit}
	s := serve(t, Config{Memory: memory})
	verify := bystanders(t, s)
	codes := make([]frame.CloseCode, many)
	var wg sync.WaitGroup
	for i := range many {
		p := s.upgrade(t, "/echo")
		go p.nc.Write([]byte(wire(`text more "*"*3000000`, `ping "taken"`))) // who is refused need not be read to his end
		wg.Go(func() {
			f, err := p.next()
			if err != nil {
				t.Error(err)
			} else if f.Opcode == frame.Close {
				codes[i], _, _ = frame.ParseClose(f.Payload)
			}
		})
	}
	wg.Wait()
	refused := 0
	for _, code := range codes {
		switch code {
		case frame.TryAgainLater:
			refused++
		case 0: // it holds its memory
		default:
			t.Errorf("closed with %v", code)
		}
	}
	if used := memory.Used(); used > limit || refused < many-limit/3_000_000 {
		t.Errorf("%d of %d were refused, and %d bytes are taken", refused, many, used)
	}
	verify()
}
