package kube_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/kube"
	"github.com/steward-bot/steward/ops"
)

const checkoutService = `
apiVersion: v1
kind: Service
metadata: {name: checkout}
spec: {selector: {app: checkout}, ports: [{port: 80}]}
`

func TestABareNameFindsTheWorkloadBeforeTheService(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.Kubectl(t, "annotate", "namespace", p.ns, "steward/jira-project=SHOP", "acme.example/webhook=https://hooks.acme.example/hunter2")
	p.Apply(t, p.ns, manifest("Deployment", "checkout")+"---"+checkoutService)

	target := p.target(t, "checkout")
	if target.Object() != "Deployment/"+p.ns+"/checkout" || target.Cluster != "prod-eu" || target.Environment != "production" || target.UID == "" {
		t.Errorf("got %+v", target)
	}
	if got := target.Annotation("steward/pagerduty-service"); got != "PCHK001" {
		t.Errorf("the object's own annotation is %q", got)
	}
	if got := target.Annotation("steward/jira-project"); got != "SHOP" {
		t.Errorf("the namespace's annotation is %q", got)
	}
	if _, there := target.Annotations["kubectl.kubernetes.io/last-applied-configuration"]; there {
		t.Error("the last applied configuration, with all its values, is in the target")
	}
	if len(target.Annotations) != 1 || len(target.NamespaceAnnotations) != 1 {
		t.Errorf("the journal would hold annotations that are none of steward's: %v, %v", target.Annotations, target.NamespaceAnnotations)
	}

	service, err := p.clusters.Resolve(t.Context(), ops.Ref{Namespace: p.ns, Kind: "Service", Name: "checkout"}, nil, everything)
	if err != nil || service.Kind != "Service" {
		t.Errorf("by its kind: got %v, %v", service, err)
	}
}

func TestANameWithoutANamespaceIsLookedUpInAll(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	name := "solo-" + p.ns
	p.Apply(t, p.ns, manifest("StatefulSet", name))
	target, err := p.clusters.Resolve(t.Context(), ops.Ref{Name: name}, kube.WorkloadKinds(), everything)
	if err != nil {
		t.Fatal(err)
	}
	if target.Namespace != p.ns || target.Kind != "StatefulSet" || target.UID == "" {
		t.Errorf("got %+v", target)
	}

	other := newPlace(t)
	other.Apply(t, other.ns, manifest("Deployment", name))
	_, err = p.clusters.Resolve(t.Context(), ops.Ref{Name: name}, kube.WorkloadKinds(), everything)
	refusal := refused(t, err, ops.TargetAmbiguous)
	if want := `"` + name + `" names 2 objects.`; refusal.What != want {
		t.Errorf("got %q, want %q", refusal.What, want)
	}
	for _, choice := range []string{"prod-eu/" + p.ns + "/sts/" + name, "prod-eu/" + other.ns + "/deploy/" + name} {
		if !slices.Contains(refusal.Choices, choice) {
			t.Errorf("the choices %v lack %s", refusal.Choices, choice)
		}
	}

	// What the asker may not see does not make a name ambiguous.
	target, err = p.clusters.Resolve(t.Context(), ops.Ref{Name: name}, nil, func(t ops.Target) bool { return t.Namespace == p.ns })
	if err != nil || target.Namespace != p.ns {
		t.Errorf("got %v, %v", target, err)
	}
}

func TestATypoGetsTheNearestNamesThatTheAskerMaySee(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.Apply(t, p.ns, manifest("Deployment", "checkout")+"---"+manifest("Deployment", "checkout-secret")+"---"+manifest("Deployment", "ledger"))
	see := func(t ops.Target) bool { return t.Name != "checkout-secret" }

	_, err := p.clusters.Resolve(t.Context(), ops.Ref{Namespace: p.ns, Name: "chekcout"}, nil, see)
	refusal := refused(t, err, ops.TargetNotFound)
	if want := `There is no "` + p.ns + `/chekcout" that you may see.`; refusal.What != want {
		t.Errorf("got %q, want %q", refusal.What, want)
	}
	want := []string{"prod-eu/" + p.ns + "/deploy/checkout", "prod-eu/" + p.ns + "/deploy/ledger"}
	if !slices.Equal(refusal.Choices, want) {
		t.Errorf("got the choices %v, want %v", refusal.Choices, want)
	}

	// The exact name of what may not be seen gets the same answer as a name
	// that does not exist.
	_, hidden := p.clusters.Resolve(t.Context(), ops.Ref{Namespace: p.ns, Name: "checkout-secret"}, nil, see)
	_, absent := p.clusters.Resolve(t.Context(), ops.Ref{Namespace: p.ns, Name: "checkout-sacred"}, nil, see)
	if got, want := hidden.Error(), strings.ReplaceAll(absent.Error(), "sacred", "secret"); got != want {
		t.Errorf("hidden and absent differ:\n%s\n%s", got, want)
	}
}

