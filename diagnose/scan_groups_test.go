package diagnose

import "testing"

func TestAScanTellsOnceThatSomebodyScaledToZeroWhatOthersNeed(t *testing.T) {
	scan := theEngine(t).Scan(snapshotOf(t, "steady", "Namespace/shop",
		op{Set: "Deployment/catalog", To: map[string]any{"spec": map[string]any{"replicas": 0}}},
		op{Delete: "Pod/catalog-7-*"},
		op{Write: "Deployment/catalog", Manager: "night-saver", Ago: "12m", Fields: []string{"spec.replicas"}},
		op{Event: "Deployment/catalog", Reason: "ScalingReplicaSet", Normal: true, Message: "Scaled down replica set catalog-7 from 2 to 0", Ago: "12m"},
		op{Container: "checkout-41-*/checkout", Waiting: "CrashLoopBackOff", Ended: &ended{Exit: 1, Ran: "2s", Ago: "30s"}, Since: "11m"},
		op{Log: "checkout-41-*/checkout", Text: `Get "http://catalog/items": dial tcp 10.96.14.3:80: connect: connection refused`}))
	if len(scan.Groups) != 1 || scan.Groups[0].Cause.ID != "dependency-changed" || len(scan.Groups[0].Targets) != 2 {
		t.Errorf("it is told as %+v", scan.Groups)
	}
}
