package devtools

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
)

// maxEntries is how many entries a page keeps; of more it keeps the first ones.
const maxEntries = 10_000

// An Entry is one thing that a page said.
type Entry struct {
	Kind string // "console", "exception", "dialog", or the browser's own: "security", "network", "javascript", ...
	// Level is "log", "info", "warning", "error" and so on; "error" for what the
	// browser refuses by the page's Content-Security-Policy, too.
	Level string
	Text  string
}

// String is the entry in one line.
func (e Entry) String() string { return e.Kind + " " + e.Level + ": " + e.Text }

// Log gives what the page has said so far.
func (p *Page) Log() []Entry {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.log)
}

// Errors gives the entries that a page without fault does not have: exceptions,
// dialogs, and all that is an error or a warning.
func (p *Page) Errors() []Entry {
	return slices.DeleteFunc(p.Log(), func(e Entry) bool { return e.Level != "error" && e.Level != "warning" })
}

// event takes an event of the page. It is called in order, from one goroutine.
func (p *Page) event(m message) {
	switch m.Method {
	case "Page.lifecycleEvent":
		var life struct{ LoaderID, Name string }
		if json.Unmarshal(m.Params, &life) == nil && life.Name == "load" {
			p.change(func() { p.loaded = life.LoaderID })
		}
	case "Page.javascriptDialogOpening":
		// It would stop the page, and whoever waits for it.
		p.browser.link.send(p.session, "Page.handleJavaScriptDialog", params{"accept": false}, nil)
		p.note(m.Params, func(b []byte) (Entry, error) {
			var dialog struct{ Type, Message string }
			err := json.Unmarshal(b, &dialog)
			return Entry{"dialog", "error", dialog.Type + " " + dialog.Message}, err
		})
	case "Runtime.consoleAPICalled":
		p.note(m.Params, parseConsole)
	case "Runtime.exceptionThrown":
		p.note(m.Params, parseException)
	case "Log.entryAdded":
		p.note(m.Params, parseEntry)
	}
}

// change changes what until looks at.
func (p *Page) change(do func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	do()
	close(p.changed)
	p.changed = make(chan struct{})
}

// note keeps an entry. What cannot be read is kept as it came.
func (p *Page) note(b []byte, parse func([]byte) (Entry, error)) {
	e, err := parse(b)
	if err != nil {
		e = Entry{"unknown", "error", string(b)}
	}
	p.change(func() {
		if len(p.log) < maxEntries {
			p.log = append(p.log, e)
		}
	})
}

// A remoteObject is a value of the page.
type remoteObject struct {
	Value       json.RawMessage
	Description string
}

func (o remoteObject) String() string {
	var text string
	if json.Unmarshal(o.Value, &text) == nil {
		return text
	}
	return cmp.Or(o.Description, string(o.Value), "undefined")
}

func parseConsole(b []byte) (Entry, error) {
	var call struct {
		Type string
		Args []remoteObject
	}
	err := json.Unmarshal(b, &call)
	words := make([]string, len(call.Args))
	for i, arg := range call.Args {
		words[i] = arg.String()
	}
	return Entry{"console", call.Type, strings.Join(words, " ")}, err
}

// An exception is what Runtime.evaluate and Runtime.exceptionThrown tell.
type exception struct {
	Text      string
	Exception *remoteObject
}

func (e exception) String() string {
	if e.Exception == nil {
		return e.Text
	}
	return e.Text + " " + e.Exception.String()
}

func parseException(b []byte) (Entry, error) {
	var thrown struct{ ExceptionDetails exception }
	err := json.Unmarshal(b, &thrown)
	return Entry{"exception", "error", thrown.ExceptionDetails.String()}, err
}

func parseEntry(b []byte) (Entry, error) {
	var added struct {
		Entry struct{ Source, Level, Text, URL string }
	}
	err := json.Unmarshal(b, &added)
	e := added.Entry
	return Entry{e.Source, e.Level, strings.TrimSpace(e.Text + " " + e.URL)}, err
}
