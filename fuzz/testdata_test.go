package fuzz_test

import (
	"fmt"
	"strings"
	"testing"

	"rfc6455/testdata"
)

// The tests of package testdata, which "./..." leaves out: what is wrong with a
// record does not pass silently. What is wrong with a frame's, a session's and a
// compressed message's own fields is shown beside those that use them: frame
// TestVectorFilesAreStrict, frame/session TestScriptFormat, frame/deflate
// TestVectorFormat.

// A loader reads the records of a text; its errors say where.
type loader func(text string) error

func load[T any](parse func([]testdata.Record) (T, error)) loader {
	return func(text string) error {
		records, err := testdata.ParseRecords("x.txt", text)
		if err == nil {
			_, err = parse(records)
		}
		return err
	}
}

func loadHandshakes(text string) error {
	return load(func(records []testdata.Record) (int, error) {
		servers, clients, err := testdata.ParseHandshakes(records)
		return len(servers) + len(clients), err
	})(text)
}

func loadSessions(text string) error {
	_, err := testdata.ParseSessions("x.txt", text)
	return err
}

// TestRecords reads a file with everything that may stand in one.
func TestRecords(t *testing.T) {
	const text = "# of the file\n\n\n#  §5.2\n# more \nid: a \n# inside: no comment\nempty:\r\nkey: v: w\n\nid: b\n"
	records, err := testdata.ParseRecords("x.txt", text)
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, r := range records {
		fmt.Fprintf(&got, "%s:%d %q\n", r.File, r.Line, r.Comment)
		for _, f := range r.Fields {
			fmt.Fprintf(&got, "%s %q=%q\n", r.At(f), f.Key, f.Value)
		}
	}
	const want = `x.txt:6 "§5.2\nmore"
x.txt:6 "id"="a"
x.txt:8 "empty"=""
x.txt:9 "key"="v: w"
x.txt:11 ""
x.txt:11 "id"="b"
`
	if got.String() != want {
		t.Errorf("read as\n%swant\n%s", got.String(), want)
	}
	for _, bad := range []string{"id", ": x", "a key: x", "\tid: x", "\"id\": x", "id: a\nno more"} {
		if records, err := testdata.ParseRecords("x.txt", bad); err == nil || !strings.HasPrefix(err.Error(), "x.txt:") {
			t.Errorf("%q: %d records, %v", bad, len(records), err)
		}
	}
	if records, err := testdata.ParseRecords("x.txt", "# nothing\n\n# but comments\n"); err != nil || len(records) != 0 {
		t.Errorf("%d records, %v", len(records), err)
	}
}

// TestRecordsStandOnce takes from every kind a good record, doubles it and each of
// its fields in turn, and takes each away.
func TestRecordsStandOnce(t *testing.T) {
	for name, tt := range map[string]struct {
		load   loader
		record string // all its keys may stand once, and are needed unless in may
		may    string
	}{
		"frames":  {load(testdata.ParseFrames), "id: a\nbytes: 80 00\nframe: cont\nerror: x", "frame error"},
		"deflate": {load(testdata.ParseDeflates), "id: a\nbits: 9\ntakeover: no\nlimit: 7\ninflate: 00\nmessage: \"a\"", "bits takeover limit"},
		"server": {
			loadHandshakes,
			"id: a\nrequest: GET / HTTP/1.1\nsubprotocols: a, b\ndeflate: on\nscheme: https\nloopback: true\nstatus: 400\nerror: x",
			"subprotocols deflate scheme loopback",
		},
		"client": {
			loadHandshakes,
			"id: a\nurl: ws://h\nkey: x\norigin: x\nsubprotocols: a\ndeflate: on\naddress: h:80\nerror: x\nsubprotocol: x\nextensions: x",
			"key origin subprotocols deflate address error subprotocol extensions",
		},
		"session": {
			loadSessions,
			"id: a/b\nrole: client\nlimits: burst=1\ndeflate: permessage-deflate\nstrict: x\nend: open",
			"limits deflate strict",
		},
	} {
		good := "# §5.2.\n" + tt.record + "\n"
		if err := tt.load(good); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := tt.load(good + "\n" + good); err == nil || !strings.Contains(err.Error(), "x.txt:") {
			t.Errorf("%s: the id stands twice: %v", name, err)
		}
		for line := range strings.SplitSeq(tt.record, "\n") {
			if err := tt.load(strings.Replace(good, line, line+"\n"+line, 1)); err == nil && !strings.HasPrefix(line, "request:") {
				t.Errorf("%s: %q stands twice, and is taken", name, line)
			}
			key, _, _ := strings.Cut(line, ":")
			err := tt.load(strings.Replace(good, line+"\n", "", 1))
			if optional := strings.Contains(tt.may, key); (err == nil) != optional {
				t.Errorf("%s: without %q: %v, may be left out: %t", name, line, err, optional)
			}
			if err := tt.load(strings.Replace(good, key, key+"s", 1)); err == nil {
				t.Errorf("%s: %q for %q is taken", name, key+"s", key)
			}
		}
	}
}

