package diagnose

import "context"

// wantRounds bounds how often the families may want more: what they want may
// name what they want next, such as a claim its class and a class its driver.
const wantRounds = 4

// further reads what the families want to see besides, until they want nothing
// new.
func (c *collector) further(ctx context.Context) {
	for range wantRounds {
		v := c.look()
		h := &horizon{view: v}
		if c.target.Name == "" {
			v.eachWorkload("", func(w *workload) { h.Workloads = append(h.Workloads, w) })
		} else {
			h.Target = Ref{c.target.Kind, c.target.Namespace, c.target.Name}
			h.Workloads = v.relevant(h.Target)
		}
		var queries []Query
		for _, want := range c.wants {
			queries = append(queries, want(h)...)
		}
		if len(c.fresh(queries)) == 0 {
			return
		}
		c.read(ctx, queries...)
	}
}

// unasked leaves out what was asked before, or twice, and remembers the rest.
func (c *collector) unasked(queries []Query) []Query {
	fresh := c.fresh(queries)
	for _, q := range fresh {
		c.asked[q] = true
	}
	return fresh
}

// fresh leaves out what was asked before, or twice.
func (c *collector) fresh(queries []Query) []Query {
	var fresh []Query
	now := map[Query]bool{}
	for _, q := range queries {
		if !c.asked[q] && !now[q] && !c.known(q) {
			now[q] = true
			fresh = append(fresh, q)
		}
	}
	return fresh
}

// known tells that all of a query's kind has been read already, so that the
// query adds nothing. Values of Secrets have not.
func (c *collector) known(q Query) bool {
	return !q.Values && (c.asked[Query{Kind: q.Kind, Namespace: q.Namespace}] || c.asked[Query{Kind: q.Kind}])
}
