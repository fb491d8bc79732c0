package metrics

import (
	"math"
	"strconv"
	"strings"
)

// isName says whether s can name a family.
func isName(s string) bool {
	for i, c := range []byte(s) {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c == ':'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

// isLabelName says whether s can name a label. Two underscores at the beginning
// are Prometheus's own, le a histogram's.
func isLabelName(s string) bool {
	return isName(s) && !strings.Contains(s, ":") && !strings.HasPrefix(s, "__") && s != "le"
}

var (
	helpEscapes  = strings.NewReplacer(`\`, `\\`, "\n", `\n`)
	valueEscapes = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)
)

func appendHead(b []byte, name, help string, k kind) []byte {
	b = append(append(append(b, "# HELP "...), name...), ' ')
	b = append(append(b, helpEscapes.Replace(help)...), '\n')
	b = append(append(append(b, "# TYPE "...), name...), ' ')
	return append(append(b, k...), '\n')
}

// labels gives what stands between a sample's name and its number, from names and
// values in turn.
func labels(pairs ...string) string {
	var parts []string
	for i := 0; i < len(pairs); i += 2 {
		parts = append(parts, pairs[i]+`="`+valueEscapes.Replace(pairs[i+1])+`"`)
	}
	if len(parts) == 0 {
		return ""
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// appendUint appends one sample. What follows its name are labels, or the ending of
// a histogram's name.
func appendUint(b []byte, name, rest string, v uint64) []byte {
	b = append(append(append(b, name...), rest...), ' ')
	return append(strconv.AppendUint(b, v, 10), '\n')
}

func appendFloat(b []byte, name, rest string, v float64) []byte {
	b = append(append(append(b, name...), rest...), ' ')
	return append(appendNumber(b, v), '\n')
}

// appendNumber appends v in the fewest digits that give v again.
func appendNumber(b []byte, v float64) []byte {
	switch {
	case math.IsInf(v, 1):
		return append(b, "+Inf"...)
	case math.IsInf(v, -1):
		return append(b, "-Inf"...)
	case math.IsNaN(v):
		return append(b, "NaN"...)
	}
	return strconv.AppendFloat(b, v, 'g', -1, 64)
}
