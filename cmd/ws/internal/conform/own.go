package conform

import (
	"context"
	"fmt"
	"strings"

	"rfc6455/frame"
	"rfc6455/handshake"
	"rfc6455/testdata"
)

// ownCases are scripts that are made here: because they depend on what is known of
// the target, or because there are too many of a kind.
func ownCases(role frame.Role) ([]*Case, error) {
	all := limitCases(role)
	all = append(all, agreementCases(role)...)
	return append(all, numberedCases(role)...), nil
}

// made makes a case of the text of a script, which is written when it is played.
func made(role frame.Role, c Case, text func(*Config) (string, string)) *Case {
	c.play = func(ctx context.Context, b *bench) outcome {
		script, why := text(b.cfg)
		if why != "" {
			return skipped("%s", why)
		}
		p, err := planOf(role, c.ID, script)
		if err != nil {
			return failed("the script: %v", err)
		}
		return p.play(ctx, b)
	}
	return &c
}

// planOf reads a script without its first lines.
func planOf(role frame.Role, id, script string) (*plan, error) {
	all, err := testdata.ParseSessions(id, fmt.Sprintf("# made\nid: %s\nrole: %v\n%s", id, role, script))
	if err != nil {
		return nil, err
	}
	return newPlan(all[0])
}

// limitCases try a limit that is known (§10.4).
func limitCases(role frame.Role) (cases []*Case) {
	const deflate = "deflate: permessage-deflate; server_no_context_takeover; client_no_context_takeover\n"
	const open, over = "end: open\n", "out: close 1009\nend: failed message-too-big\n"
	for _, l := range []struct{ name, what, strict, script string }{
		{"at", "a message as long as the target takes.", "", "in: binary 0xfe*%[1]d\nevent: binary 0xfe*%[1]d\n" + open},
		{"over", "one byte more than the target takes.", "", "in: binary 0xfe*%[2]d\n" + over},
		{"over-declared", "a header alone declares one byte more than the target takes.", "judged before the frame is complete",
			"in: binary len=%[2]d\n" + over},
		{"fragments-over", "fragments that each fit, and together are too long: the limit is a message's.", "",
			"in: binary more 0xfe*%[1]d\nin: cont 0xfe*1\n" + over},
		{"fragments-at", "fragments that together are as long as the target takes.", "",
			"in: text more \"a\"*%[3]d\nin: cont more\nin: cont \"bb\"\nevent: text \"a\"*%[3]d \"bb\"\n" + open},
		{"inflated-over", "a message that inflates to one byte more than the target takes.", "", deflate + "packed: binary 0x00*%[2]d\n" + over},
		{"inflated-at", "a message that inflates to just what the target takes.", "",
			deflate + "packed: text \"a\"*%[1]d\nevent: text \"a\"*%[1]d\n" + open},
	} {
		c := Case{ID: "limits/own-" + l.name, Family: Limits, Clause: "RFC 6455 §10.4", What: l.what, Strict: l.strict,
			Expect: "close 1009", alone: true}
		if strings.HasSuffix(l.name, "at") {
			c.Expect, c.echo = "the message", true
		}
		script := l.script
		if l.strict != "" {
			script = "strict: " + l.strict + "\n" + script
		}
		cases = append(cases, made(role, c, func(cfg *Config) (string, string) {
			n := cfg.Message
			switch {
			case n == 0:
				return "", "say -message and how long a message the target takes"
			case n < 3 || n >= frame.MaxNotation:
				return "", fmt.Sprintf("a limit of %d bytes is not tried", n)
			}
			// Arguments that a script has no place for come out as an error at its end.
			text := fmt.Sprintf(script+"%[1]d%[2]d%[3]d", n, n+1, n-2)
			return strings.TrimSuffix(text, fmt.Sprint(n)+fmt.Sprint(n+1)+fmt.Sprint(n-2)), ""
		}))
	}
	return cases
}

// agreementCases are all combinations of the parameters of permessage-deflate
// (RFC 7692 §7.1): windows of 8 to 15 bits and none said, kept or not, on both sides.
func agreementCases(role frame.Role) (cases []*Case) {
	bits := []int{0}
	for n := handshake.MinWindowBits; n <= handshake.MaxWindowBits; n++ {
		bits = append(bits, n)
	}
	for _, server := range bits {
		for _, client := range bits {
			for _, fresh := range []string{"", "-sn", "-cn", "-sn-cn"} {
				cases = append(cases, agreementCase(role, server, client, fresh))
			}
		}
	}
	return cases
}

func agreementCase(role frame.Role, server, client int, fresh string) *Case {
	id, offer := "deflate/agree", handshake.PermessageDeflate
	if server > 0 {
		id += fmt.Sprintf("-s%d", server)
		offer += fmt.Sprintf("; server_max_window_bits=%d", server)
	}
	if client > 0 {
		id += fmt.Sprintf("-c%d", client)
		offer += fmt.Sprintf("; client_max_window_bits=%d", client)
	}
	if id += fresh; strings.Contains(fresh, "-sn") {
		offer += "; server_no_context_takeover"
	}
	if strings.Contains(fresh, "-cn") {
		offer += "; client_no_context_takeover"
	}
	c := Case{ID: id, Family: Deflate, Clause: "RFC 7692 §7.1", echo: true,
		What: "three times the same text with " + offer + ".", Expect: "the texts, within the windows that were agreed"}
	if id == "deflate/agree" {
		c.ID = "deflate/agree-nothing"
	}
	return made(role, c, func(*Config) (string, string) {
		text := counting(20_000)
		return fmt.Sprintf("deflate: %s\npacked: text %q\ntimes: 3\nevent: text %q\ntimes: 3\nend: open\n", offer, text, text), ""
	})
}

// counting is a text of about n bytes in which everything comes again: some of it
// soon, all of it later, so that windows of all sizes matter.
func counting(n int) string {
	var b strings.Builder
	for i := 0; b.Len() < n/2; i++ {
		fmt.Fprintf(&b, "%d: all is said once more, ", i*i)
	}
	return b.String() + b.String()
}
