package diagnose

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

func aPeer(namespace, address string, of map[string]string) peer {
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "x", Labels: of}}
	pod.Spec.Containers = []corev1.Container{{Name: "x", Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: 8080}}}}
	return peer{Pod: pod, Address: address, Namespace: map[string]string{"kubernetes.io/metadata.name": namespace, "team": namespace + "-team"}, NamespaceKnown: true}
}

// TestPoliciesAreEvaluatedAsKubernetesDoes asks of connections from checkout in
// shop (10.1.0.1) to catalog in goods (10.1.0.2), port 8080 (http).
func TestPoliciesAreEvaluatedAsKubernetesDoes(t *testing.T) {
	outside := peer{Address: "192.0.2.7"}
	named := peer{}
	for _, c := range []struct {
		title  string
		policy string // its metadata and spec
		to     *peer
		want   verdictOf
	}{
		{"nothing selects them", `{metadata: {namespace: shop}, spec: {podSelector: {matchLabels: {app: other}}}}`, nil, allowed},
		{"default deny in", `{metadata: {namespace: goods}, spec: {podSelector: {}}}`, nil, denied},
		{"the client's default deny in", `{metadata: {namespace: shop}, spec: {podSelector: {}}}`, nil, allowed},
		{"default deny out", `{metadata: {namespace: shop}, spec: {podSelector: {}, policyTypes: [Egress]}}`, nil, denied},
		{"rules out make it a policy for out", `{metadata: {namespace: shop}, spec: {podSelector: {}, egress: [{ports: [{port: 53, protocol: UDP}]}]}}`, nil, denied},
		{"all in", `{metadata: {namespace: goods}, spec: {podSelector: {}, ingress: [{}]}}`, nil, allowed},
		{"pods of the policy's own namespace", `{metadata: {namespace: goods}, spec: {podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: checkout}}}]}]}}`, nil, denied},
		{"pods of all namespaces", `{metadata: {namespace: goods}, spec: {podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: checkout}}, namespaceSelector: {}}]}]}}`, nil, allowed},
		{"one peer is both", `{metadata: {namespace: goods}, spec: {podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: cart}}, namespaceSelector: {matchLabels: {team: shop-team}}}]}]}}`, nil, denied},
		{"two peers are either", `{metadata: {namespace: goods}, spec: {podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: cart}}}, {namespaceSelector: {matchLabels: {team: shop-team}}}]}]}}`, nil, allowed},
		{"the port", `{metadata: {namespace: goods}, spec: {podSelector: {}, ingress: [{ports: [{port: 8080}]}]}}`, nil, allowed},
		{"the Service's port is not the pod's", `{metadata: {namespace: goods}, spec: {podSelector: {}, ingress: [{ports: [{port: 80}]}]}}`, nil, denied},
		{"the port by name", `{metadata: {namespace: goods}, spec: {podSelector: {}, ingress: [{ports: [{port: http}]}]}}`, nil, allowed},
		{"another name", `{metadata: {namespace: goods}, spec: {podSelector: {}, ingress: [{ports: [{port: web}]}]}}`, nil, denied},
		{"the client's rule by the server's name", `{metadata: {namespace: shop}, spec: {podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: http}]}]}}`, nil, allowed},
		{"a range", `{metadata: {namespace: goods}, spec: {podSelector: {}, ingress: [{ports: [{port: 8000, endPort: 8100}]}]}}`, nil, allowed},
		{"another range", `{metadata: {namespace: goods}, spec: {podSelector: {}, ingress: [{ports: [{port: 9000, endPort: 9100}]}]}}`, nil, denied},
		{"another protocol", `{metadata: {namespace: goods}, spec: {podSelector: {}, ingress: [{ports: [{port: 8080, protocol: UDP}]}]}}`, nil, denied},
		{"a block", `{metadata: {namespace: shop}, spec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}}`, nil, allowed},
		{"a block with an exception", `{metadata: {namespace: shop}, spec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]}]}}`, nil, denied},
		{"outside, to pods only", `{metadata: {namespace: shop}, spec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}]}]}}`, &outside, denied},
		{"outside, in the block", `{metadata: {namespace: shop}, spec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 192.0.2.0/24}}]}]}}`, &outside, allowed},
		{"outside, known by name", `{metadata: {namespace: shop}, spec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 192.0.2.0/24}}]}]}}`, &named, allowed},
	} {
		policy := &networkingv1.NetworkPolicy{}
		if err := yaml.UnmarshalStrict([]byte(c.policy), policy); err != nil {
			t.Fatal(c.title, err)
		}
		to := aPeer("goods", "10.1.0.2", map[string]string{"app": "catalog"})
		if c.to != nil {
			to = *c.to
		}
		got := allows([]*networkingv1.NetworkPolicy{policy}, aPeer("shop", "10.1.0.1", map[string]string{"app": "checkout"}), to, 8080, corev1.ProtocolTCP)
		if got.verdict != c.want {
			t.Errorf("%s: got %d, want %d", c.title, got.verdict, c.want)
		}
	}
}

func TestPoliciesAddUp(t *testing.T) {
	nothing, open := &networkingv1.NetworkPolicy{}, &networkingv1.NetworkPolicy{}
	nothing.Namespace, open.Namespace = "goods", "goods"
	open.Spec.Ingress = []networkingv1.NetworkPolicyIngressRule{{}}
	from, to := aPeer("shop", "10.1.0.1", nil), aPeer("goods", "10.1.0.2", nil)
	if got := allows([]*networkingv1.NetworkPolicy{nothing, open}, from, to, 8080, ""); got.verdict != allowed {
		t.Error("what one policy allows is allowed")
	}
	if got := allows([]*networkingv1.NetworkPolicy{nothing}, from, to, 8080, ""); got.verdict != denied || len(got.by) != 1 || got.egress {
		t.Errorf("got %+v", got)
	}
	to.Pod.Spec.HostNetwork = true
	if got := allows([]*networkingv1.NetworkPolicy{nothing}, from, to, 8080, ""); got.verdict != allowed {
		t.Error("policies say nothing of a pod in the node's network")
	}
}

func TestWithoutANamespacesLabelsAPolicyIsUndecided(t *testing.T) {
	policy := &networkingv1.NetworkPolicy{}
	if err := yaml.Unmarshal([]byte(`{metadata: {namespace: goods, name: in}, spec: {podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: shop-team}}}]}]}}`), policy); err != nil {
		t.Fatal(err)
	}
	from, to := aPeer("shop", "10.1.0.1", nil), aPeer("goods", "10.1.0.2", nil)
	from.Namespace, from.NamespaceKnown = nil, false
	if got := allows([]*networkingv1.NetworkPolicy{policy}, from, to, 8080, ""); got.verdict != undecided || got.missing == "" {
		t.Errorf("got %+v", got)
	}
}
