package hunt

import (
	"flag"
	"testing"
	"time"

	"rfc6455/cmd/ws/internal/faulty"
	"rfc6455/cmd/ws/internal/model"
	"rfc6455/frame"
)

var soak = flag.Duration("soak", 0, "hunt this long for each planted fault, and demand nine of ten")

// TestSoakFaults hunts for every fault that can be planted.
func TestSoakFaults(t *testing.T) {
	if *soak == 0 {
		t.Skip("only with -soak: it takes its time")
	}
	found, all := 0, 0
	for _, f := range faulty.Faults {
		if f.Shaking {
			continue // no frame shows it
		}
		for _, role := range f.Roles {
			all++
			if what := huntFor(t, f, role); what != "" {
				found++
				t.Logf("%3d/%d  %-24s %-6s %s", found, all, f.ID, role, what)
			} else {
				t.Logf("%3d/%d  %-24s %-6s not found in %v", found, all, f.ID, role, *soak)
			}
		}
	}
	if found*10 < all*9 {
		t.Errorf("%d of %d faults were found", found, all)
	}
}

// huntFor says what shows a fault, or "".
func huntFor(t *testing.T, f *faulty.Fault, role frame.Role) string {
	var what string
	t.Run(f.ID+"/"+role.String(), func(t *testing.T) {
		cfg := against(t, faulty.Endpoint{Fault: f}, role)
		cfg.For, cfg.Timeout = *soak, DefaultTimeout
		res, err := Run(t.Context(), cfg, nil)
		switch {
		case err != nil:
			what = err.Error()
			return
		case len(res.Finds) > 0:
			what = res.Elapsed.Round(time.Millisecond).String() + " " + res.Finds[0].Deviation.Kind
		case f.Lax && res.Lax&model.StrictOnly != 0:
			what = "allowed: " + res.Lax.String()
		}
	})
	return what
}
