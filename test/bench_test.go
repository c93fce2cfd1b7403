package test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/steward-bot/steward/internal/testcluster"
	"github.com/steward-bot/steward/standin/shop"
)

// The benchmarks drive the real binary over the wire, as the stories do. Each
// prints its figures as metrics of its own; ns/op means nothing here.

// atOnce is how many people type at the same moment.
const atOnce = 50

// breath is the pause between two bursts: the answers to one are given before
// the next comes.
const breath = 3 * time.Second

// BenchmarkAck lets 50 people type at once, again and again, and tells how long
// Slack waited for the acknowledgements. The aim: p99 under 100 ms.
func BenchmarkAck(b *testing.B) {
	w := benchWorld(b)
	const rounds = 10
	var mu sync.Mutex
	took := []time.Duration{}
	for range rounds {
		var all sync.WaitGroup
		for n := range atOnce {
			all.Go(func() {
				d := w.ack(b, fmt.Sprintf("U0CROWD%02d", n))
				mu.Lock()
				defer mu.Unlock()
				took = append(took, d)
			})
		}
		all.Wait()
		time.Sleep(breath)
	}
	reportTimes(b, "ack", took)
}

func (w *world) ack(b *testing.B, user string) time.Duration {
	_, raw, err := call(http.MethodPost, w.slack.URL+"/person/command", map[string]string{"user": user, "channel": "C0SHOP", "text": "status checkout"})
	if err != nil {
		b.Error(err)
		return 0
	}
	var answer struct {
		OK       bool
		Delivery struct {
			Took float64 `json:"took_ms"` // from sending the payload to its acknowledgement, as Slack saw it
		}
	}
	if json.Unmarshal(raw, &answer) != nil || !answer.OK {
		b.Errorf("not acknowledged: %s", raw)
	}
	return time.Duration(answer.Delivery.Took * float64(time.Millisecond))
}

// BenchmarkConfirmToPatch measures from [Confirm] to the moment a watcher sees
// the Deployment's new template, beside `kubectl rollout undo` as a process,
// in turn. The aim: steward is no slower than kubectl.
func BenchmarkConfirmToPatch(b *testing.B) {
	w := benchWorld(b)
	const turns = 15
	steward, kubectl := []time.Duration{}, []time.Duration{}
	for turn := range turns {
		w.release(b, fmt.Sprintf("2.5.%d", 2*turn))
		steward = append(steward, w.confirmed(b))
		w.release(b, fmt.Sprintf("2.5.%d", 2*turn+1))
		kubectl = append(kubectl, w.undone(b))
	}
	reportTimes(b, "steward", steward)
	reportTimes(b, "kubectl", kubectl)
	b.ReportMetric(float64(median(steward))/float64(median(kubectl)), "p50-steward/kubectl")
}

// release rolls a new image out and waits until it is there.
func (w *world) release(b *testing.B, tag string) {
	b.Helper()
	for _, args := range [][]string{
		{"set", "image", "deployment/checkout", "checkout=registry.acme.example/shop/checkout:" + tag},
		{"rollout", "status", "deployment/checkout", "--timeout=60s"},
	} {
		if _, err := w.cluster.TryKubectl(append([]string{"--namespace", w.namespace}, args...)...); err != nil {
			b.Fatal(err)
		}
	}
}

func (w *world) confirmed(b *testing.B) time.Duration {
	b.Helper()
	earlier := w.newest(b, "confirm")
	if _, _, err := call(http.MethodPost, w.slack.URL+"/person/command", map[string]string{
		"user": w.people["ana"], "channel": "C0SHOP",
		"text": "rollback checkout because https://acme.pagerduty.com/incidents/Q1XCHK0001",
	}); err != nil {
		b.Fatal(err)
	}
	button := earlier
	if complaint := until(func() string {
		if button = w.newest(b, "confirm"); button == earlier {
			return "no preview"
		}
		return ""
	}); complaint != "" {
		b.Fatalf("%s\n%s", complaint, w.logs)
	}
	return w.changed(b, func() {
		if _, answer, err := call(http.MethodPost, w.slack.URL+"/person/press", map[string]string{
			"user": w.people["ana"], "channel": "C0SHOP", "message_ts": button, "action_id": "confirm",
		}); err != nil {
			b.Fatalf("%v: %s", err, answer)
		}
	}, func() { w.idle(b) })
}

