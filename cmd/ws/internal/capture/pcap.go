package capture

import (
	"encoding/binary"
	"time"
)

// Magic numbers of pcap: what a fraction of a second counts.
const (
	magicMicro = 0xA1B2C3D4
	magicNano  = 0xA1B23C4D
)

const (
	pcapHeaderLen = 24
	recordLen     = 16
	linkBits      = 0x0FFFFFFF // of the link type's field; above them is the checksum's length
)

// pcap is what a file's header says.
type pcap struct {
	unit time.Duration
	link LinkType
}

// pcapMagic reads byte order and unit off a file's first four bytes.
func pcapMagic(b []byte) (order binary.ByteOrder, unit time.Duration, ok bool) {
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		switch order.Uint32(b) {
		case magicMicro:
			return order, time.Microsecond, true
		case magicNano:
			return order, time.Nanosecond, true
		}
	}
	return nil, 0, false
}

func (r *Reader) readPcapHeader() error {
	b, err := r.fixed(pcapHeaderLen)
	if err != nil {
		return err
	}
	r.order, r.pcap.unit, _ = pcapMagic(b)
	r.pcap.link = LinkType(r.order.Uint32(b[20:]) & linkBits)
	return nil
}

// nextRecord gives the next packet of a pcap file.
func (r *Reader) nextRecord() (Packet, error) {
	if _, err := r.r.Peek(1); err != nil {
		return Packet{}, err // io.EOF where a packet may end
	}
	b, err := r.fixed(recordLen)
	if err != nil {
		return Packet{}, err
	}
	seconds, fraction := r.order.Uint32(b), r.order.Uint32(b[4:])
	held, length := r.order.Uint32(b[8:]), r.order.Uint32(b[12:])
	data, err := r.packetData(held)
	if err != nil {
		return Packet{}, err
	}
	return Packet{
		Time:   time.Unix(int64(seconds), int64(fraction)*int64(r.pcap.unit)),
		Link:   r.pcap.link,
		Data:   data,
		Length: max(int64(length), int64(len(data))),
	}, nil
}
