package model

import "slices"

// maxCuts bounds the writes of a case.
const maxCuts = 64

// cuts chooses where new writes begin: nowhere, between the units, a few bytes
// into each, after every few bytes, or anywhere.
func (g *generator) cuts(c *Case) []int {
	total := len(c.Bytes())
	if total < 2 {
		return nil
	}
	var cuts []int
	switch dice := g.IntN(20); {
	case dice < 9:
		return nil
	case dice < 12:
		cuts = edges(c.Units, 0)
	case dice < 15:
		cuts = edges(c.Units, 1+g.IntN(15))
	case dice < 17:
		step := max(pick(g, []int{1, 2, 3, 5, 7, 13}), total/maxCuts)
		for at := step; at < total; at += step {
			cuts = append(cuts, at)
		}
	default:
		for range 1 + g.IntN(4) {
			cuts = append(cuts, 1+g.IntN(total-1))
		}
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	return cuts[:min(len(cuts), maxCuts)]
}

// edges gives the places that lie so many bytes behind the beginning of a unit.
func edges(units []Unit, behind int) (all []int) {
	at := 0
	for _, u := range units {
		n := len(u.append(nil))
		if at+behind > 0 && behind < n {
			all = append(all, at+behind)
		}
		at += n
	}
	return all
}
