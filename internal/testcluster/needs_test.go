package testcluster_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/steward-bot/steward/internal/testcluster"
)

// ready waits until a Deployment is as it should be.
func ready(t *testing.T, c *testcluster.Cluster, ns, name string) {
	t.Helper()
	c.Kubectl(t, "rollout", "status", "deployment/"+name, "-n", ns, "--timeout=30s")
}

func TestAPodWaitsForTheConfigMapThatItRefersTo(t *testing.T) {
	t.Parallel()
	c := testcluster.Get(t)
	ns := c.Namespace(t)
	c.Apply(t, ns, strings.Replace(deployment("none", "registry.example/shop/web:1"), ", steward-test/fault: \"none\"", "", 1)+
		"        env: [{name: URL, valueFrom: {configMapKeyRef: {name: settings, key: URL}}}]\n")
	onePod(t, c, ns, story{waiting: "CreateContainerConfigError", message: `configmap "settings" not found`}.shows)
	c.Kubectl(t, "create", "configmap", "settings", "-n", ns, "--from-literal=OTHER=1")
	onePod(t, c, ns, story{waiting: "CreateContainerConfigError", message: "couldn't find key URL in ConfigMap " + ns + "/settings"}.shows)
	c.Kubectl(t, "patch", "configmap", "settings", "-n", ns, "-p", `{"data":{"URL":"http://payments"}}`)
	ready(t, c, ns, "web")
}

func TestAChangedConfigurationBitesAtTheNextRestart(t *testing.T) {
	t.Parallel()
	c := testcluster.Get(t)
	ns := c.Namespace(t)
	c.Kubectl(t, "create", "configmap", "settings", "-n", ns, "--from-literal=PAYMENTS_URL=http://payments")
	c.Apply(t, ns, needing("configmap/settings/PAYMENTS_URL"))
	ready(t, c, ns, "web")

	c.Kubectl(t, "patch", "configmap", "settings", "-n", ns, "-p", `{"data":{"PAYMENTS_URL":null}}`)
	time.Sleep(500 * time.Millisecond)
	ready(t, c, ns, "web") // what was read at the start is not read again

	c.Kubectl(t, "rollout", "restart", "deployment/web", "-n", ns)
	pod := onePod(t, c, ns, story{waiting: "CrashLoopBackOff", last: "Error 1"}.shows)
	if log := c.Kubectl(t, "logs", pod.Name, "-n", ns, "--previous"); !strings.Contains(log, "PAYMENTS_URL is required") {
		t.Errorf("the log of the pod that cannot start is %q", log)
	}
	c.Kubectl(t, "patch", "configmap", "settings", "-n", ns, "-p", `{"data":{"PAYMENTS_URL":"http://payments"}}`)
	ready(t, c, ns, "web")
}

func TestAPodCrashesWhenTheServiceThatItCallsIsScaledDown(t *testing.T) {
	t.Parallel()
	c := testcluster.Get(t)
	ns := c.Namespace(t)
	c.Kubectl(t, "create", "deployment", "payments", "--image=registry.example/shop/payments:1", "-n", ns, "--port=8080")
	c.Kubectl(t, "expose", "deployment/payments", "-n", ns, "--port=8080")
	c.Apply(t, ns, needing("service/payments"))
	ready(t, c, ns, "web")

	c.Kubectl(t, "scale", "deployment/payments", "--replicas=0", "-n", ns)
	pod := onePod(t, c, ns, func(p corev1.Pod) error {
		if p.Labels["app"] != "web" {
			return fmt.Errorf("%s is another's pod", p.Name)
		}
		return story{waiting: "CrashLoopBackOff", last: "Error 1", restarts: 1}.shows(p)
	})
	if log := c.Kubectl(t, "logs", pod.Name, "-n", ns, "--previous"); !strings.Contains(log, "http://payments:8080") || !strings.Contains(log, "connection refused") {
		t.Errorf("the log of the pod that cannot reach payments is %q", log)
	}
	c.Kubectl(t, "scale", "deployment/payments", "--replicas=1", "-n", ns)
	testcluster.Eventually(t, "the pod recovers", 30*time.Second, func(context.Context) error {
		out := c.Kubectl(t, "get", "deployment", "web", "-n", ns, "-o=jsonpath={.status.readyReplicas}")
		if out != "2" {
			return fmt.Errorf("%s replicas are ready", out)
		}
		return nil
	})
}

// needing is a healthy Deployment whose program needs something.
func needing(what string) string {
	manifest := strings.Replace(deployment("none", "registry.example/shop/web:1"), `, steward-test/fault: "none"`, "", 1)
	return strings.Replace(manifest, "labels: {app: web}}\n    spec:", fmt.Sprintf("labels: {app: web}, annotations: {steward-test/needs: %q}}\n    spec:", what), 1)
}
