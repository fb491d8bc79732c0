package cat

import "strings"

// secrets are header fields whose values are nobody's business.
var secrets = []string{"authorization", "proxy-authorization", "cookie", "set-cookie"}

// AppendHead appends the head of a request or an answer for a reader's eyes: each
// line with mark before it, made fit for a terminal, and without its secrets.
func AppendHead(b []byte, mark, head string) []byte {
	for line := range strings.Lines(strings.TrimRight(head, "\r\n")) {
		line = strings.TrimRight(line, "\r\n")
		name, _, ok := strings.Cut(line, ":")
		if ok && isSecret(name) {
			line = name + ": (not shown)"
		}
		b = append(AppendVisible(append(b, mark...), line), '\n')
	}
	return b
}

func isSecret(name string) bool {
	for _, s := range secrets {
		if strings.EqualFold(strings.TrimSpace(name), s) {
			return true
		}
	}
	return false
}
