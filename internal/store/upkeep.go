package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"go.uber.org/zap"
)

// work is what runs between Start and Stop.
type work struct {
	cancel context.CancelFunc
	done   sync.WaitGroup
	lease  string
	id     string
}

// Start begins to do the jobs of the handlers' kinds, and the upkeep. It
// returns at once; ctx bounds only the start. End it with Stop.
func (s *Store) Start(ctx context.Context, handlers map[string]Handler) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.work != nil {
		return errors.New("the jobs run already")
	}
	host, _ := os.Hostname() // only for people who read the table
	w := &work{id: fmt.Sprintf("%.40s-%d-%s", host, os.Getpid(), rand.Text()[:8])}
	w.lease = workerLease + w.id
	// The lease comes first: who lacks it counts as dead, and its jobs are
	// given to others.
	if _, err := s.Lock(ctx, w.lease, w.id); err != nil {
		return err
	}
	if err := s.db.start(ctx, w.id, handlers); err != nil {
		return s.db.explain(err)
	}
	background, cancel := context.WithCancel(context.WithoutCancel(ctx))
	w.cancel = cancel
	w.done.Go(func() { s.every(background, beat, w.alive(s)) })
	w.done.Go(func() { s.every(background, time.Hour, s.tidy) })
	s.work = w
	return nil
}

// Stop takes no more jobs and waits for the running ones until ctx is done;
// what still runs then is cancelled, and done again by the next process. It
// may be called when nothing runs.
func (s *Store) Stop(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.work == nil {
		return nil
	}
	w := s.work
	s.work = nil
	err := s.db.stop(ctx) // beating all the while: nobody takes what still runs
	w.cancel()
	w.done.Wait()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	return errors.Join(err, s.Unlock(ctx, w.lease, w.id))
}

// every calls f now and at each interval, until ctx is done.
func (s *Store) every(ctx context.Context, interval time.Duration, f func(context.Context) error) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		if err := f(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("the upkeep of the state failed and will be tried again", zap.Error(err))
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

const (
	// beat is how often a worker says that it lives: a third of LeaseTTL.
	beat = 5 * time.Second
	// workerLease begins the key of the lease by which a worker lives.
	workerLease = "worker/"
)

// alive renews this worker's lease and takes the jobs of those who have lost
// theirs.
func (w *work) alive(s *Store) func(context.Context) error {
	return func(ctx context.Context) error {
		if _, err := s.Lock(ctx, w.lease, w.id); err != nil {
			return err
		}
		rescued, err := s.db.rescue(ctx)
		if err != nil {
			return fmt.Errorf("rescuing the jobs of workers that are gone: %w", err)
		}
		if rescued > 0 {
			s.log.Info("took over jobs of a worker that is gone", zap.Int64("jobs", rescued))
		}
		return nil
	}
}

// What is kept, and how long, after it has done its duty. Slack redelivers
// within minutes; the rest is for people who look into what happened.
const (
	keepInbox  = 7 * 24 * time.Hour
	keepTokens = 24 * time.Hour
	keepLeases = time.Hour
)

// tidy deletes what nobody will ask for any more. Entries and deliveries stay.
func (s *Store) tidy(ctx context.Context) error {
	now := s.now()
	_, inbox := s.change(ctx, "tidying the inbox", `DELETE FROM inbox WHERE handled_at < $1`, micros(now.Add(-keepInbox)))
	_, tokens := s.change(ctx, "tidying the tokens", `DELETE FROM tokens WHERE expires < $1`, micros(now.Add(-keepTokens)))
	_, leases := s.change(ctx, "tidying the leases", `DELETE FROM leases WHERE expires < `+s.db.clock()+` - $1`, keepLeases.Microseconds())
	return errors.Join(inbox, tokens, leases)
}
