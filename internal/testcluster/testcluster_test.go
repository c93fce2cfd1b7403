package testcluster_test

import (
	"bufio"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/steward-bot/steward/internal/testcluster"
)

// deployment is a Deployment called web; label and image choose its fault.
func deployment(label, image string) string {
	return fmt.Sprintf(`
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web, steward-test/fault: %q}}
    spec:
      initContainers: [{name: migrate, image: registry.example/migrate:1}]
      containers:
      - name: app
        image: %s
        resources: {requests: {cpu: 100m, memory: 64Mi}}
`, label, image)
}

func TestADeploymentBecomesAvailableAndItsPodsAnswer(t *testing.T) {
	t.Parallel()
	c := testcluster.Get(t)
	ns := c.Namespace(t)
	c.Apply(t, ns, deployment("none", "registry.example/shop/web:1.0"))
	c.Kubectl(t, "rollout", "status", "deployment/web", "-n", ns, "--timeout=20s")

	pod := onePod(t, c, ns, func(corev1.Pod) error { return nil })
	if pod.Status.PodIP == "" || pod.Status.HostIP == "" {
		t.Errorf("the pod has no addresses: %+v", pod.Status)
	}
	if log := c.Kubectl(t, "logs", "deployment/web", "-n", ns, "--tail=1"); !strings.Contains(log, "listening") {
		t.Errorf("the pod's log ends with %q", log)
	}
	c.WriteLog(t, ns, "web", false, "first\nsecond\nthird\n")
	if log := c.Kubectl(t, "logs", pod.Name, "-n", ns, "--tail=2"); log != "second\nthird\n" {
		t.Errorf("the last two lines of a log that the test wrote are %q", log)
	}
	testcluster.Eventually(t, "kubectl top knows the pod", 10*time.Second, func(context.Context) error {
		out, err := c.TryKubectl("top", "pod", pod.Name, "-n", ns, "--no-headers")
		if err == nil && strings.Join(strings.Fields(out), " ") != pod.Name+" 30m 32Mi" {
			return fmt.Errorf("it says %q", out)
		}
		return err
	})
}

// story is how a faulty pod looks once the fault shows.
type story struct {
	label, image string
	waiting      string // reason of the waiting container
	message      string // part of its message
	last         string // reason and exit code of its last run
	restarts     int32  // at least
	event        string // reason and part of the message of a Warning
}

func TestFaultsShowAsTheyDoInARealCluster(t *testing.T) {
	t.Parallel()
	c := testcluster.Get(t)
	const good = "registry.example/shop/web:1.0"
	stories := map[string]story{
		"an image that does not exist": {
			label: "image-pull", image: good,
			waiting: "ImagePullBackOff", message: "manifest for registry.example/shop/web:1.0 not found: manifest unknown",
			event: "Failed: manifest unknown",
		},
		"an image whose tag says so": {
			image:   "registry.example/shop/web:1.1-missing",
			waiting: "ImagePullBackOff", message: `Back-off pulling image "registry.example/shop/web:1.1-missing"`, event: "Failed: Error: ImagePullBackOff",
		},
		"a crash": {
			label: "crash", image: good,
			waiting: "CrashLoopBackOff", message: "restarting failed container=app", last: "Error 1", restarts: 2, event: "BackOff: restarting failed container app",
		},
		"a crash that the image's tag asks for": {
			image:   "registry.example/shop/web:1.1-crash",
			waiting: "CrashLoopBackOff", last: "Error 1", event: "BackOff: restarting failed container app",
		},
		"no memory": {
			label: "oom", image: good,
			waiting: "CrashLoopBackOff", last: "OOMKilled 137", restarts: 2, event: "BackOff: restarting failed container app",
		},
		"a liveness probe": {
			label: "liveness", image: good,
			waiting: "CrashLoopBackOff", last: "Error 137", event: "Unhealthy: Liveness probe failed",
		},
		"an init container": {
			label: "init-crash", image: good,
			waiting: "CrashLoopBackOff", message: "restarting failed container=migrate", last: "Error 1", restarts: 2, event: "BackOff: restarting failed container migrate",
		},
		"a missing ConfigMap": {
			label: "config-missing", image: good,
			waiting: "CreateContainerConfigError", message: `configmap "app-config" not found`, event: `Failed: Error: configmap "app-config" not found`,
		},
		"a volume": {
			label: "mount-failed", image: good,
			waiting: "ContainerCreating", event: "FailedMount: MountVolume.SetUp failed",
		},
		"readiness": {
			label: "unready", image: good, event: "Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503",
		},
		"a misspelt fault": {
			label: "imagepull", image: good, waiting: "ContainerCreating", event: "UnknownFault: choose one of none, image-pull",
		},
	}
	for name, want := range stories {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ns := c.Namespace(t)
			manifest := deployment(want.label, want.image)
			if want.label == "" {
				manifest = strings.Replace(manifest, `, steward-test/fault: ""`, "", 1)
			}
			c.Apply(t, ns, manifest)
			pod := onePod(t, c, ns, want.shows)
			testcluster.Eventually(t, "the Event is there", 10*time.Second, func(ctx context.Context) error {
				return hasWarning(ctx, c, pod, want.event)
			})
			if pod.Status.Phase == corev1.PodRunning && podReady(pod) {
				t.Error("a faulty pod is ready")
			}
		})
	}
}

