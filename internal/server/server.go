// Package server is steward's HTTP side: health, readiness and metrics, and
// whatever handlers the rooms bring (Slack in HTTP mode).
package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"go.uber.org/zap"
)

// Limits of one HTTP exchange. Slack waits 3 seconds, a prober less.
const (
	headerTimeout = 5 * time.Second
	bodyTimeout   = 10 * time.Second
	answerTimeout = 30 * time.Second
	idleTimeout   = 2 * time.Minute
	headerLimit   = 64 << 10
	drain         = 5 * time.Second
)

// Listener is one address with its handler.
type Listener struct {
	Name    string // for the log
	Address string // host:port; port 0 picks a free one
	Handler http.Handler
}

// Serve listens on every address, calls ready with the addresses in the same
// order, and serves until ctx ends; then it lets the requests under way finish.
// No address is served when one of them is taken.
func Serve(ctx context.Context, log *zap.Logger, ready func([]net.Addr), listeners ...Listener) error {
	bound := make([]net.Listener, 0, len(listeners))
	closeAll := func() {
		for _, l := range bound {
			l.Close()
		}
	}
	for _, l := range listeners {
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp", l.Address)
		if err != nil {
			closeAll()
			return fmt.Errorf("listening on %s for %s: %w", l.Address, l.Name, err)
		}
		bound = append(bound, listener)
	}
	addresses := make([]net.Addr, len(bound))
	for i, l := range bound {
		addresses[i] = l.Addr()
		log.Info("listening", zap.String("what", listeners[i].Name), zap.String("address", l.Addr().String()))
	}
	ready(addresses)
	return serve(ctx, log, listeners, bound)
}

func serve(ctx context.Context, log *zap.Logger, listeners []Listener, bound []net.Listener) error {
	failed := make(chan error, len(bound))
	servers := make([]*http.Server, len(bound))
	for i := range bound {
		servers[i] = &http.Server{
			Handler:           listeners[i].Handler,
			ReadHeaderTimeout: headerTimeout,
			ReadTimeout:       bodyTimeout,
			WriteTimeout:      answerTimeout,
			IdleTimeout:       idleTimeout,
			MaxHeaderBytes:    headerLimit,
			ErrorLog:          zap.NewStdLog(log.Named("http")),
		}
		go func() { failed <- servers[i].Serve(bound[i]) }()
	}
	var failure error
	select {
	case <-ctx.Done():
	case failure = <-failed:
	}
	graceful, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	for _, s := range servers {
		if err := s.Shutdown(graceful); err != nil {
			log.Warn("an HTTP request was cut at shutdown", zap.Error(err))
		}
	}
	if failure != nil && !errors.Is(failure, http.ErrServerClosed) {
		return fmt.Errorf("serving HTTP: %w", failure)
	}
	return nil
}
