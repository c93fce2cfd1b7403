package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestTheFirstEntryIsOneAndTheNextHangsOnIt(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := opened(t, dsn)
		if seq, hash, err := s.Head(t.Context()); seq != 0 || hash != "" || err != nil {
			t.Fatalf("the head of an empty journal is %d %q %v", seq, hash, err)
		}
		first := appended(t, s, Entry{RequestID: "r1", Step: "previewed"})
		second := appended(t, s, Entry{RequestID: "r1", Step: "started"})
		if first.Seq != 1 || first.Prev != "" || second.Seq != 2 || second.Prev != first.Hash {
			t.Errorf("got %d after %q, then %d after %q", first.Seq, first.Prev, second.Seq, second.Prev)
		}
		if seq, hash, err := s.Head(t.Context()); seq != 2 || hash != second.Hash || err != nil {
			t.Errorf("the head is %d %q %v", seq, hash, err)
		}
	})
}

func TestAnEntryComesBackAsItWas(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := opened(t, dsn)
		put := appended(t, s, Entry{
			At: time.Date(2026, 3, 1, 1, 2, 3, 456789000, time.UTC), RequestID: "r1", Step: "ended", Cluster: "prod-eu", Namespace: "shop",
			Kind: "Deployment", Name: "checkout", ActorID: "U0ANA", Write: true, Body: []byte("{\"a\":\"\\u0000 \xff\x00\"}"),
		})
		got, found, err := s.Entry(t.Context(), 1)
		must(t, err)
		if !found || fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", put) {
			t.Errorf("put  %+v\ngot %+v", put, got)
		}
		if _, found, err := s.Entry(t.Context(), 2); found || err != nil {
			t.Errorf("an entry that does not exist: found %v, %v", found, err)
		}
	})
}

func TestWhatCannotBeSealedLeavesNothingAndNoGap(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := opened(t, dsn)
		appended(t, s, Entry{RequestID: "r1"})
		bad := errors.New("no")
		if _, err := s.Append(t.Context(), func(int64, string) (Entry, []Job, error) { return Entry{}, nil, bad }); !errors.Is(err, bad) {
			t.Errorf("got %v", err)
		}
		if _, err := s.Append(t.Context(), sealing(Entry{RequestID: "r2", Sinks: []string{"log"}}, Job{Kind: "x"})); err == nil || !strings.Contains(err.Error(), `the job kind "x" is not made of two or more`) {
			t.Errorf("a job without a proper kind: %v", err)
		}
		if _, err := s.Append(t.Context(), sealing(Entry{RequestID: "r2", Sinks: []string{"log", "log"}})); err == nil || errors.Is(err, ErrRecorded) {
			t.Errorf("a sink that is named twice: %v", err)
		}
		if n := count(t, s, `SELECT count(*) FROM deliveries`); n != 0 {
			t.Errorf("%d deliveries of an entry that was not recorded", n)
		}
		if e := appended(t, s, Entry{RequestID: "r3"}); e.Seq != 2 {
			t.Errorf("the next entry is %d", e.Seq)
		}
	})
}

func TestACancelledAppendLeavesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := opened(t, dsn)
		ctx, cancel := context.WithCancel(t.Context())
		_, err := s.Append(ctx, func(seq int64, prev string) (Entry, []Job, error) {
			cancel()
			return sealing(Entry{RequestID: "r1"})(seq, prev)
		})
		if err == nil {
			t.Fatal("it was appended")
		}
		appended(t, s, Entry{RequestID: "r2"})
		if n := chained(t, s); n != 1 {
			t.Errorf("the journal has %d entries", n)
		}
	})
}

func TestARequestStartsOnceAndEndsOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := opened(t, dsn)
		for _, step := range []string{"started", "ended"} {
			appended(t, s, Entry{RequestID: "r1", Step: step})
			_, err := s.Append(t.Context(), sealing(Entry{RequestID: "r1", Step: step}, Job{Kind: "execute", Key: step}))
			if !errors.Is(err, ErrRecorded) {
				t.Errorf("a second %s: %v", step, err)
			}
		}
		if n := count(t, s, `SELECT count(*) FROM river_job`); n != 0 {
			t.Errorf("%d jobs of entries that were not recorded", n)
		}
		for _, step := range []string{"resumed", "resumed", "refused"} {
			appended(t, s, Entry{RequestID: "r1", Step: step})
		}
		appended(t, s, Entry{RequestID: "r2", Step: "started"})
		if n := chained(t, s); n != 6 {
			t.Errorf("the journal has %d entries", n)
		}
	})
}

