package store

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestALeaseHasOneHolderUntilItIsGivenBackOrRunsOut(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := opened(t, dsn)
		want := func(holder, present string) {
			t.Helper()
			got, err := s.Lock(t.Context(), "Deployment/shop/checkout", holder)
			if err != nil || got != present {
				t.Errorf("Lock for %s: got %q, want %q (%v)", holder, got, present, err)
			}
		}
		want("ana", "")
		want("ana", "") // renewed
		want("ben", "ana")
		must(t, s.Unlock(t.Context(), "Deployment/shop/checkout", "ben")) // not his
		want("ben", "ana")
		must(t, s.Unlock(t.Context(), "Deployment/shop/checkout", "ana"))
		want("ben", "")
		want("ana", "ben")
		if _, err := s.db.exec(t.Context(), `UPDATE leases SET expires = expires - 15000000`); err != nil {
			t.Fatal(err)
		}
		want("ana", "")
		want("ben", "ana")
	})
}

func TestOfManyWhoLockOneSucceeds(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := opened(t, dsn)
		var all sync.WaitGroup
		var took atomic.Int32
		for i := range 12 {
			all.Go(func() {
				present, err := s.Lock(t.Context(), "k", fmt.Sprint(i))
				if err != nil {
					t.Error(err)
				}
				if present == "" {
					took.Add(1)
				}
			})
		}
		all.Wait()
		if took.Load() != 1 {
			t.Errorf("%d hold the lease", took.Load())
		}
	})
}

func TestAPayloadIsReceivedOnceByEitherOfItsIDs(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := opened(t, dsn)
		at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		for _, c := range []struct {
			in    Inbox
			fresh bool
		}{
			{Inbox{ID: "r1", EnvelopeID: "e1", TriggerID: "t1", Kind: "slash", Payload: []byte("\x00{}"), At: at}, true},
			{Inbox{ID: "r2", EnvelopeID: "e1", TriggerID: "t2", At: at}, false},
			{Inbox{ID: "r3", EnvelopeID: "e3", TriggerID: "t1", At: at}, false},
			{Inbox{ID: "r4", EnvelopeID: "e4", At: at}, true}, // an empty id is never seen
			{Inbox{ID: "r5", EnvelopeID: "e5", At: at.Add(-time.Hour)}, true},
		} {
			if fresh, err := s.Receive(t.Context(), c.in); fresh != c.fresh || err != nil {
				t.Errorf("%s: fresh %v, %v", c.in.ID, fresh, err)
			}
		}
		must(t, s.Handled(t.Context(), "r4"))
		left, err := s.Unhandled(t.Context())
		must(t, err)
		if len(left) != 2 || left[0].ID != "r5" || left[1].ID != "r1" || string(left[1].Payload) != "\x00{}" || !left[1].At.Equal(at) || left[1].Kind != "slash" {
			t.Errorf("left is %+v", left)
		}
		if fresh, err := s.Receive(t.Context(), Inbox{ID: "r6", EnvelopeID: "e4"}); fresh || err != nil {
			t.Errorf("what was handled is fresh again: %v, %v", fresh, err)
		}
	})
}

func TestATokenIsUsedOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := opened(t, dsn)
		soon := time.Now().Add(time.Minute).UTC().Truncate(time.Microsecond)
		must(t, s.PutToken(t.Context(), Token{ID: "a", Owner: "U0ANA", Payload: []byte("plan"), Expires: soon}))
		must(t, s.PutToken(t.Context(), Token{ID: "old", Expires: time.Now()}))
		for range 2 {
			if got, err := s.PeekToken(t.Context(), "a"); err != nil || fmt.Sprint(got) != fmt.Sprint(Token{ID: "a", Owner: "U0ANA", Payload: []byte("plan"), Expires: soon}) {
				t.Errorf("Peek gave %+v, %v", got, err)
			}
		}
		var all sync.WaitGroup
		var mu sync.Mutex
		outcomes := map[error]int{}
		for range 8 {
			all.Go(func() {
				_, err := s.UseToken(t.Context(), "a")
				mu.Lock()
				defer mu.Unlock()
				outcomes[err]++
			})
		}
		all.Wait()
		if outcomes[nil] != 1 || outcomes[ErrTokenUsed] != 7 {
			t.Errorf("eight uses gave %v", outcomes)
		}
		for id, want := range map[string]error{"a": ErrTokenUsed, "old": ErrTokenExpired, "made up": ErrTokenUnknown} {
			if _, err := s.PeekToken(t.Context(), id); !errors.Is(err, want) {
				t.Errorf("Peek %s: %v", id, err)
			}
			if _, err := s.UseToken(t.Context(), id); !errors.Is(err, want) {
				t.Errorf("Use %s: %v", id, err)
			}
		}
		if err := s.PutToken(t.Context(), Token{ID: "a"}); err == nil {
			t.Error("an id was given twice")
		}
	})
}

