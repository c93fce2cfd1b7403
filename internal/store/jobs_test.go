package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// noted is a handler that notes which payloads it got and then does as it is
// told.
type noted struct {
	mu   sync.Mutex
	got  []string
	does func(ctx context.Context, n int) error // n counts from 1
}

func (n *noted) handle(ctx context.Context, payload []byte) error {
	n.mu.Lock()
	n.got = append(n.got, string(payload))
	calls := len(n.got)
	n.mu.Unlock()
	if n.does == nil {
		return nil
	}
	return n.does(ctx, calls)
}

func (n *noted) calls() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.got)
}

func (n *noted) all() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return strings.Join(n.got, " ")
}

func started(t testing.TB, s *Store, kind string, h *noted) {
	t.Helper()
	must(t, s.Start(t.Context(), map[string]Handler{kind: h.handle}))
}

// state gives River's word for where the job stands.
func state(t testing.TB, s *Store) string {
	t.Helper()
	var state string
	if _, err := one(t.Context(), s.db, `SELECT CAST(state AS TEXT) FROM river_job`, nil, &state); err != nil {
		t.Fatal(err)
	}
	return state
}

func TestAJobIsDoneOnceItsEntryIsCommitted(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := opened(t, dsn)
		h := &noted{}
		started(t, s, "deliver", h)
		appended(t, s, Entry{RequestID: "r1", Step: "started"}, Job{Kind: "deliver", Key: "1/log", Payload: []byte("one\x00\xff")})
		_, err := s.Append(t.Context(), sealing(Entry{RequestID: "r1", Step: "started"}, Job{Kind: "deliver", Key: "2/log", Payload: []byte("lost")}))
		if !errors.Is(err, ErrRecorded) {
			t.Fatal(err)
		}
		must(t, s.Enqueue(t.Context(), Job{Kind: "deliver", Payload: []byte("two")}))
		soon(t, "both jobs are done", func() bool { return h.calls() == 2 })
		time.Sleep(2 * poll)
		if got := h.all(); got != "one\x00\xff two" && got != "two one\x00\xff" {
			t.Errorf("done: %q", got)
		}
	})
}

func TestAJobOfAKeyIsInsertedOnceWhileItWaits(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := opened(t, dsn)
		for range 3 {
			must(t, s.Enqueue(t.Context(), Job{Kind: "deliver", Key: "1/log", Payload: []byte("a")}, Job{Kind: "deliver", Key: "1/jira", Payload: []byte("b")}, Job{Kind: "execute", Key: "1/log"}))
		}
		if n := count(t, s, `SELECT count(*) FROM river_job`); n != 3 {
			t.Errorf("%d jobs", n)
		}
		h := &noted{}
		started(t, s, "deliver", h)
		soon(t, "both are done", func() bool {
			return count(t, s, `SELECT count(*) FROM river_job WHERE state = 'completed'`) == 2
		})
		must(t, s.Enqueue(t.Context(), Job{Kind: "deliver", Key: "1/log", Payload: []byte("again")}))
		soon(t, "a finished job can be enqueued again", func() bool { return strings.HasSuffix(h.all(), "again") })
	})
}

func TestAFailingJobComesBack(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := opened(t, dsn)
		h := &noted{does: func(_ context.Context, n int) error {
			switch n {
			case 1:
				panic("at the disco")
			case 2:
				return errors.New("Jira is down")
			}
			return nil
		}}
		started(t, s, "deliver", h)
		must(t, s.Enqueue(t.Context(), Job{Kind: "deliver"}))
		soon(t, "the third attempt succeeds", func() bool { return state(t, s) == "completed" })
		if h.calls() != 3 {
			t.Errorf("%d attempts", h.calls())
		}
	})
}

func TestAJobThatFailsForEverIsNeitherDiscardedNorGrows(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := opened(t, dsn)
		must(t, s.Enqueue(t.Context(), Job{Kind: "deliver"}))
		if _, err := s.db.exec(t.Context(), `UPDATE river_job SET attempt = 30`); err != nil {
			t.Fatal(err)
		}
		h := &noted{does: func(context.Context, int) error { return errors.New("Jira is down for good") }}
		started(t, s, "deliver", h)
		soon(t, "it waits for its next attempt", func() bool { return state(t, s) == "scheduled" })
		if n := count(t, s, `SELECT count(*) FROM river_job WHERE attempt = 30 AND errors IS NULL`); n != 1 {
			t.Error("the attempt was counted or its error kept")
		}
	})
}

func TestTheIntervalGrowsToFiveMinutes(t *testing.T) {
	var got []string
	for _, attempt := range []int{0, 1, 2, 3, 9, 10, 11, 32767} {
		got = append(got, fmt.Sprintf("%d:%s", attempt, retryIn(attempt)))
	}
	if want := "0:1s 1:1s 2:2s 3:4s 9:4m16s 10:5m0s 11:5m0s 32767:5m0s"; strings.Join(got, " ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, " "), want)
	}
}

