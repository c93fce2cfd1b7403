package kube

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.uber.org/zap"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	apiwait "k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/tools/cache"
)

// crowdedPause is how long a kind with too many objects is left alone.
const crowdedPause = 10 * time.Minute

// backoff is the pause before a refused request is made again: from a second to
// a minute, since most refusals are permissions that nobody means to give.
func backoff() *apiwait.Backoff {
	return &apiwait.Backoff{Duration: time.Second, Cap: time.Minute, Steps: 60, Factor: 2, Jitter: 0.5}
}

var (
	errNotYet  = errors.New("not there yet")
	errCrowded = errors.New("there are too many to keep")
)

// Shelf keeps the objects of one kind.
type Shelf struct {
	kept   Kept
	source cache.ListerWatcher
	store  cache.Indexer
	log    *zap.Logger
	added  int // objects that a watch has brought; the reflector's own

	mu     sync.Mutex
	err    error // why the objects are not to be relied on; nil when they are
	filled bool  // every object came once since the start
	tried  bool  // they came, or were refused
	stop   context.CancelFunc
}

func newShelf(kept Kept, source *cache.ListWatch, log *zap.Logger) *Shelf {
	s := &Shelf{kept: kept, log: log, err: errNotYet}
	s.source = s.observed(source)
	indexers := cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc}
	if kept.ByLabel {
		indexers[labelIndex] = labelPairs
	}
	s.store = cache.NewIndexer(cache.MetaNamespaceKeyFunc, indexers)
	return s
}

// run keeps the shelf until ctx ends. What is refused is asked for again, ever
// more slowly, for as long as it takes.
func (s *Shelf) run(ctx context.Context) {
	for ctx.Err() == nil {
		filling, stop := context.WithCancel(ctx)
		s.mu.Lock()
		s.stop, s.err, s.filled = stop, errNotYet, false
		s.mu.Unlock()
		options := cache.ReflectorOptions{Name: "steward", TypeDescription: s.kept.Kind, Logger: &silent, Backoff: backoff()}
		cache.NewReflectorWithOptions(s.source, nil, s, options).RunWithContext(filling)
		stop()
		select {
		case <-ctx.Done():
		case <-time.After(crowdedPause):
		}
	}
}

// went notes how a request went. One that is refused makes what is kept
// unreliable, until the objects come anew or a watch is taken up where it was.
func (s *Shelf) went(err error, resumes bool) {
	if apierrors.IsResourceExpired(err) || apierrors.IsGone(err) || errors.Is(err, context.Canceled) {
		return // the server has forgotten where the watch was: it starts anew
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case errors.Is(s.err, errCrowded):
	case err == nil:
		if resumes && s.filled {
			s.err = nil
		}
	default:
		if !apierrors.IsNotFound(err) && (s.err == nil || errors.Is(s.err, errNotYet)) {
			s.log.Warn("a kind cannot be kept in memory; it is read from the API server when it is asked for", zap.Error(err))
		}
		s.err, s.tried = err, true
		if apierrors.IsNotFound(err) {
			_ = s.store.Replace(nil, "") // it cannot fail without objects
		}
	}
}

func (s *Shelf) settled() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tried
}

// Current is nil when the shelf has every object as it was a moment ago. An
// API server that does not know the kind has none of it.
func (s *Shelf) Current() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if apierrors.IsNotFound(s.err) {
		return nil
	}
	return s.err
}