func TestANoteIsKeptAndOverwritten(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := opened(t, dsn)
		want := func(key string, value []byte, found bool) {
			t.Helper()
			if got, ok, err := s.Note(t.Context(), key); !bytes.Equal(got, value) || ok != found || err != nil {
				t.Errorf("note %q is %q %v %v", key, got, ok, err)
			}
		}
		want("k", nil, false)
		must(t, s.PutNote(t.Context(), "k", []byte{0, 1, 255}))
		want("k", []byte{0, 1, 255}, true)
		must(t, s.PutNote(t.Context(), "k", nil))
		want("k", []byte{}, true)
		must(t, s.DropNote(t.Context(), "k"))
		must(t, s.DropNote(t.Context(), "k"))
		want("k", nil, false)
		for _, value := range []string{"first", "second"} {
			if kept, err := s.PutNoteOnce(t.Context(), "once", []byte(value)); string(kept) != "first" || err != nil {
				t.Errorf("kept %q, %v", kept, err)
			}
		}
	})
}

func TestADebtToASinkIsThereFromTheAppendToTheReceipt(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := opened(t, dsn)
		appended(t, s, Entry{RequestID: "r1", Step: "started", Sinks: []string{"jira", "log"}})
		appended(t, s, Entry{RequestID: "r2", Step: "started", Sinks: []string{"jira"}})
		ended := appended(t, s, Entry{RequestID: "r1", Step: "ended", Sinks: []string{"jira"}})
		owed := func(want string, got []Delivery, err error) {
			t.Helper()
			if fmt.Sprint(got) != want || err != nil {
				t.Errorf("owed: %v %v, want %s", got, err, want)
			}
		}
		ask := func(sinks ...string) ([]Delivery, error) { return s.Undelivered(t.Context(), sinks, -time.Minute) }
		got, err := ask("jira", "log")
		owed("[{1 jira} {1 log} {2 jira} {3 jira}]", got, err)
		got, err = ask("log")
		owed("[{1 log}]", got, err)
		got, err = ask()
		owed("[]", got, err)
		got, err = s.Undelivered(t.Context(), []string{"jira"}, time.Minute)
		owed("[]", got, err)
		got, err = s.OwedBefore(t.Context(), ended, "jira")
		owed("[{1 jira}]", got, err)

		if done, err := s.Delivered(t.Context(), 1, "jira"); done || err != nil {
			t.Errorf("delivered before it was: %v", err)
		}
		must(t, s.MarkDelivered(t.Context(), 1, "jira", "comment 10001"))
		must(t, s.MarkDelivered(t.Context(), 1, "jira", "again"))
		if done, err := s.Delivered(t.Context(), 1, "jira"); !done || err != nil {
			t.Errorf("not delivered: %v", err)
		}
		if n := count(t, s, `SELECT count(*) FROM deliveries WHERE note = 'comment 10001'`); n != 1 {
			t.Error("the first receipt did not stay")
		}
		got, err = s.OwedBefore(t.Context(), ended, "jira")
		owed("[]", got, err)
		got, err = ask("jira", "log")
		owed("[{1 log} {2 jira} {3 jira}]", got, err)
	})
}

func TestTidyingDeletesWhatHasDoneItsDuty(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := opened(t, dsn)
		for _, id := range []string{"done", "waiting"} {
			_, err := s.Receive(t.Context(), Inbox{ID: id, EnvelopeID: id})
			must(t, err)
		}
		must(t, s.Handled(t.Context(), "done"))
		must(t, s.PutToken(t.Context(), Token{ID: "a", Expires: time.Now()}))
		_, err := s.Lock(t.Context(), "k", "ana")
		must(t, err)
		must(t, s.tidy(t.Context()))
		all := `SELECT (SELECT count(*) FROM inbox) * 100 + (SELECT count(*) FROM tokens) * 10 + (SELECT count(*) FROM leases)`
		if n := count(t, s, all); n != 211 {
			t.Errorf("today: %d", n)
		}
		s.now = func() time.Time { return time.Now().Add(8 * 24 * time.Hour) }
		must(t, s.tidy(t.Context()))
		if n := count(t, s, all); n != 101 { // the lease runs by the database's clock
			t.Errorf("in eight days: %d", n)
		}
	})
}

func TestPingIsWell(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := opened(t, dsn)
		must(t, s.Ping(t.Context()))
		r, err := OpenToRead(t.Context(), dsn, s.log)
		must(t, err)
		defer shut(t, r)
		must(t, r.Ping(t.Context()))
	})
}

func TestWhoReadsBesideCannotWrite(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := opened(t, dsn)
		appended(t, s, Entry{RequestID: "r1"})
		r, err := OpenToRead(t.Context(), dsn, s.log)
		must(t, err)
		defer shut(t, r)
		appended(t, s, Entry{RequestID: "r2"})
		if n := chained(t, r); n != 2 {
			t.Errorf("it reads %d entries", n)
		}
		if _, err := r.Append(t.Context(), sealing(Entry{RequestID: "r3"})); err == nil || !strings.Contains(err.Error(), "read") {
			t.Errorf("it appends: %v", err)
		}
		if err := r.PutNote(t.Context(), "k", nil); err == nil {
			t.Error("it writes notes")
		}
	})
}
