package room

// A Passage is what became of a batch: so many members took so many of its frames,
// the first ones.
type Passage struct {
	Batch   *Batch
	Frames  int
	Members int
	Late    bool   // they were behind the others: history, or a slow reader
	Pump    uint32 // a small number, each pump's own
}

// tell says what was delivered, once for all members that took the same.
func (sh *shard) tell(b *Batch, frames, members int, late bool) {
	if passed := sh.room.cfg.Passed; passed != nil && frames > 0 && members > 0 {
		passed(Passage{b, frames, members, late, sh.pump.number})
	}
}
