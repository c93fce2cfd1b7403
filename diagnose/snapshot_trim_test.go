package diagnose

import (
	"reflect"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"github.com/steward-bot/steward/ops"
)

// Secrets stand in more places than variables: whatever begins with "leak" here
// must be in no snapshot.
const leaky = `
kind: Pod
metadata: {name: p, namespace: shop}
spec:
  initContainers: [{name: i, env: [{name: DB_PASSWORD, value: leak-init}]}]
  ephemeralContainers: [{name: e, env: [{name: DB_PASSWORD, value: leak-ephemeral}]}]
  containers:
  - name: c
    env: [{name: DB_PASSWORD, value: leak-env}]
    command: [sh, -c, "login --password=leak-command"]
    args: ["--password", leak-argument, "--port", "8080"]
    livenessProbe: {httpGet: {path: "/x?token=leak-path", port: 80, httpHeaders: [{name: Authorization, value: "Bearer leak-header-abcdefghijk"}]}}
    readinessProbe: {exec: {command: [sh, -c, "PGPASSWORD=leak-probe psql"]}}
    startupProbe: {exec: {command: [login, "--password=leak-startup"]}}
    lifecycle: {preStop: {exec: {command: [sh, -c, "PGPASSWORD=leak-hook psql"]}}, postStart: {httpGet: {path: /, port: 80, httpHeaders: [{name: X-Token, value: leak-hook}]}}}
  volumes: [{name: v, csi: {driver: d, volumeAttributes: {password: leak-csi}}}, {name: f, flexVolume: {driver: d, options: {password: leak-flex}}}]
status:
  message: "password=leak-message"
  conditions: [{type: Ready, message: "password=leak-condition"}]
  containerStatuses:
  - name: c
    state: {waiting: {reason: X, message: "password=leak-waiting"}}
    lastState: {terminated: {message: "panic: dial postgres://u:leak-terminated@db:5432/x"}}
---
kind: ReplicaSet
metadata: {name: p, namespace: shop}
status: {conditions: [{type: ReplicaFailure, message: "the webhook denied DB_PASSWORD=leak-denied"}]}
---
kind: PersistentVolume
metadata: {name: v}
spec: {csi: {driver: d, volumeHandle: h, volumeAttributes: {password: leak-volume, server: nas}}}
---
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: r, namespace: shop}
spec: {template: {spec: {containers: [{name: c, env: [{name: DB_PASSWORD, value: leak-rollout}], args: ["--password=leak-rollout"]}]}}}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: a, namespace: shop}
spec: {source: {helm: {parameters: [{name: db.password, value: leak-parameter}], values: "password: leak-values", valuesObject: {db: {password: leak-object}}}}}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: e, namespace: shop}
spec: {data: [{secretKey: PASSWORD, remoteRef: {key: prod/db}}], target: {template: {data: {x: leak-template}}}}
`

func TestNoSecretOfAnObjectIsInASnapshot(t *testing.T) {
	typed := map[string]func() runtime.Object{
		"Pod":              func() runtime.Object { return new(corev1.Pod) },
		"ReplicaSet":       func() runtime.Object { return new(appsv1.ReplicaSet) },
		"PersistentVolume": func() runtime.Object { return new(corev1.PersistentVolume) },
	}
	b := newBuilder("local", ops.DiagnosisTarget{}, time.Time{}, testKey)
	for _, document := range strings.Split(leaky, "\n---\n") {
		var object runtime.Object
		other := &unstructured.Unstructured{}
		if err := yaml.Unmarshal([]byte(document), &other.Object); err != nil {
			t.Fatal(err)
		}
		object = other
		if empty := typed[other.GetKind()]; empty != nil {
			object = empty()
			if err := runtime.DefaultUnstructuredConverter.FromUnstructured(other.Object, object); err != nil {
				t.Fatal(err)
			}
		}
		before := object.DeepCopyObject()
		b.add(object)
		if !reflect.DeepEqual(before, object) {
			t.Errorf("%s, which others share, was changed", other.GetKind())
		}
	}
	text := encoded(t, b.finish())
	for line := range strings.Lines(text) {
		if strings.Contains(line, "leak-") {
			t.Error(strings.TrimSpace(line))
		}
	}
	for _, plain := range []string{`"8080"`, `"nas"`, `"secretKey": "PASSWORD"`, `"key": "prod/db"`, "panic: dial postgres://"} {
		if !strings.Contains(text, plain) {
			t.Errorf("%s is no secret, and is not there", plain)
		}
	}
	for _, shown := range b.preparer.trimmer.hidden {
		if strings.Contains(shown, "leak-") {
			t.Errorf("the memory of what was hidden has %q", shown)
		}
	}
}
