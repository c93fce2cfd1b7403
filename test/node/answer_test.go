//go:build node

package node

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/steward-bot/steward/internal/testcluster"
)

// complaint is what is not as the story wants it, or "".
func (s story) complaint(d diagnosis, ns string) string {
	if got := d.first(); got != s.says {
		return fmt.Sprintf("steward says %s, not %s", got, s.says)
	}
	if s.says == healthy {
		return ""
	}
	first := d.Causes[0]
	if want := strings.ReplaceAll(s.summary, "{namespace}", ns); want != "" && first.Summary != want {
		return fmt.Sprintf("the summary is %q, not %q", first.Summary, want)
	}
	if s.remedy != "" && (len(first.Remedy) == 0 || first.Remedy[0].Text != s.remedy) {
		return fmt.Sprintf("the remedies are %q; the first is not %q", first.Remedy, s.remedy)
	}
	return ""
}

const healthy = "healthy"

// diagnosis is as much of steward's answer as the stories look at.
type diagnosis struct {
	Status string
	Causes []struct {
		ID, Confidence, Summary string
		Remedy                  []struct{ Text string }
	}
	Target struct{ Name string }
}

// first is the id of the first cause, or the status where there is none.
func (d diagnosis) first() string {
	if len(d.Causes) == 0 {
		return d.Status
	}
	return d.Causes[0].ID
}

// String is what a person reads first.
func (d diagnosis) String() string {
	var lines []string
	for _, cause := range d.Causes {
		lines = append(lines, fmt.Sprintf("%s (%s): %s", cause.ID, cause.Confidence, cause.Summary))
		for _, r := range cause.Remedy {
			lines = append(lines, "  - "+r.Text)
		}
	}
	return strings.Join(lines, "\n")
}

func diagnose(c *testcluster.Cluster, ns, target string) (d diagnosis, raw string, err error) {
	var said bytes.Buffer
	cmd := exec.Command(steward, "diagnose", target, "-n", ns, "--kubeconfig", c.Kubeconfig, "-o", "json")
	cmd.Stderr = &said
	out, failed := cmd.Output() // its exit code says what its answer says
	if err := json.Unmarshal(out, &d); err != nil {
		return d, string(out), fmt.Errorf("steward's answer is no JSON (%w, %w): %s", failed, err, said.String())
	}
	return d, string(out), nil
}

// unready names a pod that does not work yet and has not done its work.
func unready(c *testcluster.Cluster, ns string) string {
	pods, err := c.Client.CoreV1().Pods(ns).List(context.Background(), metav1.ListOptions{})
	if err != nil {
		return err.Error()
	}
	for _, pod := range pods.Items {
		ready := pod.Status.Phase == corev1.PodSucceeded
		for _, condition := range pod.Status.Conditions {
			ready = ready || condition.Type == corev1.PodReady && condition.Status == corev1.ConditionTrue
		}
		if !ready {
			return pod.Name + " is not ready"
		}
	}
	if len(pods.Items) == 0 {
		return "there are no pods"
	}
	return ""
}
