package room

// An absence is the members that are away, as a heap: who is the first to fall
// off the log is at the top. So a message costs nothing for those that do not
// fall, who mostly come back in time.
type absence []*Cursor

// expired says that the log, whose base is at base, has lost what the first
// of them needs.
func (a absence) expired(base uint64) bool { return len(a) > 0 && a[0].next < base }

// What container/heap needs:

func (a absence) Len() int           { return len(a) }
func (a absence) Less(i, j int) bool { return a[i].next < a[j].next }

func (a absence) Swap(i, j int) {
	a[i], a[j] = a[j], a[i]
	a[i].at, a[j].at = int32(i), int32(j)
}

// Push appends a *Cursor.
func (a *absence) Push(x any) {
	c := x.(*Cursor)
	c.at = int32(len(*a))
	*a = append(*a, c)
}

// Pop takes the last one off.
func (a *absence) Pop() any {
	last := len(*a) - 1
	c := (*a)[last]
	(*a)[last] = nil
	*a = (*a)[:last]
	return c
}
