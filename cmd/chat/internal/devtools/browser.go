package devtools

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"time"

	"rfc6455/frame/session"
	"rfc6455/server/conn"
)

const (
	maxMessage   = 64 << 20         // bytes of one message: a screenshot is the longest
	closeTimeout = 10 * time.Second // for the browser to end by itself
)

// Names are the names under which Chromium is installed.
var Names = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}

// How is how to get a browser.
const How = "apt-get install chromium"

// ErrNoAddress says that the browser ended, or closed its output, before it said
// where its DevTools are.
var ErrNoAddress = errors.New("devtools: the browser never said its DevTools' address")

// flags keep Chromium to itself: no window, no look-ups, no updates. Tabs that
// stand behind others keep their full pace. Its sandbox needs privileges that
// containers rarely give; the pages are our own.
var flags = []string{
	"--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
	"--no-first-run", "--no-default-browser-check", "--disable-quic", "--disable-sync", "--disable-extensions",
	"--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--disable-breakpad",
	"--disable-background-timer-throttling", "--disable-backgrounding-occluded-windows", "--disable-renderer-backgrounding",
	"--remote-debugging-port=0", "--host-resolver-rules=MAP *.test 127.0.0.1",
}

// A Browser is a running Chromium.
type Browser struct {
	process *exec.Cmd
	ended   chan error // of the process, once
	link    *link
}

// Start starts the program on an empty folder as its profile, and waits until it
// can be driven.
func Start(ctx context.Context, program, profile string) (*Browser, error) {
	args := append([]string{"--user-data-dir=" + profile}, flags...)
	b := &Browser{process: exec.Command(program, append(args, "about:blank")...), ended: make(chan error, 1)}
	stderr, err := b.process.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := b.process.Start(); err != nil {
		return nil, err
	}
	address := make(chan string, 1)
	go func() {
		scan(stderr, address)
		b.ended <- b.process.Wait()
	}()
	if err := b.connect(ctx, address); err != nil {
		b.process.Process.Kill()
		return nil, errors.Join(err, <-b.ended)
	}
	return b, nil
}

var listening = regexp.MustCompile(`DevTools listening on (ws://\S+)`)

// scan reads the browser's stderr to its end, and tells the address in it. The
// channel is closed at the end.
func scan(stderr io.Reader, address chan<- string) {
	defer close(address)
	lines := bufio.NewReader(stderr)
	for found := false; ; {
		line, err := lines.ReadString('\n')
		if m := listening.FindStringSubmatch(line); m != nil && !found {
			found = true
			address <- m[1]
		}
		if err != nil {
			return
		}
	}
}

func (b *Browser) connect(ctx context.Context, address <-chan string) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case url, ok := <-address:
		if !ok {
			return ErrNoAddress
		}
		c, err := conn.Dial(ctx, url, &conn.Config{Limits: session.Limits{Message: maxMessage}})
		if err != nil {
			return fmt.Errorf("devtools: %w", err)
		}
		b.link = newLink(c)
		return nil
	}
}

// Close ends the browser and waits for the end of its process.
func (b *Browser) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	b.link.call(ctx, "", "Browser.close", nil, nil) // its answer may be cut short by its effect
	select {
	case err := <-b.ended:
		return err
	case <-ctx.Done():
		b.process.Process.Kill()
		return errors.Join(ctx.Err(), <-b.ended)
	}
}

// Open opens a tab with a profile of its own - no cookies, no storage - and goes
// to url.
func (b *Browser) Open(ctx context.Context, url string) (*Page, error) {
	var made struct{ BrowserContextID string }
	if err := b.link.call(ctx, "", "Target.createBrowserContext", nil, &made); err != nil {
		return nil, err
	}
	return b.open(ctx, made.BrowserContextID, url)
}

// open opens a tab with the profile of the given browser context.
func (b *Browser) open(ctx context.Context, profile, url string) (*Page, error) {
	var target struct{ TargetID string }
	err := b.link.call(ctx, "", "Target.createTarget", params{"url": "about:blank", "browserContextId": profile}, &target)
	if err != nil {
		return nil, err
	}
	var attached struct{ SessionID string }
	err = b.link.call(ctx, "", "Target.attachToTarget", params{"targetId": target.TargetID, "flatten": true}, &attached)
	if err != nil {
		return nil, err
	}
	p := newPage(b, profile, target.TargetID, attached.SessionID)
	for _, enable := range []string{"Page.enable", "Runtime.enable", "Log.enable", "Network.enable"} {
		if err := p.Call(ctx, enable, nil, nil); err != nil {
			return nil, err
		}
	}
	if err := p.Call(ctx, "Page.setLifecycleEventsEnabled", params{"enabled": true}, nil); err != nil {
		return nil, err
	}
	return p, p.Goto(ctx, url)
}
