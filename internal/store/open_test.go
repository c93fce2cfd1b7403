package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/internal/testpostgres"
)

func TestADSNThatNamesNothingIsRefused(t *testing.T) {
	for dsn, want := range map[string]string{
		"steward.db":          `the state's DSN is of no kind that steward knows: write "sqlite:FILE" or "postgres://USER:PASSWORD@HOST:PORT/DATABASE"`,
		"mysql://root:pw@h/d": `the state's DSN is of no kind that steward knows: write "sqlite:FILE" or "postgres://USER:PASSWORD@HOST:PORT/DATABASE"`,
		"sqlite:":             `the state's DSN "sqlite:" names no file: write for example "sqlite:steward.db"`,
		"sqlite::memory:":     `the state cannot be kept in memory, because what was recorded must outlive the process: name a file, for example "sqlite:steward.db"`,
		"sqlite:x.db?mode=ro": `the state's SQLite DSN takes a file name only: leave out what begins with "?" or "#"`,
	} {
		if _, err := Open(t.Context(), dsn, zap.NewNop()); err == nil || err.Error() != want {
			t.Errorf("%s:\n got %v\nwant %s", dsn, err, want)
		}
	}
}

func TestASQLiteFileBelongsToOneProcess(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a b%20ü.db")
	s := opened(t, "sqlite:"+file)
	_, err := Open(t.Context(), "sqlite:"+file, zap.NewNop())
	want := fmt.Sprintf("opening the state file %s: another steward (process %d) is using it. Stop that one first, or name another file in state.dsn; several processes can share one state on Postgres", file, os.Getpid())
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	shut(t, s)
	opened(t, "sqlite:"+file)
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
}

func TestOnlyTheOwnerReadsTheFiles(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "steward.db")
	must(t, os.WriteFile(file, nil, 0o644)) // too open: made by hand
	s := opened(t, "sqlite://"+file)
	appended(t, s, Entry{RequestID: "r1"})
	files, err := os.ReadDir(dir)
	must(t, err)
	if len(files) != 4 {
		t.Errorf("there are %v", files)
	}
	for _, f := range files {
		info, err := f.Info()
		must(t, err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %o", f.Name(), info.Mode().Perm())
		}
	}
}

func TestSQLiteCommitsWaitForTheDisk(t *testing.T) {
	s := opened(t, "sqlite:"+filepath.Join(t.TempDir(), "steward.db"))
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000"} {
		var got string
		must(t, s.db.(*sqlite).writer.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got))
		if got != want {
			t.Errorf("%s is %s", pragma, got)
		}
	}
}

func TestAFullDiskIsNamedAndLeavesTheStoreWell(t *testing.T) {
	file := filepath.Join(t.TempDir(), "steward.db")
	s := opened(t, "sqlite:"+file)
	appended(t, s, Entry{RequestID: "r1"})
	limit := func(pages string) {
		_, err := s.db.exec(t.Context(), `PRAGMA max_page_count = `+pages)
		must(t, err)
	}
	limit("1") // no more than there are now
	_, err := s.Append(t.Context(), sealing(Entry{RequestID: "r2", Body: make([]byte, 1<<20)}))
	wantWords(t, err, "appending to the journal: the disk that holds "+file+" is full, so nothing was recorded: free some space")
	limit("1000000")
	appended(t, s, Entry{RequestID: "r3"})
	if n := chained(t, s); n != 2 {
		t.Errorf("the journal has %d entries", n)
	}
}

func TestAReadOnlyFileIsNamed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "steward.db")
	s := opened(t, "sqlite:"+file)
	_, err := s.db.exec(t.Context(), `PRAGMA query_only = 1`) // as root, nothing else is read-only
	must(t, err)
	_, err = s.Append(t.Context(), sealing(Entry{RequestID: "r1"}))
	wantWords(t, err, file+" cannot be written, so nothing was recorded: give steward write permission for the file and its folder")
	wantWords(t, s.Ping(t.Context()), "cannot be written")
}

func TestAFileThatIsNoStateIsNamed(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "notes.txt")
	must(t, os.WriteFile(file, []byte(strings.Repeat("not a database ", 100)), 0o600))
	_, err := Open(t.Context(), "sqlite:"+file, zap.NewNop())
	wantWords(t, err, "opening the state file "+file+": "+file+" is damaged or no steward state: restore it from a backup, or name another file")

	_, err = Open(t.Context(), "sqlite:"+filepath.Join(dir, "missing", "steward.db"), zap.NewNop())
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder that does not exist: %v", err)
	}
	_, err = OpenToRead(t.Context(), "sqlite:"+filepath.Join(dir, "none.db"), zap.NewNop())
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("reading a file that does not exist: %v", err)
	}
}

func TestTheStateOfANewerStewardIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := opened(t, dsn)
		_, err := s.db.exec(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, true)`)
		must(t, err)
		shut(t, s)
		_, err = Open(t.Context(), dsn, zap.NewNop())
		wantWords(t, err, "the state was last used by a newer steward (its tables are at version 99, this steward knows 1): run that version again, or restore a backup from before it")
	})
}

func TestAStateOpensAgainWithWhatItHeld(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := opened(t, dsn)
		appended(t, s, Entry{RequestID: "r1"})
		shut(t, s)
		if n := chained(t, opened(t, dsn)); n != 1 {
			t.Errorf("the journal has %d entries", n)
		}
	})
}

func TestProcessesThatStartTogetherMigrateOnce(t *testing.T) {
	dsn := testpostgres.DSN(t)
	done := make(chan error)
	for range 3 {
		go func() {
			s, err := Open(t.Context(), dsn, zap.NewNop())
			if err == nil {
				err = s.Close(t.Context())
			}
			done <- err
		}()
	}
	for range 3 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func TestAPostgresThatCannotBeUsedIsNamed(t *testing.T) {
	dsn := testpostgres.DSN(t)
	for _, c := range []struct{ dsn, want string }{
		{"postgres://steward:hunter2@127.0.0.1:1/steward", "opening the state at 127.0.0.1:1/steward: the Postgres server at 127.0.0.1:1/steward cannot be reached: see that it runs and that state.dsn names it"},
		{strings.Replace(dsn, "/test_", "/absent_", 1), "has no such database: create it, or name another in state.dsn"},
		{strings.Replace(dsn, "user=steward", "user=nobody", 1), "refused the user or the password in state.dsn"},
		{"postgres://steward:hunter2@[bad/steward", "reading the state's Postgres DSN"},
	} {
		_, err := Open(t.Context(), c.dsn, zap.NewNop())
		wantWords(t, err, c.want)
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error tells the password: %v", err)
		}
	}
}

func TestCommitsAreDurableOnAServerThatIsLax(t *testing.T) {
	s := opened(t, testpostgres.DSN(t)+"&synchronous_commit=off")
	var got string
	_, err := one(t.Context(), s.db, `SHOW synchronous_commit`, nil, &got)
	if err != nil || got != "on" {
		t.Errorf("synchronous_commit is %s, %v", got, err)
	}
}
