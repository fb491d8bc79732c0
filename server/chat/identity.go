package chat

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
)

// A Secret is what a client proves to be itself with: 128 random bits that it
// made and keeps. A connection without one is given the server's.
type Secret [16]byte

// A Member is somebody in a room. Names are not unique; ids are.
type Member struct{ ID, Name string }

// memberDomain keeps these hashes apart from any other use of the secret.
const memberDomain = "chat.v1 member id\x00"

// idBytes is how much of the hash is the id: 96 bits, 16 characters.
const idBytes = 12

// ParseSecret reads the parameter "me": 32 hexadecimal digits, or 22 characters of
// base64url (RFC 4648 §5) without padding. Both forms of a secret are the same.
func ParseSecret(s string) (Secret, bool) {
	var me Secret
	switch len(s) {
	case hex.EncodedLen(len(me)):
		_, err := hex.Decode(me[:], []byte(s))
		return me, err == nil
	case base64.RawURLEncoding.EncodedLen(len(me)):
		if !isToken(s, len(s), len(s)) { // the decoder passes over line breaks
			return me, false
		}
		_, err := base64.RawURLEncoding.Strict().Decode(me[:], []byte(s))
		return me, err == nil
	}
	return me, false
}

// ID is the public id of the member with that secret: a hash, the same in every
// room and after every restart, that gives nothing of the secret away.
func (me Secret) ID() string {
	sum := sha256.Sum256(append([]byte(memberDomain), me[:]...))
	return base64.RawURLEncoding.EncodeToString(sum[:idBytes])
}

// MessageID is the id of a message that came without one, a plain member's, made
// of random bits: 22 characters.
func MessageID(random [16]byte) string { return base64.RawURLEncoding.EncodeToString(random[:]) }
