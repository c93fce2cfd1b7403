package test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/diagnose"
	"github.com/steward-bot/steward/internal/testcluster"
	"github.com/steward-bot/steward/kube"
	"github.com/steward-bot/steward/ops"
)

// settled is how long a process rests before its memory is read.
const settled = 10 * time.Second

// BenchmarkDiagnose measures diagnoses from caches and as one command, and what
// they cost in memory, at 500 to 4,000 pods. It starts a control plane of its
// own. The aims are in docs/benchmarks.md; nothing is asserted.
func BenchmarkDiagnose(b *testing.B) {
	c := testcluster.Start(b, crowdNodes)
	w, err := newWorld(b.TempDir(), binary(b), c, unlimited, 0)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(w.close)
	w.openCrowd(b)
	var d *diagnose.Diagnoser
	var steps []*measured
	for _, pods := range crowdSteps {
		grew := w.growCrowd(b, pods)
		if d == nil {
			d = keptDiagnoser(b, c)
		}
		m := &measured{values: map[string]float64{}}
		m.set("the cluster: s until all are ready", grew.Seconds())
		w.measureServing(b, d, m)
		w.measureMemory(b, m)
		w.measureCommands(b, m)
		steps = append(steps, m)
		fmt.Fprintf(os.Stderr, "measured at %d pods, which were ready after %s\n", pods, grew.Round(time.Second))
	}
	printSteps(steps)
	last := steps[len(steps)-1]
	for _, name := range last.names {
		b.ReportMetric(last.values[name], strings.ReplaceAll(name, " ", "-"))
	}
	b.ReportMetric(0, "ns/op")
}

// keptDiagnoser has caches of the control plane in this process, as the steward
// that runs beside it has.
func keptDiagnoser(b *testing.B, c *testcluster.Cluster) *diagnose.Diagnoser {
	b.Helper()
	clusters, err := kube.Open([]kube.Config{{Name: "prod-eu", Environment: "production", Kubeconfig: c.Kubeconfig}}, zap.NewNop())
	if err != nil {
		b.Fatal(err)
	}
	d := diagnose.New(clusters, diagnose.Options{HashKey: []byte("sixteen bytes or more"), Caches: true})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); d.Run(ctx) }()
	b.Cleanup(func() { cancel(); <-ended })
	if complaint := until(func() string {
		if err := d.Settled(); err != nil {
			return err.Error()
		}
		return ""
	}); complaint != "" {
		b.Fatal(complaint)
	}
	return d
}

// measureServing asks from caches, many times: about a small service, the large
// one, and the whole cluster.
func (w *world) measureServing(b *testing.B, d *diagnose.Diagnoser, m *measured) {
	b.Helper()
	ctx := context.Background()
	one := func(turns int, name func(int) string) []time.Duration {
		var took []time.Duration
		for turn := range turns {
			began := time.Now()
			got, err := d.Diagnose(ctx, ops.Target{Cluster: "prod-eu", Environment: "production", Namespace: w.namespace, Kind: "Deployment", Name: name(turn)}, nil)
			took = append(took, time.Since(began))
			if err != nil || !got.Healthy {
				b.Fatalf("%s is not healthy: %v %+v %+v", name(turn), err, got.Causes, got.Unknown)
			}
		}
		return took
	}
	m.times("serving: one service", one(300, func(turn int) string { return fmt.Sprintf("svc-%02d", turn%crowdServices) }))
	m.times("serving: the large service", one(50, func(int) string { return "crowd" }))
	var scans []time.Duration
	for range 20 {
		began := time.Now()
		if _, err := d.Scan(ctx, ops.Target{Cluster: "prod-eu", Environment: "production"}, nil); err != nil {
			b.Fatal(err)
		}
		scans = append(scans, time.Since(began))
	}
	m.times("serving: scan of the cluster", scans)
}

// measureMemory starts the real steward anew, and reads its memory when its
// caches have been full for a while.
func (w *world) measureMemory(b *testing.B, m *measured) {
	b.Helper()
	w.kill()
	if err := w.start(); err != nil {
		b.Fatal(err)
	}
	time.Sleep(settled)
	m.set("serving: MiB RSS", memoryOf(w.process.Process.Pid, "VmRSS"))
	m.set("serving: MiB peak", memoryOf(w.process.Process.Pid, "VmHWM"))
	w.kill()
}

// memoryOf reads a figure of a process's memory, in MiB; 0 when it is gone.
func memoryOf(pid int, figure string) float64 {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(raw)) {
		var kib float64
		if n, _ := fmt.Sscanf(line, figure+": %f kB", &kib); n == 1 {
			return kib / 1024
		}
	}
	return 0
}

// measureCommands runs steward as one command, and `kubectl get pods -A` beside
// it, in turn.
func (w *world) measureCommands(b *testing.B, m *measured) {
	b.Helper()
	const turns = 7
	kubectl := append(w.cluster.KubectlCommand(), "get", "pods", "-A")
	commands := []struct {
		name string
		args []string
	}{
		{"kubectl get pods -A", kubectl},
		{"command: one service", []string{w.binary, "diagnose", "svc-07", "-n", w.namespace, "-o", "json"}},
		{"command: scan -A", []string{w.binary, "scan", "-A", "-o", "json"}},
	}
	took, memory := map[string][]time.Duration{}, map[string]float64{}
	for range turns {
		for _, c := range commands {
			d, peak := w.timed(b, c.args)
			took[c.name], memory[c.name] = append(took[c.name], d), max(memory[c.name], peak)
		}
	}
	for _, c := range commands {
		m.set(c.name+" p50 ms", milliseconds(median(took[c.name])))
		m.set(c.name+" MiB peak", memory[c.name])
	}
	beside := median(took[commands[0].name])
	for _, c := range commands[1:] {
		m.set(c.name+" / kubectl", float64(median(took[c.name]))/float64(beside))
	}
	for _, name := range []string{"serving: one service", "serving: scan of the cluster"} {
		m.set(name+" / kubectl", m.values[name+" p50 ms"]/milliseconds(beside))
	}
}

// timed runs a command to its end and gives how long it took, and its largest
// RSS in MiB. That is read while it runs: what the system tells afterwards holds
// the memory of the process that started it. A scan of a cluster that has
// faults ends with 1, which is no error.
func (w *world) timed(b *testing.B, args []string) (time.Duration, float64) {
	b.Helper()
	var out bytes.Buffer
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+w.cluster.Kubeconfig, "KUBERC=off", "HOME="+w.dir)
	cmd.Stdout = &out
	began := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	ended, watched := make(chan struct{}), make(chan struct{})
	peak := 0.0
	go func() {
		defer close(watched)
		for {
			peak = max(peak, memoryOf(cmd.Process.Pid, "VmHWM"))
			select {
			case <-ended:
				return
			case <-time.After(3 * time.Millisecond):
			}
		}
	}()
	err := cmd.Wait()
	took := time.Since(began)
	close(ended)
	<-watched
	if code := cmd.ProcessState.ExitCode(); out.Len() == 0 || code != 0 && code != 1 && code != 3 {
		b.Fatalf("%v: %v", args, err)
	}
	return took, peak
}
