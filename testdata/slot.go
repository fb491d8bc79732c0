package testdata

import "fmt"

// A slot is where the values of a record's key go.
type slot struct {
	once bool // the key may stand once
	put  func(value string) error
}

// one is for a value as it stands.
func one(to *string) slot {
	return parsed(to, func(value string) (string, error) { return value, nil })
}

// parsed is for a value that is read first.
func parsed[T any](to *T, parse func(string) (T, error)) slot {
	return slot{true, func(value string) (err error) {
		*to, err = parse(value)
		return err
	}}
}

// many is for a key that may stand again and again.
func many(to *[]string) slot {
	return slot{false, func(value string) error {
		*to = append(*to, value)
		return nil
	}}
}

// fill puts every value of r into its slot. A key that has none is an error, and
// so is one that stands twice and may not.
func (r *Record) fill(kind string, slots map[string]slot) error {
	var once []string
	for key, s := range slots {
		if s.once {
			once = append(once, key)
		}
	}
	if err := r.once(once...); err != nil {
		return err
	}
	for _, f := range r.Fields {
		s, ok := slots[f.Key]
		if !ok {
			return fmt.Errorf("%s: %s has no key %q", r.At(f), kind, f.Key)
		}
		if err := s.put(f.Value); err != nil {
			return fmt.Errorf("%s: %w", r.At(f), err)
		}
	}
	return nil
}

// ids are where the ids of a kind of record stand.
type ids map[string]string

// take takes an id, which may not be taken yet.
func (m ids) take(id, at string) error {
	if first, ok := m[id]; ok {
		return fmt.Errorf("%s: id %q is taken at %s", at, id, first)
	}
	m[id] = at
	return nil
}
