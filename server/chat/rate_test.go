package chat

import (
	"math/rand/v2"
	"testing"
	"time"
)

var some = Rate{Burst: 3, Every: time.Second}

func TestBucket(t *testing.T) {
	var b Bucket
	take := func(at time.Duration, n int, want Grant, wait time.Duration) {
		t.Helper()
		if got, retry := b.Take(newYear.Add(at), some, n); got != want || retry != wait {
			t.Errorf("at %v, %d: %v, %v, want %v, %v", at, n, got, retry, want, wait)
		}
	}
	take(0, 1, Granted, 0)
	take(0, 2, Granted, 0)
	take(0, 1, Refused, time.Second)
	take(300*time.Millisecond, 1, Refused, 700*time.Millisecond)
	take(time.Second, 1, Granted, 0) // as it was told to
	take(2500*time.Millisecond, 2, Refused, 500*time.Millisecond)
	take(3*time.Second, 2, Granted, 0)
	take(time.Hour, 3, Granted, 0) // never more than a burst
	take(time.Hour, 1, Refused, time.Second)
	take(2*time.Hour, 99, Granted, 0) // a text of more than the burst is a burst
}

func TestNoRateIsNoLimit(t *testing.T) {
	var b Bucket
	for range 10000 {
		if got, wait := b.Take(newYear, Rate{}, 1000); got != Granted || wait != 0 {
			t.Fatalf("%v, %v", got, wait)
		}
	}
	if got, _ := b.Take(newYear, Rate{Every: time.Second}, 1); got != Granted {
		t.Error("a burst of 0 is one of 1")
	}
}

// Who keeps on is found out; who waits as he is told to never is.
func TestBucketExhausts(t *testing.T) {
	var b Bucket
	refused := 0
	for n := 0; ; n++ {
		got, _ := b.Take(newYear.Add(time.Duration(n)*time.Millisecond), some, 1)
		if got == Exhausted {
			break
		}
		if got == Refused {
			refused++
		}
		if n > 1000 {
			t.Fatal("a client that keeps on is never found out")
		}
	}
	if refused != patience.Burst {
		t.Errorf("refused %d times, want %d", refused, patience.Burst)
	}

	var patient Bucket
	now := newYear
	for range 10000 {
		switch got, wait := patient.Take(now, some, 1); got {
		case Granted:
		case Refused:
			now = now.Add(wait)
		case Exhausted:
			t.Fatal("a client that waits as told is taken for one that keeps on")
		}
	}
}

// tokens is the bucket as it is drawn: it fills, and is taken from.
type tokens struct {
	held float64
	at   time.Time
}

func (o *tokens) take(now time.Time, r Rate, n int) bool {
	o.held = min(float64(r.Burst), o.held+now.Sub(o.at).Seconds()/r.Every.Seconds())
	o.at = now
	if o.held < float64(n)-1e-6 {
		return false
	}
	o.held -= float64(n)
	return true
}

func TestBucketAgainstTokens(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	r := Rate{Burst: 10, Every: 100 * time.Millisecond}
	now := newYear
	b, o := Bucket{}, tokens{10, now}
	granted := 0
	for range 10000 {
		now = now.Add(time.Duration(rnd.IntN(300)) * time.Millisecond)
		n := 1 + rnd.IntN(4)
		got, wait := b.Take(now, r, n)
		if want := o.take(now, r, n); (got == Granted) != want || (got == Granted) != (wait == 0) {
			t.Fatalf("%d at %v: %v, %v, want %v", n, now.Sub(newYear), got, wait, want)
		}
		if got == Granted {
			granted++
		}
	}
	if granted < 1000 || granted > 9000 {
		t.Errorf("%d of 10000 granted", granted)
	}
}

func TestTextTokens(t *testing.T) {
	for n, want := range map[int]int{0: 1, 1: 1, 4096: 1, 4097: 2, 8192: 2, 1 << 20: 256} {
		if got := TextTokens(n); got != want {
			t.Errorf("%d bytes: %d, want %d", n, got, want)
		}
	}
}

func TestWelcomeWithoutRate(t *testing.T) {
	const want = `{"text":100,"name":32}`
	if got := string(Limits{Text: 100}.append(nil)); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func BenchmarkBucket(b *testing.B) {
	var bucket Bucket
	now := newYear
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(time.Millisecond)
		bucket.Take(now, some, 1)
	}
}
