package server

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Visitors against a slice, whoever comes and goes.
func TestVisitors(t *testing.T) {
	var vs visitors
	var want []*visit // the last to come at the end
	all := make([]visit, 20)
	for range 2000 {
		v := &all[rand.IntN(len(all))]
		switch at := slices.Index(want, v); {
		case at < 0 && vs.has(v):
			t.Fatal("somebody is there who did not come")
		case at >= 0 && !vs.has(v):
			t.Fatal("somebody is not there who came")
		case at < 0 && rand.IntN(2) == 0:
			vs.remove(v) // changes nothing
		case at < 0:
			vs.add(v)
			want = append(want, v)
		default:
			vs.remove(v)
			want = slices.Delete(want, at, at+1)
		}
		got := slices.Collect(vs.all())
		slices.Reverse(got)
		if !slices.Equal(got, want) || vs.count != len(want) {
			t.Fatalf("%d are there, counted as %d, want %d", len(got), vs.count, len(want))
		}
	}
	for range vs.all() {
		break
	}
}
