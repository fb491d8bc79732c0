// Package capture reads what a packet sniffer recorded, and gives the bytes of its
// TCP connections in the order in which they were sent.
//
//	file --> Reader.Next --> Packet --> ParseSegment --> Segment --> Assembler.Add --> Handler
//
// # Files
//
// pcap in both byte orders, with microseconds and nanoseconds; pcapng in both byte
// orders, of its blocks those for sections, interfaces and packets (SHB, IDB, EPB,
// SPB), the others passed over. The link layers are Ethernet with VLAN tags, Linux's
// cooked ones (SLL, SLL2), BSD's loopback (NULL, LOOP) and bare IP; above them IPv4
// and IPv6 with extension headers. Fragments of IP are not put together: they show as
// a gap. Checksums are not looked at, because a sender's network card may fill them in
// after the capture.
//
// # Order
//
// A [Segment] that comes again, or overlaps, brings only what is new: the first copy
// of a byte counts. One that comes early waits for those before it, up to
// [Limits.Window]. What never comes is a [GapError], which ends its connection: what
// stands behind a gap cannot be told apart into frames.
//
// The client is who sent SYN; if that was not captured, who sent the first bytes.
//
// # Limits
//
// [MaxPacket], [MaxInterfaces] and [Limits] bound what is held. Memory grows with what
// was read, not with what a length says. Over a limit is an error with the limit's
// name, of the file or of one connection.
//
// # Goroutines
//
// A [Reader] and an [Assembler] belong to one goroutine, which calls the handlers, too.
package capture
