package main

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"rfc6455/frame"
)

// zeros is a message of so many MiB of them, compressed. What ends in a flush may be
// repeated.
func zeros(n int) string {
	all := bytes.Repeat(append(deflate(make([]byte, 1<<20)), flushed...), n)
	return wire(fmt.Sprintf("binary rsv1 0x%x", bytes.TrimSuffix(all, []byte(flushed))))
}

// A bomb has 256 KiB and inflates to four times what a message may be; the largest
// message is nearly that.
var (
	bomb    = sync.OnceValue(func() string { return zeros(max(80, amount(256))) })
	largest = sync.OnceValue(func() string { return zeros(amount(60)) })
)

func bombs(s *siege) error {
	f, err := s.intrude("/echo", deflated)
	if err != nil {
		return err
	}
	defer f.Close()
	return errors.Join(f.write(bomb()), f.closed(frame.MessageTooBig))
}

// inflateAtOnce has many inflate as much as a message may be, all at once: some have
// to wait for better times, and are told so.
func inflateAtOnce(s *siege) error {
	var served, refused atomic.Int64
	err := all(amount(200), 200, func(int) error {
		f, err := s.intrude("/echo", deflated)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := f.write(largest()); err != nil {
			return err
		}
		got, err := f.next()
		if err != nil {
			return err
		}
		switch code, _, _ := frame.ParseClose(got.Payload); {
		case got.Opcode == frame.Binary:
			served.Add(1)
		case got.Opcode == frame.Close && code == frame.TryAgainLater:
			refused.Add(1)
		default:
			return fmt.Errorf("got %v", got)
		}
		return nil
	})
	if err == nil && (served.Load() == 0 || measured() && refused.Load() == 0) {
		err = fmt.Errorf("%d messages were echoed, %d refused", served.Load(), refused.Load())
	}
	return err
}

// flushed is what a flush ends in, and permessage-deflate leaves out (RFC 7692 §7.2.1).
const flushed = "\x00\x00\xff\xff"

// deflate is p as permessage-deflate sends it.
func deflate(p []byte) []byte {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestCompression)
	w.Write(p)
	w.Flush()
	return bytes.TrimSuffix(b.Bytes(), []byte(flushed))
}
