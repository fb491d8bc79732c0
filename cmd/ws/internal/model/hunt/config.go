package hunt

import (
	"context"
	"errors"
	"time"

	"rfc6455/cmd/ws/internal/model"
	"rfc6455/cmd/ws/internal/wire"
	"rfc6455/frame"
	"rfc6455/handshake"
	"rfc6455/testdata"
)

// A Config is a run. All fields have to be set but those that say what zero means.
type Config struct {
	// Open opens a connection with the target: as a client, with an offer of
	// permessage-deflate, or as a server, with what it wants of an offer.
	Open func(ctx context.Context, deflate handshake.DeflateConfig) (*wire.Link, error)

	// Crashed says how the target died, if Open alone does not show it; may be nil.
	Crashed func() error

	Role    frame.Role      // of the target
	Limits  testdata.Limits // that the target is known to have; 0: unknown
	Allow   model.Allow     // what the target may do, besides what the probes find
	Strict  bool            // the probes allow nothing
	Plain   bool            // permessage-deflate is never offered, or taken
	Seed    uint64
	First   uint64        // number of the first case
	Count   uint64        // of cases; 0: as many as time allows
	For     time.Duration // 0: until Count
	Conns   int           // at once
	Finds   int           // the run ends after so many
	Timeout time.Duration // for the target to answer
}

// Bounds and defaults of a run.
const (
	DefaultConns   = 4
	MaxConns       = 64
	DefaultFinds   = 10
	DefaultTimeout = time.Second
	MaxMinimise    = 10 * time.Second // for one deviation
)

// A Status is how far a run is.
type Status struct {
	Phase      string // "probe" or "fuzz"
	Elapsed    time.Duration
	Executions uint64
	Rate       float64 // executions per second, of all the time
	Finds      int
	Coverage   string // in a line
}

// A Result is what a run found.
type Result struct {
	Executions  uint64
	Connections uint64
	Elapsed     time.Duration
	Lax         model.Allow    // what the probes found that the target needs
	Finds       []*model.Find  // in the order in which they were found
	Times       map[string]int // how often each kind was seen
	Slow        int            // cases that were answered too late once, and in time when played again
	Coverage    model.Coverage
	Reachable   []string // rules that a case could break
	Died        []*model.Find
}

// ErrNoEcho says that the target does not do what all else builds on.
var ErrNoEcho = errors.New("the target does not echo messages as they are")
