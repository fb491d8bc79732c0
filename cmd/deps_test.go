package cmd

import (
	"errors"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const (
	module   = "rfc6455"
	testOnly = "github.com/google/go-cmp" // the one module that is neither ours nor Go's
)

// importRules is the house as policy: which package of ours may import which,
// and what of the standard library stays out of where. The notation is
// lattice's. A test that fails here is right until the design has changed: move
// the code, not the rule.
const importRules = `
	# The wire: functions from bytes to bytes. Nothing of ours below them.
	NONE < handshake, frame, frame/deflate;

	# The machine: a connection without its socket.
	frame, frame/deflate < frame/session;

	# The shell: the socket and the clock around the machine.
	handshake, frame/session < server/conn;

	# The chat. Room and store know neither each other nor connections: the room
	# states the few things that it needs, and the server brings them together.
	NONE < server/room, server/store, web;
	server/conn, server/room, server/store, web < server < cmd/chat;

	# Who may connect, said with the handshake's errors; and what is counted.
	handshake < server/admit; frame, server/admit < server/metrics < server;

	# What is said in the chat, without anybody to say it to.
	frame < server/chat < server;

	# The kit and the toolbox. They look at the protocol, never at the chat.
	# The vectors say their frames in frame's notation.
	frame < testdata;
	handshake, frame/session, testdata < fuzz;
	server/conn, fuzz < cmd/ws;

	# The toolbox's parts. What a report draws with and what a load counts with know
	# nothing of WebSocket; a report sees a load's result and no connection.
	NONE < cmd/ws/internal/hist, cmd/ws/internal/plot;
	server/conn, cmd/ws/internal/hist < cmd/ws/internal/load;
	cmd/ws/internal/load, cmd/ws/internal/plot < cmd/ws/internal/report;
	handshake, frame < cmd/ws/internal/transcript < cmd/ws;
	frame < cmd/ws/internal/capture < cmd/ws, cmd/ws/internal/capture/capturetest;
	cmd/ws/internal/transcript, cmd/ws/internal/wire < cmd/ws/internal/annotate < cmd/ws;
	NONE < cmd/ws/internal/hexdump < cmd/ws;
	frame < cmd/ws/internal/diagram < cmd/ws;
	cmd/ws/internal/annotate, cmd/ws/internal/capture, cmd/ws/internal/diagram, cmd/ws/internal/hexdump < cmd/ws/internal/dump < cmd/ws;
	# A raw link, below connections that hide frames, is made the same way.
	server/conn < cmd/ws/internal/wire < cmd/ws/internal/cli, cmd/ws/internal/tap;
	cmd/ws/internal/transcript, cmd/ws/internal/tap < cmd/ws/internal/cat < cmd/ws;
	handshake, frame, frame/deflate < cmd/ws/internal/faulty;
	cmd/ws/internal/wire, testdata < cmd/ws/internal/conform < cmd/ws/internal/conform/sheet
		< cmd/ws/internal/conform/autobahn < cmd/ws;
	fuzz, cmd/ws/internal/wire < cmd/ws/internal/model < cmd/ws/internal/model/hunt < cmd/ws;
	cmd/ws/internal/report, cmd/ws/internal/cli < cmd/ws;

	# The chat's binary: what it was told, what it listens on, what its operator sees.
	server < cmd/chat/internal/settings;
	NONE < cmd/chat/internal/listen, cmd/chat/internal/selfsigned;
	handshake < cmd/chat/internal/admin;
	cmd/chat/internal/settings, cmd/chat/internal/listen, cmd/chat/internal/admin < cmd/chat;

	# The tests from outside: other people's programs, and a browser, driven over our
	# own connections.
	NONE < testdata/outside;
	server/conn < cmd/chat/internal/devtools;

	# The tests of the whole tree.
	NONE < cmd;

	WIRE: handshake, frame, frame/deflate;
	MACHINE: frame/session;
	CHAT: server, server/admit, server/chat, server/metrics, server/room, server/store, web, cmd/chat;
	TOOLBOX: cmd/ws, cmd/ws/internal/...;
	KIT: fuzz, testdata, TOOLBOX;
	OUTSIDE: testdata/outside, cmd/chat/internal/...;

	# A main reads flags and starts the server; what it needs of the rest, the
	# server's configuration says.
	WIRE, MACHINE, server/admit, server/metrics, server/conn, server/room, server/store, web !< cmd/chat;

	# Bytes in, bytes out: no socket may be in reach, so that all of it can be
	# tested and fuzzed without one.
	net/..., crypto/tls !< frame, frame/deflate, MACHINE;

	# The handshake takes net/http's types and nothing of the network.
	net, net/http/httptest, net/http/httputil, crypto/tls !< handshake;

	# What touches the operating system belongs to the shell.
	os/..., syscall, runtime/... !< WIRE, MACHINE;

	# Deadlines are the shell's; wire and machine never ask what time it is.
	time, context !< WIRE, MACHINE;

	# A Receiver has one goroutine, a Sender is locked by its owner.
	sync/... !< frame, MACHINE;

	# Masks and keys are handed in, so that a test can say which.
	math/rand/..., crypto/rand !< WIRE, MACHINE;

	# Who can foresee a mask can write on the wire (§10.3): crypto/rand alone.
	math/rand/... !< server/conn;

	# An error says it, the owner of the connection logs it.
	log/... !< WIRE, MACHINE;

	# Nothing on the way of a frame looks at types while it runs.
	reflect, encoding/json !< frame, frame/deflate, MACHINE;

	# A room orders and hands out frames; it knows no socket, JSON or HTTP.
	net/..., syscall, encoding/json !< server/room;

	# Admission judges requests and is told the time; it listens to nothing.
	net, crypto/tls, os/..., syscall !< server/admit;

	# The protocol of the chat is handed time and random bits, and belongs to one
	# goroutine at a time.
	net, net/http/..., net/netip, crypto/rand, math/rand/..., sync/..., context, os/..., syscall, log/... !< server/chat;

	# Metrics are told, and asked over HTTP; they reach out to nobody.
	net, crypto/tls, os/exec !< server/metrics;

	# Settings are made of words alone: a test can say all of them.
	net/http/..., os/..., syscall, log/... !< cmd/chat/internal/settings;

	# A store keeps messages for whoever reads them.
	net/..., syscall !< server/store;

	# Raw system calls need pointers, nothing else of ours does.
	unsafe !< WIRE, MACHINE, CHAT, KIT, OUTSIDE;

	# A histogram and a plot are made of numbers alone.
	net/..., os/..., time, sync/... !< cmd/ws/internal/hist, cmd/ws/internal/plot;

	# A report sees what a load found, and none of its connections.
	server/conn !< cmd/ws/internal/report;

	# The binaries are built without a C compiler.
	C !< WIRE, MACHINE, server/conn, CHAT, KIT, OUTSIDE;

	# Only the kit is given a test to report to, and who looks for other people's
	# programs, to skip it.
	testing/... !< WIRE, MACHINE, server/conn, CHAT, testdata;
`

// An importSpec is one import of one file, whatever its build constraints say.
type importSpec struct {
	pos  string // "frame/header.go:12"
	pkg  string // the importing package's folder, "frame"
	path string
	test bool // in a _test.go file
}

// treeImports gives every import of every Go file of the module.
func treeImports(root string) ([]importSpec, error) {
	var specs []importSpec
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return skipFolder(root, name)
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		found, err := fileImports(name, filepath.ToSlash(rel))
		specs = append(specs, found...)
		return err
	})
	return specs, err
}

