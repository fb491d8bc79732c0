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
		if got, err := frame.ParseRole(r.name); err != nil || got != r.role {
			t.Errorf("%s is read as %v, %v", r.name, got, err)
		}
	}
	for _, name := range []string{"", "Server", "proxy"} {
		if got, err := frame.ParseRole(name); err == nil {
			t.Errorf("%q is read as %v", name, got)
		}
	}
}
