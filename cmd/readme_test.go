package cmd

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The README is held to the tree: what it names exists where it says so, its
// limits are the code's, and its programs compile.

var (
	link     = regexp.MustCompile(`\[[^\]]*\]\(([^)]+)\)`)
	quoted   = regexp.MustCompile("`([^`]+)`")
	program  = regexp.MustCompile("(?s)```go\n(package main\n.*?)```")
	heading  = regexp.MustCompile(`(?m)^#+ (.+)$`)
	makes    = regexp.MustCompile(`\bmake ([a-z]+)\b`)
	quantity = regexp.MustCompile(`^([0-9,]+)(?: (bytes|KiB|MiB|ms|s|h))?$`)
	units    = map[string]int64{"": 1, "bytes": 1, "KiB": 1 << 10, "MiB": 1 << 20, "ms": 1e6, "s": 1e9, "h": 3600e9}
)

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// rows gives the cells of all table rows that begin with a heading of these cells.
func rows(t *testing.T, cells ...string) (table [][]string) {
	t.Helper()
	inside := false
	for line := range strings.Lines(readme(t)) {
		row, ok := strings.CutPrefix(strings.TrimSpace(line), "| ")
		row, end := strings.CutSuffix(row, " |")
		split := strings.Split(row, " | ")
		switch {
		case !ok || !end:
			inside = inside && strings.HasPrefix(line, "|--")
		case slices.Equal(split, cells):
			inside = true
		case inside && len(split) != len(cells):
			t.Errorf("row %q has %d cells, want %d", line, len(split), len(cells))
		case inside:
			table = append(table, split)
		}
	}
	if len(table) == 0 {
		t.Fatalf("README.md has no table %q", cells)
	}
	return table
}

// names gives what stands in backquotes.
func names(cell string) (list []string) {
	for _, m := range quoted.FindAllStringSubmatch(cell, -1) {
		list = append(list, m[1])
	}
	return list
}

// targets gives what a cell links to.
func targets(cell string) (list []string) {
	for _, m := range link.FindAllStringSubmatch(cell, -1) {
		list = append(list, m[1])
	}
	return list
}

func TestReadmeLinks(t *testing.T) {
	text := readme(t)
	anchors := map[string]bool{}
	for _, m := range heading.FindAllStringSubmatch(text, -1) {
		anchors["#"+strings.NewReplacer(" ", "-", ",", "", ":", "", ".", "").Replace(strings.ToLower(m[1]))] = true
	}
	for _, target := range targets(text) {
		if strings.HasPrefix(target, "#") {
			if !anchors[target] {
				t.Errorf("no heading is %s", target)
			}
		} else if _, err := os.Stat(filepath.Join("..", target)); err != nil {
			t.Error(err)
		}
	}
}

// TestReadmeRules finds every name of the table of rules in the file beside it.
func TestReadmeRules(t *testing.T) {
	tr := newTree("..")
	for _, row := range rows(t, "clause", "rule", "file", "names") {
		files := targets(row[2])
		if len(files) == 0 || len(names(row[3])) == 0 {
			t.Errorf("%q names no file or nothing in it", row)
		}
		for _, name := range names(row[3]) {
			if !slices.ContainsFunc(files, func(file string) bool { return declares(t, tr, file, name) }) {
				t.Errorf("%s %s: %s is not in %q", row[0], row[1], name, files)
			}
		}
	}
}

func declares(t *testing.T, tr *tree, file, name string) bool {
	t.Helper()
	src, err := tr.source(path.Dir(file))
	if err != nil {
		t.Fatal(err)
	}
	return slices.Contains(src.symbols[name], filepath.Join("..", file))
}

