package chat

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

const say = `{"type":"say","id":"uGx0Z4mQ1b7Hc2Ts","text":"hi"}`

func TestRequests(t *testing.T) {
	hi := Say{example, "hi"}
	for _, tt := range []struct {
		in   string
		want Request
	}{
		{say, hi},
		{" {\n\"text\" : \"hi\" , \"id\":\"" + example + "\",\t\"type\":\"say\" }\r\n", hi},
		{`{"\u0074ype":"s\u0061y","id":"` + example + `","text":"\u0068i"}`, hi},
		{`{"type":"say","id":"` + example + `","text":"hi","x":1e999,"y":null,"x":[[{"type":"ping"}],true]}`, hi},
		{`{"type":"say","id":"` + example + `","text":"hi","Text":"no","TYPE":5,"":""}`, hi}, // names are case-sensitive
		{`{"type":"say","id":"` + example + `","text":"hi","name":7,"name":8}`, hi},          // not a field of say
		{`{"type":"say","id":"` + example + `","text":"\ud83d\ude00\ud800"}`, Say{example, "😀\ufffd"}},
		{`{"type":"say","id":"` + example + `","text":"\u0000\n"}`, Say{example, "\x00\n"}},
		{`{"type":"name","name":" \u202eada "}`, Rename{"ada"}},
		{`{"type":"ping"}`, Ping{}},
		{`{"type":"ping","text":5,"id":[]}`, Ping{}},
		{`{"type":"ping","x":` + strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth) + `}`, Ping{}},
	} {
		got, refusal := ParseRequest([]byte(tt.in), Limits{})
		if refusal != nil || got != tt.want {
			t.Errorf("%s: %+v, %+v, want %+v", tt.in, got, refusal, tt.want)
		}
	}
}

func TestRefusedRequests(t *testing.T) {
	withID := func(rest string) string { return `{"type":"say","id":"` + example + `"` + rest + `}` }
	for _, tt := range []struct {
		in   string
		code *Code
		id   string
	}{
		{``, Malformed, ""},
		{`hello`, Malformed, ""},
		{`"say"`, Malformed, ""},
		{`[]`, Malformed, ""},
		{`null`, Malformed, ""},
		{`{}`, Malformed, ""},
		{`{"type":"ping"} {}`, Malformed, ""},
		{`{"type":"ping"}{"type":"ping"}`, Malformed, ""},
		{`{"type":"ping"}x`, Malformed, ""},
		{`{"type":"ping",}`, Malformed, ""},
		{`{"type":"ping" "x":1}`, Malformed, ""},
		{`{"type":"ping","x"}`, Malformed, ""},
		{`{"type":"ping","x":}`, Malformed, ""},
		{`{"type":"ping","x":[1}`, Malformed, ""},
		{`{"type":"ping","x":01}`, Malformed, ""},
		{`{type:"ping"}`, Malformed, ""},
		{"{\"type\":\"ping\",\"x\":\"\xff\"}", Malformed, ""},
		{"\u00a0{\"type\":\"ping\"}", Malformed, ""},
		{`{"type":7}`, Malformed, ""},
		{`{"type":["ping"]}`, Malformed, ""},
		{`{"type":null}`, Malformed, ""},
		{`{"type":"ping","type":"ping"}`, Malformed, ""},
		{`{"type":"say"}`, Malformed, ""},
		{`{"type":"ping","x":` + strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1) + `}`, Malformed, ""},
		{`{"type":"ping","x":` + strings.Repeat(`{"a":`, 10000), Malformed, ""},
		{`{"type":"shout"}`, UnknownType, ""},
		{`{"type":""}`, UnknownType, ""},
		{`{"type":"Ping"}`, UnknownType, ""},
		{`{"type":"welcome"}`, UnknownType, ""},
		{`{"type":"say","id":7,"text":"hi"}`, Malformed, ""},
		{`{"type":"say","id":"short","text":"hi"}`, BadID, ""},
		{`{"type":"say","id":"` + strings.Repeat("x", MaxID+1) + `","text":"hi"}`, BadID, ""},
		{`{"type":"say","id":"0123456789abcde!","text":"hi"}`, BadID, ""},
		{withID(``), Malformed, example},
		{withID(`,"text":7`), Malformed, example},
		{withID(`,"text":{"text":"hi"}`), Malformed, example},
		{withID(`,"text":"a","text":"b"`), Malformed, example},
		{withID(`,"text":""`), Empty, example},
		{withID(`,"text":"` + strings.Repeat("x", DefaultText+1) + `"`), TooLong, example},
		{withID(`,"text":"` + strings.Repeat("가", DefaultText/3+1) + `"`), TooLong, example},
		{`{"type":"name"}`, Malformed, ""},
		{`{"type":"name","name":7}`, Malformed, ""},
		{`{"type":"name","name":""}`, BadName, ""},
		{`{"type":"name","name":"\u202e"}`, BadName, ""},
		{`{"type":"name","name":"` + strings.Repeat("x", MaxName+1) + `"}`, BadName, ""},
	} {
		got, refusal := ParseRequest([]byte(tt.in), Limits{})
		if got != nil || refusal == nil || refusal.Code != tt.code || refusal.ID != tt.id {
			t.Errorf("%.80s: %+v, %+v, want %s", tt.in, got, refusal, tt.code.Name)
		}
	}
}

