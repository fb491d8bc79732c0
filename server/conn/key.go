package conn

import (
	"crypto/rand"
	"sync"

	"rfc6455/frame"
	"rfc6455/handshake"
)

// keyBatch is how many masks one call to the system's randomness gives.
const keyBatch = 256

type keys struct {
	bytes [4 * keyBatch]byte
	used  int
}

var keyPool = sync.Pool{New: func() any { return &keys{used: 4 * keyBatch} }}

// nextKey gives a mask that nobody can predict (§5.3, §10.3).
func nextKey() frame.MaskKey {
	k := keyPool.Get().(*keys)
	if k.used == len(k.bytes) {
		rand.Read(k.bytes[:]) // never fails
		k.used = 0
	}
	key := frame.MaskKey(k.bytes[k.used : k.used+4])
	k.used += 4
	keyPool.Put(k)
	return key
}

// newNonce gives a Sec-WebSocket-Key (§4.1 item 7).
func newNonce() string {
	var b [16]byte
	rand.Read(b[:])
	return handshake.EncodeKey(b)
}