func (w *world) undone(b *testing.B) time.Duration {
	b.Helper()
	command := w.cluster.KubectlCommand()
	cmd := exec.Command(command[0], append(command[1:], "--namespace", w.namespace, "rollout", "undo", "deployment/checkout")...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+w.cluster.Kubeconfig, "KUBERC=off")
	return w.changed(b, func() {
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
	}, func() {})
}

// changed does something and gives the time until a watcher sees another image
// in the Deployment; then it waits for the rest of it.
func (w *world) changed(b *testing.B, do, after func()) time.Duration {
	b.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	deployments := w.cluster.Client.AppsV1().Deployments(w.namespace)
	before, err := deployments.Get(ctx, "checkout", metav1.GetOptions{})
	if err != nil {
		b.Fatal(err)
	}
	watch, err := deployments.Watch(ctx, metav1.ListOptions{FieldSelector: "metadata.name=checkout", ResourceVersion: before.ResourceVersion})
	if err != nil {
		b.Fatal(err)
	}
	defer watch.Stop()
	begun := time.Now()
	done := make(chan struct{})
	go func() { defer close(done); do() }()
	for event := range watch.ResultChan() {
		now, ok := event.Object.(*appsv1.Deployment)
		if ok && now.Spec.Template.Spec.Containers[0].Image != before.Spec.Template.Spec.Containers[0].Image {
			took := time.Since(begun)
			<-done
			after()
			return took
		}
	}
	b.Fatalf("nothing was changed\n%s", w.logs)
	return 0
}

// idle waits until the newest request has ended.
func (w *world) idle(b *testing.B) {
	b.Helper()
	if complaint := until(func() string {
		out, err := w.run("audit", "list", "-o", "json")
		if err != nil {
			return string(out)
		}
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		if !strings.Contains(lines[len(lines)-1], `"step":"ended"`) {
			return "not ended: " + lines[len(lines)-1]
		}
		return ""
	}); complaint != "" {
		b.Fatal(complaint)
	}
}

// newest gives the timestamp of the newest message with a button of the action.
func (w *world) newest(b *testing.B, action string) string {
	b.Helper()
	messages, err := w.sees("ana", "C0SHOP")
	if err != nil {
		b.Fatal(err)
	}
	newest := ""
	for _, m := range messages {
		for _, block := range m.Blocks {
			if strings.Contains(string(block), `"action_id":"`+action+`"`) && m.TS > newest {
				newest = m.TS
			}
		}
	}
	return newest
}

// BenchmarkIdleMemory tells what an idle steward keeps in memory, on a cluster
// of 10 nodes with the shop in it.
func BenchmarkIdleMemory(b *testing.B) {
	w := benchWorld(b)
	time.Sleep(5 * time.Second)
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", w.process.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		var kib float64
		if n, _ := fmt.Sscanf(line, "VmRSS: %f kB", &kib); n == 1 {
			b.ReportMetric(kib/1024, "MiB-RSS")
		}
	}
	b.ReportMetric(0, "ns/op")
}

func benchWorld(b *testing.B) *world {
	b.Helper()
	w, err := newWorld(b.TempDir(), binary(b), testcluster.Get(b), unlimited, atOnce)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(w.close)
	everybodyLooks := fmt.Sprintf("p, *, production, prod-eu, %s, *, *, status, allow\n", w.namespace)
	if err := appendTo(filepath.Join(w.dir, "policy.csv"), everybodyLooks); err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := (shop.Shop{Client: w.cluster.Client, Namespace: w.namespace}).Open(ctx); err != nil {
		b.Fatal(err)
	}
	if err := w.start(); err != nil {
		b.Fatal(err)
	}
	return w
}

func appendTo(path, text string) error {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = file.WriteString(text)
	return err
}

func reportTimes(b *testing.B, name string, took []time.Duration) {
	b.Helper()
	slices.Sort(took)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(ms(median(took)), "ms-p50-"+name)
	b.ReportMetric(ms(took[len(took)*99/100]), "ms-p99-"+name)
	b.ReportMetric(0, "ns/op")
}

func median(took []time.Duration) time.Duration {
	slices.Sort(took)
	return took[len(took)/2]
}
