package faulty

import (
	"path"
	"slices"
	"testing"

	"rfc6455/frame"
	"rfc6455/testdata"
)

// scripts gives the sessions that can be played to an echo endpoint of a role,
// those up to a size that keeps this quick.
func scripts(t *testing.T, role frame.Role) (all []testdata.Session) {
	t.Helper()
	sessions, err := testdata.Sessions()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sessions {
		if playable(s) && (s.Role == role || mirrored(s)) && len(replay{script: s, role: role}.input()) < 3<<20 {
			all = append(all, s)
		}
	}
	return all
}

// TestConforming plays every script to the endpoint without a fault, whole and
// in pieces.
func TestConforming(t *testing.T) {
	for _, role := range both {
		played := 0
		for _, s := range scripts(t, role) {
			for _, piece := range []int{readSize, 1} {
				r := replay{script: s, role: role, piece: piece}
				if piece == 1 && len(r.input()) > 64<<10 {
					continue
				}
				played++
				if err := r.run(); err != nil {
					t.Errorf("%s as %v, in pieces of %d: %v", s.ID, role, piece, err)
				}
			}
		}
		if played < 300 {
			t.Errorf("%d replays as %v: the scripts were not found", played, role)
		}
	}
}

// TestFaults plays to each endpoint with a fault the scripts that are said to
// show it: all of them must, in every role.
func TestFaults(t *testing.T) {
	for _, role := range both {
		all := scripts(t, role)
		for _, f := range Faults {
			if f.Shaking || !slices.Contains(f.Roles, role) {
				continue
			}
			shown := false
			for _, pattern := range f.Cases {
				if show(t, f, role, all, pattern) {
					shown = true
				}
			}
			if !shown {
				t.Errorf("%s as %v: no script shows it", f.ID, role)
			}
		}
	}
}

// show plays the scripts of a pattern and says whether there are any.
func show(t *testing.T, f *Fault, role frame.Role, all []testdata.Session, pattern string) (found bool) {
	t.Helper()
	for _, s := range all {
		if ok, err := path.Match(pattern, s.ID); err != nil {
			t.Fatal(err)
		} else if !ok {
			continue
		}
		found = true
		whole := replay{script: s, role: role, fault: f, piece: readSize}
		bytes := replay{script: s, role: role, fault: f, piece: 1}
		if whole.run() == nil && bytes.run() == nil {
			t.Errorf("%s as %v: %s does not show it", f.ID, role, s.ID)
		}
	}
	return found
}

// TestFaultsAreTold holds the list to its form: permanent IDs, clauses, roles and
// cases.
func TestFaultsAreTold(t *testing.T) {
	ids := map[string]bool{}
	frames := 0
	for _, f := range Faults {
		if ids[f.ID] || f.ID == "" || f.Section == "" || f.Text == "" || len(f.Cases) == 0 || len(f.Roles) == 0 {
			t.Errorf("%+v is not told whole, or twice", f)
		}
		ids[f.ID] = true
		if Find(f.ID) != f {
			t.Errorf("%s is not found", f.ID)
		}
		if !f.Shaking && !f.Lax && slices.Contains(f.Roles, frame.Server) {
			frames++
		}
	}
	if Find("none") != nil {
		t.Error("a fault that does not exist is found")
	}
	if len(Faults) < 34 || frames < 30 {
		t.Errorf("%d faults, %d of them in a server's frames: want 34, 30", len(Faults), frames)
	}
}
