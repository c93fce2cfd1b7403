package test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// The crowd that BenchmarkDiagnose measures in: one Deployment that grows from
// step to step, among 48 small ones.
const (
	crowdNodes    = 200
	crowdServices = 48
)

var crowdSteps = []int{500, 1000, 2000, 4000}

// openCrowd makes the 48 small services, and the large one without pods.
func (w *world) openCrowd(b *testing.B) {
	b.Helper()
	var all strings.Builder
	for i := range crowdServices {
		fmt.Fprintf(&all, crowdManifest, fmt.Sprintf("svc-%02d", i), 3)
	}
	fmt.Fprintf(&all, crowdManifest, "crowd", 0)
	w.cluster.Apply(b, w.namespace, all.String())
}

// crowdManifest is a service as people have them: probes, limits, configuration.
const crowdManifest = `
apiVersion: v1
kind: ConfigMap
metadata: {name: %[1]s-config}
data: {DATABASE_HOST: db.data.example.com, FEATURES: "a,b,c"}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: %[1]s, labels: {app: %[1]s}}
spec:
  replicas: %[2]d
  selector: {matchLabels: {app: %[1]s}}
  strategy: {rollingUpdate: {maxSurge: 25%%, maxUnavailable: 25%%}}
  template:
    metadata: {labels: {app: %[1]s, team: shop}, annotations: {prometheus.io/scrape: "true", prometheus.io/port: "8080"}}
    spec:
      containers:
        - name: %[1]s
          image: registry.acme.example/shop/%[1]s:2.4.0
          ports: [{containerPort: 8080, name: http}]
          envFrom: [{configMapRef: {name: %[1]s-config}}]
          env:
            - {name: LOG_LEVEL, value: info}
            - {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
            - {name: NEIGHBOUR_URL, value: "http://svc-00"}
          resources: {requests: {cpu: 10m, memory: 16Mi}, limits: {memory: 64Mi}}
          readinessProbe: {httpGet: {path: /ready, port: http}, periodSeconds: 5}
          livenessProbe: {httpGet: {path: /healthz, port: http}, periodSeconds: 10}
          volumeMounts: [{name: scratch, mountPath: /tmp}]
      volumes: [{name: scratch, emptyDir: {}}]
---
apiVersion: v1
kind: Service
metadata: {name: %[1]s}
spec: {selector: {app: %[1]s}, ports: [{port: 80, targetPort: http}]}
---
`

// growCrowd scales the large Deployment and waits until all of it is ready.
func (w *world) growCrowd(b *testing.B, pods int) time.Duration {
	b.Helper()
	began := time.Now()
	for _, args := range [][]string{{"scale", "deployment/crowd", fmt.Sprintf("--replicas=%d", pods)}, {"rollout", "status", "deployment", "--timeout=110s"}} {
		for attempt := 0; ; attempt++ {
			_, err := w.cluster.TryKubectl(append([]string{"--namespace", w.namespace}, args...)...)
			if err == nil {
				break
			}
			if attempt == 5 {
				b.Fatal(err)
			}
		}
	}
	return time.Since(began)
}
