package testdata

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"rfc6455/frame"
)

// parseSessions sees to it that no id stands twice.
func parseSessions(recs []Record) ([]Session, error) {
	var sessions []Session
	seen := ids{}
	for _, rec := range recs {
		s, err := parseSession(&rec)
		if err == nil {
			err = seen.take(s.ID, s.At)
		}
		if err != nil {
			return nil, err
		}
		sessions = append(sessions, s)
	}
	return sessions, nil
}

func parseSession(rec *Record) (Session, error) {
	first := rec.Fields[0]
	s := Session{Comment: rec.Comment, At: rec.At(first)}
	if first.Key != "id" || s.Comment == "" {
		return s, fmt.Errorf("%s: a script begins with a comment and an id", s.At)
	}
	if err := rec.once("id", "role", "limits", "deflate", "strict", "end"); err != nil {
		return s, err
	}
	for _, f := range rec.Fields {
		if s.End.State != "" {
			return s, fmt.Errorf("%s: %s after the end", rec.At(f), f.Key)
		}
		if err := s.parseField(f, rec.At(f)); err != nil {
			return s, fmt.Errorf("%s: %s: %w", rec.At(f), f.Key, err)
		}
	}
	isRole := func(f Field) bool { return f.Key == "role" }
	if s.End.State == "" || !slices.ContainsFunc(rec.Fields, isRole) {
		return s, fmt.Errorf("%s: script without an end, or without a role", s.At)
	}
	return s, nil
}

var (
	idForm       = regexp.MustCompile(`^[a-z0-9]+/[a-z0-9-]+$`)
	autobahnForm = regexp.MustCompile(`^[0-9]+\.[0-9]+(\.[0-9]+)?$`)
)

// parseField reads one line. What a step means depends on the role, which
// therefore stands before the steps.
func (s *Session) parseField(f Field, at string) (err error) {
	if len(s.Steps) > 0 && f.Key == "role" {
		return fmt.Errorf("too late")
	}
	switch f.Key {
	case "id":
		s.ID = f.Value
		return match(idForm, f.Value)
	case "autobahn":
		s.Autobahn = append(s.Autobahn, strings.Fields(f.Value)...)
		for _, number := range strings.Fields(f.Value) {
			if err := match(autobahnForm, number); err != nil {
				return err
			}
		}
		return nil
	case "role":
		s.Role, err = frame.ParseRole(f.Value)
	case "limits":
		s.Limits, err = parseLimits(f.Value)
	case "deflate":
		s.Deflate, err = parseParameters(f.Value)
	case "strict":
		s.Strict = f.Value
	case "end":
		err = s.parseEnd(f.Value)
	case "times", "split":
		err = s.modify(f.Key, f.Value)
	default:
		err = s.parseStep(Kind(f.Key), f.Value, at)
	}
	return err
}

func match(form *regexp.Regexp, value string) error {
	if !form.MatchString(value) {
		return fmt.Errorf("%q does not match %s", value, form)
	}
	return nil
}

func parseLimits(value string) (l Limits, err error) {
	for word := range strings.FieldsSeq(value) {
		name, number, _ := strings.Cut(word, "=")
		n, err := positive(number)
		if err != nil {
			return l, err
		}
		switch name {
		case "message":
			l.Message = int64(n)
		case "fragments":
			l.Fragments = n
		case "burst":
			l.Burst = n
		default:
			return l, fmt.Errorf("%q is no limit", name)
		}
	}
	return l, nil
}

func positive(value string) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%q is not a number over 0", value)
	}
	return n, nil
}

func (s *Session) parseStep(kind Kind, value, at string) (err error) {
	step := Step{Kind: kind, Times: 1, At: at}
	switch kind {
	case In, Packed:
		step.Frame, err = frame.ParseFrame(value, s.Role.Peer())
	case Do, Refused, Out, Unpacked:
		step.Frame, err = frame.ParseFrame(value, s.Role)
	case Event:
		step.Frame, err = parseEvent(value)
	case Raw:
		step.Raw, err = parseBytes(value)
	default:
		return fmt.Errorf("no such key")
	}
	if err == nil && (kind == Packed || kind == Unpacked) && s.Deflate == nil {
		return fmt.Errorf("permessage-deflate was not agreed")
	}
	s.Steps = append(s.Steps, step)
	return err
}

func parseEvent(value string) (frame.Frame, error) {
	f, err := frame.ParseFrame(value, frame.Server)
	plain := frame.Header{Fin: true, Opcode: f.Opcode, Length: int64(len(f.Payload))}
	if err == nil && (f.Header != plain || f.Opcode == frame.Continuation || f.Opcode.IsReserved()) {
		return f, fmt.Errorf("%s is a frame, no event", f)
	}
	return f, err
}

// modify takes "times" and "split" into the step before.
func (s *Session) modify(key, value string) error {
	if len(s.Steps) == 0 {
		return fmt.Errorf("no step before it")
	}
	n, err := positive(value)
	if err != nil {
		return err
	}
	step := &s.Steps[len(s.Steps)-1]
	if key == "times" {
		step.Times = n
		return nil
	}
	if step.Kind == Raw || step.Kind == Event || step.Frame.Length != int64(len(step.Frame.Payload)) {
		return fmt.Errorf("%s is not cut", step.Kind)
	}
	step.Split = n
	return nil
}

func (s *Session) parseEnd(value string) error {
	state, id, _ := strings.Cut(value, " ")
	s.End.State = state
	switch state {
	case "open", "closing", "closed":
		if id != "" {
			return fmt.Errorf("%s has no violation", state)
		}
		return nil
	case "failed":
		for _, v := range frame.Violations {
			if v.ID == id {
				s.End.Violation = v
				return s.giveReason()
			}
		}
		return fmt.Errorf("%q is no violation", id)
	}
	return fmt.Errorf("%q is no state", state)
}

// giveReason puts the violation's reason into the Close that fails the
// connection: the last frame that leaves (§7.1.7).
func (s *Session) giveReason() error {
	v := s.End.Violation
	for i := len(s.Steps) - 1; i >= 0; i-- {
		f := &s.Steps[i].Frame
		if s.Steps[i].Kind != Out || f.Opcode != frame.Close {
			continue
		}
		code, reason, err := frame.ParseClose(f.Payload)
		if err != nil || reason != "" {
			return err
		}
		if code == v.Code {
			f.Payload = frame.AppendClose(nil, code, v.Reason())
			f.Length = int64(len(f.Payload))
		}
		return nil
	}
	return nil
}
