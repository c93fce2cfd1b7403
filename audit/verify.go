package audit

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"

	"github.com/steward-bot/steward/internal/store"
)

// Report is what a verification of the whole journal found.
type Report struct {
	Records int64  // how many there are, up to the first broken one
	Head    string // hash of the last of these; empty without records
	Broken  *Broken
	// Missing are those of the known hashes that the chain does not hold: it
	// was cut after them, or written anew.
	Missing []string
}

// Broken is the first record that is not as it was written.
type Broken struct {
	Seq int64
	Why string // one clause
}

// OK tells whether the journal is whole.
func (r Report) OK() bool { return r.Broken == nil && len(r.Missing) == 0 }

// String says it in one or more sentences, "ok" first when it is.
func (r Report) String() string {
	if r.OK() {
		if r.Records == 0 {
			return "ok: the journal is empty."
		}
		return fmt.Sprintf("ok: %d records, every hash fits. The head of the chain is record %d, %s.", r.Records, r.Records, r.Head)
	}
	var sentences []string
	if r.Broken != nil {
		sentences = append(sentences, fmt.Sprintf("The journal is broken at record %d: %s. The %d before it are whole.", r.Broken.Seq, r.Broken.Why, r.Records))
	}
	for _, hash := range r.Missing {
		sentences = append(sentences, fmt.Sprintf("No record has the hash %s: whatever told you of it came from a record that was removed or changed since.", hash))
	}
	return strings.Join(sentences, " ")
}

// errFound ends a walk at the first broken record.
var errFound = errors.New("found what is broken")

// Verify computes the whole chain anew. A chain alone does not show that its
// tail was cut off: known are hashes that stood elsewhere, in a Jira comment, a
// PagerDuty note or a log line, and each must be in the chain. The error says
// that the journal could not be read.
func (j *Journal) Verify(ctx context.Context, known ...string) (Report, error) {
	var report Report
	missing := map[string]bool{}
	for _, hash := range known {
		missing[hash] = true
	}
	err := j.store.Walk(ctx, func(e store.Entry) error {
		if why := flaw(e, report); why != "" {
			report.Broken = &Broken{Seq: report.Records + 1, Why: why}
			return errFound
		}
		report.Records, report.Head = e.Seq, e.Hash
		delete(missing, e.Hash)
		return nil
	})
	if err != nil && !errors.Is(err, errFound) {
		return Report{}, err
	}
	for _, hash := range known {
		if missing[hash] {
			report.Missing = append(report.Missing, hash)
			delete(missing, hash)
		}
	}
	return report, nil
}

// flaw says what is wrong with the entry that comes after the report's last,
// or nothing.
func flaw(e store.Entry, before Report) string {
	if e.Seq != before.Records+1 {
		return fmt.Sprintf("it is missing; the next is record %d", e.Seq)
	}
	if digest(e.Body) != e.Hash {
		return "its hash does not fit its content"
	}
	if e.Prev != before.Head {
		return "it does not hang on the record before"
	}
	r, err := recordOf(e)
	if err != nil {
		return "its content is no record"
	}
	// What it is found by must be what it says: the hash covers only that.
	told := entryOf(r, nil)
	if told.At.UnixMicro() != e.At.UnixMicro() {
		return "it is filed under another time than it says"
	}
	told.At, e.At, e.Body = time.Time{}, time.Time{}, nil
	if !reflect.DeepEqual(told, e) {
		return "it is filed under other names than it says"
	}
	return ""
}

// Export writes every record as one line of JSON, oldest first. The hash of a
// line is the SHA-256 of the line without its last member, `,"hash":"…"`.
func (j *Journal) Export(ctx context.Context, w io.Writer) error {
	out := bufio.NewWriter(w)
	err := j.store.Walk(ctx, func(e store.Entry) error {
		_, err := fmt.Fprintf(out, "%s,\"hash\":%q}\n", strings.TrimSuffix(string(e.Body), "}"), e.Hash)
		return err
	})
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		return fmt.Errorf("exporting the journal: %w", err)
	}
	return nil
}
