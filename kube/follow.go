package kube

import (
	"context"
	"errors"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/steward-bot/steward/ops"
)

// How Follow asks again after an error or the end of a watch: soon at first,
// then every few seconds, which is also how often it reads where the cluster
// lets it get but not watch.
const (
	followPause    = 200 * time.Millisecond
	followPauseMax = 5 * time.Second
)

// Follow gives the workload as it is now and at each change, until it is gone
// or ctx ends; then it closes the channel. A reader that lags behind misses
// states in between, never the last one. It outlives a lost connection.
func (c *Cluster) Follow(ctx context.Context, target ops.Target) <-chan Seen {
	seen := make(chan Seen, 1)
	go func() {
		defer close(seen)
		pause := followPause
		for ctx.Err() == nil {
			last, news := c.followOnce(ctx, target, seen)
			if last {
				return
			}
			if news {
				pause = followPause
			}
			wait(ctx, pause)
			pause = min(2*pause, followPauseMax)
		}
	}()
	return seen
}

// Seen is one state of a followed workload.
type Seen struct {
	*Workload       // nil when it is gone
	Gone      bool  // deleted, or replaced by another of its name
	Err       error // the cluster did not answer; Follow goes on trying
}

// followOnce reads the workload and watches it until the watch ends. It tells
// whether the workload is gone, and whether the watch brought any news.
func (c *Cluster) followOnce(ctx context.Context, target ops.Target, seen chan Seen) (last, news bool) {
	w, err := c.Workload(ctx, target)
	var refusal *ops.Refusal
	if errors.As(err, &refusal) && refusal.Reason == ops.Gone {
		show(seen, Seen{Gone: true})
		return true, true
	}
	if err != nil {
		show(seen, Seen{Err: err})
		return false, false
	}
	show(seen, Seen{Workload: w})
	watcher, err := c.watching.dynamic.Resource(resources[target.Kind]).Namespace(target.Namespace).Watch(ctx, metav1.ListOptions{
		FieldSelector:   fields.OneTermEqualSelector("metadata.name", target.Name).String(),
		ResourceVersion: w.object.GetResourceVersion(),
	})
	if err != nil {
		return false, false
	}
	defer watcher.Stop()
	for event := range watcher.ResultChan() {
		object, ok := event.Object.(*unstructured.Unstructured)
		if !ok || event.Type == watch.Error {
			return false, news
		}
		if event.Type == watch.Deleted || string(object.GetUID()) != w.UID {
			show(seen, Seen{Gone: true})
			return true, true
		}
		news = true
		if now, err := newWorkload(target.Kind, object); err == nil {
			show(seen, Seen{Workload: now})
		}
	}
	return false, news
}

// show replaces what the reader has not taken yet. There is one sender.
func show(seen chan Seen, state Seen) {
	select {
	case <-seen:
	default:
	}
	seen <- state
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