// TestHandshakeRecords gives the values that a handshake may not have.
func TestHandshakeRecords(t *testing.T) {
	const server = "id: a\nrequest: GET / HTTP/1.1\nrequest: \"X: \\x00\"\nallow-origin: *\nallow-host: h\nstatus: 101\nanswer: A: b\n"
	const client = "id: a\nurl: ws://h\nfield: A: b\nrequest: \"\"\nanswer: HTTP/1.1 101 x\n"
	for _, tt := range []struct{ record, old, new, want string }{
		{server, "", "", ""},
		{client, "", "", ""},
		{server, "id: a\n", "", "begins with its id"},
		{server, "id: a", "id:", "begins with its id"},
		{server, "id: a\n", "scheme: http\nid: a\n", "begins with its id"},
		{server, "status: 101", "status: ok", "x.txt:6: "},
		{server, "status: 101", "status: 400", "an error unless the status is 101"},
		{server, "status: 101", "status: 101\nerror: x", "an error unless the status is 101"},
		{server, "status: 101", "status: 101\nloopback: maybe", "x.txt:7: "},
		{server, "status: 101", "status: 101\nscheme: ws", "scheme is http or https"},
		{server, "status: 101", "status: 101\nfield: A: b", "a server's handshake has no key \"field\""},
		{server, "status: 101", "status: 101\ndeflate: on window=9", "is no wish"},
		{server, "status: 101", "status: 101\ndeflate: on server-bits=x", "x.txt:7: "},
		{server, "\\x00\"", "\\x00", "x.txt:3: "},
		{client, "answer: HTTP/1.1 101 x\n", "answer: \"\\q\"\n", "x.txt:5: "},
		{client, "field: A: b", "status: 101", "a client's handshake has no key \"status\""},
		{client, "field: A: b\nrequest: \"\"\nanswer: HTTP/1.1 101 x\n", "", "nothing is expected"},
	} {
		err := loadHandshakes(strings.Replace(tt.record, tt.old, tt.new, 1))
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%q for %q: %v, want %q", tt.new, tt.old, err, tt.want)
		}
	}
}

// TestRoleStandsBeforeTheSteps, which mean nothing without it.
func TestRoleStandsBeforeTheSteps(t *testing.T) {
	err := loadSessions("# §5.6.\nid: a/b\nin: ping\nrole: server\nend: open\n")
	if err == nil || !strings.Contains(err.Error(), "too late") {
		t.Error(err)
	}
}

// TestBytes writes the same bytes in all ways that a record has.
func TestBytes(t *testing.T) {
	for text, want := range map[string]string{
		"":                        "",
		"\"\"":                    "",
		"8180":                    "\x81\x80",
		"81 80":                   "\x81\x80",
		"0aFF*2 \"a\\n\"*2 00*0":  "\x0a\xff\x0a\xffa\na\n",
		"\"a\"\"b\"00\"*2\"*1 2a": "ab\x00*2*",
	} {
		records, err := testdata.ParseRecords("x.txt", "id: a\nbytes: "+text+"\nerror: x")
		if err != nil {
			t.Fatal(err)
		}
		frames, err := testdata.ParseFrames(records)
		if err != nil || string(frames[0].Bytes) != want {
			t.Errorf("%s: read as %+v, %v, want %q", text, frames, err, want)
		}
	}
}
