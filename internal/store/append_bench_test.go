package store_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/audit"
	"github.com/steward-bot/steward/internal/store"
	"github.com/steward-bot/steward/ops"
)

// BenchmarkAppend measures one append to the journal with one delivery and its
// job, and in turn a bare durable transaction that does nothing but the same
// insert into River. The ratio of the medians is what the journal costs on
// top; it is to be at most 1.5.
func BenchmarkAppend(b *testing.B) {
	s, err := store.Open(b.Context(), "sqlite:"+filepath.Join(b.TempDir(), "steward.db"), zap.NewNop())
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close(context.Background())
	journal := audit.NewJournal(s, []audit.Sink{nobody{}}, zap.NewNop())
	var appends, bare []time.Duration
	for i := 0; b.Loop(); i++ {
		record := ended(i)
		job := store.Job{Kind: audit.DeliverJob, Key: fmt.Sprintf("bare %d", i), Payload: []byte(`{"seq":1000,"sink":"nobody"}`)}
		begun := time.Now()
		if err := journal.Append(b.Context(), &record); err != nil {
			b.Fatal(err)
		}
		between := time.Now()
		if err := s.Enqueue(b.Context(), job); err != nil {
			b.Fatal(err)
		}
		appends, bare = append(appends, between.Sub(begun)), append(bare, time.Since(between))
	}
	b.ReportMetric(0, "ns/op") // of no meaning: it is the sum of both
	b.ReportMetric(micro(median(appends)), "append-p50-µs")
	b.ReportMetric(micro(median(bare)), "bare-p50-µs")
	b.ReportMetric(float64(median(appends))/float64(median(bare)), "ratio")
}

// nobody is a sink whose deliveries are not under way.
type nobody struct{}

func (nobody) Name() string                              { return "nobody" }
func (nobody) Wants(ops.Record) bool                     { return true }
func (nobody) Deliver(context.Context, ops.Record) error { return nil }

// ended is the largest record that there usually is: the end of a rollback,
// with its plan and the diagnosis that verified it.
func ended(i int) ops.Record {
	target := ops.Target{Cluster: "prod-eu", Environment: "production", Namespace: "shop", Kind: "Deployment", Name: "checkout", UID: "6f1e0c3a-7d0e-4c43-9d5f-1f2f3a4b5c6d"}
	record := ops.Record{
		Step:    ops.StepEnded,
		Request: ops.Request{ID: fmt.Sprintf("0190f3c2-%d", i), Verb: "rollback", Target: "checkout", Actor: ops.Actor{ID: "U0ANA", Name: "Ana"}, Because: "https://acme.pagerduty.com/incidents/Q1XCHK0001"},
		Target:  &target,
		Plan:    &ops.Plan{Verb: "rollback", Target: target, Headline: "Roll back checkout to the template of revision 41"},
		Ticket:  &ops.Ticket{System: ops.PagerDuty, Key: "Q1XCHK0001"},
		Outcome: &ops.Outcome{State: ops.Succeeded, Summary: "Rolled back.", Diagnosis: &ops.Diagnosis{Schema: ops.DiagnosisSchema, Status: ops.StatusHealthy, Healthy: true}},
	}
	for range 12 {
		record.Plan.Changes = append(record.Plan.Changes, ops.Change{Path: "containers[checkout].image", Before: "registry.acme.example/shop/checkout:2.0", After: "registry.acme.example/shop/checkout:1.9"})
		record.Outcome.Diagnosis.Checks = append(record.Outcome.Diagnosis.Checks, ops.Check{ID: "image-found", Question: "Does the image exist?", Verdict: ops.Yes, Observed: "every pod has started its containers"})
	}
	return record
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

func micro(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
