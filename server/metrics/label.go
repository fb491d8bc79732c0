package metrics

import (
	"fmt"
	"slices"
	"unicode/utf8"
)

// Other is the value of every label that stands for all that are not in its set.
const Other = "other"

// MaxValues is how many values a label may have.
const MaxValues = 256

// A Label is a name and the closed set of its values.
type Label struct {
	name   string
	values []string // as declared; Other is the last
}

// NewLabel makes a label. Other is always one of its values. It panics when the
// name is not one, and when there are over MaxValues values or one of them twice.
func NewLabel(name string, values ...string) Label {
	values = append(slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == Other }), Other)
	if !isLabelName(name) {
		panic(fmt.Sprintf("metrics: %q is not a label's name", name))
	}
	if len(values) > MaxValues {
		panic(fmt.Sprintf("metrics: label %s has over %d values", name, MaxValues))
	}
	seen := map[string]bool{}
	for _, v := range values {
		if v == "" || seen[v] || !utf8.ValidString(v) {
			panic(fmt.Sprintf("metrics: label %s has the value %q, which is empty, not UTF-8 or not new", name, v))
		}
		seen[v] = true
	}
	return Label{name, values}
}

// By is a family with a label: one M for each of its values.
type By[M any] struct {
	each  map[string]M
	other M
}

// Of gives what counts for a value; for one that is not in the label's set, what
// counts for [Other].
func (by By[M]) Of(value string) M {
	if m, ok := by.each[value]; ok {
		return m
	}
	return by.other
}

// makeBy makes an M for each value, and the function that appends all of them.
func makeBy[M any](l Label, fresh func() M, sample func(b []byte, name, labels string, m M) []byte) (By[M], func([]byte, string) []byte) {
	by := By[M]{each: map[string]M{}}
	pairs := make([]string, len(l.values))
	for i, v := range l.values {
		by.each[v] = fresh()
		pairs[i] = labels(l.name, v)
	}
	by.other = by.each[Other]
	return by, func(b []byte, name string) []byte {
		for i, v := range l.values {
			b = sample(b, name, pairs[i], by.each[v])
		}
		return b
	}
}
