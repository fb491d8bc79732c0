package frame_test

import (
	"testing"

	"rfc6455/frame"
)

func TestRoles(t *testing.T) {
	for _, r := range []struct {
		role, peer frame.Role
		masks      bool
		name       string
	}{
		{frame.Server, frame.Client, false, "server"},
		{frame.Client, frame.Server, true, "client"},
	} {
		if r.role.Peer() != r.peer || r.role.Masks() != r.masks || r.role.String() != r.name {
			t.Errorf("%v: peer %v, masks %v", r.role, r.role.Peer(), r.role.Masks())
		}
	}
}