func TestAVerbSaysWhichKindsItWorksOn(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	_, err := p.clusters.Resolve(t.Context(), ops.Ref{Namespace: p.ns, Kind: "Service", Name: "checkout"}, kube.WorkloadKinds(), everything)
	refusal := refused(t, err, ops.UnsupportedKind)
	if want := "This does not work on a Service."; refusal.What != want {
		t.Errorf("got %q, want %q", refusal.What, want)
	}
	if want := []string{"Deployment", "StatefulSet", "DaemonSet"}; !slices.Equal(refusal.Choices, want) {
		t.Errorf("got the choices %v, want %v", refusal.Choices, want)
	}
}

func TestNodesAndNamespacesAreFoundWhateverTheDefaultNamespace(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	for kind, name := range map[string]string{"Node": "node-1", "Namespace": p.ns} {
		target, err := p.clusters.Resolve(t.Context(), ops.Ref{Namespace: p.ns, Kind: kind, Name: name}, nil, everything)
		if err != nil || target.Object() != kind+"/"+name {
			t.Errorf("%s %s: got %v, %v", kind, name, target, err)
		}
	}
}

func TestAnUnknownClusterListsTheClusters(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	_, err := p.clusters.Resolve(t.Context(), ops.Ref{Cluster: "prod-us", Namespace: p.ns, Name: "checkout"}, nil, everything)
	refusal := refused(t, err, ops.UnknownCluster)
	if want := `steward knows no cluster "prod-us". Choose from: prod-eu. Name one of them, or leave the cluster out.`; refusal.Error() != want {
		t.Errorf("got %q, want %q", refusal.Error(), want)
	}
}

func TestAClusterThatIsDownIsSaidToBeDown(t *testing.T) {
	kubeconfig := t.TempDir() + "/kubeconfig"
	write(t, kubeconfig, `
apiVersion: v1
kind: Config
current-context: down
clusters: [{name: down, cluster: {server: "http://127.0.0.1:1"}}]
contexts: [{name: down, context: {cluster: down, user: ""}}]
`)
	clusters, err := kube.Open([]kube.Config{{Name: "prod-eu", Kubeconfig: kubeconfig}}, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	_, err = clusters.Resolve(t.Context(), ops.Ref{Namespace: "shop", Name: "checkout"}, nil, everything)
	refusal := refused(t, err, ops.Unavailable)
	want := `Cluster prod-eu does not answer. steward could not look up "shop/checkout". Try again in a moment; if it stays so, look at the cluster's API server.`
	if refusal.Error() != want {
		t.Errorf("got %q, want %q", refusal.Error(), want)
	}
}

func TestClustersAreRefusedThatNobodyCouldName(t *testing.T) {
	for name, configs := range map[string][]kube.Config{
		"no cluster is configured":             {},
		`"prod/eu" cannot be the name`:         {{Name: "prod/eu"}},
		"reading the kubeconfig /nowhere/at/a": {{Name: "prod-eu", Kubeconfig: "/nowhere/at/all"}},
	} {
		if _, err := kube.Open(configs, zap.NewNop()); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want %q in it", err, name)
		}
	}
}

func TestAClusterThatLetsStewardSeeNothingIsNotSaidToBeEmpty(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.Kubectl(t, "-n", p.ns, "create", "serviceaccount", "nobody")
	token := strings.TrimSpace(p.Kubectl(t, "-n", p.ns, "create", "token", "nobody"))
	kubeconfig := t.TempDir() + "/kubeconfig"
	admin, err := os.ReadFile(p.Kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	write(t, kubeconfig, string(admin))
	p.Kubectl(t, "--kubeconfig="+kubeconfig, "config", "set-credentials", "nobody", "--token="+token)
	p.Kubectl(t, "--kubeconfig="+kubeconfig, "config", "set-context", "local", "--user=nobody")
	clusters, err := kube.Open([]kube.Config{{Name: "prod-eu", Kubeconfig: kubeconfig}}, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	_, err = clusters.Resolve(t.Context(), ops.Ref{Namespace: p.ns, Name: "checkout"}, nil, everything)
	refusal := refused(t, err, ops.Unavailable)
	if want := `steward itself may not look up "` + p.ns + `/checkout" in cluster prod-eu.`; refusal.What != want {
		t.Errorf("got %q, want %q", refusal.What, want)
	}
}
