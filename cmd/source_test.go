package cmd

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A source is what the files of one folder declare, whatever their build
// constraints say.
type source struct {
	symbols map[string][]string // functions, types, variables, constants; T.M for methods and fields: their files
	tests   map[string]bool     // TestX, FuzzX, ExampleX
}

func readSource(dir string) (source, error) {
	src := source{symbols: map[string][]string{}, tests: map[string]bool{}}
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return src, err
	}
	if len(names) == 0 {
		return src, fmt.Errorf("no Go files in %s", dir)
	}
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return src, err
		}
		for _, d := range file.Decls {
			src.add(d, name)
		}
	}
	return src, nil
}

func (src source) add(d ast.Decl, file string) {
	test := strings.HasSuffix(file, "_test.go")
	switch d := d.(type) {
	case *ast.FuncDecl:
		if !test {
			src.declare(receiver(d)+d.Name.Name, file)
		} else if d.Recv == nil && isTest(d.Name.Name) {
			src.tests[d.Name.Name] = true
		}
	case *ast.GenDecl:
		if !test {
			src.addSpecs(d.Specs, file)
		}
	}
}

func (src source) declare(name, file string) {
	src.symbols[name] = append(src.symbols[name], file)
}

// receiver is "T." for a method of T or *T, "" for a function.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	of := d.Recv.List[0].Type
	if star, ok := of.(*ast.StarExpr); ok {
		of = star.X
	}
	if generic, ok := of.(*ast.IndexExpr); ok {
		of = generic.X
	}
	if id, ok := of.(*ast.Ident); ok {
		return id.Name + "."
	}
	return "?."
}

func isTest(name string) bool {
	return strings.HasPrefix(name, "Test") || strings.HasPrefix(name, "Fuzz") || strings.HasPrefix(name, "Example")
}

func (src source) addSpecs(specs []ast.Spec, file string) {
	for _, s := range specs {
		switch s := s.(type) {
		case *ast.ValueSpec:
			for _, n := range s.Names {
				src.declare(n.Name, file)
			}
		case *ast.TypeSpec:
			src.declare(s.Name.Name, file)
			if st, ok := s.Type.(*ast.StructType); ok {
				src.addFields(s.Name.Name, st, file)
			}
		}
	}
}

func (src source) addFields(of string, st *ast.StructType, file string) {
	for _, f := range st.Fields.List {
		for _, n := range f.Names {
			src.declare(of+"."+n.Name, file)
		}
	}
}

// A tree answers what exists below root, reading each folder once.
type tree struct {
	root    string
	sources map[string]source
	vectors map[string]map[string]bool // by folder of testdata, then by id
}

func newTree(root string) *tree {
	return &tree{root: root, sources: map[string]source{}, vectors: map[string]map[string]bool{}}
}

func (tr *tree) source(pkg string) (source, error) {
	if src, ok := tr.sources[pkg]; ok {
		return src, nil
	}
	src, err := readSource(filepath.Join(tr.root, filepath.FromSlash(pkg)))
	if err == nil {
		tr.sources[pkg] = src
	}
	return src, err
}

// code gives the files that declare "package Symbol". What is not Go is named by
// its file: "web app.js".
func (tr *tree) code(ref string) ([]string, error) {
	pkg, symbol, ok := strings.Cut(ref, " ")
	if !ok {
		return nil, fmt.Errorf("%q is not \"package Symbol\"", ref)
	}
	src, err := tr.source(pkg)
	if err != nil {
		return nil, err
	}
	if files := src.symbols[symbol]; files != nil {
		return files, nil
	}
	ext, file := filepath.Ext(symbol), filepath.Join(tr.root, pkg, symbol)
	if _, err := os.Stat(file); err == nil && ext != "" && ext != ".go" {
		return []string{file}, nil
	}
	return nil, fmt.Errorf("package %s declares no %s", pkg, symbol)
}

// shown checks "package TestX" or "folder/ID" of a vector.
func (tr *tree) shown(ref string) error {
	pkg, test, ok := strings.Cut(ref, " ")
	if !ok {
		return tr.vector(ref)
	}
	src, err := tr.source(pkg)
	if err == nil && !src.tests[test] {
		err = fmt.Errorf("package %s has no %s", pkg, test)
	}
	return err
}

func (tr *tree) vector(ref string) error {
	folder, id, ok := strings.Cut(ref, "/")
	if !ok {
		return fmt.Errorf("%q is neither \"package TestX\" nor \"folder/ID\"", ref)
	}
	ids, ok := tr.vectors[folder]
	if !ok {
		var err error
		if ids, err = readIDs(filepath.Join(tr.root, "testdata", folder)); err != nil {
			return err
		}
		tr.vectors[folder] = ids
	}
	if !ids[id] {
		return fmt.Errorf("testdata/%s has no record with the id %s", folder, id)
	}
	return nil
}

// readIDs gives the values of the "id:" lines of a folder's vector files.
func readIDs(dir string) (map[string]bool, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("no vector files in %s", dir)
	}
	ids := map[string]bool{}
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			if id, ok := strings.CutPrefix(lines.Text(), "id:"); ok {
				ids[strings.TrimSpace(id)] = true
			}
		}
		f.Close()
		if err := lines.Err(); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return ids, nil
}

func TestTree(t *testing.T) {
	tr := newTree("..")
	code := func(ref string) error { _, err := tr.code(ref); return err }
	for _, tt := range []struct {
		check     func(string) error
		ref, want string // want is part of the error, "" is none
	}{
		{code, "frame ParseHeader", ""},
		{code, "frame Header", ""},
		{code, "frame Header.Append", ""},
		{code, "frame Header.Length", ""},
		{code, "frame Violations", ""},
		{code, "testdata record.go", "declares no record.go"},
		{code, "testdata rfc6455.tsv", ""},
		{code, "frame Header.Nothing", "declares no Header.Nothing"},
		{code, "cmd readSource", "declares no readSource"},
		{code, "frame", "is not \"package Symbol\""},
		{code, "nowhere Symbol", "no Go files"},
		{tr.shown, "cmd TestTree", ""},
		{tr.shown, "cmd TestNothing", "has no TestNothing"},
		{tr.shown, "cmd readSource", "has no readSource"},
		{tr.shown, "frames/rfc/hello-masked", ""},
		{tr.shown, "frames/rfc/nothing", "no record with the id rfc/nothing"},
		{tr.shown, "nowhere/x", "no vector files"},
		{tr.shown, "alone", "is neither"},
	} {
		err := tt.check(tt.ref)
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%q: %v, want %q", tt.ref, err, tt.want)
		}
	}
}
