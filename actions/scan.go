package actions

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/steward-bot/steward/ops"
)

// scan is diagnose without a target: all that the asker may see in the
// channel's namespace, or, where it has none, in every cluster.
func (d Diagnose) scan(ctx context.Context, q Query) (ops.Answer, error) {
	places := d.places(q.Default)
	if len(places) == 0 {
		return ops.Answer{}, fmt.Errorf("the channel's cluster %q is none that steward serves", q.Default.Cluster)
	}
	scans, failed := make([]ops.Scan, len(places)), make([]error, len(places))
	broken := make([]any, len(places))
	var all sync.WaitGroup
	for i, place := range places {
		all.Go(func() {
			defer func() { broken[i] = recover() }()
			scans[i], failed[i] = d.Diagnoser.Scan(ctx, place, q.May)
		})
	}
	all.Wait()
	for _, panicked := range broken {
		if panicked != nil {
			panic(panicked) // here it ends this request; there it would have ended the process
		}
	}
	for i, err := range failed {
		if err != nil {
			return ops.Answer{}, fmt.Errorf("scanning %s: %w", places[i].Cluster, err)
		}
	}
	return ops.Answer{Headline: scanHeadline(scans), Scans: scans}, nil
}

// places are what a scan looks at: the channel's own, else every cluster.
func (d Diagnose) places(own ops.Ref) []ops.Target {
	var places []ops.Target
	for _, cluster := range d.Clusters {
		if own.Cluster == "" || own.Cluster == cluster.Cluster {
			cluster.Namespace = own.Namespace
			places = append(places, cluster)
		}
	}
	return places
}

// scanHeadline says how much is wrong, and where was looked.
func scanHeadline(scans []ops.Scan) string {
	causes, workloads, gaps := 0, 0, 0
	var names []string
	for _, scan := range scans {
		causes += len(scan.Groups)
		workloads += scan.Workloads
		gaps += len(scan.Unknown)
		names = append(names, place(scan))
	}
	where := strings.Join(names, ", ")
	switch {
	case causes == 1:
		return fmt.Sprintf("One cause of trouble in %s, with %d workloads looked at.", where, workloads)
	case causes > 1:
		return fmt.Sprintf("%d causes of trouble in %s, with %d workloads looked at.", causes, where, workloads)
	case workloads == 0 && gaps == 0:
		return fmt.Sprintf("There is no workload in %s that you may see.", where)
	case gaps > 0:
		return fmt.Sprintf("No cause was found in %s, with %d workloads looked at, but not everything could be known.", where, workloads)
	default:
		return fmt.Sprintf("All is well in %s: %d workloads looked at.", where, workloads)
	}
}

func place(scan ops.Scan) string {
	if scan.Namespace == "" {
		return scan.Cluster
	}
	return scan.Cluster + "/" + scan.Namespace
}
