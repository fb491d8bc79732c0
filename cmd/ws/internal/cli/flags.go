package cli

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// Flags are a command's flags with what its help says.
type Flags struct {
	*flag.FlagSet
	Synopsis string   // "ws load [flags] URL"
	About    string   // a few lines: what it does, what it prints
	Examples []string // each a comment and a command line
	Operands []string // names of what stands besides the flags; "[URL]" may be left out, and of "[ARG...]" there may be many
}

// NewFlags makes the flags of the command name.
func NewFlags(name string) *Flags {
	f := &Flags{FlagSet: flag.NewFlagSet(name, flag.ContinueOnError)}
	f.SetOutput(io.Discard)
	return f
}

// Read reads args, in which flags and operands may stand in any order, and gives
// the operands. Its errors say what is allowed; it is [flag.ErrHelp] if help was
// asked for.
func (f *Flags) Read(args []string) ([]string, error) {
	var operands []string
	for {
		if err := f.Parse(args); err != nil {
			return nil, f.explain(err)
		}
		rest := f.Args()
		if len(rest) == 0 {
			break
		}
		if took := len(args) - len(rest); took > 0 && args[took-1] == "--" {
			operands = append(operands, rest...)
			break
		}
		operands, args = append(operands, rest[0]), rest[1:]
	}
	return operands, f.count(len(operands))
}

// explain says what is allowed where package flag says "parse error".
func (f *Flags) explain(err error) error {
	text, ok := strings.CutSuffix(err.Error(), ": parse error")
	i := strings.LastIndex(text, " -")
	if !ok || i < 0 {
		return err
	}
	fl := f.Lookup(text[i+2:])
	if fl == nil {
		return err
	}
	allowed := "allowed is a number"
	if value, ok := fl.Value.(flag.Getter); ok {
		switch value.Get().(type) {
		case bool:
			allowed = "allowed is true or false"
		case time.Duration:
			allowed = "allowed is a time, as in 500ms, 90s or 1h30m"
		}
	}
	return fmt.Errorf("%s: %s", text, allowed)
}

// count judges how many operands there are.
func (f *Flags) count(n int) error {
	least, most := 0, len(f.Operands)
	for _, name := range f.Operands {
		if name[0] != '[' {
			least++
		}
		if strings.HasSuffix(name, "...]") {
			most = math.MaxInt
		}
	}
	switch names := strings.Join(f.Operands, ", "); {
	case n >= least && n <= most:
		return nil
	case least == len(f.Operands) && least > 0:
		return fmt.Errorf("%s needs %s, and was given %d", f.Name(), names, n)
	default:
		return fmt.Errorf("%s takes %s, and was given %d", f.Name(), cmp.Or(names, "flags alone"), n)
	}
}

// Start reads args for a command that goes on only if the status is OK and done is
// false.
func (f *Flags) Start(env *Env, args []string) (operands []string, s Status, done bool) {
	operands, err := f.Read(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		f.Help(env.Out)
		return nil, OK, true
	case err != nil:
		return nil, env.Fail(f.Name(), Usage, err), true
	}
	return operands, OK, false
}

// Help explains the command.
func (f *Flags) Help(w io.Writer) {
	fmt.Fprintf(w, "usage: %s\n\n%s\n\nexamples:\n", f.Synopsis, strings.TrimSpace(f.About))
	for _, e := range f.Examples {
		fmt.Fprintf(w, "  %s\n", strings.ReplaceAll(e, "\n", "\n  "))
	}
	fmt.Fprint(w, "\nflags:\n")
	f.VisitAll(func(fl *flag.Flag) {
		arg, what := flag.UnquoteUsage(fl)
		if fl.DefValue != "" && fl.DefValue != "0" && fl.DefValue != "false" && fl.DefValue != "0s" {
			what += " (" + fl.DefValue + ")"
		}
		fmt.Fprintf(w, "  %-20s %s\n", strings.TrimSpace("-"+fl.Name+" "+arg), strings.ReplaceAll(what, "\n", "\n"+strings.Repeat(" ", 23)))
	})
	fmt.Fprintf(w, "\nexit status: %d as expected, %d deviations, %d wrong usage, %d not reached, %d died\n", OK, Deviation, Usage, Unreachable, Died)
}

// Bytes is a flag for a number of bytes: 65536, 64KiB, 1MiB.
type Bytes struct{ N *int }

func (b Bytes) String() string {
	if b.N == nil {
		return ""
	}
	return strconv.Itoa(*b.N)
}

// Set reads a size.
func (b Bytes) Set(s string) error {
	shift := 0
	for suffix, by := range map[string]int{"KiB": 10, "MiB": 20} {
		if n, ok := strings.CutSuffix(s, suffix); ok {
			s, shift = n, by
		}
	}
	n, err := strconv.ParseUint(s, 10, 31)
	if err != nil || n<<shift > math.MaxInt32 {
		return errors.New("allowed are bytes below 2 GiB, as in 65536, 64KiB or 1MiB")
	}
	*b.N = int(n << shift)
	return nil
}

// List is a flag that may be given several times.
type List []string

func (l *List) String() string { return strings.Join(*l, ", ") }

// Set adds a value.
func (l *List) Set(s string) error { *l = append(*l, s); return nil }

// Given says whether the flag name was set on the command line.
func (f *Flags) Given(name string) (given bool) {
	f.Visit(func(fl *flag.Flag) { given = given || fl.Name == name })
	return given
}