// shows tells what is missing until the pod is as the story says.
func (s story) shows(pod corev1.Pod) error {
	var seen []string
	for _, status := range append(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses...) {
		reason, message, last := "", "", ""
		if w := status.State.Waiting; w != nil {
			reason, message = w.Reason, w.Message
		}
		if l := status.LastTerminationState.Terminated; l != nil {
			last = fmt.Sprintf("%s %d", l.Reason, l.ExitCode)
		}
		if reason == s.waiting && strings.Contains(message, s.message) && last == s.last && status.RestartCount >= s.restarts {
			return nil
		}
		seen = append(seen, fmt.Sprintf("%s: waiting %q (%s), last %q, restarts %d", status.Name, reason, message, last, status.RestartCount))
	}
	return fmt.Errorf("the containers are %s", strings.Join(seen, "; "))
}

func hasWarning(ctx context.Context, c *testcluster.Cluster, pod corev1.Pod, want string) error {
	reason, message, _ := strings.Cut(want, ": ")
	events, err := c.Client.CoreV1().Events(pod.Namespace).List(ctx, metav1.ListOptions{FieldSelector: "involvedObject.uid=" + string(pod.UID)})
	if err != nil {
		return err
	}
	var seen []string
	for _, e := range events.Items {
		if e.Type == corev1.EventTypeWarning && e.Reason == reason && strings.Contains(e.Message, message) {
			return nil
		}
		seen = append(seen, e.Reason+": "+e.Message)
	}
	return fmt.Errorf("the Events are %q", seen)
}

func TestLogsOfACrashTellWhatWentWrong(t *testing.T) {
	t.Parallel()
	c := testcluster.Get(t)
	ns := c.Namespace(t)
	c.Apply(t, ns, deployment("crash", "registry.example/shop/web:1.1"))
	pod := onePod(t, c, ns, story{waiting: "CrashLoopBackOff", last: "Error 1"}.shows)
	for _, args := range [][]string{{"--previous"}, nil} {
		if log := c.Kubectl(t, append([]string{"logs", pod.Name, "-c", "app", "-n", ns}, args...)...); !strings.Contains(log, "TypeError: Cannot read properties of undefined") {
			t.Errorf("kubectl logs %s prints %q", args, log)
		}
	}
	_, err := c.TryKubectl("logs", pod.Name, "-c", "migrate", "-n", ns, "--previous")
	if err == nil || !strings.Contains(err.Error(), `previous terminated container "migrate" in pod "`+pod.Name+`" not found`) {
		t.Errorf("the previous log of a container that has not restarted: %v", err)
	}
}

