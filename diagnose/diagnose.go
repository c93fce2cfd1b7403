package diagnose

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/kube"
	"github.com/steward-bot/steward/ops"
)

// collectTimeout is how long a snapshot may take before it is decided upon with
// its gaps, where Options set nothing else. Slack's users wait, and an API
// server that hangs must not keep them from what is known.
const collectTimeout = 8 * time.Second

// Options are what a Diagnoser may be given. Zero fields have defaults.
type Options struct {
	Log *zap.Logger
	// HashKey is the secret with which values are hashed, so that a change can
	// be seen and no value guessed: at least 16 bytes, the same in all replicas.
	HashKey []byte
	// Hide hides in texts what is no secret for everybody, such as e-mail
	// addresses; nil hides nothing more.
	Hide func(string) string
	// Timeout bounds the collection of one snapshot; 8 seconds if zero.
	Timeout time.Duration
	// Caches keeps what diagnoses read in memory, once Run is called: for a
	// process that serves. Without them every diagnosis asks the API server.
	Caches bool
	// SecretNamespaces are, by cluster, the namespaces in which the values of the
	// Secrets that a target names may be read, to be hashed. A Role there must let
	// steward list them (deploy/kubernetes/rbac.yaml). None by default: then
	// Secrets are read as metadata only, whatever the roles allow.
	SecretNamespaces map[string][]string
}

// Diagnoser names what is wrong with targets of live clusters.
type Diagnoser struct {
	clusters *kube.Clusters
	engine   *atomic.Pointer[Engine] // a new one for every change of the playbooks; Live shares it
	options  Options
	caches   map[string]*kube.Cache // by cluster; none without Options.Caches
	cached   map[string]Source      // that read them
	folder   *playbookFolder
}

// New makes a Diagnoser with the built-in trees. It panics if those are
// broken, which a test of this package keeps them from.
func New(clusters *kube.Clusters, options Options) *Diagnoser {
	engine, err := NewEngine()
	if err != nil {
		panic(fmt.Sprintf("the built-in trees: %v", err))
	}
	if options.Log == nil {
		options.Log = zap.NewNop()
	}
	if options.Timeout == 0 {
		options.Timeout = collectTimeout
	}
	d := &Diagnoser{clusters: clusters, engine: new(atomic.Pointer[Engine]), options: options, folder: &playbookFolder{every: lookInterval}}
	d.engine.Store(engine)
	if options.Caches {
		d.keepCaches()
	}
	return d
}

// Diagnose looks at the target now. May tells what the asker may see of the
// objects on the way; nil means everything. A partial answer is no error: what
// could not be known is in the diagnosis.
func (d *Diagnoser) Diagnose(ctx context.Context, target ops.Target, may func(ops.Target) bool) (ops.Diagnosis, error) {
	engine := d.engine.Load()
	snapshot, err := d.snapshot(ctx, engine, target, may)
	if err != nil {
		return ops.Diagnosis{}, err
	}
	return engine.Decide(snapshot), nil
}

// Snapshot takes the snapshot that Diagnose decides upon. A target without a
// name stands for its namespace, or, without that, for the cluster.
func (d *Diagnoser) Snapshot(ctx context.Context, target ops.Target, may func(ops.Target) bool) (*Snapshot, error) {
	return d.snapshot(ctx, d.engine.Load(), target, may)
}

func (d *Diagnoser) snapshot(ctx context.Context, engine *Engine, target ops.Target, may func(ops.Target) bool) (*Snapshot, error) {
	cluster, err := d.clusters.Cluster(target.Cluster)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, d.options.Timeout)
	defer cancel()
	snapshot := engine.Collect(ctx, d.source(cluster), target, may, d.options.HashKey)
	if d.options.Hide != nil {
		snapshot.hide(d.options.Hide)
	}
	d.options.Log.Debug("took a snapshot", zap.String("target", target.String()), zap.Int64("took_ms", snapshot.TookMS), zap.Int("gaps", len(snapshot.Gaps)))
	return snapshot, nil
}

// Decide diagnoses a snapshot's target. The same snapshot gives the same bytes.
func (d *Diagnoser) Decide(snapshot *Snapshot) ops.Diagnosis { return d.engine.Load().Decide(snapshot) }

// DecideAll diagnoses everything in a snapshot.
func (d *Diagnoser) DecideAll(snapshot *Snapshot) ops.Scan { return d.engine.Load().Scan(snapshot) }