func TestReadmeExamples(t *testing.T) {
	tr := newTree("..")
	for _, row := range rows(t, "package", "examples") {
		dir := path.Dir(targets(row[0])[0])
		src, err := tr.source(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names(row[1]) {
			if !src.tests[name] {
				t.Errorf("%s has no %s", dir, name)
			}
			delete(src.tests, name)
		}
		for name := range src.tests {
			if strings.HasPrefix(name, "Example") {
				t.Errorf("%s: %s is left out", dir, name)
			}
		}
	}
}

// TestReadmeHouse finds every package, but for internal ones, in the table of the house.
func TestReadmeHouse(t *testing.T) {
	house := map[string]bool{}
	for _, row := range rows(t, "folder", "RFC", "what it is", "may import of ours") {
		house[targets(row[0])[0]] = true
	}
	specs, err := treeImports("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range specs {
		if !strings.Contains(s.pkg, "internal") && !house[s.pkg] {
			t.Errorf("the house lacks %s", s.pkg)
			house[s.pkg] = true
		}
	}
}

// TestReadmeNotOurs finds the clause of every rule that is not ours.
func TestReadmeNotOurs(t *testing.T) {
	listed := map[string]bool{}
	for _, row := range rows(t, "clause", "why") {
		listed[row[0]] = true
	}
	left := maps.Clone(listed)
	for _, r := range readRules(t) {
		if strings.HasPrefix(r.shown, notOurs) {
			delete(left, r.clause)
			if !listed[r.clause] {
				t.Errorf("%s:%d: %s is not ours, and the README does not say so", rulesFile, r.line, r.clause)
			}
		}
	}
	for clause := range left {
		t.Errorf("%s is ours, and the README says that it is not", clause)
	}
}

// TestReadmeLimits finds every limit and its error in the code. The default is
// that of a constant: the limit's own, or DefaultX of a field X.
func TestReadmeLimits(t *testing.T) {
	tr := newTree("..")
	for _, row := range rows(t, "package", "limit", "default", "past it") {
		pkg, limit := row[0], names(row[1])[0]
		if _, err := tr.code(pkg + " " + limit); err != nil {
			t.Error(err)
		}
		for _, name := range names(row[3]) {
			ref := pkg + " " + name
			if of, symbol, ok := strings.Cut(name, "."); ok {
				ref = of + " " + symbol
			}
			if !strings.Contains(name, "Err") {
				continue // a code of the chat's, a type
			}
			if _, err := tr.code(ref); err != nil {
				t.Error(err)
			}
		}
		want, err := parseQuantity(row[2])
		if err != nil {
			t.Errorf("%s %s: %v", pkg, limit, err)
		}
		if _, field, ok := strings.Cut(limit, "."); ok {
			limit = "Default" + field
		}
		src, err := tr.source(pkg)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range src.symbols[limit] {
			if got, err := constantIn(file, limit); err != nil || got != want {
				t.Errorf("%s %s is %d (%v), and the README says %s", pkg, limit, got, err, row[2])
			}
		}
	}
}

func parseQuantity(s string) (int64, error) {
	m := quantity.FindStringSubmatch(s)
	if m == nil {
		return 0, fmt.Errorf("%q is not a number with a unit", s)
	}
	n, err := strconv.ParseInt(strings.ReplaceAll(m[1], ",", ""), 10, 64)
	return n * units[m[2]], err
}

// times are what constants are said in, besides numbers.
var times = strings.NewReplacer("time.Millisecond", "1000000", "time.Second", "1000000000", "time.Minute", "60000000000", "time.Hour", "3600000000000")

// constantIn evaluates a constant of a file.
func constantIn(file, name string) (n int64, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, file, text, parser.SkipObjectResolution)
	if err != nil {
		return 0, err
	}
	err = fmt.Errorf("%s has no constant %s", file, name)
	ast.Inspect(parsed, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok || spec.Names[0].Name != name || len(spec.Values) != 1 {
			return true
		}
		v := spec.Values[0]
		expression := times.Replace(string(text[set.Position(v.Pos()).Offset:set.Position(v.End()).Offset]))
		var value types.TypeAndValue
		if value, err = types.Eval(set, nil, token.NoPos, expression); err == nil {
			n, _ = constant.Int64Val(value.Value)
		}
		return false
	})
	return n, err
}

func TestReadmeTargets(t *testing.T) {
	makefile, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range makes.FindAllStringSubmatch(readme(t), -1) {
		if !strings.Contains(string(makefile), "\n"+m[1]+":") {
			t.Errorf("the Makefile has no target %s", m[1])
		}
	}
}

// TestReadmePrograms compiles the programs.
func TestReadmePrograms(t *testing.T) {
	programs := program.FindAllStringSubmatch(readme(t), -1)
	if len(programs) < 2 {
		t.Fatalf("%d programs, want a server and a client", len(programs))
	}
	for i, m := range programs {
		file := filepath.Join(t.TempDir(), "main.go")
		if err := os.WriteFile(file, []byte(m[1]), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command("go", "vet", file).CombinedOutput(); err != nil {
			t.Errorf("program %d: %v\n%s", i+1, err, out)
		}
	}
}
