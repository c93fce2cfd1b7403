package actions

import (
	"context"
	"testing"

	"github.com/steward-bot/steward/ops"
)

// patient is a Diagnoser that gives the scans of a test.
type patient struct {
	Diagnoser
	scans map[string]ops.Scan
	seen  []ops.Target
}

func (p *patient) Scan(_ context.Context, place ops.Target, _ func(ops.Target) bool) (ops.Scan, error) {
	p.seen = append(p.seen, place)
	scan := p.scans[place.Cluster]
	scan.Cluster, scan.Namespace = place.Cluster, place.Namespace
	return scan, nil
}

func TestDiagnoseWithoutATargetLooksAtTheChannelsNamespace(t *testing.T) {
	broken := []ops.Group{{Cause: ops.Cause{ID: "image-not-found", Confidence: ops.Proven}}}
	both := []ops.Target{{Cluster: "prod-eu", Environment: "production"}, {Cluster: "dev", Environment: "development"}}
	for name, c := range map[string]struct {
		own  ops.Ref
		scan ops.Scan
		want string
	}{
		"all is well":     {ops.Ref{Cluster: "prod-eu", Namespace: "shop"}, ops.Scan{Workloads: 7}, "All is well in prod-eu/shop: 7 workloads looked at."},
		"one cause":       {ops.Ref{Cluster: "prod-eu", Namespace: "shop"}, ops.Scan{Workloads: 7, Groups: broken}, "One cause of trouble in prod-eu/shop, with 7 workloads looked at."},
		"nothing to see":  {ops.Ref{Cluster: "prod-eu", Namespace: "shop"}, ops.Scan{}, "There is no workload in prod-eu/shop that you may see."},
		"not all is read": {ops.Ref{Cluster: "prod-eu"}, ops.Scan{Workloads: 7, Unknown: []ops.Gap{{}}}, "No cause was found in prod-eu, with 7 workloads looked at, but not everything could be known."},
	} {
		p := &patient{scans: map[string]ops.Scan{"prod-eu": c.scan}}
		got, err := Diagnose{Diagnoser: p, Clusters: both}.Answer(context.Background(), Query{Default: c.own})
		if err != nil || got.Headline != c.want || len(p.seen) != 1 || p.seen[0].Environment != "production" {
			t.Errorf("%s: %q %v, looked at %v", name, got.Headline, err, p.seen)
		}
	}
}

func TestDiagnoseInAChannelWithoutDefaultsLooksAtEveryCluster(t *testing.T) {
	p := &patient{scans: map[string]ops.Scan{"prod-eu": {Workloads: 3}}}
	got, err := Diagnose{Diagnoser: p, Clusters: []ops.Target{{Cluster: "prod-eu"}}}.Answer(context.Background(), Query{})
	if err != nil || got.Headline != "All is well in prod-eu: 3 workloads looked at." || len(got.Scans) != 1 {
		t.Errorf("%q %v", got.Headline, err)
	}
	if _, err := (Diagnose{Diagnoser: p, Clusters: []ops.Target{{Cluster: "prod-eu"}}}).Answer(context.Background(), Query{Default: ops.Ref{Cluster: "gone"}}); err == nil {
		t.Error("a channel whose cluster is not served is no all-clear")
	}
}

// shaken is a Diagnoser that panics.
type shaken struct{ Diagnoser }

func (shaken) Scan(context.Context, ops.Target, func(ops.Target) bool) (ops.Scan, error) {
	panic("an object that nobody has thought of")
}

// The bot keeps a panic of a request from ending the process, where it can.
func TestAPanicOfAScanReachesWhoeverHasAsked(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("nobody was told of the panic")
		}
	}()
	_, _ = Diagnose{Diagnoser: shaken{}, Clusters: []ops.Target{{Cluster: "prod-eu"}, {Cluster: "dev"}}}.Answer(context.Background(), Query{})
}
