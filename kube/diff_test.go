package kube_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/steward-bot/steward/kube"
	"github.com/steward-bot/steward/ops"
)

// template reads a pod template from YAML.
func template(t *testing.T, text string) kube.Template {
	t.Helper()
	var template kube.Template
	if err := yaml.Unmarshal([]byte(text), &template); err != nil {
		t.Fatal(err)
	}
	return template
}

func TestADiffNamesTheFieldsAsPeopleDo(t *testing.T) {
	before := template(t, `
metadata: {labels: {app: checkout}, annotations: {acme.example/config: abc}}
spec:
  containers:
    - name: checkout
      image: shop/checkout:1
      args: [serve]
      env: [{name: LOG_LEVEL, value: info}, {name: REGION, value: eu}]
      resources: {limits: {memory: 256Mi}}
      ports: [{containerPort: 8080}]
  volumes: [{name: tmp, emptyDir: {}}]
  imagePullSecrets: [{name: old}]
`)
	after := template(t, `
metadata: {labels: {app: checkout, tier: web}}
spec:
  containers:
    - name: checkout
      image: shop/checkout:2
      args: [serve, --fast]
      env: [{name: REGION, value: eu}, {name: LOG_LEVEL, value: debug}]
      resources: {limits: {memory: 128Mi}}
      ports: [{containerPort: 8080, name: http}]
      readinessProbe: {httpGet: {path: /ready, port: 8080}}
    - name: sidecar
      image: shop/sidecar:1
  volumes: [{name: tmp, emptyDir: {}}, {name: conf, configMap: {name: checkout-conf}}]
  imagePullSecrets: [{name: new}]
  tolerations: [{key: pool, operator: Exists}]
`)
	want := []ops.Change{
		{Path: "containers[checkout].image", Before: "shop/checkout:1", After: "shop/checkout:2"},
		{Path: "containers[sidecar].image", After: "shop/sidecar:1"},
		{Path: "containers[checkout].args", Before: `["serve"]`, After: `["serve","--fast"]`},
		{Path: "containers[checkout].env[LOG_LEVEL].value", Before: "info", After: "debug"},
		{Path: "containers[checkout].env (order)", Before: "LOG_LEVEL, REGION", After: "REGION, LOG_LEVEL"},
		{Path: "containers[checkout].ports[8080].name", After: "http"},
		{Path: "containers[checkout].readinessProbe.httpGet.path", After: "/ready"},
		{Path: "containers[checkout].readinessProbe.httpGet.port", After: "8080"},
		{Path: "containers[checkout].resources.limits[memory]", Before: "256Mi", After: "128Mi"},
		{Path: "imagePullSecrets[new]", After: "present"},
		{Path: "imagePullSecrets[old]", Before: "present"},
		{Path: "tolerations", After: `[{"key":"pool","operator":"Exists"}]`},
		{Path: "volumes[conf].configMap.name", After: "checkout-conf"},
		{Path: "template.annotations[acme.example/config]", Before: "abc"},
		{Path: "template.labels[tier]", After: "web"},
	}
	if got := kube.Diff(before, after); !slices.Equal(got, want) {
		for i := range max(len(got), len(want)) {
			t.Errorf("%d: got %v, want %v", i, at(got, i), at(want, i))
		}
	}
	if got := kube.Diff(before, before); len(got) != 0 {
		t.Errorf("a template differs from itself: %v", got)
	}
}

func at(changes []ops.Change, i int) any {
	if i < len(changes) {
		return changes[i]
	}
	return "nothing"
}

func TestADiffShowsNoSecretsAndNoControlCharacters(t *testing.T) {
	const secret = "hunter2-swordfish"
	hide := func(field string) kube.Template {
		return template(t, "metadata: {annotations: {acme.example/api-token: A, notes: A}}\nspec: {containers: [{name: app, "+field+"}]}")
	}
	for name, field := range map[string]string{
		"by its name":          `env: [{name: DB_PASSWORD, value: ` + secret + `}]`,
		"in a list with twins": `env: [{name: DB_PASSWORD, value: ` + secret + `}, {name: DB_PASSWORD, value: x}]`,
		"in a URL":             `env: [{name: DATABASE_URL, value: "postgres://app:` + secret + `@db/app"}]`,
		"in a header":          `livenessProbe: {httpGet: {httpHeaders: [{name: Authorization, value: "Bearer ` + secret + `"}]}}`,
		"in an argument":       `args: ["--password=` + secret + `"]`,
		"in the next argument": `args: ["--db-password", "` + secret + `"]`,
		"in a volume's field":  `image: y}], volumes: [{name: v, csi: {driver: d, volumeAttributes: {sharePassword: ` + secret + `}}`,
	} {
		for _, change := range slices.Concat(kube.Diff(hide("image: x"), hide(field)), kube.Diff(hide(field), hide("image: x"))) {
			if strings.Contains(change.Before+change.After, secret) {
				t.Errorf("%s: %+v", name, change)
			}
		}
	}
	hostile := template(t, `{"spec":{"containers":[{"name":"a\u202eb\u0007","image":"x\ny\u202e"}]}}`)
	for _, change := range kube.Diff(nil, hostile) {
		if strings.ContainsAny(change.Path+change.Before+change.After, "\n\u202e\u0007") {
			t.Errorf("got %+q", change)
		}
	}
}

func TestALongDiffIsCutAndSaysSo(t *testing.T) {
	var env strings.Builder
	for i := range 60 {
		fmt.Fprintf(&env, "{name: V%02d, value: %q},", i, strings.Repeat("long ", 100))
	}
	changes := kube.Diff(template(t, "spec: {containers: [{name: app}]}"), template(t, "spec: {containers: [{name: app, env: ["+env.String()+"]}]}"))
	if len(changes) != 41 || changes[40].Path != "and 20 more fields" {
		t.Fatalf("got %d changes, the last %+v", len(changes), changes[len(changes)-1])
	}
	if n := len([]rune(changes[0].After)); n != 200 {
		t.Errorf("a value of %d characters is shown", n)
	}
}

func TestEqualTemplatesHaveEqualHashes(t *testing.T) {
	plain := template(t, `{"metadata":{"labels":{"app":"a"}},"spec":{"containers":[{"name":"a","image":"x"}]}}`)
	if plain.Hash() == plain.Annotated("a", "b").Hash() {
		t.Error("an annotation does not count")
	}
	if len(plain.Annotations()) != 0 {
		t.Error("Annotated changed the template itself")
	}
	if got, want := plain.Annotated("a", "b").Annotations()["a"], "b"; got != want {
		t.Errorf("got %q", got)
	}
	if len(plain.Hash()) != 32 {
		t.Errorf("the hash is %q", plain.Hash())
	}
}
