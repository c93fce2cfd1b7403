package kube

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/agnivade/levenshtein"

	"github.com/steward-bot/steward/ops"
)

// shown is how many names a refusal lists.
const shown = 5

// listable are the kinds whose names are offered when no kind was named: those
// that people name. Pods and ReplicaSets are many, and nobody types theirs from
// memory.
var listable = []string{"Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "Service", "Ingress"}

// notFound refuses, and lists the nearest names that see admits.
func notFound(ctx context.Context, clusters []*Cluster, kinds []string, ref ops.Ref, see func(ops.Target) bool) *ops.Refusal {
	if ref.Kind == "" {
		kinds = slices.DeleteFunc(slices.Clone(kinds), func(kind string) bool { return !slices.Contains(listable, kind) })
	}
	near := visible(ctx, clusters, kinds, ref.Namespace, see)
	if len(near) == 0 && ref.Namespace != "" {
		near = visible(ctx, clusters, kinds, "", see)
	}
	refusal := &ops.Refusal{
		Reason:  ops.TargetNotFound,
		What:    fmt.Sprintf("There is no %s that you may see.", quoted(ref)),
		Choices: nearestTargets(ref, near),
		Next:    "Check the name, or write it as [[cluster/]namespace/][kind/]name.",
	}
	if len(refusal.Choices) == 0 {
		refusal.Next = "Write it as [[cluster/]namespace/][kind/]name; `/k8s access` lists where you may look."
	}
	return refusal
}

// ambiguous refuses a name that several objects have.
func ambiguous(ref ops.Ref, found []sighting) *ops.Refusal {
	targets := make([]ops.Target, 0, len(found))
	for _, f := range found {
		targets = append(targets, f.target)
	}
	return &ops.Refusal{
		Reason:  ops.TargetAmbiguous,
		What:    fmt.Sprintf("%s names %d objects.", quoted(ref), len(found)),
		Why:     "steward acts on one object only, and does not guess which.",
		Next:    "Name it with its namespace and kind.",
		Choices: nearestTargets(ref, targets),
	}
}

func unsupportedKind(ref ops.Ref, kinds []string) *ops.Refusal {
	if len(kinds) == 0 {
		kinds = ops.Kinds()
	}
	return &ops.Refusal{
		Reason:  ops.UnsupportedKind,
		What:    fmt.Sprintf("This does not work on a %s.", ops.Shorten(ref.Kind, 60)),
		Why:     fmt.Sprintf("%s was named as the target.", quoted(ref)),
		Next:    "Name an object of one of these kinds.",
		Choices: kinds,
	}
}

// visible lists what see admits of the kinds. A kind that cannot be listed is
// left out: this only helps somebody to spell.
func visible(ctx context.Context, clusters []*Cluster, kinds []string, namespace string, see func(ops.Target) bool) []ops.Target {
	results := make([][]ops.Target, len(clusters)*len(kinds))
	var group sync.WaitGroup
	for i, cluster := range clusters {
		for j, kind := range kinds {
			within := namespace
			if !ops.Namespaced(kind) {
				within = ""
			}
			group.Go(func() {
				objects, err := cluster.reader.Some(ctx, kind, within)
				if err != nil {
					return
				}
				for k := range objects {
					results[i*len(kinds)+j] = append(results[i*len(kinds)+j], cluster.target(kind, &objects[k]))
				}
			})
		}
	}
	group.Wait()
	return slices.DeleteFunc(slices.Concat(results...), func(t ops.Target) bool { return !see(t) })
}

// nearestTargets writes the targets nearest to ref so that they can be typed.
func nearestTargets(ref ops.Ref, targets []ops.Target) []string {
	distance := func(t ops.Target) int {
		d := levenshtein.ComputeDistance(ref.Name, t.Name)
		if ref.Namespace != "" && t.Namespace != ref.Namespace {
			d += levenshtein.ComputeDistance(ref.Namespace, t.Namespace)
		}
		return d
	}
	slices.SortStableFunc(targets, func(a, b ops.Target) int {
		if d := distance(a) - distance(b); d != 0 {
			return d
		}
		return strings.Compare(a.String(), b.String())
	})
	names := make([]string, 0, shown)
	for _, t := range targets[:min(shown, len(targets))] {
		names = append(names, t.String())
	}
	return names
}

func nearestNames(name string, names []string) []string {
	names = slices.Clone(names)
	slices.SortStableFunc(names, func(a, b string) int {
		return levenshtein.ComputeDistance(name, a) - levenshtein.ComputeDistance(name, b)
	})
	return names
}

// quoted names what was asked for, as it can be typed.
func quoted(ref ops.Ref) string {
	return fmt.Sprintf("%q", ops.Shorten(ref.String(), 120))
}