// skipFolder passes over the folders that the go tool does not build either.
func skipFolder(root, name string) error {
	base := filepath.Base(name)
	if name != root && (base[0] == '.' || base[0] == '_' || base == "node_modules") {
		return fs.SkipDir
	}
	return nil
}

// fileImports reads one file's imports. A file without any still shows that its
// package exists, by an empty path.
func fileImports(name, rel string) ([]importSpec, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, nil, parser.ImportsOnly)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil // an editor's passing file
	}
	if err != nil {
		return nil, err
	}
	here := importSpec{pos: rel, pkg: filepath.ToSlash(filepath.Dir(rel)), test: strings.HasSuffix(rel, "_test.go")}
	specs := []importSpec{here}
	for _, s := range file.Imports {
		spec := here
		spec.pos = rel + ":" + strconv.Itoa(fset.Position(s.Pos()).Line)
		if spec.path, err = strconv.Unquote(s.Path.Value); err != nil {
			return nil, err
		}
		specs = append(specs, spec)
	}
	return specs, nil
}

// judge says which rule one import breaks, or "".
func judge(l *lattice, s importSpec) string {
	imp, ours := strings.CutPrefix(s.path, module+"/")
	first, _, _ := strings.Cut(s.path, "/")
	if strings.Contains(first, ".") {
		if !matches([]string{testOnly + "/..."}, s.path) {
			return "the standard library alone, and " + testOnly + " in tests"
		}
		if !s.test {
			return testOnly + " is for _test.go files"
		}
		return ""
	}
	if s.test {
		return l.check(s.pkg, "", false) // tests may look anywhere, from a package that is known
	}
	return l.check(s.pkg, imp, ours)
}

