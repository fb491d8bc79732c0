package server

import (
	"cmp"
	"context"

	"rfc6455/frame"
)

// Shutdown refuses new connections (503), says goodbye to all with 1001 (§7.4.1)
// and waits for them to end, or for ctx; then [Server.Serve] ends. The error is
// ctx's. A connection that is left over then ends by its own deadlines: a few
// seconds after the Close that it does not answer.
func (s *Server) Shutdown(ctx context.Context) error {
	s.sayGoodbye()
	s.stop()
	defer s.pumps.Close()
	s.background.Wait()
	err := s.awaitEnds(ctx)
	if failed := s.web.Shutdown(ctx); failed != nil {
		s.web.Close()
		err = cmp.Or(err, failed)
	}
	return err
}

func (s *Server) sayGoodbye() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closing = true
	for c := range s.conns {
		c.StartClose(frame.GoingAway, goodbye)
	}
}

// awaitEnds waits until nobody is present, or for ctx.
func (s *Server) awaitEnds(ctx context.Context) error {
	ended := make(chan struct{})
	go func() {
		s.present.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