func TestRequestsCutShort(t *testing.T) {
	for n := range len(say) {
		if got, refusal := ParseRequest([]byte(say[:n]), Limits{}); refusal == nil || refusal.Code != Malformed {
			t.Errorf("%s: %+v, %+v", say[:n], got, refusal)
		}
	}
}

// The longest text that is legal passes under the frame limit however it is escaped.
func TestFrameBytesHoldTheLongestText(t *testing.T) {
	for _, l := range []Limits{{}, {Text: 1}, {Text: 100}} {
		text := strings.Repeat("\x01", l.text())
		in := Say{strings.Repeat("x", MaxID), text}.Append(nil)
		if int64(len(in)) > l.FrameBytes() {
			t.Errorf("%d bytes, the limit is %d", len(in), l.FrameBytes())
		}
		if got, refusal := ParseRequest(in, l); refusal != nil || got.(Say).Text != text {
			t.Errorf("%d bytes of text: %+v", l.text(), refusal)
		}
	}
}

// readSlowly is the obvious way to tell what an object has under a name.
func readSlowly(p []byte) (map[string]any, bool) {
	var object map[string]any
	if !json.Valid(p) || json.Unmarshal(p, &object) != nil || object == nil {
		return nil, false
	}
	return object, true
}

func FuzzRequest(f *testing.F) {
	for _, s := range []string{
		say, `{"type":"name","name":"ada"}`, `{"type":"ping","x":[{}]}`, `{"type":"ping","type":"say"}`, `{"a":1e9,"type":"ping"}`, `{"a":"\ud800"}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		got, refusal := ParseRequest(p, Limits{Text: 64})
		if (got == nil) == (refusal == nil) {
			t.Fatalf("%+v, %+v", got, refusal)
		}
		object, ok := readSlowly(p)
		if refusal != nil {
			if refusal.ID != "" && object["id"] != refusal.ID {
				t.Errorf("refused %q, the id is %v", refusal.ID, object["id"])
			}
			return
		}
		back, refusal := ParseRequest(got.Append(nil), Limits{Text: 64})
		if refusal != nil || back != got {
			t.Errorf("%+v comes back as %+v, %+v", got, back, refusal)
		}
		if say, is := got.(Say); !ok || is && (object["text"] != say.Text || object["id"] != say.ID || !utf8.ValidString(say.Text)) {
			t.Errorf("%+v of %v", got, object)
		}
	})
}

func BenchmarkParseRequest(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, refusal := ParseRequest([]byte(say), Limits{}); refusal != nil {
			b.Fatal(refusal)
		}
	}
}
