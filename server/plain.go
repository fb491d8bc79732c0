package server

import (
	"rfc6455/server/chat"
	"rfc6455/server/room"
)

// What a plain client gets: these texts and nothing else.
const (
	Greeting = "서버에 연결되었습니다!"
	Prefix   = "서버에서 전달: " // before every text
)

// What the server logs about those who chat.
const (
	logConnected    = "새로운 클라이언트 연결됨!"
	logReceived     = "받은 메시지"
	logReceivedText = logReceived + ": " // before every text
)

// The encodings, see room.Config.Encoders.
const (
	plainEncoding   room.Encoding = iota // what the seed of this chat sends: the prefix and the text
	speakerEncoding                      // chat.v1
)

func appendPlain(dst []byte, m room.Message) []byte {
	return chat.AppendPlainFrame(dst, Prefix, m.Body)
}

func appendSpeaker(dst []byte, m room.Message) []byte {
	return chat.AppendMessageFrame(dst, m.Epoch, m.Seq, m.Body)
}
