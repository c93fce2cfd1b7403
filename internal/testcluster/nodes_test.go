package testcluster_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/steward-bot/steward/internal/testcluster"
)

// addNode registers a node that no pod is scheduled to, so that other tests do
// not notice it.
func addNode(t *testing.T, c *testcluster.Cluster) string {
	t.Helper()
	ctx := context.Background()
	node, err := c.Client.CoreV1().Nodes().Create(ctx, &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{GenerateName: "test-node-", Annotations: map[string]string{"kwok.x-k8s.io/node": "fake"}},
		Spec:       corev1.NodeSpec{Unschedulable: true},
	}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Client.CoreV1().Nodes().Delete(ctx, node.Name, metav1.DeleteOptions{}) })
	nodeShows(t, c, node.Name, corev1.NodeReady, "True", "KubeletReady")
	return node.Name
}

func nodeShows(t *testing.T, c *testcluster.Cluster, name string, kind corev1.NodeConditionType, status, reason string) {
	t.Helper()
	testcluster.Eventually(t, fmt.Sprintf("%s is %s", kind, status), 20*time.Second, func(ctx context.Context) error {
		node, err := c.Client.CoreV1().Nodes().Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		for _, condition := range node.Status.Conditions {
			if condition.Type == kind && string(condition.Status) == status && condition.Reason == reason {
				return nil
			}
		}
		return fmt.Errorf("the conditions are %+v", node.Status.Conditions)
	})
}

func TestANodeFailsAndHealsAsItsLabelSays(t *testing.T) {
	t.Parallel()
	c := testcluster.Get(t)
	name := addNode(t, c)
	for _, step := range []struct {
		fault          string
		condition      corev1.NodeConditionType
		status, reason string
		taint          string
	}{
		{"not-ready", corev1.NodeReady, "False", "KubeletNotReady", "node.kubernetes.io/not-ready"},
		{"none", corev1.NodeReady, "True", "KubeletReady", ""},
		{"unreachable", corev1.NodeReady, "Unknown", "NodeStatusUnknown", "node.kubernetes.io/unreachable"},
		{"none", corev1.NodeReady, "True", "KubeletReady", ""},
		{"disk-pressure", corev1.NodeDiskPressure, "True", "KubeletHasDiskPressure", "node.kubernetes.io/disk-pressure"},
		{"none", corev1.NodeDiskPressure, "False", "KubeletHasNoDiskPressure", ""},
	} {
		c.Kubectl(t, "label", "node", name, "--overwrite", "steward-test/fault="+step.fault)
		nodeShows(t, c, name, step.condition, step.status, step.reason)
		testcluster.Eventually(t, "the taint follows", 20*time.Second, func(context.Context) error {
			taints := c.Kubectl(t, "get", "node", name, "-o=jsonpath={.spec.taints[*].key}")
			if step.taint == "" && taints != "node.kubernetes.io/unschedulable" || !strings.Contains(taints, step.taint) {
				return fmt.Errorf("the taints are %q", taints)
			}
			return nil
		})
	}
}

func TestAStatusThatATestWritesStays(t *testing.T) {
	t.Parallel()
	c := testcluster.Get(t)
	ns := c.Namespace(t)
	c.Apply(t, ns, deployment("manual", "registry.example/shop/web:1"))
	pod := onePod(t, c, ns, func(p corev1.Pod) error {
		if p.Spec.NodeName == "" {
			return fmt.Errorf("the pod is not scheduled")
		}
		return nil
	})
	c.Kubectl(t, "patch", "pod", pod.Name, "-n", ns, "--subresource=status", "-p", `{"status":{"phase":"Running","reason":"MyReason"}}`)
	time.Sleep(500 * time.Millisecond)
	got, err := c.Client.CoreV1().Pods(ns).Get(context.Background(), pod.Name, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got.Status.Reason != "MyReason" || len(got.Status.ContainerStatuses) != 0 {
		t.Errorf("somebody else wrote the status: %+v", got.Status)
	}
}

func TestAPodThatIsStuckSurvivesItsDeletion(t *testing.T) {
	t.Parallel()
	c := testcluster.Get(t)
	ns := c.Namespace(t)
	c.Kubectl(t, "run", "stuck", "--image=x:1", "-n", ns, "--labels=steward-test/fault=stuck-terminating")
	c.Kubectl(t, "run", "other", "--image=x:1", "-n", ns)
	c.Kubectl(t, "wait", "pod", "--all", "--for=condition=Ready", "-n", ns, "--timeout=20s")
	c.Kubectl(t, "delete", "pod", "stuck", "other", "-n", ns, "--wait=false")
	c.Kubectl(t, "wait", "pod/other", "--for=delete", "-n", ns, "--timeout=20s")
	if names := c.Kubectl(t, "get", "pods", "-n", ns, "-o=jsonpath={.items[*].metadata.name}"); names != "stuck" {
		t.Errorf("the pods that are left are %q", names)
	}
	c.Kubectl(t, "label", "pod", "stuck", "-n", ns, "--overwrite", "steward-test/fault=none")
	c.Kubectl(t, "wait", "pod/stuck", "--for=delete", "-n", ns, "--timeout=20s")
}

func TestJobsEndWellOrBadly(t *testing.T) {
	t.Parallel()
	c := testcluster.Get(t)
	ns := c.Namespace(t)
	c.Kubectl(t, "create", "job", "good", "--image=x:1", "-n", ns)
	c.Apply(t, ns, `
apiVersion: batch/v1
kind: Job
metadata: {name: bad}
spec: {backoffLimit: 0, template: {spec: {restartPolicy: Never, containers: [{name: app, image: "x:1-crash"}]}}}
`)
	c.Kubectl(t, "wait", "job/good", "--for=condition=Complete", "-n", ns, "--timeout=20s")
	c.Kubectl(t, "wait", "job/bad", "--for=condition=Failed", "-n", ns, "--timeout=20s")
}
