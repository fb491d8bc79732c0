package conn_test

import (
	"crypto/sha256"
	"fmt"
	"math"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"rfc6455/frame"
	"rfc6455/frame/deflate"
	"rfc6455/handshake"
	"rfc6455/server/conn"
)

func TestMemoryGivesBackWhatItTook(t *testing.T) {
	m := &conn.Memory{Limit: 1 << 20}
	for _, n := range []int{0, 1, 511, 512, 576, 577, 1 << 16, 1<<16 + 64, 1<<16 + 65, 1 << 19} {
		for range 3 {
			b := m.Get(n)
			if b == nil || len(b) != 0 || cap(b) < n {
				t.Fatalf("Get(%d): length %d, capacity %d", n, len(b), cap(b))
			}
			if got := m.Used(); got != int64(cap(b)) {
				t.Errorf("Get(%d): %d in use, capacity %d", n, got, cap(b))
			}
			m.Put(b)
		}
	}
	if m.Used() != 0 {
		t.Errorf("%d in use at the end", m.Used())
	}
}

func TestMemoryLimit(t *testing.T) {
	m := &conn.Memory{Limit: 10_000}
	first := m.Get(8000)
	if m.Get(8000) != nil {
		t.Error("Get passed the limit")
	}
	if small := m.Get(100); small == nil {
		t.Error("a Get that was refused still counts")
	} else {
		m.Put(small)
	}
	m.Put(first)
	if again := m.Get(8000); again == nil {
		t.Error("what was put back still counts")
	}
	if b := new(conn.Memory).Get(2 * conn.DefaultMemoryLimit); cap(b) < 2*conn.DefaultMemoryLimit {
		t.Error("the zero Memory has a limit")
	}
	endless := new(conn.Memory)
	if b := endless.Get(math.MaxInt); b != nil || endless.Used() != 0 {
		t.Errorf("what no slice can hold: %d bytes, %d in use", cap(b), endless.Used())
	}
}

// uncollected turns the collector off, but for when it is called.
func uncollected(t *testing.T) {
	t.Helper()
	runtime.GC()
	percent := debug.SetGCPercent(-1)
	t.Cleanup(func() { debug.SetGCPercent(percent) })
}

// Long buffers that were put back are lent again.
func TestMemoryLendsAgain(t *testing.T) {
	uncollected(t)
	m := &conn.Memory{Limit: 1 << 30}
	for n := 64 << 10; n <= 16<<20; n *= 2 {
		got := testing.AllocsPerRun(20, func() {
			one, two := m.Get(n), m.Get(n)
			m.Put(one)
			m.Put(two)
		})
		if got != 0 {
			t.Errorf("%d bytes: %v allocations", n, got)
		}
	}
}

// §10.4: all of the limit is taken in buffers of one size after the other. What the
// others left is collected in time, and no more often than a quarter of the limit.
func TestMemoryOfAllSizes(t *testing.T) {
	const limit, rounds = 64 << 20, 2
	uncollected(t)
	m := &conn.Memory{Limit: limit}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	made := 0
	for range rounds {
		for n := 64 << 10; n <= limit/4; n *= 2 {
			var lent [][]byte
			for b := m.Get(n); b != nil; b = m.Get(n) {
				lent = append(lent, b)
			}
			made += len(lent) * n
			for _, b := range lent {
				m.Put(b)
			}
			runtime.ReadMemStats(&after)
			if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > limit+limit/4+1<<20 {
				t.Errorf("%d buffers of %d bytes: %d bytes in use and waiting", len(lent), n, grown)
			}
		}
	}
	if n := int(after.NumGC - before.NumGC); n == 0 || n > made/(limit/4) {
		t.Errorf("for %d bytes the collector was called %d times", made, n)
	}
}

// The collector is not called for a limit that nothing can reach.
func TestMemoryOfAnySize(t *testing.T) {
	uncollected(t)
	m := &conn.Memory{Limit: math.MaxInt64}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for n := 64 << 10; n <= 4<<20; n *= 2 {
		m.Put(m.Get(n))
	}
	runtime.ReadMemStats(&after)
	if n := after.NumGC - before.NumGC; n != 0 {
		t.Errorf("it was called %d times", n)
	}
}

// What nobody needs again is the collector's.
func TestMemoryIsNotKept(t *testing.T) {
	m := &conn.Memory{}
	before := heapInUse()
	m.Put(m.Get(64 << 20))
	if grown := heapInUse() - before; grown > 1<<20 {
		t.Errorf("%d bytes are kept", grown)
	}
	if b := m.Get(64 << 20); cap(b) < 64<<20 {
		t.Errorf("what is lent then has %d bytes", cap(b))
	}
}

// §10.4, §7.4.1: the message that finds no memory is refused with 1013, and the
// connections beside it live.
func TestMemoryShort(t *testing.T) {
	memory := &conn.Memory{Limit: 2 << 20}
	cfg := &conn.Config{Memory: memory}
	holds, p := overTCP(t, frame.Server, cfg)
	go echo(holds)
	const most = 900_000
	big := wire(t, frame.Client, `binary "x"*1000000`)
	p.write(big[:most])
	wait(t, func() bool { return memory.Used() > 1<<20 })

	other, q := overTCP(t, frame.Server, cfg)
	go echo(other)
	q.send(`text "small ones pass"`)
	q.want(`text "small ones pass"`)
	go q.nc.Write(big)
	q.wantFailed(frame.ErrMemoryShort)
	wantCause(t, other, frame.ErrMemoryShort)

	p.write(big[most:])
	p.want(`binary "x"*1000000`)
	p.send("close 1000")
	p.want("close 1000")
	p.wantEnd()
	wantClosed(t, holds, conn.ClosedError{Code: 1000, ByPeer: true})
	if n := memory.Used(); n != 0 {
		t.Errorf("%d bytes in use at the end", n)
	}
}

