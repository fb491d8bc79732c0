package main

import (
	"flag"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The soak tests are short unless they are told how long to go on; then numbers are
// what they are to be in earnest, too.
var soak = flag.Duration("soak", 2*time.Second, "how long connections come and go")

// inEarnest says whether the soak is a long one.
func inEarnest() bool { return *soak >= time.Minute }

// scale is n in earnest, else less.
func scale(n, less int) int {
	switch {
	case inEarnest():
		return n
	case raceEnabled:
		return max(1, less/4)
	}
	return less
}

// soaks lets short soaks, which mostly wait, go side by side.
func soaks(t *testing.T) {
	if !inEarnest() {
		t.Parallel()
	}
}

// What a server may keep when all who came have gone.
const heapSlack = 0.05

// heapNoise is what a small heap may differ by without a meaning, in bytes.
const heapNoise = 200 << 10

// An account is what a server has in use.
type account struct {
	goroutines, files int
	heap              int64 // after a collection, in bytes
	connections       int
}

func (a account) String() string {
	return fmt.Sprintf("%d connections, %d goroutines, %d files, heap %.2f MiB", a.connections, a.goroutines, a.files, float64(a.heap)/(1<<20))
}

// A patient is a server whose accounts are looked at.
type patient struct {
	*chat
	admin string // the URL
}

// startPatient starts a server with an address for its operator, at a free address
// or where one was before.
func startPatient(t *testing.T, addr string, args ...string) *patient {
	t.Helper()
	admin := freeAddress(t)
	return &patient{startAt(t, addr, append([]string{"-log-level", "warn", "-admin-addr", admin}, args...)...), "http://" + admin}
}

// metric reads a sample by its name and label, or what a profile says by its beginning.
func metric(t *testing.T, text, name string) int {
	t.Helper()
	for line := range strings.Lines(text) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			f, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil {
				t.Fatal(err)
			}
			return int(f)
		}
	}
	t.Fatalf("no metric %s", name)
	return 0
}

// look gives the account as it is, after two collections: the first one leaves what
// pools hold. The heap is read off the profile as text, which begins with what was there
// when the second was over; to write it takes as much again as a server at rest has, and
// can bring about a third, so that the figure of the last collection would count that.
func (p *patient) look() (a account) {
	p.t.Helper()
	var profile string
	for range 2 {
		_, profile = get(p.t, fresh(), p.admin+"/debug/pprof/heap?gc=1&debug=1")
	}
	_, figures := get(p.t, fresh(), p.admin+"/metrics")
	a.heap = int64(metric(p.t, profile, "# HeapAlloc ="))
	a.goroutines = metric(p.t, figures, "go_goroutines")
	for _, kind := range []string{"plain", "chat.v1", "echo"} {
		a.connections += metric(p.t, figures, `chat_connections{kind="`+kind+`"}`)
	}
	a.files = p.files()
	for range 5 { // the connection that was asked on may not be closed yet
		time.Sleep(10 * time.Millisecond)
		a.files = min(a.files, p.files())
	}
	return a
}

// settled gives the account once the server is back at what it had before, as far as
// it gets there in time. The zero account is for the first time: after a while.
func (p *patient) settled(connections int, before account) (best account) {
	p.t.Helper()
	for began := time.Now(); time.Since(began) < patience; time.Sleep(200 * time.Millisecond) {
		a := p.look()
		if a.connections != connections {
			continue
		}
		if best == (account{}) || before == (account{}) {
			best = a
		}
		best.goroutines, best.files, best.heap = min(best.goroutines, a.goroutines), min(best.files, a.files), min(best.heap, a.heap)
		if before == (account{}) && time.Since(began) > restTime() || before != (account{}) && best.within(before) {
			return best
		}
	}
	if best == (account{}) {
		p.t.Fatalf("not all are gone: %v, want %d", p.look(), connections)
	}
	return best
}

// restTime is how long a server is given to come to rest the first time.
func restTime() time.Duration {
	if inEarnest() {
		return 10 * time.Second
	}
	return 2 * time.Second
}

// within says whether a is no more than before.
func (a account) within(before account) bool {
	slack := max(heapNoise, int64(float64(before.heap)*heapSlack))
	if inEarnest() {
		slack = int64(float64(before.heap) * heapSlack)
	}
	return a.goroutines <= before.goroutines && a.files <= before.files && a.heap <= before.heap+slack
}

// wantBack demands that the server is back at what it had before.
func (p *patient) wantBack(connections int, before account) {
	p.t.Helper()
	after := p.settled(connections, before)
	p.t.Logf("before: %v", before)
	p.t.Logf("after:  %v", after)
	if !after.within(before) {
		p.t.Errorf("%v is left, before it was %v", after, before)
	}
}
