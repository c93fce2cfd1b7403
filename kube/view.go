package kube

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/steward-bot/steward/ops"
)

// viewTimeout bounds the look at one workload.
const viewTimeout = 10 * time.Second

// View is a workload with everything around it that a plan weighs.
type View struct {
	Cluster *Cluster
	*Workload
	History     History
	Autoscalers []Autoscaler
	Budgets     []Budget // that count its pods as they are now
	Owners      []Owner
	Stuck       []StuckPod
	// Gaps say what could not be read, each a sentence.
	Gaps []string
}

// View reads a workload live, and what is around it, in two rounds of parallel
// requests. What steward may not read around it is a gap; a cluster that does
// not answer is an error.
func (c *Clusters) View(ctx context.Context, target ops.Target) (*View, error) {
	cluster, err := c.Cluster(target.Cluster)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, viewTimeout)
	defer cancel()
	v := &View{Cluster: cluster}
	var gaps [3]string
	var budgets []Budget
	var delivery []Owner
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return v.workload(ctx, target) })
	group.Go(func() (err error) {
		v.Autoscalers, err = cluster.Autoscalers(ctx, target)
		return gap(&gaps[0], err)
	})
	group.Go(func() (err error) {
		budgets, err = cluster.Budgets(ctx, target)
		return gap(&gaps[1], err)
	})
	group.Go(func() (err error) {
		delivery, err = cluster.delivery(ctx, target)
		return gap(&gaps[2], err)
	})
	if err := group.Wait(); err != nil {
		return nil, fmt.Errorf("looking at %s: %w", target.Object(), err)
	}
	v.Gaps = slices.DeleteFunc(gaps[:], func(g string) bool { return g == "" })
	v.Owners = append(marked(v.Workload), delivery...)
	for _, budget := range budgets {
		if budget.Covers(v.Template.Labels()) {
			v.Budgets = append(v.Budgets, budget)
		}
	}
	return v, nil
}

// workload reads the workload and then what hangs on its selector.
func (v *View) workload(ctx context.Context, target ops.Target) (err error) {
	if v.Workload, err = v.Cluster.Workload(ctx, target); err != nil {
		return err
	}
	if v.History, err = v.Cluster.Revisions(ctx, v.Workload); err != nil {
		return err
	}
	v.Stuck, err = v.Cluster.Stuck(ctx, v.Workload)
	return err
}

// gap notes what steward may not read, and lets other errors pass.
func gap(note *string, err error) error {
	var refusal *ops.Refusal
	if errors.As(err, &refusal) && refusal.Why == forbiddenWhy {
		*note = refusal.What
		return nil
	}
	return err
}
