package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap/zaptest"

	"github.com/steward-bot/steward/internal/testpostgres"
)

// onBoth tells one story about the store on each database. Whatever the
// callers of the store rely on is told this way.
func onBoth(t *testing.T, story func(t *testing.T, dsn string)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) { story(t, "sqlite:"+filepath.Join(t.TempDir(), "steward.db")) })
	t.Run("Postgres", func(t *testing.T) { story(t, testpostgres.DSN(t)) })
}

// opened opens the state, and closes it when the test ends.
func opened(t testing.TB, dsn string) *Store {
	t.Helper()
	s, err := Open(t.Context(), dsn, zaptest.NewLogger(t))
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() { shut(t, s) })
	return s
}

func shut(t testing.TB, s *Store) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 10*time.Second)
	defer cancel()
	if err := s.Close(ctx); err != nil {
		t.Errorf("Close: %v", err)
	}
}

// sealing makes the entry of a simple record: its hash is over its body and
// the one before.
func sealing(template Entry, jobs ...Job) Seal {
	return func(seq int64, prev string) (Entry, []Job, error) {
		e := template
		e.Seq, e.Prev = seq, prev
		if e.Body == nil {
			e.Body = fmt.Appendf(nil, `{"seq":%d}`, seq)
		}
		sum := sha256.Sum256(append([]byte(prev), e.Body...))
		e.Hash = hex.EncodeToString(sum[:])
		return e, jobs, nil
	}
}

func appended(t testing.TB, s *Store, template Entry, jobs ...Job) Entry {
	t.Helper()
	e, err := s.Append(t.Context(), sealing(template, jobs...))
	if err != nil {
		t.Fatalf("Append: %v", err)
	}
	return e
}

// chained fails the test unless the journal is one unbroken chain, and gives
// its length.
func chained(t testing.TB, s *Store) int64 {
	t.Helper()
	var last Entry
	err := s.Walk(t.Context(), func(e Entry) error {
		if e.Seq != last.Seq+1 || e.Prev != last.Hash {
			return fmt.Errorf("after %d (%s) comes %d with prev %s", last.Seq, last.Hash, e.Seq, e.Prev)
		}
		last = e
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return last.Seq
}

func count(t testing.TB, s *Store, sql string, args ...any) int {
	t.Helper()
	var n int
	if _, err := one(t.Context(), s.db, sql, args, &n); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return n
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantWords fails unless the error says all of it.
func wantWords(t testing.TB, err error, words ...string) {
	t.Helper()
	for _, w := range words {
		if err == nil || !strings.Contains(err.Error(), w) {
			t.Errorf("the error is\n  %v\nand lacks\n  %s", err, w)
		}
	}
}

// soon waits until the condition holds.
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
