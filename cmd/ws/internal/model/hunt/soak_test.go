package hunt

import (
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"rfc6455/cmd/ws/internal/faulty"
	"rfc6455/frame"
)

var soak = flag.Duration("soak", 0, "hunt at most this long for each fault that can be planted, and demand nine of ten")

// TestSoakFaults hunts for every fault that can be planted, in every endpoint that can
// have it.
func TestSoakFaults(t *testing.T) {
	if *soak == 0 {
		t.Skip("only with -soak: it takes its time")
	}
	var missed []string
	all := 0
	for _, f := range faulty.Faults {
		if f.Shaking {
			continue // no frame shows it
		}
		for _, role := range f.Roles {
			all++
			what, ok := huntFor(t, f, role)
			if !ok {
				missed = append(missed, f.ID+" "+role.String())
			}
			t.Logf("%3d found, %d not: %-24s %-6s %s", all-len(missed), len(missed), f.ID, role, what)
		}
	}
	if all < 60 {
		t.Errorf("only %d faults could be planted", all)
	}
	if len(missed)*10 > all {
		t.Errorf("of %d faults %d were not found: %s", all, len(missed), strings.Join(missed, ", "))
	}
}

// enoughForProbe is how many cases are played where the RFC lets a fault be: the
// probes have to find it, and nothing may deviate.
const enoughForProbe = 100

// huntFor says what shows a fault, and whether that is enough.
func huntFor(t *testing.T, f *faulty.Fault, role frame.Role) (what string, ok bool) {
	cfg, stop := endpoint(t, faulty.Endpoint{Fault: f}, role)
	defer stop()
	cfg.For, cfg.Timeout = *soak, DefaultTimeout
	if f.Lax {
		cfg.Count = enoughForProbe
	}
	res, err := Run(t.Context(), cfg, nil)
	switch {
	case err != nil:
		return err.Error(), false
	case f.Lax && len(res.Finds) == 0:
		return "allowed: " + res.Lax.String(), res.Lax != 0
	case len(res.Finds) == 0:
		return fmt.Sprintf("not found in %d cases", res.Executions), false
	}
	return fmt.Sprintf("%s: %s, %d units", res.Elapsed.Round(time.Millisecond), res.Finds[0].Deviation.Kind, len(res.Finds[0].Case.Units)), true
}
