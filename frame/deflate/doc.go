// Package deflate turns messages into compressed messages and back, as
// permessage-deflate does (RFC 7692 §7.2). It knows nothing of RSV1, fragments,
// negotiation or sockets: bytes go in, bytes come out.
//
// # Terms
//
// A compressed message is a run of DEFLATE blocks (RFC 1951) of which the last
// is an empty stored block; its body, 00 00 ff ff, is not sent, so the message
// ends in that block's header (§7.2.1). The window is how far back a block may
// refer, 2^bits bytes for 8 to 15 bits. With takeover it reaches into the
// messages before; without, each message stands alone (§7.1.1). Each direction
// of a connection has its own bits and its own takeover: a [Compressor] at one
// end, a [Decompressor] at the other.
//
// # Compressing
//
// [Compressor.Append] uses compress/flate. That has a window of 32 KiB only, so
// a smaller one is kept by starting afresh after every 2^bits bytes; with 8 bits
// that costs up to five bytes in 256, and much of the gain.
//
// Whether a message is worth it, the caller decides by comparing lengths: what
// does not shrink is sent plain. With takeover such a message has to be followed
// by [Compressor.Reset], and so has one that was compressed elsewhere, for many
// connections at once.
//
// # Inflating
//
// [Decompressor.Append] is a decoder of its own, because compress/flate's
// allocates tables for long codes, cannot hold a peer to its window, and is
// blind to where a message was cut. It takes whole messages and checks that
//
//   - no reference goes beyond the window agreed on, or, without takeover, before
//     the message: the peer promised both;
//   - the message ends in the header of an empty stored block, and just there.
//     To put 00 00 ff ff back and see whether it inflates is not enough: behind a
//     message that was cut, these bytes may pass as data;
//   - the output stays within its limit, at every step.
//
// Blocks with BFINAL set may stand anywhere; the next begins on a byte boundary
// and the window lives on (§7.2.3.4). No bytes at all, 00 and 02 00 are the empty
// message.
//
// # Limits and memory
//
// Each call of Decompressor.Append has a limit on its output; the caller bounds
// its input, and the time is in proportion to the two. Dst grows as output appears,
// by half at least: with make, or by [Decompressor.AppendIn] in a [Memory] that
// bounds what many connections inflate at once. One that would pass [CountFrom]
// bytes is counted first, from its beginning and without keeping it: over its limit it
// is refused there; else dst grows once more, into what it needs. Measured on a 64-bit
// system:
//
//	Compressor, without takeover   nothing between messages; 1.2 MiB from a pool during Append
//	Compressor, with takeover      0.8 MiB from its first message to Reset or Close
//	Decompressor, without takeover nothing between messages; 6 KiB from a pool during Append
//	Decompressor, with takeover    its window: grows from 1 KiB to 2^bits bytes, until Close
//
// In the steady state neither direction allocates.
//
// # Goroutines
//
// A Compressor or Decompressor belongs to one goroutine at a time, or is guarded
// by its owner's lock. Different ones are independent; the pools they share are
// safe.
package deflate
