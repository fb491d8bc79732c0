package model

import (
	"fmt"
	"strconv"
	"strings"

	"rfc6455/frame/deflate"
	"rfc6455/testdata"
)

// ParseScripts reads cases from session scripts: those of [Find.Script], and others,
// of which what the peer sends is taken. file is for messages.
func ParseScripts(file, text string) ([]Find, error) {
	sessions, err := testdata.ParseSessions(file, text)
	if err != nil {
		return nil, err
	}
	var finds []Find
	for i := range sessions {
		f, err := readScript(&sessions[i])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", sessions[i].At, err)
		}
		finds = append(finds, f)
	}
	return finds, nil
}

func readScript(s *testdata.Session) (Find, error) {
	f := Find{id: s.ID, Case: Case{Setting: Setting{Role: s.Role, Limits: s.Limits, Deflate: s.Deflate}}}
	if err := f.readComment(s.Comment); err != nil {
		return f, err
	}
	var packer *deflate.Compressor
	if s.Deflate != nil {
		packer = deflate.NewCompressor(s.Deflate.Window(s.Role.Peer()))
		defer packer.Close()
	}
	for _, step := range s.Steps {
		if step.Kind == testdata.Do || step.Kind == testdata.Refused {
			return f, fmt.Errorf("%s: what the endpoint does by itself cannot be asked for", step.At)
		}
		for range step.Times {
			f.Case.Units = append(f.Case.Units, units(step, packer)...)
		}
	}
	f.Case.Torn = !f.Case.fenced()
	return f, nil
}

// units gives what the peer sends in one taking of a step.
func units(step testdata.Step, packer *deflate.Compressor) (all []Unit) {
	switch step.Kind {
	case testdata.Raw:
		return []Unit{{Raw: step.Raw}}
	case testdata.Packed:
		step.Frame = packed(step.Frame, packer.Append(nil, step.Frame.Payload))
	case testdata.In:
	default: // an expectation
		return nil
	}
	for f := range step.Frames() {
		all = append(all, Unit{Frame: f})
	}
	return all
}

// readComment reads the lines that a find's comment has.
func (f *Find) readComment(comment string) (err error) {
	for line := range strings.SplitSeq(comment, "\n") {
		key, rest, _ := strings.Cut(line, " ")
		switch {
		case key == seedKey:
			f.Case.Seed, err = strconv.ParseUint(rest, 10, 64)
		case key == caseKey:
			f.Case.Number, err = strconv.ParseUint(rest, 10, 64)
		case key == kindKey:
			f.Deviation.Kind = rest
		case key == allowKey:
			f.Allow, err = ParseAllow(rest)
		case key == cutsKey:
			f.Case.Cuts, err = readCuts(rest)
		case line == tornKey:
			f.Case.Torn = true
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func readCuts(s string) (cuts []int, err error) {
	for word := range strings.FieldsSeq(s) {
		at, err := strconv.Atoi(word)
		if err != nil || at < 0 || len(cuts) > 0 && at < cuts[len(cuts)-1] {
			return nil, fmt.Errorf("cuts are %q: allowed are rising numbers", s)
		}
		cuts = append(cuts, at)
	}
	return cuts, nil
}
