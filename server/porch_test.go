package server

import (
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// waiting is how many there are.
func (p *porch) waiting() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.at)
}

// Who says nothing cannot keep others out: who has waited the longest goes, and
// nobody who was upgraded.
func TestPorch(t *testing.T) {
	s := serve(t, Config{HTTPConnections: 3})
	waiting := func(n int) {
		t.Helper()
		eventually(t, "others on the porch", func() bool { return s.porch.waiting() == n })
	}
	verify := bystanders(t, s)
	waiting(0)
	kept := s.tcp(t)
	waiting(1)
	silent, begun := s.tcp(t), s.tcp(t)
	waiting(3)
	begun.raw("GET / HT")
	kept.raw("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n")
	kept.header()
	eventually(t, "it to be idle again", func() bool {
		s.porch.mu.Lock()
		defer s.porch.mu.Unlock()
		return strings.HasSuffix(kept.nc.LocalAddr().String(), s.porch.order.Back().Value.(guest).conn.RemoteAddr().String())
	})
	for range 2 {
		s.tcp(t)
	}
	silent.rest()
	begun.rest()
	kept.raw("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
	if got := kept.header(); !strings.HasPrefix(got, "HTTP/1.1 200 ") {
		t.Errorf("who was answered before gets %q", got)
	}
	waiting(3)
	s.log.await(t, "level=WARN", "all HTTP connections are taken", "limit=3")
	verify()
}

// net/http lingers after a request that is too long. Who lingers counts until then,
// and whoever comes waits so long.
func TestPorchWaits(t *testing.T) {
	s := serve(t, Config{HTTPConnections: 3})
	verify := bystanders(t, s)
	for range 8 {
		p := s.tcp(t)
		p.raw("GET / HTTP/1.1\r\nX: " + strings.Repeat("x", DefaultHeaderBytes+4<<10))
		if got := p.header(); !strings.HasPrefix(got, "HTTP/1.1 431 ") {
			t.Errorf("answered by %q", got)
		}
		if n := s.porch.waiting(); n > 3 {
			t.Errorf("%d are there", n)
		}
	}
	verify()
}

// A throng comes in by and by: so many within a time, unless one of them has gone, or
// was answered. Who is there for longer stands in nobody's way.
func TestPorchThrong(t *testing.T) {
	for _, state := range []http.ConnState{http.StateHijacked, http.StateClosed, http.StateIdle} {
		synctest.Test(t, func(t *testing.T) {
			var p porch
			p.limit(0, nil)
			wait := func(what string, want time.Duration) net.Conn {
				t.Helper()
				began := time.Now()
				if !p.await() || time.Since(began) != want {
					t.Errorf("%s: the next one waits for %v, want %v", what, time.Since(began), want)
				}
				nc, _ := net.Pipe()
				p.note(nc, http.StateNew)
				return nc
			}
			var last net.Conn
			for range throngMost {
				last = wait("few are there", 0)
			}
			p.note(last, http.StateActive)
			time.AfterFunc(throngTime/2, func() { p.note(last, state) })
			wait("one of them is no stranger now, "+state.String(), throngTime/2)
			wait("the first of them came a while ago", throngTime/2)
			for range throngMost - 2 {
				wait("so did the others", 0)
			}
			wait("but not these", throngTime/2)
			go p.close()
			if p.await() {
				t.Error("somebody comes after it was closed")
			}
		})
	}
}

// However short a pause is, and though the world stops as it begins, it ends.
func TestPorchPauses(t *testing.T) {
	var p porch
	p.limit(0, nil)
	var paused atomic.Bool
	var gc sync.WaitGroup
	gc.Go(func() {
		for !paused.Load() {
			runtime.GC()
		}
	})
	for range 10_000 {
		p.mu.Lock()
		p.pause(1)
		p.mu.Unlock()
	}
	paused.Store(true)
	gc.Wait()
}

// However they come and end, nobody stays on the porch.
func TestPorchEmpties(t *testing.T) {
	s := serve(t, Config{HTTPConnections: 8})
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() {
			nc, err := net.Dial("tcp", s.addr)
			if err != nil {
				t.Error(err)
				return
			}
			defer nc.Close()
			nc.SetDeadline(time.Now().Add(patience))
			if i%4 == 0 {
				nc.(*net.TCPConn).SetLinger(0)
			}
			said := []string{"", "GET / HT", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", s.request("/chat"), s.request("/chat", "Origin: http://evil.example")}[i%5]
			if nc.Write([]byte(said)); i%3 == 0 {
				nc.Read(make([]byte, 1))
			}
		})
	}
	all.Wait()
	eventually(t, "an empty porch", func() bool { return s.porch.waiting() == 0 })
	eventually(t, "nobody present", func() bool { n, _ := s.gate.Present(); return n == 0 })
	s.join(t).say("hi")
}

// secured is a connection as TLS makes them, whose own Close would wait.
type secured struct{ net.Conn }

func (c secured) NetConn() net.Conn { return c.Conn }
func (c secured) Close() error      { panic("its last words could wait for ever") }

func TestPorchDrops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p porch
		told := 0
		p.limit(1, func() { told++ })
		a, b := net.Pipe()
		c, d := net.Pipe()
		defer c.Close()
		defer d.Close()
		p.await()
		p.note(secured{a}, http.StateNew)
		came, began := false, time.Now()
		go func() {
			p.await()
			came = true
			p.note(secured{c}, http.StateNew)
		}()
		if _, err := b.Read(make([]byte, 1)); err == nil {
			t.Error("the first is still there")
		}
		if waited := time.Since(began); waited != porchGrace {
			t.Errorf("it had to go after %v", waited)
		}
		synctest.Wait()
		if came {
			t.Error("another came before it had gone")
		}
		for _, state := range []http.ConnState{http.StateActive, http.StateIdle, http.StateClosed, http.StateClosed} {
			p.note(secured{a}, state)
		}
		synctest.Wait()
		if n := p.waiting(); n != 1 || !came || told != 1 {
			t.Errorf("%d are there, another came: %t, told %d times", n, came, told)
		}
		p.close()
		if p.await() {
			t.Error("somebody comes after it was closed")
		}
	})
}
