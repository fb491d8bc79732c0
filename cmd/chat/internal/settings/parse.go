package settings

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// A parser reads flags and their twins into Settings.
type parser struct {
	Settings
	set    *flag.FlagSet
	groups []group
	given  map[string]bool // flags, by either way

	handshakePace, controlPace time.Duration // until settle

	unknown []string // variables that look like twins
}

// Parse reads args, which are without the program's name, and from environ the
// twins of those flags that args lacks. Its errors say what is allowed; it is
// [flag.ErrHelp] if help was asked for.
func Parse(args, environ []string) (Settings, error) {
	p := newParser()
	if err := p.readArgs(args); err != nil {
		return Settings{}, err
	}
	if p.Version {
		return p.Settings, nil
	}
	if err := p.readEnviron(environ); err != nil {
		return Settings{}, err
	}
	if err := p.agree(); err != nil {
		return Settings{}, err
	}
	p.settle()
	return p.Settings, nil
}

func newParser() *parser {
	p := &parser{Settings: defaults(), given: map[string]bool{}, handshakePace: defaultHandshakePace, controlPace: defaultControlPace}
	p.set = flag.NewFlagSet("chat", flag.ContinueOnError)
	p.set.SetOutput(io.Discard)
	p.set.Usage = func() {}
	p.groups = p.flags()
	for _, g := range p.groups {
		for i := range g.options {
			o := &g.options[i]
			if o.standard == "" {
				o.standard = o.value.String()
			}
			p.set.Var(o.value, o.name, o.brief)
		}
	}
	return p
}

func (p *parser) readArgs(args []string) error {
	if err := p.set.Parse(args); err != nil {
		return err
	}
	if rest := p.set.Args(); len(rest) > 0 {
		return fmt.Errorf("%q is no flag: allowed are flags alone, each with a dash; true and false stand behind =, as in -echo=false", rest[0])
	}
	p.set.Visit(func(f *flag.Flag) { p.given[f.Name] = true })
	return nil
}

// Twin is the environment variable that stands for a flag.
func Twin(name string) string {
	return prefix + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

// prefix is what all variables begin with that are the chat's.
const prefix = "CHAT_"

// readEnviron reads the twins of the flags that were not given. An empty one says
// nothing, as it is easily had in files that fill in other variables.
func (p *parser) readEnviron(environ []string) error {
	var errs []error
	values := map[string]string{}
	for _, v := range environ {
		if name, value, ok := strings.Cut(v, "="); ok && strings.HasPrefix(name, prefix) {
			values[name] = value // of two, the later one: the system's way
		}
	}
	p.set.VisitAll(func(f *flag.Flag) {
		if f.Name == versionFlag {
			return
		}
		twin := Twin(f.Name)
		value := values[twin]
		delete(values, twin)
		if p.given[f.Name] || value == "" {
			return
		}
		p.given[f.Name] = true
		if err := f.Value.Set(value); err != nil {
			errs = append(errs, fmt.Errorf("invalid value %q for %s: %w", value, twin, err))
		}
	})
	p.unknown = slices.Sorted(maps.Keys(values))
	return errors.Join(errs...)
}
