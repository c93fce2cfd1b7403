package store

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.uber.org/zap"
)

// BenchmarkAppend measures one journal append with one delivery and its job,
// and in turn a bare durable transaction that does nothing but the same
// River insert. The ratio of the medians is what the journal costs on top; it
// is to be at most 1.5.
func BenchmarkAppend(b *testing.B) {
	b.Run("SQLite", func(b *testing.B) { benchmarkAppend(b, "sqlite:"+filepath.Join(b.TempDir(), "steward.db")) })
}

func benchmarkAppend(b *testing.B, dsn string) {
	s, err := Open(b.Context(), dsn, zap.NewNop())
	must(b, err)
	defer shut(b, s)
	template := Entry{
		At: time.Now(), RequestID: "0190f3c2a1b27c3d", Step: "resumed", Cluster: "prod-eu", Namespace: "shop", Kind: "Deployment",
		Name: "checkout", ActorID: "U0ANA", Write: true, Body: make([]byte, 3000), Sinks: []string{"jira"},
	}
	job := func(i int, run string) Job {
		return Job{Kind: "deliver", Key: fmt.Sprintf("%d/%s", i, run), Payload: []byte(`{"seq":100,"sink":"jira"}`)}
	}
	var appends, bare []time.Duration
	i := 0
	for b.Loop() {
		i++
		begun := time.Now()
		if _, err := s.Append(b.Context(), sealing(template, job(i, "append"))); err != nil {
			b.Fatal(err)
		}
		between := time.Now()
		if err := s.db.write(b.Context(), func(tx tx) error { return tx.insert(b.Context(), []Job{job(i, "bare")}) }); err != nil {
			b.Fatal(err)
		}
		appends, bare = append(appends, between.Sub(begun)), append(bare, time.Since(between))
	}
	b.ReportMetric(0, "ns/op") // of no meaning: it is the sum of both
	b.ReportMetric(micro(median(appends)), "append-p50-µs")
	b.ReportMetric(micro(median(bare)), "bare-p50-µs")
	b.ReportMetric(float64(median(appends))/float64(median(bare)), "ratio")
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

func micro(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
