package handshake

import (
	"io"
	"iter"
	"net/http"
	"strconv"
)

// AppendReject appends a whole plain HTTP answer that says which rule was
// broken (§4.2.2 item 4, §10.7), in words, and that the connection closes
// (§7.2.2): what a client sent behind a bad handshake must not be taken for a
// request. It has no Date, for want of a clock, and is not for HEAD: see
// [WriteReject]. A Status outside 300 to 599 is answered as 500.
func AppendReject(b []byte, e *Error) []byte {
	status, body := e.answerStatus(), e.Error()+"\n"
	b = append(b, "HTTP/1.1 "...)
	b = strconv.AppendInt(b, int64(status), 10)
	b = append(append(b, ' '), http.StatusText(status)...)
	b = append(b, "\r\n"...)
	for name, value := range e.answerFields() {
		b = appendField(b, name, value)
	}
	b = appendField(b, "Content-Length", strconv.Itoa(len(body)))
	b = append(b, "\r\n"...)
	return append(b, body...)
}

// WriteReject is AppendReject through an HTTP server, which then closes the
// connection.
func WriteReject(w http.ResponseWriter, e *Error) {
	h := w.Header()
	for _, name := range []string{"Connection", "Content-Length", "Content-Type"} {
		h.Del(name)
	}
	for name, value := range e.answerFields() {
		h[name] = append(h[name], value) // Add would spell Sec-Websocket
	}
	if h.Get("Connection") != "close" {
		// net/http closes for that very value alone, and would go on to answer
		// what stands behind the request. It also closes where the end of the
		// connection has to end the body, which identity makes it do; the
		// field itself is not sent.
		h.Set("Transfer-Encoding", "identity")
	}
	w.WriteHeader(e.answerStatus())
	io.WriteString(w, e.Error()+"\n") // a client that has gone is refused, too
}

// answerStatus is the Status that goes to the wire.
func (e *Error) answerStatus() int {
	if e.Status < 300 || e.Status > 599 {
		return http.StatusInternalServerError
	}
	return e.Status
}

// answerFields gives the header of a refusal.
func (e *Error) answerFields() iter.Seq2[string, string] {
	connection := "close"
	var more [][2]string
	switch e.Status {
	case http.StatusUpgradeRequired:
		// RFC 9110 §15.5.22 wants Upgrade, §7.8 its name in Connection;
		// RFC 6455 §4.4 the versions.
		connection = "close, Upgrade"
		more = [][2]string{{"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}}
	case http.StatusMethodNotAllowed:
		more = [][2]string{{"Allow", http.MethodGet}} // RFC 9110 §15.5.6
	}
	return func(yield func(string, string) bool) {
		if !yield("Connection", connection) {
			return
		}
		for _, field := range more {
			if !yield(field[0], field[1]) {
				return
			}
		}
		for name, value := range e.Fields.all() {
			if !yield(name, value) {
				return
			}
		}
		_ = yield("Content-Type", "text/plain; charset=utf-8") &&
			yield("X-Content-Type-Options", "nosniff")
	}
}
