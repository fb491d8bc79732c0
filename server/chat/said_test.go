package chat

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

func keyOf(from, id, text string) Key {
	return Body{From: []byte(from), ID: []byte(id), Text: []byte(text)}.Key()
}

func TestSaid(t *testing.T) {
	var s Said
	look := func(k Key, want Repetition, at uint64) {
		t.Helper()
		if got, seq := s.Look(k); got != want || seq != at {
			t.Errorf("%v at %d, want %v at %d", got, seq, want, at)
		}
	}
	k := keyOf("ada", example, "hi")
	look(k, First, 0)
	s.Add(k, 7)
	look(k, Again, 7)
	look(keyOf("ada", example, "ho"), Other, 7)
	look(keyOf("bob", example, "hi"), First, 0)
	look(keyOf("adau", example[1:], "hi"), First, 0) // where one field ends is part of the key
	s.Trim(7)
	look(k, Again, 7)
	s.Trim(8)
	look(k, First, 0)
}

// What the name was, or the time, is no part of what was said.
func TestKeyIsOfWhoAndWhat(t *testing.T) {
	a, b := bodies[1], bodies[1]
	b.Name, b.Time = []byte("수민"), 5
	if a.Key() != b.Key() {
		t.Error("a new name makes another message of it")
	}
}

// heard is Said as one would first write it.
type heard struct {
	limit int
	keys  []Key
	seqs  []uint64
}

func (h *heard) look(k Key) (Repetition, uint64) {
	for i, was := range h.keys {
		if was == k {
			return Again, h.seqs[i]
		}
		if was.who == k.who {
			return Other, h.seqs[i]
		}
	}
	return First, 0
}

func (h *heard) add(k Key, seq uint64) {
	h.keys, h.seqs = append(h.keys, k), append(h.seqs, seq)
	if len(h.keys) > h.limit {
		h.keys, h.seqs = h.keys[1:], h.seqs[1:]
	}
}

func (h *heard) trim(base uint64) {
	for len(h.seqs) > 0 && h.seqs[0] < base {
		h.keys, h.seqs = h.keys[1:], h.seqs[1:]
	}
}

func TestSaidAgainstSlow(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	const limit = 50
	s, slow := Said{Limit: limit}, heard{limit: limit}
	seq, seen := uint64(0), map[Repetition]int{}
	for range 20000 {
		k := keyOf(fmt.Sprint(rnd.IntN(4)), fmt.Sprint(rnd.IntN(60)), fmt.Sprint(rnd.IntN(2)))
		want, at := slow.look(k)
		if got, where := s.Look(k); got != want || where != at {
			t.Fatalf("%v at %d, want %v at %d", got, where, want, at)
		}
		seen[want]++
		seq += 1 + rnd.Uint64N(2) // plain members' stand between
		if want == First {
			s.Add(k, seq)
			slow.add(k, seq)
		}
		if rnd.IntN(10) == 0 {
			base := seq - min(seq, rnd.Uint64N(2*limit))
			s.Trim(base)
			slow.trim(base)
		}
		if n := len(slow.keys); len(s.byWho) != n || int(s.next-s.first) != n || len(s.ring) > max(8, 8*n) && n > 0 || n == 0 && len(s.ring) > 64 {
			t.Fatalf("%d remembered, %d in the map, %d in a ring of %d", n, len(s.byWho), s.next-s.first, len(s.ring))
		}
	}
	if len(seen) != 3 {
		t.Errorf("only %v came up", seen)
	}
}

func TestSaidGivesMemoryBack(t *testing.T) {
	var s Said
	for seq := range uint64(2 * DefaultSaid) {
		s.Add(keyOf("ada", fmt.Sprint(seq), ""), seq+1)
	}
	if len(s.byWho) != DefaultSaid || len(s.ring) != DefaultSaid {
		t.Errorf("%d remembered in a ring of %d, want %d", len(s.byWho), len(s.ring), DefaultSaid)
	}
	s.Trim(2*DefaultSaid - 9)
	if len(s.byWho) != 10 || len(s.ring) > 16 {
		t.Errorf("%d remembered in a ring of %d, want 10 in 16", len(s.byWho), len(s.ring))
	}
	s.Trim(2*DefaultSaid + 1)
	if s.byWho != nil || s.ring != nil {
		t.Error("nothing remembered, and yet something held")
	}
}

func TestSaidAllocatesNothingWhenFull(t *testing.T) {
	s, seq := Said{Limit: 64}, uint64(0)
	k := keyOf("ada", example, "hi")
	add := func() {
		seq++
		k.who[seq%16]++
		s.Trim(seq - min(seq, 60))
		s.Add(k, seq)
	}
	for range 1000 {
		add()
	}
	if n := testing.AllocsPerRun(1000, add); n != 0 {
		t.Errorf("%v allocations a message, want 0", n)
	}
}

func BenchmarkSaid(b *testing.B) {
	var s Said
	seq := uint64(0)
	body := bodies[1]
	b.ReportAllocs()
	for b.Loop() {
		seq++
		k := body.Key()
		k.who[0], k.who[1], k.who[2] = byte(seq), byte(seq>>8), byte(seq>>16)
		s.Trim(seq - min(seq, 1000))
		if was, _ := s.Look(k); was == First {
			s.Add(k, seq)
		}
	}
}
