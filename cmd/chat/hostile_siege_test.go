package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"net"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"
)

// What a flood may cost others.
const (
	floodGrowth  = 16 << 20              // bytes that the server's resident memory grows by
	floodLatency = 50 * time.Millisecond // that one of 100 texts of an onlooker may exceed
)

// How a flood is measured.
const (
	floodTime  = 2 * time.Second // at least; what is over sooner is begun again
	floodTries = 3               // others may need the machine, too
	quietTexts = 10              // that the onlooker says before
)

// A siege is a server under attack, with an onlooker.
type siege struct {
	*chat
	*onlooker
}

// besiege starts a server to be attacked.
func besiege(t *testing.T, room string, args ...string) *siege {
	t.Helper()
	c := startQuiet(t, args...)
	return &siege{c, c.lookOn(room)}
}

// startQuiet starts a server that logs warnings only, not a million texts; so it does
// not say where it listens either, and is told.
func startQuiet(t *testing.T, args ...string) *chat {
	t.Helper()
	return startAt(t, freeAddress(t), append([]string{"-log-level", "warn"}, args...)...)
}

// The ports of freeAddress are below those that systems give out by themselves, to
// whoever connects or does not care: they stay free until the test listens.
const firstPort, ports = 10_000, 20_000

var nextPort atomic.Uint32

func init() { nextPort.Store(rand.Uint32N(ports)) }

// freeAddress is an address that nobody else listens on, and that no other test is given.
func freeAddress(t *testing.T) string {
	t.Helper()
	for range ports {
		addr := fmt.Sprintf("127.0.0.1:%d", firstPort+nextPort.Add(1)%ports)
		if l, err := net.Listen("tcp", addr); err == nil {
			l.Close()
			return addr
		}
	}
	t.Fatal("no port is free")
	return ""
}

// startAt starts a server at an address, and waits until it listens.
func startAt(t *testing.T, addr string, args ...string) *chat {
	t.Helper()
	binary, err := build()
	if err != nil {
		t.Fatal(err)
	}
	c := launch(t, command(nil, binary, append([]string{"-addr", addr}, args...)...))
	c.host = addr
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		if nc, err := net.Dial("tcp", addr); err == nil {
			nc.Close()
			return c
		}
		select {
		case <-c.ended:
			t.Fatalf("the server ended: %v\n%s", c.err, c.logged())
		default:
		}
		if time.Now().After(end) {
			t.Fatal("the server does not listen")
		}
	}
}

// over ends it: nothing was lost, and the server goes in order.
func (s *siege) over() {
	s.onlooker.end()
	s.chat.stop()
}

// amount is n, or less where only the effect counts.
func amount(n int) int {
	if measured() {
		return n
	}
	return max(1, n/10)
}

// measured says whether floods go on, and time and memory are judged: on a machine
// that is busy with other tests they tell nothing, so it has to be asked for.
func measured() bool { return os.Getenv("MEASURE") != "" && !testing.Short() && !raceEnabled }

// A flood is an attack by its mass.
type flood struct {
	class, name string
	args        []string
	room        string // of the onlooker; "": the lobby
	attack      func(s *siege) error

	grows int64 // what the server may grow by; 0: floodGrowth
}

// A cost is what a flood did to others.
type cost struct {
	calm, busy time.Duration // p99 of an onlooker elsewhere, and of the one beside the attack
	grown      int64
}

func (c cost) String() string {
	return fmt.Sprintf("p99 %v, %v elsewhere; memory grew by %.1f MiB", c.busy.Round(time.Millisecond/10), c.calm.Round(time.Millisecond/10), float64(c.grown)/(1<<20))
}

// run attacks until each cost was within its bound, a few times at most: what else
// runs on the machine can only add to them. calm chats on a server that nobody attacks:
// where the machine keeps it waiting, too, latency says nothing about the attack.
func (f flood) run(t *testing.T, calm *onlooker) {
	grows := cmp.Or(f.grows, floodGrowth)
	least := cost{busy: time.Hour, grown: math.MaxInt64}
	for range floodTries {
		c := f.measure(t, calm)
		t.Log(c)
		if least.grown = min(least.grown, c.grown); c.busy < least.busy {
			least.busy, least.calm = c.busy, c.calm
		}
		if t.Failed() || !measured() || least.grown < grows && (least.busy < floodLatency || least.calm > floodLatency) {
			return
		}
	}
	if least.grown >= grows {
		t.Errorf("the server's memory grew by %d bytes, want less than %d", least.grown, grows)
	}
	if least.busy >= floodLatency && least.calm < floodLatency/2 {
		t.Errorf("one of 100 texts of an onlooker took over %v, want less than %v", least.busy, floodLatency)
	}
}

// measure attacks once, on a server of its own.
func (f flood) measure(t *testing.T, calm *onlooker) (c cost) {
	t.Helper()
	s := besiege(t, f.room, f.args...)
	s.hearsMore(quietTexts)
	before, from, calmFrom := s.forgetPeak(), s.heard(), calm.heard()
	if out, err := errand("flood", f.name, s.host).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	s.hearsMore(1)
	calm.hearsMore(1)
	c.busy, c.calm = s.p99(from), calm.p99(calmFrom)
	c.grown = s.status("VmHWM") - before
	s.over()
	return c
}

// floodErrand attacks the server at a host by the flood of that name, again and again
// for the time of a flood.
func floodErrand(args []string) error {
	s := &siege{chat: &chat{host: args[1]}}
	at := slices.IndexFunc(floods, func(f flood) bool { return f.name == args[0] })
	for began := time.Now(); ; {
		if err := floods[at].attack(s); err != nil || !measured() || time.Since(began) > floodTime {
			return err
		}
	}
}

// status gives a size from the kernel's account of the server, in bytes; 0 where
// there is none.
func (c *chat) status(name string) int64 {
	c.t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.process.Process.Pid))
	if errors.Is(err, fs.ErrNotExist) && runtime.GOOS != "linux" {
		return 0
	}
	m := regexp.MustCompile(`(?m)^` + name + `:\s+(\d+) kB$`).FindSubmatch(text)
	if m == nil {
		c.t.Fatalf("no %s: %v", name, err)
	}
	n, err := strconv.ParseInt(string(m[1]), 10, 64)
	if err != nil {
		c.t.Fatal(err)
	}
	return n << 10
}

// files counts what the server has open; 0 where nobody tells.
func (c *chat) files() int {
	c.t.Helper()
	list, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", c.process.Process.Pid))
	if err != nil && runtime.GOOS == "linux" {
		c.t.Fatal(err)
	}
	return len(list)
}

// forgetPeak makes the kernel forget how much memory the server once had, and gives
// what it has now.
func (c *chat) forgetPeak() int64 {
	c.t.Helper()
	err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", c.process.Process.Pid), []byte("5"), 0)
	if err != nil && runtime.GOOS == "linux" {
		c.t.Fatal(err)
	}
	return c.status("VmRSS")
}
