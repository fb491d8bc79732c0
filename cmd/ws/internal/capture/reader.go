package capture

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"
)

// Limits of a file.
const (
	MaxPacket     = 256 << 10 // bytes of one packet, the most that sniffers take: over it ErrPacketTooLong
	MaxInterfaces = 1024      // of one section of a pcapng file: over it ErrTooManyInterfaces
)

var (
	ErrFormat            = errors.New("capture: neither pcap nor pcapng")
	ErrPacketTooLong     = errors.New("capture: packet over 256 KiB")
	ErrTooManyInterfaces = errors.New("capture: section with over 1024 interfaces")
	ErrCut               = errors.New("capture: the file ends inside a packet")
)

// A Packet is one packet as it was captured.
type Packet struct {
	Time   time.Time // zero: unsaid
	Link   LinkType
	Data   []byte // valid until the next packet
	Length int64  // on the wire: more than len(Data) if the capture cut it
}

// A Reader reads a file of packets.
type Reader struct {
	r     *bufio.Reader
	order binary.ByteOrder
	next  func() (Packet, error)
	data  []byte // memory for packets

	pcap pcap
	ng   pcapng
}

// IsCapture says whether a file that begins with b is a capture. Four bytes tell.
func IsCapture(b []byte) bool {
	if len(b) < 4 {
		return false
	}
	_, _, ok := pcapMagic(b)
	return ok || binary.BigEndian.Uint32(b) == blockSection
}

// NewReader reads a file's header. The error is [ErrFormat], if it is no capture.
func NewReader(file io.Reader) (*Reader, error) {
	r := &Reader{r: bufio.NewReader(file)}
	magic, err := r.r.Peek(4)
	if err != nil && err != io.EOF {
		return nil, err
	}
	switch {
	case !IsCapture(magic):
		return nil, ErrFormat
	case binary.BigEndian.Uint32(magic) == blockSection:
		r.next = r.nextBlock
		return r, nil
	}
	r.next = r.nextRecord
	return r, r.readPcapHeader()
}

// Next gives the next packet. Its error is io.EOF behind the last whole one, or what
// is wrong with the file.
func (r *Reader) Next() (Packet, error) { return r.next() }

// fixed reads n bytes of a part that has to be whole. Its result is valid until the
// next read.
func (r *Reader) fixed(n int) ([]byte, error) {
	b, err := r.r.Peek(n)
	if err == io.EOF {
		err = ErrCut
	}
	if err != nil {
		return nil, err
	}
	_, err = r.r.Discard(n)
	return b, err
}

// packetData reads the n bytes of a packet.
func (r *Reader) packetData(n uint32) ([]byte, error) {
	if n > MaxPacket {
		return nil, fmt.Errorf("%w: %d bytes", ErrPacketTooLong, n)
	}
	if int(n) > cap(r.data) {
		r.data = make([]byte, n)
	}
	r.data = r.data[:n]
	if _, err := io.ReadFull(r.r, r.data); err != nil {
		return nil, cut(err)
	}
	return r.data, nil
}

// skip passes over n bytes.
func (r *Reader) skip(n uint32) error {
	_, err := io.CopyN(io.Discard, r.r, int64(n))
	return cut(err)
}

// cut says by name that the file ended too early.
func cut(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return ErrCut
	}
	return err
}
