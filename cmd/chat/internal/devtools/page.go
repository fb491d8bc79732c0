package devtools

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
)

// A Page is one tab.
type Page struct {
	browser *Browser
	profile string // the browser context
	target  string
	session string

	mu      sync.Mutex
	loaded  string        // the document whose load event came last
	changed chan struct{} // closed and renewed with every change of loaded and log
	log     []Entry
}

func newPage(b *Browser, profile, target, session string) *Page {
	p := &Page{browser: b, profile: profile, target: target, session: session, changed: make(chan struct{})}
	b.link.join(p)
	return p
}

// Beside opens another tab with the same profile: cookies and storage are shared.
func (p *Page) Beside(ctx context.Context, url string) (*Page, error) {
	return p.browser.open(ctx, p.profile, url)
}

// Close closes the tab.
func (p *Page) Close(ctx context.Context) error {
	defer p.browser.link.leave(p.session)
	return p.browser.link.call(ctx, "", "Target.closeTarget", params{"targetId": p.target}, nil)
}

// Call calls any method of the protocol on the page. If result is not nil the
// answer's result goes there, as by json.Unmarshal.
func (p *Page) Call(ctx context.Context, method string, arguments map[string]any, result any) error {
	return p.browser.link.call(ctx, p.session, method, arguments, result)
}

// Goto goes to url and waits for that document's load event.
func (p *Page) Goto(ctx context.Context, url string) error {
	var began struct{ LoaderID, ErrorText string }
	if err := p.Call(ctx, "Page.navigate", params{"url": url}, &began); err != nil {
		return err
	}
	if began.ErrorText != "" {
		return fmt.Errorf("devtools: %s: %s", url, began.ErrorText)
	}
	if began.LoaderID == "" {
		return nil // inside the same document: there is nothing to load
	}
	return p.until(ctx, func() bool { return p.loaded == began.LoaderID })
}

// until waits until the condition, which is asked with p.mu held, is true.
func (p *Page) until(ctx context.Context, condition func() bool) error {
	for {
		p.mu.Lock()
		met, changed := condition(), p.changed
		p.mu.Unlock()
		if met {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-p.browser.link.conn.Done():
			return p.browser.link.conn.Err()
		}
	}
}

// Eval evaluates a JavaScript expression in the page, waits if it gives a promise,
// and puts its value into result as by json.Unmarshal, unless that is nil.
func (p *Page) Eval(ctx context.Context, expression string, result any) error {
	var answer struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *exception
	}
	err := p.Call(ctx, "Runtime.evaluate", params{
		"expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true,
	}, &answer)
	switch {
	case err != nil:
		return err
	case answer.ExceptionDetails != nil:
		return fmt.Errorf("devtools: %.500s: %s", expression, answer.ExceptionDetails)
	case result == nil:
		return nil
	case answer.Result.Value == nil:
		return fmt.Errorf("devtools: %s is undefined", expression)
	}
	return json.Unmarshal(answer.Result.Value, result)
}

// look asks for a condition again and again, from inside the page. What the
// condition throws counts as false: the page may still be on its way.
const look = `new Promise(done => {
	const look = () => {
		let met = false;
		try { met = (CONDITION) } catch {}
		met ? done(true) : setTimeout(look, 5);
	};
	look();
})`

// Wait waits until a JavaScript expression is true in the page, in the next
// document too if the page goes there meanwhile.
func (p *Page) Wait(ctx context.Context, condition string) error {
	for {
		err := p.Eval(ctx, strings.Replace(look, "CONDITION", condition, 1), nil)
		if refused := (*CallError)(nil); errors.As(err, &refused) && refused.fleeting() {
			continue
		}
		if err != nil {
			return fmt.Errorf("devtools: while waiting for %.500s: %w", condition, err)
		}
		return nil
	}
}

// fleeting says whether the call failed only because its document went away.
func (e *CallError) fleeting() bool {
	return strings.Contains(e.Message, "navigated or closed") || strings.Contains(e.Message, "context was destroyed") ||
		strings.Contains(e.Message, "Cannot find default execution context") || strings.Contains(e.Message, "Promise was collected")
}

// Screenshot gives what the page looks like, as PNG.
func (p *Page) Screenshot(ctx context.Context) ([]byte, error) {
	var shot struct{ Data string }
	if err := p.Call(ctx, "Page.captureScreenshot", params{"format": "png"}, &shot); err != nil {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(shot.Data)
}
