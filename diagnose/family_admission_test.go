package diagnose

import (
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// wanted lists the kinds that a family asks for beyond what is read anyway.
func wanted(t *testing.T, wants func(*horizon) []Query, base string, changes ...op) []string {
	t.Helper()
	v := index(snapshotOf(t, base, "", changes...))
	h := &horizon{view: v, Target: targetOf(""), Workloads: v.relevant(targetOf(""))}
	var kinds []string
	for _, q := range wants(h) {
		if !slices.Contains(kinds, q.Kind) {
			kinds = append(kinds, q.Kind)
		}
	}
	return kinds
}

func refusedWith(message string) []op {
	return []op{
		{Delete: "Pod/checkout-41-c"},
		{Event: "ReplicaSet/checkout-41", Reason: "FailedCreate", Message: message, Ago: "2m"},
	}
}

func TestNobodyWhosePodsAreThereReadsWebhooksOrRoles(t *testing.T) {
	if kinds := append(wanted(t, admissionWants, "daily"), wanted(t, accessWants, "daily")...); len(kinds) > 0 {
		t.Errorf("a healthy service reads %v", kinds)
	}
	for _, c := range []struct {
		message string
		want    []string
	}{
		{`pods "x" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=6, limited: pods=6`, []string{"Pod", "ReplicaSet"}},
		{`pods "x" is forbidden: ValidatingAdmissionPolicy 'need-team' with binding 'all' denied request: no`, []string{"ValidatingAdmissionPolicy"}},
		{`admission webhook "x" denied the request: no`, []string{"MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"}},
		{
			`failed calling webhook "x": failed to call webhook: Post "https://guard.policies.svc:443/": context deadline exceeded`,
			[]string{"MutatingWebhookConfiguration", "ValidatingWebhookConfiguration", "Namespace", "Service", "Deployment", "StatefulSet", "DaemonSet", "EndpointSlice", "ServiceAccount", "ResourceQuota", "LimitRange", "Secret", "Event"},
		},
	} {
		if kinds := wanted(t, admissionWants, "steady", refusedWith(c.message)...); !slices.Equal(kinds, c.want) {
			t.Errorf("%s\nreads %v, want %v", c.message, kinds, c.want)
		}
	}
}

func TestAQuotaCountsOnlyWhatItsScopesSelect(t *testing.T) {
	always, seconds := corev1.ScopeSelectorOpIn, int64(60)
	pod := func(change func(*corev1.PodSpec)) *corev1.Pod {
		p := &corev1.Pod{Spec: template("checkout", "1").Spec}
		change(&p.Spec)
		return p
	}
	quota := func(spec corev1.ResourceQuotaSpec) *corev1.ResourceQuota { return &corev1.ResourceQuota{Spec: spec} }
	high := &corev1.ScopeSelector{MatchExpressions: []corev1.ScopedResourceSelectorRequirement{{ScopeName: corev1.ResourceQuotaScopePriorityClass, Operator: always, Values: []string{"high"}}}}
	for name, c := range map[string]struct {
		spec   corev1.ResourceQuotaSpec
		change func(*corev1.PodSpec)
		counts bool
	}{
		"no scope":          {corev1.ResourceQuotaSpec{}, func(*corev1.PodSpec) {}, true},
		"terminating":       {corev1.ResourceQuotaSpec{Scopes: []corev1.ResourceQuotaScope{corev1.ResourceQuotaScopeTerminating}}, func(s *corev1.PodSpec) { s.ActiveDeadlineSeconds = &seconds }, true},
		"not terminating":   {corev1.ResourceQuotaSpec{Scopes: []corev1.ResourceQuotaScope{corev1.ResourceQuotaScopeTerminating}}, func(*corev1.PodSpec) {}, false},
		"best effort":       {corev1.ResourceQuotaSpec{Scopes: []corev1.ResourceQuotaScope{corev1.ResourceQuotaScopeBestEffort}}, func(s *corev1.PodSpec) { s.Containers[0].Resources = corev1.ResourceRequirements{} }, true},
		"not best effort":   {corev1.ResourceQuotaSpec{Scopes: []corev1.ResourceQuotaScope{corev1.ResourceQuotaScopeBestEffort}}, func(*corev1.PodSpec) {}, false},
		"its priority":      {corev1.ResourceQuotaSpec{ScopeSelector: high}, func(s *corev1.PodSpec) { s.PriorityClassName = "high" }, true},
		"another priority":  {corev1.ResourceQuotaSpec{ScopeSelector: high}, func(s *corev1.PodSpec) { s.PriorityClassName = "low" }, false},
		"nobody's priority": {corev1.ResourceQuotaSpec{ScopeSelector: high}, func(*corev1.PodSpec) {}, false},
	} {
		if inScope(quota(c.spec), pod(c.change)) != c.counts {
			t.Errorf("%s: counted %v", name, !c.counts)
		}
	}
}

func TestASetThatWaitsForAPodIsNotRefused(t *testing.T) {
	// The quota is full by chance: the controller waits for ledger-1.
	got := decide(t, "daily", "StatefulSet/ledger",
		op{Delete: "Pod/ledger-2"},
		op{Add: `{apiVersion: v1, kind: ResourceQuota, metadata: {name: pods}, spec: {hard: {pods: "3"}}, status: {hard: {pods: "3"}, used: {pods: "3"}}}`},
		op{Container: "ledger-1/ledger", Waiting: "ErrImagePull", Message: "registry.acme.example/shop/ledger:2.5.0: not found"})
	if ids := causes(got); !slices.Equal(ids, []string{"image-not-found"}) {
		t.Errorf("got %v\n%s", ids, pretty(got))
	}
}

func TestAWebhookThatItsOwnPodsNeedIsNamedOnce(t *testing.T) {
	const message = `Error creating: Internal error occurred: failed calling webhook "x": failed to call webhook: Post "https://checkout.shop.svc:443/": no endpoints available for service "checkout"`
	got := decide(t, "steady", "",
		op{Add: `{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, metadata: {name: self}, webhooks: [{name: x, clientConfig: {service: {name: checkout, namespace: shop}}}]}`},
		op{Delete: "Pod/checkout-41-*"},
		op{Event: "ReplicaSet/checkout-41", Reason: "FailedCreate", Message: message, Ago: "2m"})
	if ids := causes(got); !slices.Equal(ids, []string{"webhook-unreachable"}) {
		t.Errorf("got %v\n%s", ids, pretty(got))
	}
}
