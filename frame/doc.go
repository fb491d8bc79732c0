// Package frame is the wire format of RFC 6455: bytes to and from frame
// headers (§5.2), masking (§5.3), opcodes (§11.8), close payloads (§5.5.1) and
// close codes (§7.4), and the rules that a peer can break.
//
// # Terms
//
// An endpoint is a [Role]: the server or the client. It sends frames; each is
// a [Header] and a payload. One or more data frames make a message (§5.4);
// control frames stand alone between them (§5.5). A broken rule is a
// [Violation]: it knows its clause and the close code that answers it (§7.4.1).
//
// # What is judged here
//
// [ParseHeader] and [ParseClose] judge what the bytes say alone: the minimal
// length, the size of a control frame, the reserved opcodes. What needs a role,
// an order or an extension - masks, RSV bits, continuations, limits - is judged
// by package session, with the violations that are listed here too, so that all
// of them stand in one table.
//
// [ParseHeader] reads in the order of the wire and answers as soon as the bytes
// it has suffice; more bytes never change a verdict. Because it refuses every
// length that is not the shortest, [Header.Append] is its inverse.
//
// # Where a clause is
//
//	§5.1    who masks         Role.Masks, ErrNotMasked, ErrMasked
//	§5.2    the header        Header, ParseHeader, Header.Append, Opcode, ErrReservedOpcode,
//	                          ErrReservedBits, ErrLengthNotMinimal, ErrLengthTopBit
//	§5.3    masking           MaskKey.XOR; fresh keys are the sender's, in package conn
//	§5.4    fragments         Header.Fin, Continuation, ErrNothingToContinue, ErrNotContinued
//	§5.5    control frames    Opcode.IsControl, MaxControlPayload, ErrControlFragmented,
//	                          ErrControlTooLong
//	§5.5.1  Close             ParseClose, AppendClose, ErrCloseTooShort, ErrReasonNotUTF8
//	§5.5.2  Ping and Pong     their answers are package session's
//	§5.6    text and binary   Text, Binary, ErrTextNotUTF8
//	§5.7    the examples      testdata/frames/rfc.txt
//	§5.8    room to extend    Header.RSV1 to RSV3, Opcode.IsReserved
//	§7.4    close codes       CloseCode, Receivable, Sendable, ErrCloseCode
//	§10.4   limits of ours    ErrMessageTooBig, ErrTooManyFragments, and those beside them
//
// # Notation
//
// Frames have one printed form everywhere - tests, vectors, logs, tools:
//
//	text "Hello"     text more rsv1 0xf248     ping "hi"     close 1000 "bye"
//
// See [Frame] for its grammar.
//
// Nothing here holds state, reads or writes; only the notation and a close
// reason allocate. Everything may be called from any goroutine.
package frame
