package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The classes of hostile input.
const (
	classOverflow    = "signed overflow of a sum of lengths"
	classTopBit      = "top bit of the 64-bit length"
	classDeclared    = "declared lengths"
	classFragmentSum = "sum of fragments"
	classFragments   = "tiny and empty fragments"
	classBomb        = "decompression bomb"
	classGarbage     = "garbage and truncated streams where something compressed is due"
	classReserved    = "reserved bits"
	classControl     = "control frames that are too long, in fragments or unknown"
	classPings       = "floods of control frames"
	classCloses      = "Close with a wrong payload"
	classMasks       = "frames masked by the wrong side"
	classMinimal     = "lengths not in their shortest form"
	classHeaders     = "long and many headers"
	classBacktrack   = "headers that are expensive to take apart"
	classSmuggling   = "requests smuggled behind a refused upgrade"
	classEarly       = "bytes right after the handshake"
	classBodies      = "handshake with a body"
	classRebinding   = "DNS rebinding"
	classCrossSite   = "cross-site hijack"
	classSlowness    = "slowness at each stage"
	classExhaustion  = "exhaustion of connections"
	classForwarded   = "spoofed forwarded headers"
	classSplitting   = "response splitting"
	classScripts     = "script in a name or a text"
	classInvisible   = "bidirectional and control characters in a name"
	classOrder       = "frames in the wrong order"
	classText        = "text that is not UTF-8"
	classRandomness  = "predictable masks"
	classUnreadRoom  = "members who do not read"
	classUnreadEcho  = "echo that is not read"
	classAfterClose  = "sending for ever after Close"
	classInflation   = "inflation times connections"
	classMessages    = "floods of small legal messages"
	classServers     = "hostile server"
	classTerminals   = "control characters for logs and terminals"
	classPanics      = "a fault in one connection"
)

// classes say where each is shown: by attacks on the running binary here, which
// name their class, and by the tests of other packages, where it is about a client,
// a page or the code itself.
var classes = []struct {
	class string
	here  []string // tests of this package, without those that name their class
	there []string // "server/conn TestDialHostile"
}{
	{class: classOverflow},
	{class: classTopBit},
	{class: classDeclared},
	{class: classFragmentSum},
	{class: classFragments},
	{class: classBomb},
	{class: classGarbage},
	{class: classReserved},
	{class: classControl},
	{class: classPings, here: []string{"TestHostileTenPings"}},
	{class: classCloses},
	{class: classMasks, there: []string{"server/conn TestDialHostileFrames"}},
	{class: classMinimal},
	{class: classOrder},
	{class: classText},
	{class: classHeaders},
	{class: classBacktrack, there: []string{"handshake TestHostileLinesAreLinear"}},
	{class: classSmuggling},
	{class: classEarly, here: []string{"TestHostileEarly"}, there: []string{"server/conn TestDialEarlyFrames"}},
	{class: classBodies},
	{class: classRebinding, there: []string{"server TestOnLoopback"}},
	{class: classCrossSite, here: []string{"TestOriginRefused"}, there: []string{"server TestForwardedProto"}},
	{class: classSlowness, here: []string{"TestHostileSlowness"}},
	{class: classExhaustion, there: []string{"server TestHandshakePace", "server TestRoomsMakePlace"}},
	{class: classForwarded, there: []string{"server TestBehindProxies"}},
	{class: classSplitting, here: []string{"TestHostileTargets"}, there: []string{"handshake TestFields"}},
	{class: classScripts, here: []string{"TestPageHostile", "TestPageServerNonsense"}},
	{class: classInvisible, here: []string{"TestHostileNames"}, there: []string{"server/chat TestCleanName"}},
	{class: classRandomness, there: []string{"cmd TestImports", "server/conn TestMaskKeys"}},
	{class: classUnreadRoom, there: []string{"server TestMemberThatReadsAgain"}},
	{class: classUnreadEcho},
	{class: classAfterClose},
	{class: classInflation, there: []string{"server/conn TestMemoryInflated"}},
	{class: classMessages, there: []string{"server TestRate"}},
	{class: classServers, there: []string{"server/conn TestDialHostile", "server/conn TestDialHostileFrames", "server/conn TestDialSilence"}},
	{class: classTerminals, here: []string{"TestLogs"}, there: []string{"cmd/ws/internal/cat TestScreen"}},
	{class: classPanics, here: []string{"TestHostileFault"}, there: []string{"server TestPanicInDelivery"}},
}

// TestHostileClasses demands that every class is shown, and that what is named for it
// is there.
func TestHostileClasses(t *testing.T) {
	attacks := map[string]int{}
	for _, f := range floods {
		attacks[f.class]++
	}
	for _, b := range allBreaches() {
		attacks[b.class]++
	}
	for _, a := range approaches {
		attacks[a.class]++
	}
	listed := map[string]bool{}
	for _, s := range classes {
		if listed[s.class] {
			t.Errorf("%s stands there twice", s.class)
		}
		listed[s.class] = true
		if attacks[s.class]+len(s.here)+len(s.there) == 0 {
			t.Errorf("nothing shows %s", s.class)
		}
		delete(attacks, s.class)
		for _, name := range s.here {
			wantTest(t, "cmd/chat", name)
		}
		for _, where := range s.there {
			folder, name, _ := strings.Cut(where, " ")
			wantTest(t, folder, name)
		}
	}
	for class := range attacks {
		t.Errorf("%q is no class", class)
	}
	for _, name := range constants(t, "hostile_classes_test.go", "class") {
		if !listed[name] {
			t.Errorf("the class %q is not listed", name)
		}
	}
}

// wantTest demands a test in a folder of this module.
func wantTest(t *testing.T, folder, name string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(folder), "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(files, func(file string) bool {
		text, err := os.ReadFile(file)
		return err == nil && strings.Contains(string(text), "\nfunc "+name+"(t *testing.T) {\n")
	}) {
		t.Errorf("%s has no %s", folder, name)
	}
}

// constants gives the values of the constants in a file whose names begin so.
func constants(t *testing.T, file, prefix string) (values []string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if ok && len(spec.Values) == 1 && strings.HasPrefix(spec.Names[0].Name, prefix) {
			if lit, ok := spec.Values[0].(*ast.BasicLit); ok {
				values = append(values, strings.Trim(lit.Value, `"`))
			}
		}
		return true
	})
	return values
}