func TestAHandlerMayGiveUpOrPutOff(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := opened(t, dsn)
		h := &noted{does: func(_ context.Context, n int) error {
			if n == 1 {
				return fmt.Errorf("wrapped: %w", Snooze(time.Second))
			}
			return fmt.Errorf("wrapped: %w", Cancel(errors.New("the issue was deleted")))
		}}
		started(t, s, "deliver", h)
		must(t, s.Enqueue(t.Context(), Job{Kind: "deliver"}))
		soon(t, "the job is given up", func() bool { return state(t, s) == "cancelled" })
		if h.calls() != 2 {
			t.Errorf("%d attempts", h.calls())
		}
	})
}

func TestAJobWaitsForItsTime(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := opened(t, dsn)
		h := &noted{}
		started(t, s, "execute", h)
		at := time.Now().Add(3 * time.Second)
		must(t, s.Enqueue(t.Context(), Job{Kind: "execute", At: at}))
		soon(t, "it is done", func() bool { return h.calls() == 1 })
		if time.Now().Before(at) {
			t.Error("it was done too early")
		}
	})
}

func TestStopWaitsForWhatRuns(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := opened(t, dsn)
		h := &noted{does: func(ctx context.Context, _ int) error {
			time.Sleep(500 * time.Millisecond)
			return ctx.Err()
		}}
		started(t, s, "execute", h)
		must(t, s.Enqueue(t.Context(), Job{Kind: "execute"}))
		soon(t, "the job runs", func() bool { return h.calls() == 1 })
		must(t, s.Stop(t.Context()))
		if got := state(t, s); got != "completed" {
			t.Errorf("the job is %s", got)
		}
		must(t, s.Stop(t.Context())) // may be called when nothing runs
		must(t, s.Start(t.Context(), map[string]Handler{"execute": h.handle}))
		if err := s.Start(t.Context(), nil); err == nil || err.Error() != "the jobs run already" {
			t.Errorf("a second start: %v", err)
		}
	})
}

func TestWhatStopCutsShortIsDoneAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := opened(t, dsn)
		h := &noted{does: func(ctx context.Context, n int) error {
			if n == 1 {
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		}}
		started(t, s, "execute", h)
		must(t, s.Enqueue(t.Context(), Job{Kind: "execute"}))
		soon(t, "the job runs", func() bool { return h.calls() == 1 })
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		must(t, s.Stop(ctx))
		if got := state(t, s); got != "available" {
			t.Errorf("the job is %s", got)
		}
		started(t, s, "execute", h)
		soon(t, "the job is done", func() bool { return state(t, s) == "completed" })
	})
}

func TestAVendorThatHangsHoldsUpNobodyElse(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := opened(t, dsn)
		var done atomic.Bool
		release := make(chan struct{})
		must(t, s.Start(t.Context(), map[string]Handler{
			"deliver": func(context.Context, []byte) error { <-release; return nil },
			"execute": func(context.Context, []byte) error { done.Store(true); return nil },
		}))
		for range 3 * workers {
			must(t, s.Enqueue(t.Context(), Job{Kind: "deliver"}))
		}
		must(t, s.Enqueue(t.Context(), Job{Kind: "execute"}))
		soon(t, "the other kind is done", done.Load)
		close(release)
	})
}

func TestALeftoverOfAWorkerWithoutALeaseIsTakenOver(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := opened(t, dsn)
		must(t, s.Enqueue(t.Context(), Job{Kind: "execute", Key: "dead"}, Job{Kind: "execute", Key: "alive"}))
		h := &noted{}
		if strings.HasPrefix(dsn, "sqlite") {
			_, err := s.db.exec(t.Context(), `UPDATE river_job SET state = 'running', attempt = 1`)
			must(t, err)
			shut(t, s)
			s = opened(t, dsn) // nobody else can be alive
		} else {
			for key, worker := range map[string]string{"dead": "w1", "alive": "w2"} {
				_, err := s.db.exec(t.Context(), `UPDATE river_job SET state = 'running', attempt = 1, attempted_by = ARRAY['w2', $1] WHERE args ->> 'key' = $2`, worker, key)
				must(t, err)
			}
			_, err := s.Lock(t.Context(), workerLease+"w2", "w2")
			must(t, err)
		}
		started(t, s, "execute", h)
		if strings.HasPrefix(dsn, "sqlite") {
			soon(t, "both jobs are done", func() bool { return h.calls() == 2 })
			return
		}
		soon(t, "the dead worker's job is done", func() bool { return h.calls() == 1 })
		must(t, s.Unlock(t.Context(), workerLease+"w2", "w2"))
		soon(t, "the other worker's job is done when it dies", func() bool { return h.calls() == 2 })
	})
}
