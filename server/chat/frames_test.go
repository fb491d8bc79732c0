package chat

import (
	"encoding/json"
	"strings"
	"testing"

	"rfc6455/frame"
)

const epoch = "K7QWJ2J5ZV3CXE4A6TDQ7LMNPY"

// payload reads the one text frame that p must be.
func payload(t *testing.T, p []byte) string {
	t.Helper()
	h, n, err := frame.ParseHeader(p)
	if err != nil || h != (frame.Header{Fin: true, Opcode: frame.Text, Length: int64(len(p) - n)}) {
		t.Fatalf("%+v, %v for a frame of %d bytes", h, err, len(p))
	}
	return string(p[n:])
}

// Around every length at which a header changes its form.
func TestFrames(t *testing.T) {
	for _, n := range []int{0, 1, 60, 100, 125, 126, 127, 1000, 65300, 65400, 65534, 65535, 65536, 70000} {
		for step := range 130 {
			b := bodies[1]
			b.Text = []byte(strings.Repeat("x", n+step))
			body := b.Append(nil)
			want := Message{Position{epoch, 7}, b}.Append(nil)
			if got := payload(t, AppendMessageFrame([]byte("before"), epoch, 7, body)[6:]); got != string(want) {
				t.Fatalf("%d bytes: %.200q, want %.200q", n+step, got, want)
			}
			if got := payload(t, AppendPlainFrame([]byte("before"), "> ", body)[6:]); got != "> "+string(b.Text) {
				t.Fatalf("%d bytes, plain: %.200q", n+step, got)
			}
		}
	}
}

// A message of least length has a header of two bytes.
func TestShortFrame(t *testing.T) {
	b := Body{Text: []byte("x")}
	p := AppendMessageFrame(nil, "e", 1, b.Append(nil))
	const want = `{"type":"message","position":"e.1","id":"","from":{"id":"","name":""},"text":"x","time":0}`
	if len(want) > 125 || payload(t, p) != want || len(p) != 2+len(want) {
		t.Errorf("%q, want %q", p, want)
	}
}

func TestFramesOfWhatIsNoBody(t *testing.T) {
	if got := string(AppendMessageFrame([]byte("before"), epoch, 1, []byte("no body"))); got != "before" {
		t.Errorf("message: %q", got)
	}
	if got := string(AppendPlainFrame([]byte("before"), "> ", []byte("no body"))); got != "before" {
		t.Errorf("plain: %q", got)
	}
}

// What the text is comes out of the message again, whatever it is.
func TestMessagesAreReadBack(t *testing.T) {
	type said struct {
		Type, Position, ID, Text string
		From                     struct{ ID, Name string }
		Time                     int64
	}
	for _, text := range awkward {
		text = strings.ToValidUTF8(text, "")
		b := bodies[1]
		b.Text = []byte(text)
		var got said
		if err := json.Unmarshal([]byte(payload(t, AppendMessageFrame(nil, epoch, 3, b.Append(nil)))), &got); err != nil {
			t.Fatal(err)
		}
		want := said{"message", epoch + ".3", example, text, struct{ ID, Name string }{puppy.ID, puppy.Name}, b.Time / 1000}
		if got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
}

func TestFramesAllocateNothing(t *testing.T) {
	b := bodies[1]
	b.Text = []byte(strings.Repeat("안녕 \"하세요\"\u2028\n", 50))
	body, dst := b.Append(nil), make([]byte, 0, 8<<10)
	if n := testing.AllocsPerRun(100, func() { dst = AppendMessageFrame(dst[:0], epoch, 1<<40, body) }); n != 0 {
		t.Errorf("message: %v allocations, want 0", n)
	}
	if n := testing.AllocsPerRun(100, func() { dst = AppendPlainFrame(dst[:0], "서버에서 전달: ", body) }); n != 0 {
		t.Errorf("plain: %v allocations, want 0", n)
	}
}

func BenchmarkAppendMessage(b *testing.B) {
	for _, bb := range []struct{ name, text string }{
		{"ascii64", strings.Repeat("x", 64)},
		{"korean64", strings.Repeat("가나다 ", 6) + "가나다."},
		{"ascii4096", strings.Repeat("x", 4096)},
		{"korean4096", strings.Repeat("가나다 ", 409) + "가나다."},
	} {
		m := bodies[1]
		m.Text = []byte(bb.text)
		body, dst := m.Append(nil), make([]byte, 0, 8<<10)
		b.Run(bb.name, func(b *testing.B) {
			b.SetBytes(int64(len(bb.text)))
			b.ReportAllocs()
			for b.Loop() {
				dst = AppendMessageFrame(dst[:0], epoch, 123456, body)
			}
		})
	}
}
