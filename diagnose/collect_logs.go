package diagnose

import (
	"context"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/steward-bot/steward/internal/redact"
)

const (
	logLines       = 200
	logBytes       = 64 << 10
	logsLimit      = 24 // logs of one snapshot
	logsPerFailure = 2  // pods whose logs are read of those that fail alike
)

// logs reads what the containers that fail have printed: those that end, before
// they ended; those that run and are not ready, until now.
func (c *collector) logs(ctx context.Context) {
	v := c.look()
	var queries []LogQuery
	v.eachWorkload("", func(w *workload) {
		for _, f := range v.failuresOf(w) {
			queries = append(queries, logQueries(f)...)
		}
	})
	queries = c.unread(queries)
	texts, failed := make([]string, len(queries)), make([]error, len(queries))
	var group errgroup.Group
	group.SetLimit(listsAtOnce)
	for i, q := range queries {
		group.Go(func() error {
			texts[i], failed[i] = c.log(ctx, q)
			return nil
		})
	}
	_ = group.Wait()
	if len(queries) > 0 {
		c.seen = nil
	}
	s := c.b.snapshot
	for i, q := range queries {
		if failed[i] != nil {
			s.Gaps = append(s.Gaps, Missing{Kind: "Log", Namespace: q.Namespace, Name: q.Pod, Why: why(failed[i], "read the log of "+q.Container+" in "+q.Pod)})
			continue
		}
		s.Logs = append(s.Logs, Log{Namespace: q.Namespace, Pod: q.Pod, Container: q.Container, Previous: q.Previous, Text: redact.Text(texts[i])})
	}
}

// unread leaves out the logs that were asked for before, and those beyond the
// limit of a snapshot.
func (c *collector) unread(queries []LogQuery) []LogQuery {
	queries = slices.DeleteFunc(queries, func(q LogQuery) bool { return c.heard[q] })
	queries = queries[:max(0, min(len(queries), logsLimit-len(c.heard)))]
	for _, q := range queries {
		c.heard[q] = true
	}
	return queries
}

// log reads one log. The kubelet forgets the run before at times, while the
// present one has ended in the same way: then that one is read.
func (c *collector) log(ctx context.Context, q LogQuery) (string, error) {
	text, err := c.source.Log(ctx, q)
	if q.Previous && (err != nil || strings.HasPrefix(text, "unable to retrieve container logs")) {
		q.Previous = false
		return c.source.Log(ctx, q)
	}
	return text, err
}

func logQueries(f *failure) []LogQuery {
	if f.Class != crashing && f.Class != unready && f.Class != awaiting {
		return nil
	}
	var queries []LogQuery
	for _, run := range f.Runs[:min(len(f.Runs), logsPerFailure)] {
		q := LogQuery{Namespace: run.Pod.Namespace, Pod: run.Pod.Name, Container: run.Spec.Name, Lines: logLines, Bytes: logBytes}
		// Only a container that has ended and was started again has a run before.
		q.Previous = f.Class == crashing && run.Status.LastTerminationState.Terminated != nil && run.Status.State.Terminated == nil
		queries = append(queries, q)
	}
	return queries
}
