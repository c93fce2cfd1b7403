package diagnose

import (
	"slices"
	"strings"
	"testing"

	"github.com/steward-bot/steward/ops"
)

func decide(t *testing.T, base, target string, changes ...op) ops.Diagnosis {
	t.Helper()
	return theEngine(t).Decide(snapshotOf(t, base, target, changes...))
}

// crash is what the kubelet and the log say of a container that ends at once.
func crash(container, log string) []op {
	return []op{
		{Container: container, Waiting: "CrashLoopBackOff", Ended: &ended{Exit: 1, Ran: "2s", Ago: "30s"}, Since: "9m"},
		{Log: container, Text: log},
	}
}

func causes(d ops.Diagnosis) []string {
	ids := []string{}
	for _, cause := range d.Causes {
		ids = append(ids, cause.ID)
	}
	return ids
}

func TestAnUnrelatedChangeNearTheOnsetIsShownAndNotBlamed(t *testing.T) {
	got := decide(t, "rollout", "", append(crash("checkout-42-a/checkout", "panic: no orders today"),
		op{Write: "ConfigMap/checkout-config", Manager: "kubectl-edit", Ago: "8h", Fields: []string{"data.LOG_LEVEL"}})...)
	if firstCause(got) != "app-exception" {
		t.Fatalf("got %s\n%s", firstCause(got), pretty(got))
	}
	nearby := slices.IndexFunc(got.Changes, func(c ops.ChangeEvent) bool { return c.Source == "config" })
	if nearby < 0 || got.Changes[nearby].Implicated {
		t.Errorf("the change of the ConfigMap is not shown as nearby: %v", got.Changes)
	}
	if rollout := got.Changes[0]; rollout.Source != "rollout" || !rollout.Implicated {
		t.Errorf("the rollout is not implicated: %v", got.Changes)
	}
}

func TestTwoFaultsAtOnceAreBothNamed(t *testing.T) {
	got := decide(t, "steady", "", append(crash("checkout-41-a/checkout", "Error: listen EADDRINUSE: address already in use :::8080"),
		op{Set: "Pod/checkout-41-b", To: map[string]any{"spec": map[string]any{"containers": []any{map[string]any{"name": "proxy", "image": "registry.acme.example/proxy:9"}}}}},
		op{Container: "checkout-41-b/proxy", Waiting: "ErrImagePull", Message: "registry.acme.example/proxy:9: not found"})...)
	if ids := causes(got); !slices.Contains(ids, "port-in-use") || !slices.Contains(ids, "image-not-found") {
		t.Errorf("got %v\n%s", ids, pretty(got))
	}
}

func TestAFaultTwoServicesAwayIsBlamedAndTheServicesAreItsEffects(t *testing.T) {
	got := decide(t, "steady", "", slices.Concat(
		crash("checkout-41-*/checkout", "Error: connect ECONNREFUSED catalog:80"),
		crash("catalog-7-*/catalog", "redis.exceptions.ConnectionError: Error 111 connecting to redis:6379. Connection refused."),
		[]op{{Container: "redis-1-a/redis", Waiting: "ErrImagePull", Message: "registry.acme.example/shop/redis:2.1.0: not found"}},
	)...)
	if firstCause(got) != "image-not-found" || len(got.Causes) != 1 || got.Causes[0].Object != "Deployment/shop/redis" {
		t.Fatalf("got %v\n%s", causes(got), pretty(got))
	}
	for _, hit := range []string{"Deployment/shop/redis", "Deployment/shop/catalog", "Deployment/shop/checkout"} {
		if !slices.ContainsFunc(got.Causes[0].Effects, func(e ops.Effect) bool { return e.Object == hit }) {
			t.Errorf("%s is not among the effects: %v", hit, got.Causes[0].Effects)
		}
	}
}

func TestServicesThatNeedEachOtherDoNotCircle(t *testing.T) {
	got := decide(t, "steady", "", slices.Concat(
		crash("checkout-41-*/checkout", "Error: connect ECONNREFUSED catalog:80"),
		crash("catalog-7-*/catalog", "Error: connect ECONNREFUSED checkout:80"),
	)...)
	if len(got.Causes) == 0 || len(got.Checks) > 200 {
		t.Errorf("%d causes, %d checks", len(got.Causes), len(got.Checks))
	}
}

