package audit

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/ops"
)

func TestARecordComesBackAsItWasSealed(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		journal := NewJournal(opened(t, dsn), nil, zap.NewNop())
		var want []ops.Record
		for _, r := range []*ops.Record{
			answered("r1"), started("r2", incident()), ended("r2", incident(), ops.Unhealthy),
			{Step: ops.StepRefused, Request: request("r3"), Refusal: &ops.Refusal{Reason: ops.NotAllowed, What: "You <&> may not.", Choices: []string{"ask"}}, Summary: "\u202e \x00 {code}"},
		} {
			must(t, journal.Append(t.Context(), r))
			if r.Seq != int64(len(want)+1) || r.Hash == "" || r.At.IsZero() || r.At.Location() != time.UTC {
				t.Errorf("sealed as %d %q %s", r.Seq, r.Hash, r.At)
			}
			if len(want) > 0 && r.Prev != want[len(want)-1].Hash {
				t.Errorf("record %d hangs on %q", r.Seq, r.Prev)
			}
			want = append(want, *r)
		}
		got, err := journal.Records(t.Context(), ops.Query{})
		must(t, err)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
		got, err = journal.Records(t.Context(), ops.Query{Name: "checkout", Writes: true, Limit: 1})
		must(t, err)
		if len(got) != 1 || got[0].Seq != 3 {
			t.Errorf("the newest write: %+v", got)
		}
	})
}

func TestAStartIsRecordedOnceAndFoundWhileItIsOpen(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		journal := NewJournal(opened(t, dsn), nil, zap.NewNop())
		open := func() int {
			records, err := journal.Records(t.Context(), ops.Query{Open: true})
			must(t, err)
			return len(records)
		}
		must(t, journal.Append(t.Context(), started("r1", nil)))
		again := started("r1", nil)
		if err := journal.Append(t.Context(), again); !errors.Is(err, ops.ErrRecorded) || again.Seq != 0 {
			t.Errorf("a second start: %v, %+v", err, again)
		}
		if open() != 1 {
			t.Error("the start is not open")
		}
		must(t, journal.Append(t.Context(), ended("r1", nil, ops.Succeeded)))
		if err := journal.Append(t.Context(), ended("r1", nil, ops.Failed)); !errors.Is(err, ops.ErrRecorded) {
			t.Errorf("a second end: %v", err)
		}
		if open() != 0 {
			t.Error("the start is still open")
		}
	})
}

func TestWhatWasTypedInVainKeepsNoSecrets(t *testing.T) {
	journal := NewJournal(fresh(t), nil, zap.NewNop())
	for _, step := range []ops.Step{ops.StepRefused, ops.StepAnswered} {
		r := answered("r-" + string(step))
		r.Step = step
		r.Request.Args = map[string]string{"password": "hunter2", "since": "24h"}
		r.Request.Because = "https://ana:hunter2@acme.example/browse/SHOP-7"
		r.Request.Target, r.Summary = "token=hunter2", "no argument password=hunter2"
		must(t, journal.Append(t.Context(), r))
		if r.Request.Args["password"] != "hunter2" {
			t.Error("the caller's record was changed")
		}
	}
	var out strings.Builder
	must(t, journal.Export(t.Context(), &out))
	AssertLeaksNoSecret(t, "hunter2", out.String())
	if !strings.Contains(out.String(), `"since":"24h"`) {
		t.Errorf("too much is hidden: %s", out.String())
	}
}

func TestTheHashIsOverTheRecordWithoutIt(t *testing.T) {
	r := started("r1", incident())
	r.At = noon
	journal := NewJournal(fresh(t), nil, zap.NewNop())
	must(t, journal.Append(t.Context(), r))
	body, err := canonical(*r)
	must(t, err)
	if !strings.HasPrefix(string(body), `{"seq":1,"at":"2026-03-01T12:00:00.123456789Z","step":"started","request":{"id":"r1",`) || !strings.HasSuffix(string(body), `,"prev":""}`) {
		t.Errorf("the body is %s", body)
	}
	sum := sha256.Sum256(body)
	if r.Hash != hex.EncodeToString(sum[:]) {
		t.Errorf("the hash is %s", r.Hash)
	}
}

func TestTheExportCanBeVerifiedWithoutSteward(t *testing.T) {
	journal := NewJournal(fresh(t), nil, zap.NewNop())
	for i := range 3 {
		r := answered(fmt.Sprint("r", i))
		r.Summary = `a < b && "c" > d`
		must(t, journal.Append(t.Context(), r))
	}
	var out strings.Builder
	must(t, journal.Export(t.Context(), &out))
	prev := ""
	lines := bufio.NewScanner(strings.NewReader(out.String()))
	for lines.Scan() {
		line := lines.Text()
		var told struct{ Prev, Hash string }
		must(t, json.Unmarshal([]byte(line), &told))
		sum := sha256.Sum256([]byte(strings.Replace(line, `,"hash":"`+told.Hash+`"`, "", 1)))
		if told.Hash != hex.EncodeToString(sum[:]) || told.Prev != prev {
			t.Errorf("cannot be verified: %s", line)
		}
		prev = told.Hash
	}
	if n := strings.Count(out.String(), "\n"); n != 3 {
		t.Errorf("%d lines", n)
	}
}
