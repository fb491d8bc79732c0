package admit

import "net/netip"

// A table is a map by address that gives memory back: Go's maps keep room for as
// many rows as they ever had. The zero value is empty.
type table[R any] struct {
	rows map[netip.Addr]R
	most int // rows since it was made
}

// smallTable is how many rows are not worth giving back.
const smallTable = 64

func (t *table[R]) put(key netip.Addr, row R) {
	if t.rows == nil {
		t.rows = map[netip.Addr]R{}
	}
	t.rows[key] = row
	t.most = max(t.most, len(t.rows))
}

// drop takes a row out. A copy costs a quarter of the rows, and comes after three
// quarters of them were taken out.
func (t *table[R]) drop(key netip.Addr) {
	delete(t.rows, key)
	if t.most <= smallTable || len(t.rows) > t.most/4 {
		return
	}
	fewer := make(map[netip.Addr]R, len(t.rows))
	for k, row := range t.rows {
		fewer[k] = row
	}
	t.rows, t.most = fewer, len(fewer)
}
