package diagnose

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/steward-bot/steward/kube"
)

// keepCaches makes the caches of every cluster, empty as yet.
func (d *Diagnoser) keepCaches() {
	d.caches, d.cached = map[string]*kube.Cache{}, map[string]Source{}
	for _, cluster := range d.clusters.All() {
		cache := cluster.KeepCache(keptKinds(d.options.HashKey), d.options.Log)
		d.caches[cluster.Name], d.cached[cluster.Name] = cache, Cached(cache, d.live(cluster))
	}
}

// Run fills the caches, where Options asked for them, and keeps them as the
// clusters change until ctx ends.
func (d *Diagnoser) Run(ctx context.Context) {
	var all sync.WaitGroup
	for _, cache := range d.caches {
		all.Go(func() { cache.Run(ctx) })
	}
	all.Wait()
}

// Settled is nil when the caches are filled as far as they can be. Diagnoses
// before that ask the API server.
func (d *Diagnoser) Settled() error {
	var all []error
	for _, cluster := range d.clusters.All() {
		if cache := d.caches[cluster.Name]; cache != nil {
			if err := cache.Settled(); err != nil {
				all = append(all, fmt.Errorf("%s: %w", cluster.Name, err))
			}
		}
	}
	return errors.Join(all...)
}

// Live is the same Diagnoser without its caches: what was written a moment ago
// is seen.
func (d *Diagnoser) Live() *Diagnoser {
	live := *d
	live.caches, live.cached = nil, nil
	return &live
}

// source reads a cluster.
func (d *Diagnoser) source(cluster *kube.Cluster) Source {
	if cached := d.cached[cluster.Name]; cached != nil {
		return cached
	}
	return d.live(cluster)
}

func (d *Diagnoser) live(cluster *kube.Cluster) Source {
	return LiveOf(cluster, d.options.SecretNamespaces[cluster.Name]...)
}
