package conform

import (
	"bytes"
	"fmt"
	"math/rand/v2"

	"rfc6455/frame"
)

// The Autobahn suite numbers its cases of permessage-deflate by data (12.1 to 12.5) or
// by parameters (13.1 to 13.7), and by sizes. Those that no script of testdata has are
// made here; the data are not the same, but of the same kind.

// sizes are the last part of a number, from 1: bytes of a message, and of a fragment
// (0: one frame).
var sizes = [][2]int{
	{16, 0}, {64, 0}, {256, 0}, {1024, 0}, {4096, 0}, {8192, 0}, {16384, 0}, {32768, 0}, {65536, 0}, {131072, 0},
	{8192, 256}, {16384, 256}, {32768, 256}, {65536, 256}, {131072, 256}, {131072, 1024}, {131072, 4096}, {131072, 32768},
}

// A numberedGroup is what the numbers before the size mean.
type numberedGroup struct {
	number, deflate string
	text, dense     bool // dense data do not shrink
	what            string
}

var numberedGroups = []numberedGroup{
	{"12.2", "", false, true, "binary data like a picture's"},
	{"12.3", "", false, false, "binary data that shrink"},
	{"12.4", "", true, false, "text like a page's"},
	{"12.5", "", true, false, "text like a book's"},
	{"13.1", "", true, false, "windows kept"},
	{"13.2", "; server_no_context_takeover; client_no_context_takeover", true, false, "each message for itself"},
	{"13.3", "; server_max_window_bits=9; client_max_window_bits=9", true, false, "windows of 512 bytes, kept"},
	{"13.4", "; server_max_window_bits=15; client_max_window_bits=15", true, false, "windows of 32 KiB said, and kept"},
	{"13.5", "; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9; client_max_window_bits=9", true, false,
		"windows of 512 bytes, each message for itself"},
	{"13.6", "; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=15; client_max_window_bits=15", true, false,
		"windows of 32 KiB said, each message for itself"},
	{"13.7", "; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9; client_max_window_bits=9", true, false,
		"windows of 512 bytes, each message for itself; other offers behind it"},
}

// elsewhere are the sizes that scripts of testdata have, by group.
var elsewhere = map[string][]int{
	"12.2": {1, 4, 10, 15, 16, 17, 18}, "13.1": {1, 4, 16}, "13.2": {1, 4, 16}, "13.3": {1, 4, 16}, "13.4": {1, 4, 16},
	"13.5": {1, 4, 16}, "13.6": {1, 4, 16}, "13.7": {1, 4, 16},
}

func numberedCases(role frame.Role) (cases []*Case) {
	for _, g := range numberedGroups {
		has := map[int]bool{}
		for _, n := range elsewhere[g.number] {
			has[n] = true
		}
		for i, size := range sizes {
			if !has[i+1] {
				cases = append(cases, numberedCase(role, g, i+1, size[0], size[1]))
			}
		}
	}
	return cases
}

func numberedCase(role frame.Role, g numberedGroup, n, length, split int) *Case {
	number := fmt.Sprintf("%s.%d", g.number, n)
	c := Case{ID: "deflate/numbered-" + dashed(number), Numbers: []string{number}, Family: Deflate, Clause: "RFC 7692 §7.1", echo: true,
		What: fmt.Sprintf("eight messages of %d bytes: %s.", length, g.what), Expect: "the messages"}
	return made(role, c, func(*Config) (string, string) {
		op, payload := "binary", fmt.Sprintf("0x%x", g.data(length))
		if g.text {
			op, payload = "text", fmt.Sprintf("%q", g.data(length))
		}
		cut := ""
		if split > 0 {
			cut = fmt.Sprintf("split: %d\n", split)
		}
		return fmt.Sprintf("deflate: permessage-deflate%s\npacked: %s %s\ntimes: 8\n%sevent: %s %s\ntimes: 8\nend: open\n",
			g.deflate, op, payload, cut, op, payload), ""
	})
}

func dashed(number string) string {
	return string(bytes.ReplaceAll([]byte(number), []byte("."), []byte("-")))
}

// data gives n bytes of the group's kind, always the same.
func (g numberedGroup) data(n int) []byte {
	r := rand.New(rand.NewPCG(7692, uint64(n)))
	b := make([]byte, n)
	if g.dense {
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return b
	}
	words := []string{"the ", "window ", "of ", "a ", "message ", "is ", "kept, ", "<p class=\"said\">", "and ", "so ", "it ", "goes.\n"}
	text := b[:0]
	for len(text) < n {
		text = append(text, words[r.IntN(len(words))]...)
	}
	return text[:n]
}
