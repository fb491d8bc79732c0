package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestCatListens lets ws cat talk to ws cat.
func TestCatListens(t *testing.T) {
	server := start(t, nil, "-listen", "localhost:0", "-s", "b,a", "-deflate", "-v", long)
	url := strings.TrimPrefix(server.errs.wait(t, `ws://localhost:\d+/`), "")
	resp, err := http.Get("http" + strings.TrimPrefix(url, "ws"))
	if err != nil || resp.StatusCode != http.StatusUpgradeRequired {
		t.Fatalf("%+v, %v", resp, err)
	}
	resp.Body.Close()
	client := start(t, nil, "-s", "a,b", "-deflate", url)
	io.WriteString(client.input, "from the client\n")
	server.out.wait(t, "^from the client\n$")
	io.WriteString(server.input, "from the server\n")
	client.out.wait(t, "^from the server\n$")
	client.interrupt()
	<-client.ended
	<-server.ended
	if client.status != 0 || server.status != 0 {
		t.Errorf("status %d and %d, %q and %q", client.status, server.status, &client.errs, &server.errs)
	}
	for _, want := range []string{"refused: ", "< GET / HTTP/1.1", "> Sec-WebSocket-Protocol: b", `< text "from the client"`, `> text "from the server"`} {
		if !strings.Contains(server.errs.String(), want) {
			t.Errorf("no %q in %s", want, &server.errs)
		}
	}
}

// TestCatListensInVain shows that waiting can be ended.
func TestCatListensInVain(t *testing.T) {
	s := start(t, nil, "-listen", "localhost:0")
	s.errs.wait(t, "listening on")
	s.interrupt()
	<-s.ended
	if s.status != 1 || !strings.Contains(s.errs.String(), "interrupted before a client came") {
		t.Errorf("status %d, %q", s.status, &s.errs)
	}
}
