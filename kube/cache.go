package kube

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"go.uber.org/zap"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/klog/v2"
)

// settleTimeout is how long caches may fill before steward serves without what
// is still missing: that is read from the API server then.
const settleTimeout = time.Minute

// Kept says how a cache keeps one kind.
type Kept struct {
	Kind     string
	Resource schema.GroupVersionResource
	Reads    Reading
	// Fields is a field selector: only what it selects is kept, beside other
	// Kepts of the same kind. Empty keeps everything.
	Fields string
	// Most is how many objects are kept at the most; 0 has no bound. Of a kind
	// with more, nothing is kept.
	Most int
	// ByLabel finds objects by their labels without looking at all of them.
	ByLabel bool
	// Take gives what is kept in place of an object. It must carry the object's
	// name, namespace and resource version; nobody changes it afterwards.
	Take func(runtime.Object) runtime.Object
}

// Reading says through which client a kind is read.
type Reading int

// The clients.
const (
	Typed    Reading = iota // as the API's own types
	Metadata                // as metadata only
	Untyped                 // as unstructured objects
)

// Cache keeps objects of one cluster in memory, as its API server says that
// they are. Each kind is for itself: one that may not be listed, or is not
// there yet, keeps no other from being read.
type Cache struct {
	shelves map[shelfKey]*Shelf
	order   []*Shelf
	began   time.Time
	mu      sync.Mutex
}

var silent = logr.Discard()

type shelfKey struct{ kind, fields string }

// KeepCache makes the cache of a cluster, which is empty until it runs. From
// then on names are looked up in it too.
func (c *Cluster) KeepCache(kinds []Kept, log *zap.Logger) *Cache {
	cache := &Cache{shelves: map[shelfKey]*Shelf{}}
	for _, kept := range kinds {
		shelf := newShelf(kept, c.listerWatcher(kept), log.With(zap.String("cluster", c.Name), zap.String("kind", kept.Kind)))
		cache.shelves[shelfKey{kept.Kind, kept.Fields}] = shelf
		cache.order = append(cache.order, shelf)
	}
	c.reader = cacheReader{c.reader, cache}
	return cache
}

// Run fills the cache and keeps it until ctx ends.
func (c *Cache) Run(ctx context.Context) {
	c.mu.Lock()
	c.began = time.Now()
	c.mu.Unlock()
	// A kind that may not be read is told of once, by its shelf; the library
	// would do so at each attempt.
	ctx = klog.NewContext(ctx, silent)
	var all sync.WaitGroup
	for _, shelf := range c.order {
		all.Go(func() { shelf.run(ctx) })
	}
	all.Wait()
}

// Settled is nil once every kind is there, or was refused, or has had its time.
func (c *Cache) Settled() error {
	c.mu.Lock()
	began := c.began
	c.mu.Unlock()
	if began.IsZero() {
		return errors.New("the caches are not filled")
	}
	if time.Since(began) > settleTimeout {
		return nil
	}
	missing, first := 0, ""
	for _, shelf := range c.order {
		if !shelf.settled() {
			missing, first = missing+1, shelf.kept.Kind
		}
	}
	if missing > 0 {
		return fmt.Errorf("the caches are being filled: %d of %d kinds are missing, such as %s", missing, len(c.order), first)
	}
	return nil
}

// Shelf gives the objects of a kind that a field selector selects, nil where
// the cache does not keep them so.
func (c *Cache) Shelf(kind, fields string) *Shelf { return c.shelves[shelfKey{kind, fields}] }
