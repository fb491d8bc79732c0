package chat

import "rfc6455/frame"

// usualHeader is how long the header of a text of 126 to 65,535 bytes is, which
// nearly every message is.
const usualHeader = 4

// AppendMessageFrame appends the text frame of the message that body is, number
// seq of epoch: the format chat.v1. It appends nothing for what is not a body.
func AppendMessageFrame(dst []byte, epoch string, seq uint64, body []byte) []byte {
	m, err := ParseBody(body)
	if err != nil {
		return dst
	}
	start := len(dst)
	dst = append(dst, make([]byte, usualHeader)...)
	dst = Message{Position: Position{epoch, seq}, Body: m}.Append(dst)
	return putHeader(dst, start)
}

// AppendPlainFrame appends the text frame that plain members get for body: prefix
// and the text. It appends nothing for what is not a body.
func AppendPlainFrame(dst []byte, prefix string, body []byte) []byte {
	m, err := ParseBody(body)
	if err != nil {
		return dst
	}
	h := frame.Header{Fin: true, Opcode: frame.Text, Length: int64(len(prefix) + len(m.Text))}
	dst = h.Append(dst)
	dst = append(dst, prefix...)
	return append(dst, m.Text...)
}

// putHeader writes the header of the payload that begins usualHeader bytes after
// start. How long a text becomes is known only once it was escaped.
func putHeader(dst []byte, start int) []byte {
	n := len(dst) - start - usualHeader
	h := frame.Header{Fin: true, Opcode: frame.Text, Length: int64(n)}
	if h.Len() > usualHeader {
		dst = append(dst, make([]byte, h.Len()-usualHeader)...)
	}
	if h.Len() != usualHeader {
		copy(dst[start+h.Len():], dst[start+usualHeader:start+usualHeader+n])
	}
	h.Append(dst[:start])
	return dst[:start+h.Len()+n]
}