func TestAFilterSelectsAndTheNewestAreKept(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := opened(t, dsn)
		noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		for _, e := range []Entry{
			{RequestID: "r1", Step: "answered", Cluster: "prod-eu", Namespace: "shop", Kind: "Deployment", Name: "checkout", ActorID: "U0ANA", At: noon},
			{RequestID: "r2", Step: "started", Cluster: "prod-eu", Namespace: "shop", Kind: "Deployment", Name: "checkout", ActorID: "U0ANA", Write: true, At: noon.Add(time.Hour)},
			{RequestID: "r2", Step: "ended", Cluster: "prod-eu", Namespace: "shop", Kind: "Deployment", Name: "checkout", ActorID: "U0ANA", Write: true, At: noon.Add(2 * time.Hour)},
			{RequestID: "r3", Step: "started", Cluster: "prod-us", Namespace: "shop", Kind: "StatefulSet", Name: "cart", ActorID: "U0BEN", Write: true, At: noon.Add(-time.Hour)},
		} {
			appended(t, s, e)
		}
		for _, c := range []struct {
			name   string
			filter Filter
			want   string
		}{
			{"everything", Filter{}, "1 2 3 4"},
			{"a request", Filter{RequestID: "r2"}, "2 3"},
			{"a cluster", Filter{Cluster: "prod-eu"}, "1 2 3"},
			{"an object", Filter{Cluster: "prod-eu", Namespace: "shop", Kind: "Deployment", Name: "checkout"}, "1 2 3"},
			{"another kind", Filter{Namespace: "shop", Kind: "StatefulSet"}, "4"},
			{"a person", Filter{ActorID: "U0BEN"}, "4"},
			{"since noon", Filter{Since: noon}, "1 2 3"},
			{"writes", Filter{Writes: true}, "2 3 4"},
			{"open", Filter{Open: true}, "4"},
			{"the newest two", Filter{Limit: 2}, "3 4"},
			{"the newest write of a person", Filter{ActorID: "U0ANA", Writes: true, Limit: 1}, "3"},
			{"nothing", Filter{Name: "'; DROP TABLE entries; --"}, ""},
		} {
			entries, err := s.Entries(t.Context(), c.filter)
			must(t, err)
			var got []string
			for _, e := range entries {
				got = append(got, fmt.Sprint(e.Seq))
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%s: got %v, want %s", c.name, got, c.want)
			}
		}
	})
}

func TestHostileAndLongTextIsKept(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := opened(t, dsn)
		body := bytes.Repeat([]byte("{}"), 1<<20)
		appended(t, s, Entry{RequestID: "r\x00\xff", Name: strings.Repeat("\u202e`<!channel>\x00", 10_000), Body: body})
		entries, err := s.Entries(t.Context(), Filter{RequestID: "r\x00\xff"})
		must(t, err)
		if len(entries) != 1 || !bytes.Equal(entries[0].Body, body) || entries[0].RequestID != "r\uFFFD\uFFFD" {
			t.Fatalf("got %d entries", len(entries))
		}
	})
}

func TestManyAppendAtOnceWithoutGaps(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		stores := []*Store{opened(t, dsn)}
		if strings.HasPrefix(dsn, "postgres") {
			stores = append(stores, opened(t, dsn), opened(t, dsn)) // as three processes would
		}
		var all sync.WaitGroup
		for i := range 12 {
			s := stores[i%len(stores)]
			all.Go(func() {
				for j := range 10 {
					if _, err := s.Append(t.Context(), sealing(Entry{RequestID: fmt.Sprintf("r%d-%d", i, j), Step: "started"}, Job{Kind: "execute", Key: fmt.Sprintf("%d-%d", i, j)})); err != nil {
						t.Errorf("Append: %v", err)
						return
					}
				}
			})
		}
		all.Wait()
		if n := chained(t, stores[0]); n != 120 {
			t.Errorf("the journal has %d entries", n)
		}
		if n := count(t, stores[0], `SELECT count(*) FROM river_job`); n != 120 {
			t.Errorf("there are %d jobs", n)
		}
	})
}

func TestOfManyWhoStartOneRequestOneSucceeds(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := opened(t, dsn)
		var all sync.WaitGroup
		var mu sync.Mutex
		outcomes := map[error]int{}
		for range 10 {
			all.Go(func() {
				_, err := s.Append(t.Context(), sealing(Entry{RequestID: "r1", Step: "started"}))
				mu.Lock()
				defer mu.Unlock()
				outcomes[err]++
			})
		}
		all.Wait()
		if outcomes[nil] != 1 || outcomes[ErrRecorded] != 9 {
			t.Errorf("got %v", outcomes)
		}
	})
}

func TestTheOrderIsTheChainsEvenWhenTheClockGoesBackwards(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := opened(t, dsn)
		noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		for i := range 3 {
			appended(t, s, Entry{RequestID: "r", At: noon.Add(-time.Duration(i) * time.Hour)})
		}
		entries, err := s.Entries(t.Context(), Filter{})
		must(t, err)
		for i, e := range entries {
			if e.Seq != int64(i+1) {
				t.Errorf("place %d holds entry %d", i, e.Seq)
			}
		}
	})
}

func TestAWalkPassesEveryEntryOfALongJournal(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := opened(t, dsn)
		long := int64(2*page + 7)
		err := s.write(t.Context(), "filling the journal", func(tx tx) error {
			prev := ""
			for seq := int64(1); seq <= long; seq++ {
				e, _, err := sealing(Entry{RequestID: "r"})(seq, prev)
				if err != nil {
					return err
				}
				if err := s.put(t.Context(), tx, e, nil); err != nil {
					return err
				}
				prev = e.Hash
			}
			return nil
		})
		must(t, err)
		if n := chained(t, s); n != long {
			t.Errorf("walked to %d of %d", n, long)
		}
	})
}
