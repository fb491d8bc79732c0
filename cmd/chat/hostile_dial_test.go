package main

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// ask sends what begins like an opening handshake, and demands the status.
func (s *siege) ask(status string, request func(f *foe) string) (answer string, err error) {
	f, err := s.foe()
	if err != nil {
		return "", err
	}
	defer f.Close()
	whole := request(f)
	go f.pour(whole, len(whole)) // who is refused early need not be read to his end
	if answer, err = f.rest(); err == nil && !strings.HasPrefix(answer, "HTTP/1.1 "+status+" ") {
		err = fmt.Errorf("answered by %.200q, want %s", answer, status)
	}
	return answer, err
}

// fields is a request that ends with some fields.
func fields(all string) func(f *foe) string {
	return func(f *foe) string { return strings.TrimSuffix(f.request("/chat"), "\r\n") + all + "\r\n" }
}

var twentyMB = sync.OnceValue(func() string { return strings.Repeat("x", 20<<20) })

func longHeaders(s *siege) error {
	return all(4, 2, func(i int) error {
		_, err := s.ask("431", []func(f *foe) string{
			fields("X: " + twentyMB() + "\r\n"),
			func(*foe) string { return "GET /" + twentyMB() },
		}[i%2])
		return err
	})
}

func manyHeaders(s *siege) error {
	return all(amount(50), 4, func(int) error {
		_, err := s.ask("431", fields(strings.Repeat("X: yyyyy\r\n", 5000)))
		return err
	})
}

func twistedHeaders(s *siege) error {
	return all(amount(300), 30, func(i int) error {
		_, err := s.ask("400", fields("Sec-WebSocket-Extensions: "+[]string{
			"a" + strings.Repeat(" ", 15<<10) + "b",
			strings.Repeat(",", 15<<10),
			"a;b=" + strings.Repeat(`"\`, 7<<10),
		}[i%3]+"\r\n"))
		return err
	})
}

// fill opens connections until the server has had enough, and keeps them. Those that
// were there before may take a moment to be gone.
func (s *siege) fill(most int, field func(i int) string) (kept []*foe, err error) {
	for end := time.Now().Add(patience); len(kept) < most; {
		f, err := s.intrude("/chat", field(len(kept)))
		switch {
		case err == nil:
			kept = append(kept, f)
		case len(kept) > most/4:
			return kept, nil
		case time.Now().After(end):
			return kept, fmt.Errorf("only %d connections were taken: %w", len(kept), err)
		}
	}
	return kept, fmt.Errorf("%d connections were taken", most)
}

func leave(kept []*foe) {
	for _, f := range kept {
		f.Close()
	}
}

// tooManyDials takes all places, and asks for 10,000 more.
func tooManyDials(s *siege) error {
	kept, err := s.fill(200, func(int) string { return "X: y" })
	defer leave(kept)
	if err != nil {
		return err
	}
	return all(amount(10_000), 20, func(int) error {
		answer, err := s.ask("503", func(f *foe) string { return f.request("/chat") })
		if err == nil && !strings.Contains(answer, "\r\nRetry-After: ") {
			err = fmt.Errorf("answered by %q", answer)
		}
		return err
	})
}

// spoofedDials says that each connection is somebody else's.
func spoofedDials(s *siege) error {
	from := func(i int) string { return fmt.Sprintf("X-Forwarded-For: 192.0.2.%d", i) }
	kept, err := s.fill(200, from)
	defer leave(kept)
	if err != nil {
		return err
	}
	return all(amount(1000), 20, func(i int) error {
		_, err := s.ask("503", func(f *foe) string { return f.request("/chat", from(i%250)) })
		return err
	})
}

// silentDials opens TCP connections, asks for nothing and keeps them.
func silentDials(s *siege) error {
	var kept []*foe
	defer func() { leave(kept) }()
	for range amount(5000) {
		f, err := s.foe()
		if err != nil {
			return err
		}
		kept = append(kept, f)
	}
	time.Sleep(floodTime / 2) // to be looked at
	return nil
}
