package devtools

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"rfc6455/frame"
	"rfc6455/frame/session"
	"rfc6455/server/conn"
)

// params are the parameters of a call.
type params map[string]any

// A message is what goes either way: a call has ID and Method, its answer ID and
// Result or Error, an event Method alone.
type message struct {
	ID        int64           `json:"id,omitempty"`
	SessionID string          `json:"sessionId,omitempty"`
	Method    string          `json:"method,omitempty"`
	Params    json.RawMessage `json:"params,omitempty"`
	Result    json.RawMessage `json:"result,omitempty"`
	Error     *CallError      `json:"error,omitempty"`
}

// A CallError is the browser's refusal of a call.
type CallError struct {
	Method  string `json:"-"`
	Code    int    `json:"code"`
	Message string `json:"message"`
	Data    string `json:"data"`
}

func (e *CallError) Error() string {
	return fmt.Sprintf("devtools: %s: %s %s (%d)", e.Method, e.Message, e.Data, e.Code)
}

// A link is the one connection, shared by all pages.
type link struct {
	conn *conn.Conn

	mu    sync.Mutex
	last  int64                    // the newest call's ID
	calls map[int64]chan<- message // that wait for their answer
	pages map[string]*Page         // by session
}

func newLink(c *conn.Conn) *link {
	l := &link{conn: c, calls: map[int64]chan<- message{}, pages: map[string]*Page{}}
	c.Serve(l)
	return l
}

// Message takes what the browser says.
func (l *link) Message(c *conn.Conn, ev session.Event) {
	var m message
	if err := json.Unmarshal(ev.Payload, &m); err != nil {
		c.StartClose(frame.UnsupportedData, "not DevTools' JSON")
		return
	}
	l.mu.Lock()
	answer, page := l.calls[m.ID], l.pages[m.SessionID]
	delete(l.calls, m.ID)
	l.mu.Unlock()
	switch {
	case answer != nil:
		answer <- m
	case page != nil && m.Method != "":
		page.event(m)
	}
}

// End has nothing to do: who waits, waits for the connection's end too.
func (l *link) End(*conn.Conn) {}

// call calls a method, of the browser itself if session is empty. If result is
// not nil the answer's result goes there.
func (l *link) call(ctx context.Context, session, method string, p params, result any) error {
	answer := make(chan message, 1)
	id, err := l.send(session, method, p, answer)
	if err != nil {
		return fmt.Errorf("devtools: %s: %w", method, err)
	}
	select {
	case m := <-answer:
		if m.Error != nil {
			m.Error.Method = method
			return m.Error
		}
		if result == nil {
			return nil
		}
		return json.Unmarshal(m.Result, result)
	case <-ctx.Done():
		l.forget(id)
		return fmt.Errorf("devtools: %s: %w", method, context.Cause(ctx))
	case <-l.conn.Done():
		return fmt.Errorf("devtools: %s: %w", method, l.conn.Err())
	}
}

// send sends a call, whose answer will go to the channel if there is one.
func (l *link) send(session, method string, p params, answer chan<- message) (int64, error) {
	raw, err := json.Marshal(p)
	if err != nil {
		return 0, err
	}
	if p == nil {
		raw = nil
	}
	l.mu.Lock()
	l.last++
	id := l.last
	if answer != nil {
		l.calls[id] = answer
	}
	l.mu.Unlock()
	text, err := json.Marshal(message{ID: id, SessionID: session, Method: method, Params: raw})
	if err == nil {
		err = l.conn.Send(frame.Text, text)
	}
	if err != nil {
		l.forget(id)
	}
	return id, err
}

func (l *link) join(p *Page) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pages[p.session] = p
}

func (l *link) leave(session string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.pages, session)
}

func (l *link) forget(id int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.calls, id)
}
