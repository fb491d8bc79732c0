package server

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"rfc6455/frame"
)

// Shutdown refuses new connections (503), says goodbye to all with 1001 (§7.4.1)
// in waves over [Config].Drain, and waits for them to end, or for ctx; then
// [Server.Serve] ends. It is nil if all ended in time; else the error is ctx's, and
// a connection that is left over ends by its own deadlines: a few seconds after the
// Close that it does not answer.
func (s *Server) Shutdown(ctx context.Context) error {
	s.closeDoors()
	ended := s.awaitEnds()
	s.sayGoodbye(ctx, ended)
	s.stop()
	defer s.pumps.Close()
	s.background.Wait()
	var err error
	select {
	case <-ended:
	case <-ctx.Done():
		err = ctx.Err()
	}
	s.porch.close()
	if failed := s.web.Shutdown(ctx); failed != nil {
		s.web.Close()
		err = cmp.Or(err, failed)
	}
	return err
}

func (s *Server) closeDoors() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closing = true
}

// awaitEnds gives a channel that is closed when nobody is present.
func (s *Server) awaitEnds() <-chan struct{} {
	ended := make(chan struct{})
	go func() {
		s.present.Wait()
		close(ended)
	}()
	return ended
}

const (
	waveEvery = 100 * time.Millisecond // on average, a wave of Closes goes out
	fewGuests = 10                     // need no waves
)

// sayGoodbye closes all connections, in any order, so that those who come back at
// once do not come back together; when ctx ends or all have left, at once.
func (s *Server) sayGoodbye(ctx context.Context, ended <-chan struct{}) {
	all := s.guests()
	waves := max(1, int(s.cfg.Drain/waveEvery))
	if len(all) <= fewGuests {
		waves = 1
	}
	for i := range waves {
		for _, v := range all[len(all)*i/waves : len(all)*(i+1)/waves] {
			v.close(frame.GoingAway, goodbye, unblamed)
		}
		if i == waves-1 {
			break
		}
		pause := time.NewTimer(waveEvery/2 + rand.N(waveEvery))
		select {
		case <-pause.C:
			continue
		case <-ended:
		case <-ctx.Done():
		}
		pause.Stop()
		break
	}
	s.empty()
}

// guests gives the connections in any order.
func (s *Server) guests() []*visit {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := slices.AppendSeq(make([]*visit, 0, s.visitors.count), s.visitors.all())
	rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// empty closes all connections that are left, and those that were on their way in.
func (s *Server) empty() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left = true
	for v := range s.visitors.all() {
		v.close(frame.GoingAway, goodbye, unblamed)
	}
}
