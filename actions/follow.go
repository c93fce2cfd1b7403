package actions

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/steward-bot/steward/kube"
	"github.com/steward-bot/steward/ops"
)

// goal is what a followed change is to come to.
type goal struct {
	ours      func(*kube.Workload) bool         // the workload is still what the change made of it
	progress  func(*kube.Workload) kube.Rollout // how far it is
	pausable  bool                              // a pause keeps it from coming to its end
	unsettled string                            // what to say when it is no longer ours
}

// How a followed rollout is given up. The controller's own verdict comes first
// where there is one: ours waits a little longer.
const (
	followTick   = time.Second
	verdictGrace = 10 * time.Second
	stuckCheck   = 10 * time.Second // without progress, until a StatefulSet's stuck pod is looked for, and again
	stuckAfter   = time.Minute      // without progress, until a pod that may just be slow counts as stuck
	troubleCheck = 5 * time.Second  // between two looks at why new pods do not come up
)

// ending is how a followed change came to its end.
type ending struct {
	state    ops.State
	reason   ops.Reason
	why      string         // a clause, when it did not succeed: "its progress deadline is over"
	next     string         // what to do then
	workload *kube.Workload // as it was last seen; nil if never
}

// follower keeps what was last seen of a workload.
type follower struct {
	cluster  *kube.Cluster
	target   ops.Target
	goal     goal
	tell     func(ops.Progress)
	last     *kube.Workload
	said     ops.Progress
	moved    time.Time     // when a count last changed
	stuckFor time.Duration // without progress, until the next look
	trouble  string        // what keeps the new pods from coming up, if anything
	asked    time.Time     // when the trouble was last looked for
}

// follow watches the target until the goal is reached or cannot be reached any
// more, or ctx runs out. A cancelled ctx is an error; everything else ends.
func follow(ctx context.Context, clusters *kube.Clusters, plan ops.Plan, goal goal, tell func(ops.Progress)) (ending, error) {
	cluster, err := clusters.Cluster(plan.Target.Cluster)
	if err != nil {
		return ending{}, err
	}
	f := &follower{cluster: cluster, target: plan.Target, goal: goal, tell: tell, moved: time.Now(), stuckFor: stuckCheck, asked: time.Now()}
	return f.run(ctx)
}

func (f *follower) run(ctx context.Context) (ending, error) {
	watching, stop := context.WithCancel(ctx)
	defer stop()
	seen := f.cluster.Follow(watching, f.target)
	tick := time.NewTicker(followTick)
	defer tick.Stop()
	for {
		var end *ending
		select {
		case state, open := <-seen:
			if !open {
				return f.cut(ctx)
			}
			end = f.look(state)
		case <-tick.C:
			if end = f.wait(ctx); end == nil {
				end = f.ask(ctx)
			}
		}
		if end != nil {
			end.workload = f.last
			return *end, nil
		}
	}
}

// look takes in one state of the workload.
func (f *follower) look(state kube.Seen) *ending {
	switch {
	case state.Gone:
		return &ending{
			state: ops.Failed, reason: ops.Gone, why: "it was deleted meanwhile",
			next: "Find out who deleted it; steward makes nothing anew.",
		}
	case state.Err != nil:
		f.say(ops.Progress{Phase: ops.PhaseRolling, Text: "The cluster does not answer. Trying again…", Desired: f.said.Desired, Updated: f.said.Updated, Ready: f.said.Ready})
		return nil
	}
	w := state.Workload
	if f.last == nil || f.last.Counts != w.Counts {
		f.moved, f.stuckFor = time.Now(), stuckCheck
	}
	f.last = w
	if !f.goal.ours(w) {
		return &ending{state: ops.Failed, reason: ops.Stale, why: f.goal.unsettled, next: "Run `/k8s status " + f.target.String() + "` to see what it is now."}
	}
	rollout := f.goal.progress(w)
	overdue := rollout.Overdue
	if overdue != nil && !overdue.Updated.After(w.ChangedBy("spec", "template").At) {
		overdue, rollout.Text = nil, "Waiting for the first pods of the new template…" // a verdict on the template before
	}
	if f.trouble != "" && !rollout.Done {
		rollout.Text += "\n" + capital(f.trouble) + "."
	}
	f.say(ops.Progress{Phase: ops.PhaseRolling, Text: rollout.Text, Desired: w.Counts.Desired, Updated: w.Counts.Updated, Ready: w.Counts.Ready})
	switch {
	case rollout.Done:
		return &ending{state: ops.Succeeded}
	case f.goal.pausable && w.Paused:
		return &ending{
			state: ops.Failed, reason: ops.Paused, why: "somebody paused the rollout on its way",
			next: fmt.Sprintf("`kubectl rollout resume deployment/%s -n %s` lets it go on.", w.Name, w.Namespace),
		}
	case overdue != nil:
		return &ending{state: ops.Failed, why: "it exceeded its progress deadline: " + strings.TrimSuffix(ops.Shorten(overdue.Message, 300), ".")}
	default:
		return nil
	}
}

// wait looks at the clock while nothing changes.
func (f *follower) wait(ctx context.Context) *ending {
	if f.last == nil {
		return nil
	}
	still := time.Since(f.moved)
	if limit := f.last.ProgressDeadline; limit > 0 && still > limit+verdictGrace {
		return &ending{state: ops.Failed, why: fmt.Sprintf("nothing moved for %s", age(still))}
	}
	if f.last.Kind != "StatefulSet" || still < f.stuckFor {
		return nil
	}
	f.stuckFor = still + stuckCheck
	stuck, err := f.cluster.Stuck(ctx, f.last)
	if err != nil {
		return nil
	}
	for _, pod := range stuck {
		if pod.Old && (pod.Failing || still > stuckAfter) {
			return &ending{
				state: ops.Failed,
				why:   fmt.Sprintf("the StatefulSet waits for its pod %s (%s), which still has the template before and does not become ready (kubernetes#67250)", pod.Name, pod.State),
				next:  fmt.Sprintf("Delete that pod by hand, and the rollout goes on: `%s`.", deletePod(f.target, pod.Name)),
			}
		}
	}
	return nil
}

// ask finds out, now and then, why the new pods do not come up, and tells it:
// the deadline that ends a hopeless rollout is ten minutes by default, and
// nobody should wait for it without knowing.
func (f *follower) ask(ctx context.Context) *ending {
	if f.last == nil || time.Since(f.asked) < troubleCheck {
		return nil
	}
	f.asked = time.Now()
	trouble, err := f.cluster.Trouble(ctx, f.last)
	if err != nil || trouble == f.trouble {
		return nil
	}
	f.trouble = trouble
	return f.look(kube.Seen{Workload: f.last})
}

// cut ends the pursuit because ctx did.
func (f *follower) cut(ctx context.Context) (ending, error) {
	if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return ending{}, fmt.Errorf("following %s: %w", f.target.Object(), context.Cause(ctx))
	}
	return ending{
		state: ops.Failed, why: "it was not over when steward's time for it was", workload: f.last,
		next: "It may still come to its end: run `/k8s status " + f.target.String() + "`.",
	}, nil
}

// say tells what is new.
func (f *follower) say(progress ops.Progress) {
	if progress != f.said {
		f.said = progress
		f.tell(progress)
	}
}