func TestEventsOfWhatIsOverAreNoise(t *testing.T) {
	got := decide(t, "steady", "",
		op{Event: "Pod/checkout-41-a", Reason: "Unhealthy", Message: "Readiness probe failed: HTTP probe failed with statuscode: 503", About: "checkout", Ago: "50m"},
		op{Event: "Pod/checkout-41-b", Reason: "FailedMount", Message: `configmap "gone" not found`, Ago: "50m"},
		op{Event: "Node/node-1", Reason: "SystemOOM", Message: "System OOM encountered", Ago: "50m"})
	if !got.Healthy {
		t.Errorf("got %s\n%s", firstCause(got), pretty(got))
	}
}

func TestSecretsStayOutOfAnswerAndSnapshot(t *testing.T) {
	snapshot := snapshotOf(t, "rollout", "", append(crash("checkout-42-a/checkout", "panic: no orders"),
		op{Template: "Deployment/checkout", To: map[string]any{"spec": map[string]any{"containers": []any{map[string]any{"name": "checkout", "env": []any{
			map[string]any{"name": "API_TOKEN", "value": "s3cr3t-t0ken-value"}, map[string]any{"name": "DATABASE_URL", "value": "postgres://shop:s3cr3t-pass@redis:5432/shop"},
		}}}}}}, op{Add: `{apiVersion: v1, kind: ReplicationController, metadata: {name: legacy}, spec: {replicas: 0, selector: {app: legacy}, template: {metadata: {labels: {app: legacy}}, spec: {containers: [{name: legacy, image: x, env: [{name: API_TOKEN, value: s3cr3t-of-legacy}]}]}}}}`})...)
	var file strings.Builder
	if err := snapshot.Encode(&file); err != nil {
		t.Fatal(err)
	}
	answer := pretty(theEngine(t).Decide(snapshot))
	for _, secret := range []string{"s3cr3t", "hunter2", "aHVudGVyMg"} {
		if strings.Contains(file.String(), secret) || strings.Contains(answer, secret) {
			t.Errorf("%q got out", secret)
		}
	}
	if !strings.Contains(file.String(), `"DATABASE_URL"`) || !slices.ContainsFunc(snapshot.References, func(r Reference) bool { return r.Via == "env DATABASE_URL" && r.Host.Name == "redis" }) {
		t.Error("the host that the connection string names is lost")
	}
}

func TestWhatAPersonPastesIsOneCommand(t *testing.T) {
	f := facts{"namespace": "shop", "pod": "x; rm -rf /", "line": "`reboot` <!channel>"}
	got, ok := f.fill("Because {line}, run `kubectl -n {namespace} logs {pod}`[[ or {nothing}]].")
	if want := "Because 'reboot' <!channel>, run `kubectl -n shop logs 'x; rm -rf /'`."; got != want || !ok {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if _, ok := f.fill("{unknown}"); ok {
		t.Error("a text with an unknown fact was filled")
	}
}

func TestAnUnreadableKindIsUnknownAndSaysWhy(t *testing.T) {
	got := decide(t, "steady", "", op{Gap: "Pod", Message: "steward may not list pods in the namespace shop: its role lacks that rule"})
	if got.Status != ops.StatusUnknown || len(got.Unknown) == 0 || got.Unknown[0].Missing != "steward may not list pods in the namespace shop: its role lacks that rule" {
		t.Errorf("got %s %v", got.Status, got.Unknown)
	}
}

func TestATargetThatDoesNotExistIsUnknown(t *testing.T) {
	got := decide(t, "steady", "Deployment/nothing")
	if got.Status != ops.StatusUnknown || got.Unknown[0].Missing != "Deployment/shop/nothing does not exist" {
		t.Errorf("got %s %v", got.Status, got.Unknown)
	}
}

func TestAScanGroupsWhatOneCauseBringsDown(t *testing.T) {
	changes := slices.Concat(
		crash("checkout-41-*/checkout", "Error: connect ECONNREFUSED redis:6379"),
		crash("catalog-7-*/catalog", "Error: connect ECONNREFUSED redis:6379"),
		[]op{{Container: "redis-1-a/redis", Waiting: "ErrImagePull", Message: "registry.acme.example/shop/redis:2.1.0: not found", Since: "20m"}})
	scan := theEngine(t).Scan(snapshotOf(t, "steady", "Namespace/shop", changes...))
	groups := scan.Groups
	if len(groups) != 1 || groups[0].Cause.ID != "image-not-found" || len(groups[0].Targets) != 3 {
		t.Errorf("got %d groups: %+v", len(groups), groups)
	}
}
