package audit

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/internal/store"
	"github.com/steward-bot/steward/ops"
)

// tampered writes five records, lets somebody at the file, and verifies.
func tampered(t *testing.T, statements ...string) (Report, []ops.Record) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "steward.db")
	s := opened(t, "sqlite:"+file)
	records := recorded(t, s, answered("r1"), started("r2", incident()), ended("r2", incident(), ops.Succeeded), answered("r3"), answered("r4"))
	db, err := sql.Open("sqlite", file)
	must(t, err)
	defer db.Close()
	for _, statement := range statements {
		_, err := db.ExecContext(t.Context(), statement)
		must(t, err)
	}
	report, err := NewJournal(s, nil, zap.NewNop()).Verify(t.Context(), records[1].Hash, records[4].Hash)
	must(t, err)
	return report, records
}

func TestAWholeJournalIsOK(t *testing.T) {
	report, records := tampered(t)
	if want := fmt.Sprintf("ok: 5 records, every hash fits. The head of the chain is record 5, %s.", records[4].Hash); !report.OK() || report.String() != want {
		t.Errorf("got  %s\nwant %s", report, want)
	}
	empty, err := NewJournal(fresh(t), nil, zap.NewNop()).Verify(t.Context())
	must(t, err)
	if !empty.OK() || empty.String() != "ok: the journal is empty." {
		t.Errorf("empty: %s", empty)
	}
}

func TestTheFirstBrokenRecordIsNamed(t *testing.T) {
	for name, c := range map[string]struct{ statement, want string }{
		"a word changed":         {`UPDATE entries SET body = CAST(replace(CAST(body AS TEXT), 'U0ANA', 'U0BEN') AS BLOB) WHERE seq = 3`, "The journal is broken at record 3: its hash does not fit its content. The 2 before it are whole."},
		"a record removed":       {`DELETE FROM entries WHERE seq = 2`, "The journal is broken at record 2: it is missing; the next is record 3. The 1 before it are whole."},
		"the first removed":      {`DELETE FROM entries WHERE seq = 1`, "The journal is broken at record 1: it is missing; the next is record 2. The 0 before it are whole."},
		"hidden from a person":   {`UPDATE entries SET actor_id = 'U0BEN' WHERE seq = 4`, "The journal is broken at record 4: it is filed under other names than it says. The 3 before it are whole."},
		"hidden from a time":     {`UPDATE entries SET at = at - 1000000 WHERE seq = 4`, "The journal is broken at record 4: it is filed under another time than it says. The 3 before it are whole."},
		"a write as a read":      {`UPDATE entries SET is_write = 0 WHERE seq = 2`, "The journal is broken at record 2: it is filed under other names than it says. The 1 before it are whole."},
		"two exchanged":          {`UPDATE entries SET body = (SELECT body FROM entries AS o WHERE o.seq = 9 - entries.seq), hash = (SELECT hash FROM entries AS o WHERE o.seq = 9 - entries.seq) WHERE seq IN (4, 5)`, "The journal is broken at record 4: "},
		"the link to the former": {`UPDATE entries SET prev = '' WHERE seq = 4`, "The journal is broken at record 4: it does not hang on the record before. The 3 before it are whole."},
	} {
		report, _ := tampered(t, c.statement)
		if got := report.String(); report.OK() || !strings.Contains(got, c.want) {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}

func TestACutTailShowsByAHashThatStoodElsewhere(t *testing.T) {
	report, records := tampered(t, `DELETE FROM entries WHERE seq = 5`)
	want := fmt.Sprintf("No record has the hash %s: whatever told you of it came from a record that was removed or changed since.", records[4].Hash)
	if report.OK() || report.String() != want || report.Records != 4 {
		t.Errorf("got  %s\nwant %s", report, want)
	}
}

func TestAChainWrittenAnewShowsByAHashThatStoodElsewhere(t *testing.T) {
	s := fresh(t)
	old := recorded(t, fresh(t), started("r1", nil))
	forged := started("r1", nil)
	forged.Request.Actor.ID = "U0BEN"
	recorded(t, s, forged)
	report, err := NewJournal(s, nil, zap.NewNop()).Verify(t.Context(), old[0].Hash)
	must(t, err)
	if report.OK() || report.Broken != nil || len(report.Missing) != 1 {
		t.Errorf("got %s", report)
	}
}

func TestAJournalThatCannotBeReadIsAnError(t *testing.T) {
	s, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "steward.db"), zap.NewNop())
	must(t, err)
	must(t, s.Close(t.Context()))
	if _, err := NewJournal(s, nil, zap.NewNop()).Verify(t.Context()); err == nil {
		t.Error("it verifies")
	}
}
