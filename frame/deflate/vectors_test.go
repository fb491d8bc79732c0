package deflate

import (
	"bytes"
	"errors"
	"regexp"
	"testing"

	"rfc6455/testdata"
)

func vectors(t testing.TB) []testdata.Deflate {
	t.Helper()
	ds, err := testdata.Deflates()
	if err != nil {
		t.Fatal(err)
	}
	if len(ds) < 60 {
		t.Fatalf("only %d records", len(ds))
	}
	return ds
}

// clause is how every error ends: the rule's clause in parentheses.
var clause = regexp.MustCompile(`^websocket: [a-z0-9].* \((RFC 6455|RFC 7692|RFC 1951) §[0-9.]+\)$`)

var errorNames = map[string]error{"truncated": ErrTruncated, "corrupt": ErrCorrupt, "too-big": ErrTooBig}

func TestVectors(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v.ID, func(t *testing.T) {
			d := NewDecompressor(v.Bits, v.Takeover)
			defer d.Close()
			for _, m := range v.Messages {
				prefix := []byte("before")
				got, err := d.Append(prefix, m.Compressed, v.Limit)
				if m.Error != "" {
					if !errors.Is(err, errorNames[m.Error]) || !bytes.Equal(got, prefix) {
						t.Errorf("%s: got %d bytes, %v; want %s", m.At, len(got), err, m.Error)
					}
					if err != nil && !clause.MatchString(err.Error()) {
						t.Errorf("%s: %q names no clause", m.At, err)
					}
					continue
				}
				if err != nil || string(got) != "before"+string(m.Message) {
					t.Errorf("%s: got %.200q, %v; want %.200q", m.At, got, err, m.Message)
				}
			}
		})
	}
}

// TestVectorsByOracle holds the vectors, and the oracle, to each other.
func TestVectorsByOracle(t *testing.T) {
	for _, v := range vectors(t) {
		o := &oracle{window: 1 << v.Bits, limit: int(v.Limit)}
		for _, m := range v.Messages {
			got, err := o.message(t, m.Compressed, v.Takeover)
			if (err != nil) != (m.Error != "") || err == nil && !bytes.Equal(got, m.Message) {
				t.Errorf("%s: the oracle has %.200q, %v", m.At, got, err)
			}
		}
	}
}

// TestTruncated cuts every good message everywhere, the longest in 500 places: nothing shorter may pass,
// but for what stands before a stored block's length, which reads like the end
// of a message, and nothing at all.
func TestTruncated(t *testing.T) {
	for _, v := range vectors(t) {
		d := NewDecompressor(v.Bits, v.Takeover)
		for _, m := range v.Messages {
			if m.Error != "" {
				break
			}
			step := 1 + len(m.Compressed)/500
			for n := 1; n < len(m.Compressed); n += step {
				probe := *d
				probe.takeover = false // it looks back, and leaves the window alone
				if _, err := probe.Append(nil, m.Compressed[:n], v.Limit); err == nil && !beginsLength(m.Compressed[n:]) {
					t.Errorf("%s: cut to %d of %d bytes, and taken", m.At, n, len(m.Compressed))
				}
			}
			if _, err := d.Append(nil, m.Compressed, v.Limit); err != nil {
				t.Errorf("%s: %v", m.At, err)
			}
		}
	}
}

// beginsLength tells whether b begins with a length and its complement.
func beginsLength(b []byte) bool {
	return len(b) >= 4 && b[0]^b[2] == 0xff && b[1]^b[3] == 0xff
}

// TestVectorFormat gives the loader what a careless author writes.
func TestVectorFormat(t *testing.T) {
	const good = "# clause\nid: x\nbits: 9\ntakeover: no\nlimit: 7\ninflate: 00*2 \"a\"*3 ff\nmessage:\n"
	for name, text := range map[string]string{
		"":                    good,
		"unknown key":         good + "inflated: 00\n",
		"no id":               "# clause\ninflate: 00\nmessage:\n",
		"no clause":           "id: x\ninflate: 00\nmessage:\n",
		"no message":          "# clause\nid: x\n",
		"no outcome":          good + "inflate: 00\n",
		"two outcomes":        good + "message:\n",
		"two inflates":        good + "inflate: 00\ninflate: 00\nmessage:\n",
		"after an error":      "# clause\nid: x\ninflate: 00\nerror: corrupt\ninflate: 00\nmessage:\n",
		"unknown error":       "# clause\nid: x\ninflate: 00\nerror: broken\n",
		"bits":                "# clause\nid: x\nbits: 16\ninflate: 00\nmessage:\n",
		"takeover":            "# clause\nid: x\ntakeover: maybe\ninflate: 00\nmessage:\n",
		"limit":               "# clause\nid: x\nlimit: none\ninflate: 00\nmessage:\n",
		"odd digits":          "# clause\nid: x\ninflate: 000\nmessage:\n",
		"repetition of none":  "# clause\nid: x\ninflate: *3\nmessage:\n",
		"repetition":          "# clause\nid: x\ninflate: 00*x\nmessage:\n",
		"negative repetition": "# clause\nid: x\ninflate: 00*-1\nmessage:\n",
		"endless repetition":  "# clause\nid: x\ninflate: 00*99999999999\nmessage:\n",
		"open string":         "# clause\nid: x\ninflate: \"a\nmessage:\n",
	} {
		records, err := testdata.ParseRecords("test", text)
		if err != nil || len(records) != 1 {
			t.Fatalf("%s: %d records, %v", name, len(records), err)
		}
		d, err := testdata.ParseDeflate(records[0])
		if (err == nil) != (name == "") {
			t.Errorf("%q: %v", name, err)
		}
		if name == "" && (d.Bits != 9 || d.Limit != 7 || string(d.Messages[0].Compressed) != "\x00\x00aaa\xff") {
			t.Errorf("%+v", d)
		}
	}
}
