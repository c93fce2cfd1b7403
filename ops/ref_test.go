package ops_test

import (
	"strings"
	"testing"

	"github.com/steward-bot/steward/ops"
)

func TestATargetIsReadFromTheRight(t *testing.T) {
	for typed, want := range map[string]ops.Ref{
		"checkout":                      {Name: "checkout"},
		"deploy/checkout":               {Kind: "Deployment", Name: "checkout"},
		"StatefulSets/db":               {Kind: "StatefulSet", Name: "db"},
		"shop/checkout":                 {Namespace: "shop", Name: "checkout"},
		"shop/deploy/checkout":          {Namespace: "shop", Kind: "Deployment", Name: "checkout"},
		"prod-eu/shop/checkout":         {Cluster: "prod-eu", Namespace: "shop", Name: "checkout"},
		"prod-eu/shop/deploy/checkout":  {Cluster: "prod-eu", Namespace: "shop", Kind: "Deployment", Name: "checkout"},
		"no/worker-1.eu-central.acme":   {Kind: "Node", Name: "worker-1.eu-central.acme"},
		"deploy/deploy":                 {Kind: "Deployment", Name: "deploy"},
		"deploy":                        {Name: "deploy"}, // the last segment is the name, whatever it says
		"prod-eu/jobs/deploy/checkout":  {Cluster: "prod-eu", Namespace: "jobs", Kind: "Deployment", Name: "checkout"},
		"shop/hpa/checkout":             {Namespace: "shop", Kind: "HorizontalPodAutoscaler", Name: "checkout"},
		"prod-eu/shop/sts/ledger-db":    {Cluster: "prod-eu", Namespace: "shop", Kind: "StatefulSet", Name: "ledger-db"},
		strings.Repeat("a", 253):        {Name: strings.Repeat("a", 253)},
		"PVC/" + strings.Repeat("a", 9): {Kind: "PersistentVolumeClaim", Name: "aaaaaaaaa"},
	} {
		if got, err := ops.ParseRef(typed); err != nil || got != want {
			t.Errorf("%s: got %+v, %v\nwant %+v", typed, got, err, want)
		}
	}
}

func TestWhatIsNoTargetIsRefusedWithTheFormThatIs(t *testing.T) {
	const next = " Write it as [[cluster/]namespace/][kind/]name, for example checkout, shop/checkout or prod-eu/shop/deploy/checkout."
	for typed, want := range map[string]string{
		"":                       `"" is not a target. "" cannot be the name of a Kubernetes object.`,
		"shop/":                  `"shop/" is not a target. "" cannot be the name of a Kubernetes object.`,
		"../checkout":            `"../checkout" is not a target. ".." cannot be the name of a Kubernetes object.`,
		"<!channel>":             `"<!channel>" is not a target. "<!channel>" cannot be the name of a Kubernetes object.`,
		"a/b/c/d/e":              `"a/b/c/d/e" is not a target. It has more than four parts.`,
		"prod-eu/shop/dply/x":    `"prod-eu/shop/dply/x" is not a target. "dply" is not a kind that steward knows.`,
		strings.Repeat("a", 254): `"` + strings.Repeat("a", 79) + `…" is not a target. "` + strings.Repeat("a", 39) + `…" cannot be the name of a Kubernetes object.`,
	} {
		if _, err := ops.ParseRef(typed); err == nil || err.Error() != want+next {
			t.Errorf("%q:\n got %v\nwant %s", typed, err, want+next)
		}
	}
}

func TestATargetCanBeTypedBack(t *testing.T) {
	for _, target := range []ops.Target{
		{Cluster: "prod-eu", Namespace: "shop", Kind: "Deployment", Name: "checkout"},
		{Cluster: "prod-eu", Namespace: "deploy", Kind: "Pod", Name: "deploy"},
	} {
		if ref, err := ops.ParseRef(target.String()); err != nil || ref != target.Ref() {
			t.Errorf("%s reads back as %+v, %v", target, ref, err)
		}
	}
}

func TestAChannelFillsInWhatWasNotTypedButNeverAcrossClusters(t *testing.T) {
	channel := ops.Ref{Cluster: "prod-eu", Namespace: "shop"}
	for typed, want := range map[string]string{
		"checkout":              "prod-eu/shop/checkout",
		"cart/checkout":         "prod-eu/cart/checkout",
		"prod-us/cart/checkout": "prod-us/cart/checkout",
	} {
		ref, err := ops.ParseRef(typed)
		if err != nil {
			t.Fatal(err)
		}
		if got := ref.Or(channel).String(); got != want {
			t.Errorf("%s: got %s, want %s", typed, got, want)
		}
	}
	if got := (ops.Ref{Cluster: "prod-us", Name: "checkout"}).Or(channel); got.Namespace != "" {
		t.Errorf("prod-us was given the namespace %s of prod-eu", got.Namespace)
	}
}