func TestImports(t *testing.T) {
	l, err := parseLattice(importRules)
	if err != nil {
		t.Fatal(err)
	}
	specs, err := treeImports("..")
	if err != nil {
		t.Fatal(err)
	}
	if len(specs) == 0 {
		t.Fatal("the tree has no Go file")
	}
	for _, s := range specs {
		if broken := judge(l, s); broken != "" {
			t.Errorf("%s: %s imports %q\n\t%s", s.pos, s.pkg, s.path, broken)
		}
	}
}

// TestImportRules shows that the rules bite where the design says so.
func TestImportRules(t *testing.T) {
	l, err := parseLattice(importRules)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		pkg, path string
		test      bool
		want      string
	}{
		{"frame", "encoding/binary", false, ""},
		{"frame", "rfc6455/frame/deflate", false, "no way leads"},
		{"frame", "net", false, "no socket may be in reach"},
		{"frame/deflate", "net/netip", false, "no socket may be in reach"},
		{"frame/session", "rfc6455/frame", false, ""},
		{"frame/session", "rfc6455/server/conn", false, "no way leads"},
		{"frame/session", "time", false, "never ask what time it is"},
		{"frame/session", "sync/atomic", false, "one goroutine"},
		{"frame/session", "math/rand/v2", false, "Masks and keys are handed in"},
		{"frame/session", "crypto/rand", false, "Masks and keys are handed in"},
		{"frame/session", "log/slog", false, "An error says it"},
		{"handshake", "net/http", false, ""},
		{"handshake", "net", false, "nothing of the network"},
		{"server/conn", "rfc6455/handshake", false, ""},
		{"server/conn", "unsafe", false, ""},
		{"server/conn", "math/rand", false, "foresee a mask"},
		{"server/conn", "rfc6455/server/room", false, "no way leads"},
		{"server/room", "rfc6455/server/store", false, "no way leads"},
		{"server/room", "net/http", false, "no socket, JSON or HTTP"},
		{"server/metrics", "net", false, "reach out to nobody"},
		{"server/metrics", "rfc6455/server/conn", false, "no way leads"},
		{"server/admit", "rfc6455/server/metrics", false, "no way leads"},
		{"server/chat", "net/url", false, ""},
		{"server/chat", "crypto/rand", false, "handed time and random bits"},
		{"server/chat", "rfc6455/server/room", false, "no way leads"},
		{"server", "rfc6455/frame/session", false, ""},
		{"server", "rfc6455/fuzz", false, "no way leads"},
		{"testdata", "rfc6455/frame", false, ""},
		{"testdata", "rfc6455/frame/session", false, "no way leads"},
		{"cmd/chat", "rfc6455/server", false, ""},
		{"cmd/chat", "rfc6455/server/conn", false, "A main reads flags"},
		{"cmd/ws", "rfc6455/testdata", false, ""},
		{"cmd/ws", "rfc6455/server", false, "no way leads"},
		{"cmd/ws/internal/load", "rfc6455/server/conn", false, ""},
		{"cmd/ws/internal/hist", "time", false, "made of numbers alone"},
		{"cmd/ws/internal/plot", "rfc6455/server/conn", false, "no way leads"},
		{"cmd/ws/internal/load", "unsafe", false, "Raw system calls"},
		{"cmd/chat/internal/settings", "os", false, "made of words alone"},
		{"cmd/chat/internal/admin", "rfc6455/server", false, "no way leads"},
		{"cmd/chat/internal/devtools", "rfc6455/server/conn", false, ""},
		{"cmd/chat/internal/devtools", "rfc6455/server", false, "no way leads"},
		{"testdata/outside", "unsafe", false, "Raw system calls"},
		{"frame", "github.com/google/go-cmp/cmp", true, ""},
		{"frame", "github.com/google/go-cmp/cmp", false, "is for _test.go files"},
		{"frame", "golang.org/x/net/websocket", true, "the standard library alone"},
		{"frame", "net", true, ""},
		{"server/extra", "strings", true, "does not know package server/extra"},
		{".", "strings", false, "does not know package ."},
	} {
		got := judge(l, importSpec{pkg: tt.pkg, path: tt.path, test: tt.test})
		if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
			t.Errorf("%s imports %q: %q, want %q", tt.pkg, tt.path, got, tt.want)
		}
	}
}

// TestRequire holds go.mod to the same rule, comments aside.
func TestRequire(t *testing.T) {
	text, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Fields(string(text))
	if len(words) < 2 || words[1] != module {
		t.Fatalf("go.mod is not that of module %s", module)
	}
	for _, w := range words[2:] {
		if strings.Contains(w, "/") && w != "//" && w != testOnly {
			t.Errorf("go.mod names %s: the standard library alone, and %s in tests", w, testOnly)
		}
	}
}
