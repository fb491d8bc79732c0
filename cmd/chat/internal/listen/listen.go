package listen

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"syscall"
	"time"
)

// answerTimeout is how long somebody on a unix socket may take to answer.
const answerTimeout = time.Second

// Open listens. A unix socket is made with mode, in the place of one that nobody
// answers on any more, and is removed by the listener's Close.
func Open(ctx context.Context, network, address string, mode fs.FileMode) (net.Listener, error) {
	if network == "unix" {
		return openUnix(ctx, address, mode)
	}
	// TCP's own keepalive would only repeat what our Pings find out.
	return (&net.ListenConfig{KeepAlive: -1}).Listen(ctx, network, address)
}

func openUnix(ctx context.Context, path string, mode fs.FileMode) (net.Listener, error) {
	if err := removeStale(ctx, path); err != nil {
		return nil, err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, mode); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// removeStale removes the socket of a server that was killed. Only a refusal says
// that nobody is there: one who is busy does not answer either.
func removeStale(ctx context.Context, path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Mode()&fs.ModeSocket == 0:
		return fmt.Errorf("%s is there, and is no socket", path)
	}
	nc, err := (&net.Dialer{Timeout: answerTimeout}).DialContext(ctx, "unix", path)
	switch {
	case err == nil:
		nc.Close()
		return fmt.Errorf("somebody listens on %s already", path)
	case !errors.Is(err, syscall.ECONNREFUSED):
		return err
	}
	return os.Remove(path)
}