func TestASlowPodBecomesReady(t *testing.T) {
	t.Parallel()
	c := testcluster.Get(t)
	ns := c.Namespace(t)
	manifest := strings.Replace(deployment("slow-ready", "registry.example/shop/web:1"), "labels: {app: web,", `annotations: {steward-test/delay: 1s}, labels: {app: web,`, 1)
	c.Apply(t, ns, manifest)
	pod := onePod(t, c, ns, func(p corev1.Pod) error {
		if p.Status.Phase != corev1.PodRunning {
			return fmt.Errorf("the pod is %s", p.Status.Phase)
		}
		return nil
	})
	if podReady(pod) {
		t.Error("the pod was ready at once")
	}
	c.Kubectl(t, "rollout", "status", "deployment/web", "-n", ns, "--timeout=20s")
}

func TestAHorizontalPodAutoscalerScalesUpWithTheLoad(t *testing.T) {
	t.Parallel()
	c := testcluster.Get(t)
	ns := c.Namespace(t)
	manifest := strings.Replace(deployment("none", "registry.example/shop/web:1"), "labels: {app: web,", `annotations: {steward-test/cpu: 150m}, labels: {app: web,`, 1)
	c.Apply(t, ns, manifest)
	c.Kubectl(t, "rollout", "status", "deployment/web", "-n", ns, "--timeout=20s")
	c.Kubectl(t, "autoscale", "deployment/web", "-n", ns, "--cpu=50%", "--min=2", "--max=5")
	testcluster.Eventually(t, "the Deployment has five replicas", 30*time.Second, func(ctx context.Context) error {
		d, err := c.Client.AppsV1().Deployments(ns).Get(ctx, "web", metav1.GetOptions{})
		if err == nil && d.Status.ReadyReplicas != 5 {
			err = fmt.Errorf("%d replicas are ready", d.Status.ReadyReplicas)
		}
		return err
	})
}

func TestAClaimGetsAVolume(t *testing.T) {
	t.Parallel()
	c := testcluster.Get(t)
	ns := c.Namespace(t)
	c.Apply(t, ns, `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: lost}
spec: {accessModes: [ReadWriteOnce], storageClassName: nowhere, resources: {requests: {storage: 1Gi}}}
`)
	c.Kubectl(t, "wait", "pvc/data", "-n", ns, "--for=jsonpath={.status.phase}=Bound", "--timeout=20s")
	testcluster.Eventually(t, "the other claim is told why not", 20*time.Second, func(context.Context) error {
		events := c.Kubectl(t, "get", "events", "-n", ns, "--field-selector=involvedObject.name=lost", "-o=jsonpath={.items[*].message}")
		if !strings.Contains(events, `storageclass.storage.k8s.io "nowhere" not found`) {
			return fmt.Errorf("its Events are %q", events)
		}
		return nil
	})
}

// onePod waits until some pod of the namespace is as wanted.
func onePod(t *testing.T, c *testcluster.Cluster, ns string, wanted func(corev1.Pod) error) corev1.Pod {
	t.Helper()
	var found corev1.Pod
	testcluster.Eventually(t, "a pod shows it", 20*time.Second, func(ctx context.Context) error {
		pods, err := c.Client.CoreV1().Pods(ns).List(ctx, metav1.ListOptions{})
		if err != nil {
			return err
		}
		err = fmt.Errorf("there are no pods")
		for _, pod := range pods.Items {
			if err = wanted(pod); err == nil {
				found = pod
				return nil
			}
		}
		return err
	})
	return found
}

func podReady(pod corev1.Pod) bool {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}

func TestAFollowedLogGoesOn(t *testing.T) {
	t.Parallel()
	c := testcluster.Get(t)
	ns := c.Namespace(t)
	c.WriteLog(t, ns, "web", false, "first\nsecond\n")
	c.Kubectl(t, "run", "web", "--image=x:1", "-n", ns)
	c.Kubectl(t, "wait", "pod/web", "--for=condition=Ready", "-n", ns, "--timeout=20s")
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	stream, err := c.Client.CoreV1().Pods(ns).GetLogs("web", &corev1.PodLogOptions{Follow: true, TailLines: new(int64(1))}).Stream(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stream.Close() }()
	lines := bufio.NewScanner(stream)
	for _, want := range []string{"second", "third"} {
		if !lines.Scan() || lines.Text() != want {
			t.Fatalf("the log goes on with %q, not %q: %v", lines.Text(), want, lines.Err())
		}
		c.WriteLog(t, ns, "web", false, "first\nsecond\nthird\n")
	}
}
