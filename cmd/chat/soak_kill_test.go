package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rfc6455/frame"
	v1 "rfc6455/server/chat"
	"rfc6455/server/conn"
)

// TestSoakKill kills processes full of clients while they talk. Those who stay lose
// nothing, hear that the others left, and nothing of them is left in the server.
func TestSoakKill(t *testing.T) {
	soaks(t)
	const processes, each = 4, 10 // together fewer than are listed one by one
	p := startPatient(t, freeAddress(t), "-history-messages", "100", "-history-keep", "100")
	talk := p.stay(10, 20)
	watcher := p.joinV1(v1.Lobby, "watcher")
	var left atomic.Int64
	var watch sync.WaitGroup
	watch.Go(func() {
		for text := range watcher.texts {
			if strings.HasPrefix(text, `{"type":"left"`) {
				left.Add(1)
			}
		}
	})
	stay := len(talk.all) + 1
	var before account
	for round := range scale(10, 2) {
		p.killed(processes, each, stay)
		want := int64(processes * each * (round + 1))
		eventually(t, "all are said to have left", func() bool { return left.Load() == want })
		if round == 0 {
			before = p.settled(stay, account{})
		}
	}
	p.wantBack(stay, before)
	talk.end()
	watcher.Close(frame.NormalClosure, "")
	watch.Wait()
}

// killed starts processes full of clients, and kills them once all talk.
func (p *patient) killed(processes, each, stay int) {
	p.t.Helper()
	var talking []*exec.Cmd
	for range processes {
		cmd := errand("talk", p.host, strconv.Itoa(each))
		out, err := cmd.StdoutPipe()
		if err != nil {
			p.t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			p.t.Fatal(err)
		}
		talking = append(talking, cmd)
		if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "they talk\n" {
			p.t.Errorf("%q, %v", line, err)
		}
	}
	if n := p.look().connections; n != stay+processes*each {
		p.t.Errorf("%d connections, want %d", n, stay+processes*each)
	}
	for _, cmd := range talking {
		cmd.Process.Kill()
	}
	for _, cmd := range talking {
		if exit, ok := errors.AsType[*exec.ExitError](cmd.Wait()); !ok || exit.ExitCode() != -1 {
			p.t.Errorf("a process was not killed, but %v", exit)
		}
	}
}

// talkErrand has so many clients talk in a host's lobby, half of them in chat.v1, until
// the process is killed.
func talkErrand(args []string) error {
	n, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	var heard sync.WaitGroup
	heard.Add(n)
	failed := make(chan error, n)
	for i := range n {
		cfg := conn.Config{Proxy: direct}
		if i%2 == 0 {
			cfg.Subprotocols = []string{v1.Protocol}
		}
		c, err := conn.Dial(context.Background(), "ws://"+args[0]+"/chat", &cfg)
		if err != nil {
			return err
		}
		go func() {
			once := sync.OnceFunc(heard.Done)
			for ev := range c.Messages() {
				if strings.Contains(string(ev.Payload), fmt.Sprintf("talk %d ", i)) {
					once() // it came back
				}
			}
			failed <- c.Err()
		}()
		go func() {
			for k := 0; ; k++ {
				text := fmt.Sprintf("talk %d %d", i, k)
				p := []byte(text)
				if cfg.Subprotocols != nil {
					p = v1.Say{ID: fmt.Sprintf("%016d", i*1_000_000+k), Text: text}.Append(nil)
				}
				if c.Send(frame.Text, p) != nil {
					return
				}
				time.Sleep(100 * time.Millisecond)
			}
		}()
	}
	heard.Wait()
	fmt.Println("they talk")
	return <-failed
}

// eventually waits for a condition that must come true.
func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	for began := time.Now(); !cond(); time.Sleep(20 * time.Millisecond) {
		if time.Since(began) > patience {
			t.Fatalf("never came: %s", what)
		}
	}
}
