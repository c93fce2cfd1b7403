package diagnose

import (
	"slices"
	"testing"
)

func TestWhatOnlyALogNamesIsLookedAt(t *testing.T) {
	redis := func(changes ...op) bool {
		list := index(snapshotOf(t, "steady", "", changes...)).relevant(Ref{"Deployment", "shop", "catalog"})
		return slices.ContainsFunc(list, func(w *workload) bool { return w.Ref.Name == "redis" })
	}
	fails := op{Container: "catalog-7-*/catalog", Waiting: "CrashLoopBackOff", Ended: &ended{Exit: 1, Ran: "5s", Ago: "30s"}}
	if redis(fails) {
		t.Error("nothing names redis")
	}
	if !redis(fails, op{Log: "catalog-7-a/catalog", Text: "Error: connect ETIMEDOUT redis:6379"}) {
		t.Error("the log names redis, and its pods are not read")
	}
}

func TestTheNodesEventsAreReadForWhoWasKilledForItsMemory(t *testing.T) {
	killed := op{Container: "checkout-41-a/checkout", Waiting: "CrashLoopBackOff", Ended: &ended{Reason: "OOMKilled", Exit: 137, Ran: "40s", Ago: "30s"}}
	if kinds := wanted(t, memoryWants, "steady", killed); !slices.Equal(kinds, []string{"Event"}) {
		t.Errorf("it reads %v", kinds)
	}
	if kinds := wanted(t, memoryWants, "steady"); len(kinds) > 0 {
		t.Errorf("a healthy service reads %v", kinds)
	}
}

func TestTheNeighboursAreReadWhereAllThatFailsIsOnOneNode(t *testing.T) {
	lost := op{Container: "checkout-41-a/checkout", Running: "3h", Ready: is(false), Since: "5m"}
	if kinds := wanted(t, neighboursWanted, "steady", lost); !slices.Equal(kinds, []string{"ReplicaSet", "Pod"}) {
		t.Errorf("it reads %v", kinds)
	}
	if kinds := wanted(t, neighboursWanted, "steady"); len(kinds) > 0 {
		t.Errorf("a healthy service reads %v", kinds)
	}
}
