package capture_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"slices"
	"testing"
	"testing/iotest"
	"time"

	"rfc6455/cmd/ws/internal/capture"
	"rfc6455/cmd/ws/internal/capture/capturetest"
	"rfc6455/frame"
)

// read gives all packets of a file, and why it ended.
func read(file io.Reader) (packets []capture.Packet, err error) {
	r, err := capture.NewReader(file)
	if err != nil {
		return nil, err
	}
	for {
		p, err := r.Next()
		if err != nil {
			return packets, err
		}
		p.Data = bytes.Clone(p.Data)
		packets = append(packets, p)
	}
}

// some are a few packets, two of them cut, the last one much.
func some() []capture.Packet {
	t := capturetest.New(5000)
	t.Now = time.Unix(1767323045, 123456000)
	packets := append(t.Open(), t.Send(frame.Client, []byte("Hello")), t.End(frame.Server))
	most := t.Send(frame.Server, []byte("and on"))
	most.Length = math.MaxUint32
	return append(packets, capturetest.Cut(t.Send(frame.Server, make([]byte, 1000)), 99), most)
}

// equal compares packets, with times to the microsecond.
func equal(a, b capture.Packet) bool {
	return a.Time.Truncate(time.Microsecond).Equal(b.Time.Truncate(time.Microsecond)) &&
		a.Link == b.Link && a.Length == b.Length && bytes.Equal(a.Data, b.Data)
}

func TestPcap(t *testing.T) {
	want := some()
	for _, order := range capturetest.Orders {
		for _, nano := range []bool{false, true} {
			file := capturetest.Pcap(order, nano, want)
			for _, r := range []io.Reader{bytes.NewReader(file), iotest.OneByteReader(bytes.NewReader(file))} {
				got, err := read(r)
				if err != io.EOF || !slices.EqualFunc(got, want, equal) {
					t.Errorf("%v, nano %t: %v\n got %v\nwant %v", order, nano, err, got, want)
				}
			}
		}
	}
}

// pcapng is a file of two sections in both byte orders, with blocks of all kinds.
func pcapng(packets []capture.Packet) []byte {
	var file []byte
	for _, o := range capturetest.Orders {
		file = append(file, capturetest.Section(o)...)
		micro, nano := packets[0].Link, packets[0].Link
		file = append(file, capturetest.Block(o, 4, make([]byte, 70_001))...) // names
		file = append(file, capturetest.Interface(o, micro, 0, nil)...)
		options := append(capturetest.Option(o, 2, []byte("lo")), capturetest.Option(o, 9, []byte{9})...)
		options = append(options, capturetest.Option(o, 14, o.AppendUint64(nil, 1000))...)
		file = append(file, capturetest.Interface(o, nano, 0, append(options, 0, 0, 0, 0, 1, 2, 3, 4))...)
		for i, p := range packets {
			if i%2 == 0 {
				file = append(file, capturetest.Enhanced(o, 0, uint64(p.Time.UnixMicro()), p)...)
			} else {
				file = append(file, capturetest.Enhanced(o, 1, uint64(p.Time.UnixNano())-1000e9, p)...)
			}
			file = append(file, capturetest.Block(o, 0x80000001, []byte("ours"))...)
		}
	}
	return file
}

func TestPcapng(t *testing.T) {
	packets := some()
	file, want := pcapng(packets), append(packets, packets...)
	for _, r := range []io.Reader{bytes.NewReader(file), iotest.OneByteReader(bytes.NewReader(file))} {
		got, err := read(r)
		if err != io.EOF || !slices.EqualFunc(got, want, equal) {
			t.Errorf("%v\n got %v\nwant %v", err, got, want)
		}
	}
}

func TestSimplePackets(t *testing.T) {
	o := capturetest.Orders[1]
	p := some()[3]
	file := slices.Concat(capturetest.Section(o), capturetest.Interface(o, p.Link, 30, nil), capturetest.Enhanced(o, 0, 5e6, p),
		capturetest.Simple(o, capturetest.Cut(p, 30)))
	got, err := read(bytes.NewReader(file))
	cut := capturetest.Cut(p, 30)
	p.Time, cut.Time = time.Unix(5, 0), time.Unix(5, 0)
	if err != io.EOF || !slices.EqualFunc(got, []capture.Packet{p, cut}, equal) {
		t.Errorf("%v, got %v", err, got)
	}
}

