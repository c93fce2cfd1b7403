package diagnose

import (
	"fmt"
	"testing"
	"time"
)

func TestScratchLive(t *testing.T) {
	b := openShop(t)
	for _, f := range []string{"liveness", "mount-failed", "init-hang"} {
		b.Apply(t, b.namespace, `
apiVersion: apps/v1
kind: Deployment
metadata: {name: x-`+f+`}
spec:
  replicas: 1
  progressDeadlineSeconds: 20
  selector: {matchLabels: {app: x-`+f+`}}
  template:
    metadata: {labels: {app: x-`+f+`, steward-test/fault: `+f+`}}
    spec:
      initContainers: [{name: init, image: busybox, command: [sh, -c, "nslookup nothing"]}]
      containers:
        - name: x
          image: registry.acme.example/shop/x:1
          ports: [{containerPort: 8080}]
          livenessProbe: {httpGet: {path: /, port: 8080}}
          resources: {limits: {memory: 64Mi}}
`)
	}
	time.Sleep(30 * time.Second)
	for _, f := range []string{"mount-failed", "init-hang", "liveness"} {
		d := b.diagnose("Deployment", "x-"+f, nil)
		fmt.Println(f, firstCause(d), d.TookMS)
		if f == "liveness" {
			fmt.Println(pretty(d))
		}
	}
	fmt.Println(b.Kubectl(t, "-n", b.namespace, "get", "events"))
	fmt.Println(b.Kubectl(t, "-n", b.namespace, "get", "pods", "-o", "yaml", "-l", "app=x-liveness"))
}
