// Package up starts a whole control plane on this machine and keeps it until it
// is told to stop: etcd, kube-apiserver, kube-controller-manager,
// kube-scheduler, KWOK in the place of the kubelets, and an agent that answers
// for them. Everything listens on 127.0.0.1, with certificates made for the
// occasion and RBAC on.
package up

import (
	"context"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/steward-bot/steward/standin/controlplane/stages"
)

// Options say what cluster to start.
type Options struct {
	// Dir keeps the cluster's files; what an earlier cluster left there goes.
	Dir string
	// Remove says to remove Dir, whatever is in it, when the cluster has stopped.
	Remove bool
	// Name of the cluster and of the kubeconfig's context.
	Name string
	// Nodes is how many simulated nodes there are.
	Nodes int
	// Port of the API server; 0 finds a free one.
	Port int
	// Kubelet is the node that somebody will run a real kubelet for: it gets its
	// credentials, in the folder of the keys. Without a name there is none.
	Kubelet Kubelet
	// Progress is told, in words, what happens.
	Progress io.Writer
	// Ready is called once, with the kubeconfig's path, when pods can be created.
	Ready func(kubeconfig string)
}

// startTimeout is for a machine under heavy load; a quiet one needs 6 seconds.
const startTimeout = 2 * time.Minute

// Run starts the cluster, keeps it until ctx ends and stops it. An error is why
// it could not start, or which component ended by itself.
func Run(ctx context.Context, o Options) error {
	l, err := prepare(o.Dir, o.Port)
	if err != nil {
		return err
	}
	r := &run{options: o, layout: l, began: time.Now()}
	defer r.stop()
	if r.credentials, err = issue(l, o.Name, o.Kubelet); err != nil {
		return err
	}
	if err := writeStages(l); err != nil {
		return err
	}
	if err := r.untilReady(ctx); err != nil {
		return err
	}
	o.Ready(l.kubeconfig())
	return r.watch(ctx)
}

func writeStages(l layout) error {
	data, err := stages.YAML(l.ports.agent)
	if err != nil {
		return err
	}
	if err := os.WriteFile(l.stages(), data, 0o600); err != nil {
		return fmt.Errorf("writing the stages: %w", err)
	}
	return nil
}

// run is one cluster, from its first process to its last.
type run struct {
	options     Options
	layout      layout
	credentials credentials
	began       time.Time
	children    []*child
}

// untilReady starts everything in the order that the parts need each other.
func (r *run) untilReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	l, c := r.layout, r.credentials
	if err := r.start(etcdComponent(l, c), apiserverComponent(l, c)); err != nil {
		return err
	}
	cluster, err := connect(l)
	if err != nil {
		return err
	}
	r.say("waiting for the API server at %s", l.server())
	if err := r.until(ctx, "the API server is ready", cluster.serves); err != nil {
		return err
	}
	err = r.start(controllerManagerComponent(l, c), schedulerComponent(l), kwokComponent(l), agentComponent(l, c))
	if err != nil {
		return err
	}
	r.say("making %d nodes", r.options.Nodes)
	if err := cluster.furnish(ctx, l, r.options.Nodes); err != nil {
		return err
	}
	for what, holds := range map[string]func(context.Context) error{
		"the nodes are ready":               cluster.nodesReady,
		"the default namespace is complete": cluster.namespaceReady,
		"metrics.k8s.io answers":            cluster.metricsReady,
	} {
		if err := r.until(ctx, what, holds); err != nil {
			return err
		}
	}
	r.say("ready after %.1f s", time.Since(r.began).Seconds())
	return nil
}

func (r *run) start(components ...component) error {
	for _, c := range components {
		child, err := start(r.layout, c)
		if err != nil {
			return err
		}
		r.say("started %s (pid %d)", c.name, child.cmd.Process.Pid)
		r.children = append(r.children, child)
	}
	return nil
}

// until asks again and again whether something holds, and gives up when a
// component has ended, ctx has, or the time is up.
func (r *run) until(ctx context.Context, what string, holds func(context.Context) error) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		err := holds(ctx)
		if err == nil {
			return nil
		}
		for _, c := range r.children {
			select {
			case <-c.done:
				return c.ended()
			default:
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("waiting until %s: %w; last answer: %w", what, context.Cause(ctx), err)
		}
	}
}

// watch waits for the end: the caller's, or that of the first component that
// ends by itself.
func (r *run) watch(ctx context.Context) error {
	cases := []reflect.SelectCase{{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(ctx.Done())}}
	for _, c := range r.children {
		cases = append(cases, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(c.done)})
	}
	chosen, _, _ := reflect.Select(cases)
	if chosen == 0 {
		return nil
	}
	return r.children[chosen-1].ended()
}

// stop ends all components at once: the state that they would save is thrown
// away with the cluster.
func (r *run) stop() {
	var all sync.WaitGroup
	for _, c := range slices.Backward(r.children) {
		all.Go(c.stop)
	}
	all.Wait()
	gone := r.layout.etcd()
	if r.options.Remove {
		gone = r.layout.dir
	}
	if err := os.RemoveAll(gone); err != nil {
		r.say("could not remove %s: %v", gone, err)
	}
	r.say("stopped")
}

func (r *run) say(format string, args ...any) {
	_, _ = fmt.Fprintf(r.options.Progress, "controlplane: "+format+"\n", args...)
}
