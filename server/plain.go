package server

import (
	"rfc6455/frame"
	"rfc6455/frame/session"
	"rfc6455/server/room"
)

// What a plain client gets: these texts and nothing else.
const (
	Greeting = "서버에 연결되었습니다!"
	Prefix   = "서버에서 전달: " // before every text
)

// What the server logs about a plain client.
const (
	logConnected = "새로운 클라이언트 연결됨!"
	logReceived  = "받은 메시지: " // before every text
)

// appendPlain is the room.Encoder of plain clients: one text frame, the prefix
// and the message's body.
func appendPlain(dst []byte, m room.Message) []byte {
	h := frame.Header{Fin: true, Opcode: frame.Text, Length: int64(len(Prefix) + len(m.Body))}
	dst = h.Append(dst)
	dst = append(dst, Prefix...)
	return append(dst, m.Body...)
}

// plainText is the text of a message: binary is read as UTF-8 the way the
// Encoding Standard does it. It is a copy, the room's to keep.
func plainText(ev session.Event) []byte {
	if ev.Opcode == frame.Binary {
		return appendDecoded(make([]byte, 0, len(ev.Payload)), ev.Payload)
	}
	return append(make([]byte, 0, len(ev.Payload)), ev.Payload...)
}