// §10.4: a connection that waits for the rest of a message holds what came of it,
// not a buffer, and what it holds is counted. A few may keep theirs.
func TestMemoryOfBegunMessages(t *testing.T) {
	const many, most = 300, 50_000
	memory, clock := &conn.Memory{}, &conn.Clock{}
	cfg := &conn.Config{Memory: memory, Clock: clock}
	whole := wire(t, frame.Client, `binary "x"*60000`)
	before := heapInUse()
	var peers []*peer
	for i := range many {
		c, p := overTCP(t, frame.Server, cfg)
		go echo(c)
		p.write(whole[:most*(i%2)+10]) // nothing of it, or nearly all
		peers = append(peers, p)
	}
	wait(t, func() bool { return memory.Used() >= (many/2-conn.HoldMax)*most })
	if runtime.GOOS == "linux" {
		if grown := heapInUse() - before; grown > many/2*2*most+conn.HoldMax*200_000 {
			t.Errorf("%d bytes for %d messages", grown, many)
		}
	}
	for i, p := range peers {
		p.write(whole[most*(i%2)+10:])
		p.want(`binary "x"*60000`)
	}
	wait(t, func() bool { return memory.Used() == 0 && clock.Holding() == 0 }) // an answer comes before what it stood in is given back
	for _, p := range peers {
		p.nc.Close()
	}
}

// A connection that finds no memory for what came of its message is failed, as is
// one that finds none for the rest.
func TestMemoryShortOfBegunMessages(t *testing.T) {
	cfg := &conn.Config{Memory: &conn.Memory{Limit: 100}, Clock: &conn.Clock{}}
	cfg.Clock.Hold(conn.HoldMax)
	c, p := overTCP(t, frame.Server, cfg)
	go echo(c)
	p.write(wire(t, frame.Client, `binary "x"*60000`)[:1000])
	p.wantFailed(frame.ErrMemoryShort)
	wantCause(t, c, frame.ErrMemoryShort)
}

func heapInUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// RFC 7692 §7.2.2: what is inflated comes from the Memory too, however much it
// grows, with and without a window that is kept.
func TestMemoryInflated(t *testing.T) {
	for _, takeover := range []bool{false, true} {
		memory := &conn.Memory{Limit: 32 << 20}
		cfg := &conn.Config{Memory: memory, Deflate: handshake.DeflateConfig{
			Enabled: true, ServerTakeover: takeover, ClientTakeover: takeover,
		}}
		cfg.Limits.Message = 4 << 20
		url, ends := echoServer(t, cfg)
		c, err := conn.Dial(t.Context(), url, cfg)
		if err != nil {
			t.Fatal(err)
		}
		for i, n := range []int{100, 10_000, 4 << 20, 300, 100_000, 2_000_000, 50} {
			want := strings.Repeat(string(rune('a'+i))+"bcdefgh", n/8)
			if err := c.Send(frame.Text, []byte(want)); err != nil {
				t.Fatal(err)
			}
			for ev := range c.Messages() {
				if sha256.Sum256(ev.Payload) != sha256.Sum256([]byte(want)) {
					t.Errorf("%d bytes come back as others", n)
				}
				if memory.Used() < int64(len(want)) {
					t.Errorf("%d bytes are in use while a message of %d is there", memory.Used(), len(want))
				}
				break
			}
		}
		if err := c.Close(1000, ""); err != nil {
			t.Error(err)
		}
		<-ends
		if n := memory.Used(); n != 0 {
			t.Errorf("%d bytes in use at the end", n)
		}
	}
}

// §10.4: a decompression bomb is refused once its output is over the limit, or
// once the process has no memory for it.
func TestMemoryBomb(t *testing.T) {
	packed := deflate.NewCompressor(15, false).Append(nil, make([]byte, 16<<20))
	bomb := frame.Frame{
		Header:  frame.Header{Fin: true, RSV1: true, Opcode: frame.Binary, Masked: true, Length: int64(len(packed))},
		Payload: packed,
	}.AppendWire(nil)
	for _, test := range []struct {
		limit, message int64
		want           *frame.Violation
	}{
		{0, 1 << 20, frame.ErrMessageTooBig},
		{4 << 20, 64 << 20, frame.ErrMemoryShort},
	} {
		cfg := &conn.Config{}
		cfg.Memory = &conn.Memory{Limit: test.limit}
		cfg.Limits.Message = test.message
		ours, theirs := tcpPair(t)
		agreed := handshake.Agreement{Deflate: handshake.DeflateParams{Enabled: true, ServerNoContextTakeover: true, ClientNoContextTakeover: true}}
		c, p := conn.New(ours, frame.Server, agreed, nil, cfg), newPeer(t, theirs, frame.Client)
		go echo(c)
		p.write(bomb)
		p.wantFailed(test.want)
		wantCause(t, c, test.want)
		if n := cfg.Memory.Used(); n != 0 {
			t.Errorf("%d bytes in use at the end", n)
		}
	}
}

func BenchmarkMemory(b *testing.B) {
	m := &conn.Memory{Limit: conn.DefaultMemoryLimit}
	for _, n := range []int{1 << 10, 64 << 10, 16 << 20} {
		b.Run(fmt.Sprintf("size=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					m.Put(m.Get(n))
				}
			})
		})
	}
}