// TestClocks reads times of interfaces whose clocks differ.
func TestClocks(t *testing.T) {
	o := capturetest.Orders[0]
	for _, tt := range []struct {
		resolution byte
		units      uint64
		want       time.Time
	}{
		{0, 7, time.Unix(7, 0)},
		{3, 1500, time.Unix(1, 500e6)},
		{19, 15e18, time.Unix(1, 500e6)},
		{0x80, 7, time.Unix(7, 0)},
		{0x80 | 20, 3 << 19, time.Unix(1, 500e6)},
		{0x80 | 63, 3 << 62, time.Unix(1, 500e6)},
		{0, 253370764799, time.Date(9998, 12, 31, 23, 59, 59, 0, time.UTC)},
		{0, 253370764800, time.Time{}},
		{0, 1<<64 - 1, time.Time{}},
	} {
		file := slices.Concat(capturetest.Section(o), capturetest.Interface(o, 1, 0, capturetest.Option(o, 9, []byte{tt.resolution})),
			capturetest.Enhanced(o, 0, tt.units, capture.Packet{}))
		got, err := read(bytes.NewReader(file))
		if err != io.EOF || len(got) != 1 || !got[0].Time.Equal(tt.want) {
			t.Errorf("resolution %#x: %v, %v, want %v", tt.resolution, err, got, tt.want)
		}
	}
}

// TestCut cuts files everywhere: what was whole is read, and the rest is said.
func TestCut(t *testing.T) {
	packets := some()[:3]
	o := capturetest.Orders[0]
	for name, file := range map[string][]byte{
		"pcap": capturetest.Pcap(o, false, packets),
		"ng": slices.Concat(capturetest.Section(o), capturetest.Interface(o, 1, 0, nil), capturetest.Enhanced(o, 0, 0, packets[0]),
			capturetest.Enhanced(o, 0, 0, packets[1]), capturetest.Enhanced(o, 0, 0, packets[2])),
	} {
		whole := 0
		for n := 4; n <= len(file); n++ {
			got, err := read(bytes.NewReader(file[:n]))
			switch {
			case err != io.EOF && !errors.Is(err, capture.ErrCut):
				t.Errorf("%s cut to %d of %d: %v", name, n, len(file), err)
			case len(got) < whole || len(got) > whole+1:
				t.Errorf("%s cut to %d of %d: %d packets after %d", name, n, len(file), len(got), whole)
			}
			whole = len(got)
		}
		if whole != len(packets) {
			t.Errorf("%s: %d packets, want %d", name, whole, len(packets))
		}
	}
}

func TestBadFiles(t *testing.T) {
	o := capturetest.Orders[0]
	section, iface := capturetest.Section(o), capturetest.Interface(o, 1, 0, nil)
	huge := capturetest.Pcap(o, false, []capture.Packet{{Length: 1}})
	o.PutUint32(huge[24+8:], 0xFFFFFFFF)
	many := slices.Clone(section)
	for range capture.MaxInterfaces + 1 {
		many = append(many, iface...)
	}
	for name, tt := range map[string]struct {
		file []byte
		want error
	}{
		"nothing":              {nil, capture.ErrFormat},
		"text":                 {[]byte("8105 4865"), capture.ErrFormat},
		"a long packet":        {huge, capture.ErrPacketTooLong},
		"no byte order":        {bytes.Replace(section, []byte{0x4D, 0x3C, 0x2B, 0x1A}, make([]byte, 4), 1), capture.ErrBlock},
		"a short section":      {append(binary.LittleEndian.AppendUint32(slices.Clone(section[:4]), 8), section[8:]...), capture.ErrBlock},
		"a short block":        {slices.Concat(section, []byte{6, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0}), capture.ErrBlock},
		"an odd block":         {slices.Concat(section, []byte{6, 0, 0, 0, 13, 0, 0, 0, 0, 0, 0, 0}), capture.ErrBlock},
		"no interface":         {slices.Concat(section, capturetest.Enhanced(o, 0, 0, capture.Packet{})), capture.ErrBlock},
		"no first interface":   {slices.Concat(section, capturetest.Simple(o, capture.Packet{})), capture.ErrBlock},
		"a short packet block": {slices.Concat(section, iface, capturetest.Block(o, 6, make([]byte, 16))), capture.ErrBlock},
		"a short interface":    {slices.Concat(section, capturetest.Block(o, 1, make([]byte, 4))), capture.ErrBlock},
		"a lying packet":       {slices.Concat(section, iface, capturetest.Block(o, 6, append(make([]byte, 12), 1, 0, 0, 0, 1, 0, 0, 0))), capture.ErrBlock},
		"a lying option":       {slices.Concat(section, capturetest.Interface(o, 1, 0, []byte{9, 0, 5, 0, 1, 0, 0, 0})), capture.ErrBlock},
		"a clock of 10^-20":    {slices.Concat(section, capturetest.Interface(o, 1, 0, capturetest.Option(o, 9, []byte{20}))), capture.ErrBlock},
		"a clock of 2^-64":     {slices.Concat(section, capturetest.Interface(o, 1, 0, capturetest.Option(o, 9, []byte{0x80 | 64}))), capture.ErrBlock},
		"many interfaces":      {many, capture.ErrTooManyInterfaces},
	} {
		if _, err := read(bytes.NewReader(tt.file)); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
	if _, err := read(iotest.ErrReader(io.ErrClosedPipe)); err != io.ErrClosedPipe {
		t.Errorf("a reader's error: %v", err)
	}
}
