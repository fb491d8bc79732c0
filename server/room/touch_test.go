package room

import "testing"

// Members in step are touched before they are offered something, a few at a time:
// none long before its turn.
func TestTouched(t *testing.T) {
	pumps, peers := idlePumps(1), []*peer(nil)
	r := crowd(t, pumps, 3*touchAhead+1, func() Member {
		peers = append(peers, &peer{})
		return peers[len(peers)-1]
	})
	offered := 0
	for i, p := range peers {
		p.onOffer = func() {
			offered++
			ahead := 0
			for _, q := range peers {
				ahead += q.touches
			}
			if ahead -= offered - 1; p.touches != 1 || ahead > touchAhead {
				t.Errorf("member %d is offered something: it was touched %d times, and %d are ahead; want 1, and %d at most", i, p.touches, ahead, touchAhead)
			}
		}
	}
	publish(t, r, "a")
	pumps.spin()
	if offered != len(peers) {
		t.Errorf("%d offers to %d members", offered, len(peers))
	}
}
