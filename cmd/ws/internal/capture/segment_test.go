package capture_test

import (
	"errors"
	"net/netip"
	"testing"

	"rfc6455/cmd/ws/internal/capture"
	"rfc6455/cmd/ws/internal/capture/capturetest"
	"rfc6455/frame"
)

// ways are connections on every link, over both versions of IP.
func ways() map[string]*capturetest.Talk {
	all := map[string]*capturetest.Talk{}
	for name, link := range map[string]capture.LinkType{
		"Ethernet": capturetest.Ethernet, "Null": capturetest.Null, "Loop": capturetest.Loop, "Raw": capturetest.Raw,
		"Cooked": capturetest.Cooked, "Cooked2": capturetest.Cooked2,
	} {
		all[name] = capturetest.New(5000)
		all[name].Link = link
		six := capturetest.New(5000)
		six.Link = link
		six.Client, six.Server = netip.MustParseAddrPort("[fe80::1]:5000"), netip.MustParseAddrPort("[::1]:8080")
		all[name+" IPv6"] = six
	}
	all["VLANs"] = capturetest.New(5000)
	all["VLANs"].Tags = 2
	all["options"] = capturetest.New(5000)
	all["options"].Options = make([]byte, 40)
	extended := *all["Raw IPv6"]
	extended.Extensions = 3
	all["extensions"] = &extended
	return all
}

func TestParseSegment(t *testing.T) {
	for name, talk := range ways() {
		for _, from := range []frame.Role{frame.Client, frame.Server} {
			seq := talk.Seq[from]
			s, err := capture.ParseSegment(talk.Send(from, []byte("Hello")))
			src, dst := talk.Client, talk.Server
			if from == frame.Server {
				src, dst = dst, src
			}
			if err != nil || string(s.Payload) != "Hello" || s.Src != src || s.Dst != dst || s.Seq != seq ||
				s.Ack != talk.Seq[from.Peer()] || s.Flags != capture.ACK || s.Missing != 0 || !s.Time.Equal(talk.Now) {
				t.Errorf("%s, from the %s: %+v, %v", name, from, s, err)
			}
		}
	}
}

// TestCutSegments cuts packets everywhere. What is left of a payload is given, with
// what is missing.
func TestCutSegments(t *testing.T) {
	for name, talk := range ways() {
		whole := talk.Send(frame.Client, []byte("a payload of more than sixty bytes, so that Ethernet does not pad it."))
		all, err := capture.ParseSegment(whole)
		if err != nil {
			t.Fatal(err)
		}
		for n := range whole.Data {
			s, err := capture.ParseSegment(capturetest.Cut(whole, n))
			headers := len(whole.Data) - len(all.Payload)
			switch {
			case n < headers && !errors.Is(err, capture.ErrShort):
				t.Errorf("%s cut to %d: %v, want %v", name, n, err, capture.ErrShort)
			case n >= headers && (err != nil || len(s.Payload) != n-headers || s.Missing != len(whole.Data)-n):
				t.Errorf("%s cut to %d: %d bytes and %d missing, %v", name, n, len(s.Payload), s.Missing, err)
			}
		}
	}
}

func TestOtherPackets(t *testing.T) {
	edit := func(link capture.LinkType, at int, b ...byte) capture.Packet {
		talk := capturetest.New(5000)
		if talk.Link = link; link == capturetest.IPv6 {
			talk.Client, talk.Server = netip.MustParseAddrPort("[::1]:5000"), netip.MustParseAddrPort("[::1]:8080")
			talk.Extensions = 1
		}
		p := talk.Send(frame.Client, []byte("Hello"))
		copy(p.Data[at:], b)
		return p
	}
	odd := edit(capturetest.Raw, 0)
	odd.Link = 147
	for name, tt := range map[string]struct {
		p    capture.Packet
		want error
	}{
		"ARP":               {edit(capturetest.Ethernet, 12, 8, 6), capture.ErrNotTCP},
		"endless tags":      {edit(capturetest.Ethernet, 12, 0x81, 0, 0, 1, 0x81, 0, 0, 1, 0x81, 0, 0, 1, 0x81, 0, 0, 1, 0x81, 0), capture.ErrNotTCP},
		"IP version 5":      {edit(capturetest.Raw, 0, 0x55), capture.ErrNotTCP},
		"UDP":               {edit(capturetest.IPv4, 9, 17), capture.ErrNotTCP},
		"first fragment":    {edit(capturetest.IPv4, 6, 0x20), capture.ErrFragment},
		"later fragment":    {edit(capturetest.IPv4, 6, 0, 1), capture.ErrFragment},
		"short IPv4 header": {edit(capturetest.IPv4, 0, 0x44), capture.ErrShort},
		"short total":       {edit(capturetest.IPv4, 2, 0, 19), capture.ErrShort},
		"long TCP header":   {edit(capturetest.IPv4, 20+12, 0xF0), capture.ErrShort},
		"short TCP header":  {edit(capturetest.IPv4, 20+12, 0x40), capture.ErrShort},
		"UDP over IPv6":     {edit(capturetest.IPv6, 40, 17), capture.ErrNotTCP},
		"IPv6 fragment":     {edit(capturetest.IPv6, 6, 44), capture.ErrFragment},
		"many extensions":   {edit(capturetest.IPv6, 0), nil},
		"another link":      {odd, capture.ErrLinkType},
		"nothing":           {capture.Packet{Link: capturetest.Raw}, capture.ErrShort},
	} {
		if _, err := capture.ParseSegment(tt.p); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
}

// TestLengthZero takes the whole packet where the network card was to cut it up.
func TestLengthZero(t *testing.T) {
	for link, at := range map[capture.LinkType]int{capturetest.IPv4: 2, capturetest.IPv6: 4} {
		talk := capturetest.New(5000)
		if talk.Link = link; link == capturetest.IPv6 {
			talk.Client, talk.Server = netip.MustParseAddrPort("[::1]:5000"), netip.MustParseAddrPort("[::1]:8080")
		}
		p := talk.Send(frame.Client, []byte("Hello"))
		p.Data[at], p.Data[at+1] = 0, 0
		if s, err := capture.ParseSegment(p); err != nil || string(s.Payload) != "Hello" || s.Missing != 0 {
			t.Errorf("link %d: %+v, %v", link, s, err)
		}
	}
}
