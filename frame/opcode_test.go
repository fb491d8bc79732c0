package frame_test

import (
	"testing"

	"rfc6455/frame"
)

// TestOpcodes is the table of §11.8, and the rest of the four bits (§5.2).
func TestOpcodes(t *testing.T) {
	names := [16]string{
		"cont", "text", "binary", "op3", "op4", "op5", "op6", "op7",
		"close", "ping", "pong", "op11", "op12", "op13", "op14", "op15",
	}
	for i, name := range names {
		o := frame.Opcode(i)
		if o.String() != name {
			t.Errorf("opcode %d is %q, want %q", i, o, name)
		}
		if got := o.IsControl(); got != (i >= 8) {
			t.Errorf("%v: control %v", o, got)
		}
		if got := o.IsReserved(); got != (i >= 3 && i <= 7 || i >= 11) {
			t.Errorf("%v: reserved %v", o, got)
		}
	}
}
