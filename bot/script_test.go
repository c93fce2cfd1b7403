package bot_test

import (
	"context"
	"sync"

	"github.com/steward-bot/steward/ops"
)

// script is a Runner that does what the test says.
type script struct {
	mu        sync.Mutex
	run       func(ops.Request) (ops.Reply, error)
	specs     []ops.Spec
	seen      []ops.Request
	cancelled []ops.Request
}

func newScript() *script {
	return &script{run: play, specs: verbs()}
}

func (s *script) Run(_ context.Context, req ops.Request) (ops.Reply, error) {
	s.mu.Lock()
	s.seen = append(s.seen, req)
	run := s.run
	s.mu.Unlock()
	return run(req)
}

func (s *script) Cancel(_ context.Context, req ops.Request) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cancelled = append(s.cancelled, req)
	return nil
}

func (s *script) Specs() []ops.Spec { return s.specs }

func (s *script) plays(run func(ops.Request) (ops.Reply, error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.run = run
}

func (s *script) requests() []ops.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]ops.Request{}, s.seen...)
}
