package devtools

import (
	"context"
	"encoding/json"
	"fmt"
)

// A key is what Input.dispatchKeyEvent wants to know of a key besides its name.
type key struct {
	code int    // Windows' virtual key code
	text string // what it types
}

var keys = map[string]key{
	"Enter": {13, "\r"}, "Tab": {9, ""}, "Escape": {27, ""}, "Backspace": {8, ""}, "Delete": {46, ""},
	"ArrowUp": {38, ""}, "ArrowDown": {40, ""}, "ArrowLeft": {37, ""}, "ArrowRight": {39, ""},
	"Home": {36, ""}, "End": {35, ""}, "PageUp": {33, ""}, "PageDown": {34, ""},
}

// Modifiers of [Page.Press].
const (
	Alt = 1 << iota
	Control
	Meta
	Shift
)

// Press presses and lets go a key, by its name in KeyboardEvent.key: "Enter",
// "Escape", "ArrowUp". It goes to where the focus is.
func (p *Page) Press(ctx context.Context, name string, modifiers int) error {
	k, ok := keys[name]
	if !ok {
		return fmt.Errorf("devtools: no key %q", name)
	}
	arguments := params{"key": name, "code": name, "windowsVirtualKeyCode": k.code, "modifiers": modifiers}
	down := params{"type": "rawKeyDown"}
	if k.text != "" {
		down = params{"type": "keyDown", "text": k.text}
	}
	for _, event := range []params{down, {"type": "keyUp"}} {
		for name, value := range arguments {
			event[name] = value
		}
		if err := p.Call(ctx, "Input.dispatchKeyEvent", event, nil); err != nil {
			return err
		}
	}
	return nil
}

// Type puts text where the focus is, in any script and at once, as an input method
// does.
func (p *Page) Type(ctx context.Context, text string) error {
	return p.Call(ctx, "Input.insertText", params{"text": text}, nil)
}

// Compose shows text as an input method's composition that is not done yet;
// [Page.Type] ends it.
func (p *Page) Compose(ctx context.Context, text string) error {
	end := len([]rune(text))
	return p.Call(ctx, "Input.imeSetComposition", params{"text": text, "selectionStart": end, "selectionEnd": end}, nil)
}

// Click clicks into the middle of the first element that the CSS selector finds.
func (p *Page) Click(ctx context.Context, selector string) error {
	quoted, err := json.Marshal(selector)
	if err != nil {
		return err
	}
	var at struct{ X, Y float64 }
	err = p.Eval(ctx, `(() => {
		const element = document.querySelector(`+string(quoted)+`);
		element.scrollIntoView({block: "nearest"});
		const box = element.getBoundingClientRect();
		return {x: box.x + box.width / 2, y: box.y + box.height / 2};
	})()`, &at)
	if err != nil {
		return err
	}
	for _, event := range []string{"mouseMoved", "mousePressed", "mouseReleased"} {
		err := p.Call(ctx, "Input.dispatchMouseEvent", params{
			"type": event, "x": at.X, "y": at.Y, "button": "left", "clickCount": 1,
		}, nil)
		if err != nil {
			return err
		}
	}
	return nil
}
