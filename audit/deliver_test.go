package audit

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/internal/store"
	"github.com/steward-bot/steward/ops"
)

// notebook is a sink that notes what it gets, and fails as it is told.
type notebook struct {
	name  string
	mu    sync.Mutex
	got   []string
	fails func(r ops.Record, attempt int) error
}

func (n *notebook) Name() string          { return n.name }
func (n *notebook) Wants(ops.Record) bool { return true }

func (n *notebook) Deliver(_ context.Context, r ops.Record) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.got = append(n.got, fmt.Sprintf("%d:%s", r.Seq, r.Step))
	if n.fails == nil {
		return nil
	}
	return n.fails(r, len(n.got))
}

func (n *notebook) all() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return strings.Join(n.got, " ")
}

func working(t *testing.T, s *store.Store, j *Journal) {
	t.Helper()
	must(t, s.Start(t.Context(), map[string]store.Handler{DeliverJob: j.Deliver}))
}

func soon(t testing.TB, what string, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !condition() {
		if time.Now().After(deadline) {
			t.Fatalf("in 20 s it did not come about that %s", what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func TestEverySinkGetsWhatItWantsInTheOrderOfTheStory(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := opened(t, dsn)
		slow := &notebook{name: "slow", fails: func(r ops.Record, attempt int) error {
			if attempt == 1 { // the start fails once: the end waits for it
				return errors.New("not yet")
			}
			return nil
		}}
		quick := &notebook{name: "quick"}
		j := NewJournal(s, []Sink{slow, quick}, zap.NewNop())
		working(t, s, j)
		must(t, j.Append(t.Context(), started("r1", incident())))
		must(t, j.Append(t.Context(), ended("r1", incident(), ops.Succeeded)))
		soon(t, "all is delivered", func() bool {
			owed, err := s.Undelivered(t.Context(), []string{"slow", "quick"}, -time.Minute)
			must(t, err)
			return len(owed) == 0
		})
		if got := slow.all(); got != "1:started 1:started 2:ended" {
			t.Errorf("the slow one got %s", got)
		}
		if got := quick.all(); got != "1:started 2:ended" {
			t.Errorf("the quick one got %s", got)
		}
	})
}

func TestAStartBringsTheJobThatWouldTakeItOver(t *testing.T) {
	s := fresh(t)
	j := NewJournal(s, nil, zap.NewNop())
	j.now = func() time.Time { return time.Now().Add(-handOver) } // the hand-over is due at once
	taken := make(chan string, 1)
	must(t, s.Start(t.Context(), map[string]store.Handler{ExecuteJob: func(_ context.Context, payload []byte) error {
		taken <- string(payload)
		return nil
	}}))
	must(t, j.Append(t.Context(), answered("r0")))
	must(t, j.Append(t.Context(), started("r1", nil)))
	select {
	case id := <-taken:
		if id != "r1" {
			t.Errorf("it is for %q", id)
		}
	case <-time.After(10 * time.Second):
		t.Error("no job came")
	}
}

func TestADeliveryIsSkippedOnceItsReceiptIsHere(t *testing.T) {
	s := fresh(t)
	sink := &notebook{name: "book"}
	j := NewJournal(s, []Sink{sink}, zap.NewNop())
	must(t, j.Append(t.Context(), answered("r1")))
	for range 3 {
		must(t, j.Deliver(t.Context(), []byte(`{"seq":1,"sink":"book"}`)))
	}
	if got := sink.all(); got != "1:answered" {
		t.Errorf("got %s", got)
	}
}

func TestWhatCanNeverBeDeliveredEndsItsJob(t *testing.T) {
	s := fresh(t)
	j := NewJournal(s, []Sink{&notebook{name: "book"}}, zap.NewNop())
	for payload, want := range map[string]string{
		`nonsense`:                `reading the delivery "nonsense": invalid character 'o' in literal null (expecting 'u')`,
		`{"seq":1,"sink":"fax"}`:  "record 1 is for the sink fax, which the settings no longer have",
		`{"seq":9,"sink":"book"}`: "record 9 is for the sink book, and the journal does not hold it",
	} {
		if err := j.Deliver(t.Context(), []byte(payload)); err == nil || err.Error() != want || fmt.Sprintf("%T", err) != fmt.Sprintf("%T", store.Cancel(err)) {
			t.Errorf("%s: %T %v", payload, err, err)
		}
	}
}

func TestANoIsTakenForAMistakeForADayAndThenGivenUp(t *testing.T) {
	s := fresh(t)
	sink := &notebook{name: "book", fails: func(ops.Record, int) error { return &refusedError{403, "Jira said no (403)"} }}
	j := NewJournal(s, []Sink{sink}, zap.NewNop())
	must(t, j.Append(t.Context(), answered("r1")))
	payload := []byte(`{"seq":1,"sink":"book"}`)
	if err := j.Deliver(t.Context(), payload); err == nil || err.Error() != "delivering record 1 to book: Jira said no (403)" {
		t.Errorf("today: %v", err)
	}
	j.now = func() time.Time { return time.Now().Add(25 * time.Hour) }
	must(t, j.Deliver(t.Context(), payload))
	if done, err := s.Delivered(t.Context(), 1, "book"); !done || err != nil {
		t.Errorf("tomorrow it is still owed: %v", err)
	}
}

func TestASinkThatSaysWhenIsCalledThen(t *testing.T) {
	s := fresh(t)
	sink := &notebook{name: "book", fails: func(_ ops.Record, attempt int) error {
		if attempt == 1 {
			return fmt.Errorf("wrapped: %w", &Later{After: 2 * time.Second, Err: errors.New("429")})
		}
		return nil
	}}
	j := NewJournal(s, []Sink{sink}, zap.NewNop())
	working(t, s, j)
	begun := time.Now()
	must(t, j.Append(t.Context(), answered("r1")))
	soon(t, "it is delivered", func() bool { return sink.all() == "1:answered 1:answered" })
	if took := time.Since(begun); took < 2*time.Second {
		t.Errorf("it was called after %s", took)
	}
}

func TestASinkThatHangsHoldsUpNoOther(t *testing.T) {
	s := fresh(t)
	release := make(chan struct{})
	hanging := &hanger{release: release}
	quick := &notebook{name: "quick"}
	j := NewJournal(s, []Sink{hanging, quick}, zap.NewNop())
	working(t, s, j)
	for i := range 20 {
		must(t, j.Append(t.Context(), answered(fmt.Sprint("r", i))))
	}
	soon(t, "the quick one has everything", func() bool { return len(strings.Fields(quick.all())) == 20 })
	if n := hanging.under.Load(); n != perSink {
		t.Errorf("%d deliveries hang", n)
	}
	close(release)
}

// hanger is a sink that does not come back until it is released.
type hanger struct {
	release chan struct{}
	under   atomic.Int32
}

func (h *hanger) Name() string          { return "hanger" }
func (h *hanger) Wants(ops.Record) bool { return true }

func (h *hanger) Deliver(context.Context, ops.Record) error {
	h.under.Add(1)
	<-h.release
	return nil
}

func TestTheSweepFindsWhatHasNoReceiptAndNoJob(t *testing.T) {
	s := fresh(t)
	sink := &notebook{name: "book"}
	must(t, NewJournal(s, []Sink{sink}, zap.NewNop()).Append(t.Context(), answered("r1")))
	gone := NewJournal(s, nil, zap.NewNop()) // the sink is out of the settings for a while
	working(t, s, gone)
	time.Sleep(time.Second) // its job is given up
	must(t, s.Stop(t.Context()))
	if sink.all() != "" {
		t.Fatal("it was delivered")
	}
	j := NewJournal(s, []Sink{sink}, zap.NewNop())
	working(t, s, j)
	must(t, j.sweep(t.Context(), -time.Minute))
	soon(t, "the debt is paid", func() bool { return sink.all() == "1:answered" })
	must(t, j.sweep(t.Context(), -time.Minute))
	time.Sleep(time.Second)
	if sink.all() != "1:answered" {
		t.Errorf("the sweep delivered again: %s", sink.all())
	}
}
