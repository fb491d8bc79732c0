package chat

// ParseRequest reads what a client sent: one JSON object, and nothing after it.
// Fields that a message of its type does not have are passed over; those that it
// has must be there once, and strings. Names are case-sensitive. It refuses with
// [Malformed], [UnknownType], [BadID], [Empty], [TooLong] or [BadName]. The time it
// takes is that of reading p a few times: [Limits.FrameBytes] bounds it.
func ParseRequest(p []byte, l Limits) (Request, *Refusal) {
	f, ok := readFields(p)
	if !ok || !f.kind.good() {
		return nil, &Refusal{Code: Malformed}
	}
	switch f.kind.value {
	case "say":
		return f.say(l)
	case "name":
		return f.rename()
	case "ping":
		return Ping{}, nil
	}
	return nil, &Refusal{Code: UnknownType}
}

func (f *fields) say(l Limits) (Request, *Refusal) {
	if !f.id.good() {
		return nil, &Refusal{Code: Malformed}
	}
	if !isToken(f.id.value, MinID, MaxID) {
		return nil, &Refusal{Code: BadID}
	}
	var code *Code
	switch n := len(f.text.value); {
	case !f.text.good():
		code = Malformed
	case n == 0:
		code = Empty
	case n > l.text():
		code = TooLong
	default:
		return Say{ID: f.id.value, Text: f.text.value}, nil
	}
	return nil, &Refusal{Code: code, ID: f.id.value}
}

func (f *fields) rename() (Request, *Refusal) {
	if !f.name.good() {
		return nil, &Refusal{Code: Malformed}
	}
	name, ok := CleanName(f.name.value)
	if !ok {
		return nil, &Refusal{Code: BadName}
	}
	return Rename{Name: name}, nil
}
