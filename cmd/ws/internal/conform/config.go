package conform

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"rfc6455/frame"
	"rfc6455/server/conn"
)

// Defaults of a Config.
const (
	DefaultTimeout  = 20 * time.Second
	DefaultParallel = 8
)

// A Config says what is tried on whom. Of URL and Listener one is set.
type Config struct {
	URL  string      // of a server under test
	Conn conn.Config // how it is reached: TLS, Proxy, Dialer, Fields, Origin

	Listener net.Listener                                // where a client under test comes to
	Launch   func(ctx context.Context, url string) error // has the client open url, and returns when it has ended; ctx ends it
	Name     string                                      // of the client, for the report
	Base     string                                      // of the URLs that it is told, "ws://localhost:9001"; empty: the address of Listener

	Cases    []string         // patterns, see [Case.Matches]; nil: all
	Only     func(*Case) bool // nil: all of those
	Probe    bool             // first see whether the target echoes: else [ErrNoEcho]
	NoEcho   bool             // the target sends nothing back: it is probed by Pings
	Hostile  bool             // play the family Robustness, too
	Message  int64            // bytes of the longest message that the target takes; 0: not known
	Timeout  time.Duration    // of a case; 20 s
	Patience time.Duration    // for what has to come, while nothing else does; an eighth of Timeout
	Parallel int              // cases at once; 8
	Seed     uint64           // of masks and garbage
	Progress func(Progress)   // nil: not told

	short bool // robustness with less of everything
}

// A Progress is how far a run is.
type Progress struct {
	Done, All int
	Last      *Result // what has just been done
	Elapsed   time.Duration
}

// Role is that of the target.
func (c *Config) Role() frame.Role {
	if c.Listener != nil {
		return frame.Client
	}
	return frame.Server
}

// withDefaults gives c with its defaults filled in.
func (c Config) withDefaults() (*Config, error) {
	if (c.URL == "") == (c.Listener == nil) || (c.Listener == nil) != (c.Launch == nil) {
		return nil, fmt.Errorf("either a URL is tried, or who comes to a Listener by Launch")
	}
	return c.filled(), nil
}

// filled fills in the defaults.
func (c Config) filled() *Config {
	if c.Timeout == 0 {
		c.Timeout = DefaultTimeout
	}
	if c.Patience == 0 {
		c.Patience = c.Timeout / 8
	}
	if c.Parallel == 0 {
		c.Parallel = DefaultParallel
	}
	if c.Base == "" && c.Listener != nil {
		c.Base = "ws://" + c.Listener.Addr().String()
	}
	c.Conn.Deflate.Enabled = false // each case has its own offer
	c.Conn.HandshakeTimeout = c.Timeout
	return &c
}

// keys gives the masks of a case: always the same for a seed.
func (c *Config) keys(id string) func() frame.MaskKey {
	r := c.random(id)
	var mu sync.Mutex
	return func() (key frame.MaskKey) {
		mu.Lock()
		defer mu.Unlock()
		n := r.Uint32() | 1 // never 0: a mask that does nothing hides faults
		return frame.MaskKey{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}
	}
}

// random gives a case's random numbers.
func (c *Config) random(id string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(id))
	return rand.New(rand.NewPCG(c.Seed, h.Sum64()))
}
