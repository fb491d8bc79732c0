package plot

import "math"

// A Scale says which values an axis shows.
type Scale struct {
	Min, Max float64
	Log      bool // equal ratios are equal lengths; Min is over 0
}

// at is where v is: 0 at Min, 1 at Max, and never outside.
func (s Scale) at(v float64) float64 {
	lo, hi := s.Min, s.Max
	if s.Log {
		lo, hi, v = math.Log(lo), math.Log(hi), math.Log(max(v, s.Min))
	}
	if hi <= lo {
		return 0
	}
	return min(1, max(0, (v-lo)/(hi-lo)))
}

// An Axis is a scale with what is written beside it.
type Axis struct {
	Label string
	Scale
	Ticks []Tick
}

// A Tick is a value that an axis names.
type Tick struct {
	At    float64
	Label string
}

// Linear gives an axis from 0 to at least most, with about five ticks at round
// values.
func Linear(label string, most float64, name func(float64) string) Axis {
	if most <= 0 {
		most = 1
	}
	step := math.Pow(10, math.Floor(math.Log10(most/5)))
	for _, by := range []float64{2, 2.5, 2} { // 1, 2, 5, 10
		if most/step <= 6 {
			break
		}
		step *= by
	}
	steps := math.Ceil(most/step - 1e-9)
	a := Axis{Label: label, Scale: Scale{Max: steps * step}}
	for i := range int(steps) + 1 {
		v := float64(i) * step
		a.Ticks = append(a.Ticks, Tick{v, name(v)})
	}
	return a
}

// maxLogTicks is how many ticks a logarithmic axis names; over it only the powers
// of ten are.
const maxLogTicks = 9

// Logarithmic gives an axis that holds least and most, which are over 0, with its
// ends and ticks at 1, 2 and 5 times powers of ten.
func Logarithmic(label string, least, most float64, name func(float64) string) Axis {
	all := roundBetween(least, most, []float64{1, 2, 5})
	a := Axis{Label: label, Scale: Scale{all[0], all[len(all)-1], true}}
	if len(all) > maxLogTicks {
		all = roundBetween(a.Min, a.Max, []float64{1})
	}
	for _, v := range all {
		if v >= a.Min*(1-1e-9) && v <= a.Max*(1+1e-9) {
			a.Ticks = append(a.Ticks, Tick{v, name(v)})
		}
	}
	return a
}

// roundBetween gives the round values from the last one not over least to the
// first one not below most, and at least two.
func roundBetween(least, most float64, factors []float64) (list []float64) {
	for e := math.Floor(math.Log10(least)); ; e++ {
		for _, f := range factors {
			v := f * math.Pow(10, e)
			if v <= least*(1+1e-9) {
				list = list[:0]
			}
			if list = append(list, v); len(list) > 1 && v >= most*(1-1e-9) {
				return list
			}
		}
	}
}
