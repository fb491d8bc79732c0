package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rfc6455/frame"
	v1 "rfc6455/server/chat"
	"rfc6455/server/conn"
)

// TestSoakChurn has thousands of connections come and go, in every way in which that
// can be done, while some stay and talk: those lose nothing, and when the others have
// gone nothing of them is left.
//
// Two states at rest are compared, each after a crowd of the same kind and with a full
// history. Goroutines leave a record each with the runtime, which never frees one, for
// as many as ever were there at once; the server bounds that, so before the first state
// it has as many as it takes: all that may be there without an upgrade.
func TestSoakChurn(t *testing.T) {
	soaks(t)
	crowd, processes, strangers := scale(5000, 300), scale(5, 2), scale(1024, 100)
	p := startPatient(t, freeAddress(t), "-history-messages", "500", "-history-keep", "500", "-room-idle", "1s",
		"-max-http-connections", strconv.Itoa(strangers))
	talk := p.stay(scale(50, 10), 20)
	stay := len(talk.all)
	p.throng(strangers)
	p.churn(crowd, processes, warmTime())
	before := p.settled(stay, account{})
	began := time.Now()
	visits := p.churn(crowd, processes, *soak)
	t.Logf("%d visits of up to %d at a time in %v", visits, crowd, time.Since(began).Round(time.Second))
	p.wantBack(stay, before)
	talk.end()
	if visits < crowd {
		t.Errorf("only %d visits", visits)
	}
}

// throng has so many come who say nothing, and go when all are let in.
func (p *patient) throng(strangers int) {
	p.t.Helper()
	for range strangers {
		nc, err := net.Dial("tcp", p.host)
		if err != nil {
			p.t.Fatal(err)
		}
		defer nc.Close()
	}
	for end := time.Now().Add(patience); p.look().goroutines < strangers; {
		if time.Now().After(end) {
			p.t.Fatalf("not all are let in: %v, want %d goroutines", p.look(), strangers)
		}
	}
}

// warmTime is how long a crowd comes and goes before it counts.
func warmTime() time.Duration {
	if inEarnest() {
		return 30 * time.Second // in which a history of 500 texts is full, at 20 a second
	}
	return time.Second
}

// churn has a crowd come and go for so long, from so many processes.
func (p *patient) churn(crowd, processes int, d time.Duration) (visits int) {
	p.t.Helper()
	stop := make(chan struct{})
	var watch, work sync.WaitGroup
	watch.Go(func() { p.watch(stop) })
	var total atomic.Int64
	for i := range processes {
		cmd := errand("churn", p.host, fmt.Sprintf("127.0.0.%d", i+2), strconv.Itoa(crowd/processes), d.String())
		work.Go(func() { total.Add(int64(visitsOf(p.t, cmd))) })
	}
	work.Wait()
	close(stop)
	watch.Wait()
	return int(total.Load())
}

// visitsOf runs a process and gives what it counted.
func visitsOf(t *testing.T, cmd *exec.Cmd) int {
	out, err := cmd.Output()
	if err != nil {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			err = fmt.Errorf("%w: %s", err, exit.Stderr)
		}
		t.Errorf("churn: %v", err)
		return 0
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(out)))
	if err != nil {
		t.Error(err)
	}
	return n
}

// watch tells how it goes, now and then.
func (p *patient) watch(stop <-chan struct{}) {
	tick := time.NewTicker(10 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
			p.t.Log(p.look())
		}
	}
}

// churnErrand is one process of the crowd: to a host, from an address of its own, since
// each has so many ports, so many at a time, for so long. It writes how many visits
// that were.
func churnErrand(args []string) error {
	n, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	d, err := time.ParseDuration(args[3])
	if err != nil {
		return err
	}
	c := &crowd{host: args[0], dialer: net.Dialer{}}
	if local := net.ParseIP(args[1]); canBindTo(local) {
		c.dialer.LocalAddr = &net.TCPAddr{IP: local}
	}
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	err = all(n, n, func(i int) error {
		r := rand.New(rand.NewPCG(uint64(i), uint64(d)))
		for ctx.Err() == nil {
			if err := c.visit(ctx, r); err != nil {
				return fmt.Errorf("visitor %d: %w", i, err)
			}
			c.visits.Add(1)
		}
		return nil
	})
	fmt.Println(c.visits.Load())
	return err
}

// canBindTo says whether an address of the loopback network is one of this machine's:
// on Linux all are.
func canBindTo(ip net.IP) bool {
	l, err := net.Listen("tcp", net.JoinHostPort(ip.String(), "0"))
	if err == nil {
		l.Close()
	}
	return err == nil
}

// A crowd is who comes and goes from one process.
type crowd struct {
	host   string
	dialer net.Dialer
	visits atomic.Int64
}

// longestVisit is half as long as many visits take on average.
func longestVisit() time.Duration {
	if inEarnest() {
		return 40 * time.Second
	}
	return 4 * time.Second
}

// visit comes, stays for a while and goes, each in some way.
func (c *crowd) visit(ctx context.Context, r *rand.Rand) error {
	var tcp *net.TCPConn
	cfg := conn.Config{Proxy: direct, HandshakeTimeout: 2 * patience, Dialer: func(ctx context.Context, network, addr string) (net.Conn, error) {
		nc, err := c.dialer.DialContext(ctx, network, addr)
		if err == nil {
			tcp = nc.(*net.TCPConn)
		}
		return nc, err
	}}
	target, says := "/chat", []byte(nil)
	switch r.IntN(10) {
	case 0, 1, 2, 3: // plain, in the lobby
		if r.IntN(20) == 0 {
			says = []byte("hello")
		}
	case 4: // chat.v1, in the lobby
		cfg.Subprotocols = []string{v1.Protocol}
	case 5:
		target, says = "/echo", make([]byte, 100_000)
	default: // chat.v1, in a room of a few
		cfg.Subprotocols = []string{v1.Protocol}
		target = fmt.Sprintf("/chat?room=room-%d", r.IntN(100))
		says = v1.Say{ID: fmt.Sprintf("%016d", r.Uint32()), Text: "hello"}.Append(nil)
	}
	m, err := conn.Dial(context.WithoutCancel(ctx), "ws://"+c.host+target, &cfg)
	if err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for range m.Messages() {
		}
	}()
	if says != nil {
		if err := m.Send(frame.Text, says); err != nil {
			return err
		}
	}
	select {
	case <-time.After(time.Duration(r.Int64N(int64(longestVisit())))):
	case <-ctx.Done():
	}
	if err := m.Err(); err != nil {
		return fmt.Errorf("the server ended it: %w", err)
	}
	leaveBy(m, tcp, r.IntN(4))
	<-ended
	return nil
}

// leaveBy ends a connection: by a closing handshake, by the end of TCP, by a reset.
func leaveBy(m *conn.Conn, tcp *net.TCPConn, way int) {
	switch way {
	case 0, 1:
		m.Close(frame.NormalClosure, "")
	case 2:
		tcp.CloseWrite()
	case 3:
		tcp.SetLinger(0)
		tcp.Close()
	}
}
