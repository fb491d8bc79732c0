// Package dump prints what package annotate finds in a file: frames from hex or bare
// bytes, a transcript, or a capture of packets.
//
//	file --> Kind --> hexdump, transcript, capture --> annotate.Conversation --> Text | Brief | JSON
//
// [Run] tells the kinds apart by their content: a capture and a transcript by how they
// begin, hex by its first line. Bare bytes have no mark and have to be asked for.
//
// # Limits
//
// Besides those of the packages that read, [Options] has how many bytes of a payload
// are shown and how long a message may be. What is printed is never more than a fixed
// multiple of that for each frame.
package dump
