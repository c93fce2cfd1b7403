// Package testcluster gives tests a real control plane on this machine, with
// simulated nodes: one for all the packages of a run when it is started by
// internal/testcluster/with (as make test does), one for each test process
// otherwise. Tests share it and stay apart by namespace.
//
// What goes wrong with a pod is chosen by labels, annotations or the image's
// tag; the constants of this package are the words. A pod of
//
//	metadata: {labels: {steward-test/fault: oom}}
//
// is killed for its memory again and again; one whose image ends in "-oom" too.
package testcluster

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/steward-bot/steward/standin/cluster"
)

// KubeconfigEnv names the kubeconfig of a cluster that runs already.
const KubeconfigEnv = "STEWARD_TEST_KUBECONFIG"

// startTimeout is for a machine on which much else is going on.
const startTimeout = 2 * time.Minute

// kubectlTimeout is longer than any --timeout that a test gives to kubectl.
const kubectlTimeout = 2 * time.Minute

// Cluster is the control plane that tests share.
type Cluster struct {
	// Kubeconfig is the path of an administrator's kubeconfig, whose only
	// context is called "local".
	Kubeconfig string
	// Config is the same for client-go, without a rate limit worth noticing.
	Config *rest.Config
	// Client may do everything.
	Client kubernetes.Interface

	kubectl string // the control plane's binary
}

// shared is the cluster of this process. It ends with the process: the control
// plane stops when the pipe to it closes.
var shared = sync.OnceValues(open)

// Get is the shared cluster. A missing binary fails the test, with the command
// that builds it.
func Get(t testing.TB) *Cluster {
	t.Helper()
	c, err := shared()
	if err != nil {
		t.Fatalf("getting the test cluster: %v", err)
	}
	return c
}

// Start is a cluster that nobody shares, with so many nodes, for what a
// benchmark measures. It ends with the test.
func Start(t testing.TB, nodes int) *Cluster {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	started, err := cluster.Start(ctx, cluster.Options{Nodes: nodes})
	if err != nil {
		t.Fatalf("starting a cluster: %v", err)
	}
	t.Cleanup(started.Stop)
	c, err := connect(started.Kubeconfig)
	if err != nil {
		t.Fatalf("starting a cluster: %v", err)
	}
	return c
}

func open() (*Cluster, error) {
	if kubeconfig := os.Getenv(KubeconfigEnv); kubeconfig != "" {
		return connect(kubeconfig)
	}
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	started, err := cluster.Start(ctx, cluster.Options{})
	if err != nil {
		return nil, err
	}
	return connect(started.Kubeconfig)
}

// connect makes the clients of a cluster that runs.
func connect(kubeconfig string) (*Cluster, error) {
	binary, err := cluster.Built()
	if err != nil {
		return nil, err
	}
	c := &Cluster{Kubeconfig: kubeconfig, kubectl: binary}
	if c.Config, err = clientcmd.BuildConfigFromFlags("", c.Kubeconfig); err != nil {
		return nil, fmt.Errorf("reading the kubeconfig: %w", err)
	}
	c.Config.QPS, c.Config.Burst = 500, 1000
	if c.Client, err = kubernetes.NewForConfig(c.Config); err != nil {
		return nil, fmt.Errorf("making the client: %w", err)
	}
	return c, nil
}

// Namespace makes a namespace that no other test has, in which pods can be
// created, and has it deleted after the test without waiting for that.
func (c *Cluster) Namespace(t testing.TB) string {
	t.Helper()
	ctx := context.Background()
	made, err := c.Client.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{
		ObjectMeta: metav1.ObjectMeta{GenerateName: "test-"},
	}, metav1.CreateOptions{})
	if err != nil {
		t.Fatalf("making a namespace: %v", err)
	}
	t.Cleanup(func() {
		if err := c.Client.CoreV1().Namespaces().Delete(ctx, made.Name, metav1.DeleteOptions{}); err != nil {
			t.Logf("deleting the namespace %s: %v", made.Name, err)
		}
	})
	Eventually(t, "the namespace has its service account", 30*time.Second, func(ctx context.Context) error {
		_, err := c.Client.CoreV1().ServiceAccounts(made.Name).Get(ctx, "default", metav1.GetOptions{})
		return err
	})
	return made.Name
}

// Kubectl runs the kubectl of the cluster's own release and returns what it
// prints on standard output. A failure fails the test.
func (c *Cluster) Kubectl(t testing.TB, args ...string) string {
	t.Helper()
	out, err := c.kubectlWith("", args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TryKubectl is Kubectl for a command that may fail; the error holds what it
// printed on standard error.
func (c *Cluster) TryKubectl(args ...string) (string, error) {
	return c.kubectlWith("", args...)
}

// KubectlCommand is the command line before kubectl's own arguments, for tests
// that start it themselves. It needs KUBECONFIG in its environment.
func (c *Cluster) KubectlCommand() []string { return []string{c.kubectl, "kubectl"} }

// Apply applies objects as a person does with kubectl apply -f, those without a
// namespace of their own to the given one.
func (c *Cluster) Apply(t testing.TB, namespace, yaml string) {
	t.Helper()
	if _, err := c.kubectlWith(yaml, "apply", "--namespace", namespace, "-f", "-"); err != nil {
		t.Fatal(err)
	}
}

func (c *Cluster) kubectlWith(stdin string, args ...string) (string, error) {
	var stdout, stderr bytes.Buffer
	ctx, cancel := context.WithTimeout(context.Background(), kubectlTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.kubectl, append([]string{"kubectl"}, args...)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &stdout, &stderr
	cmd.Env = append(os.Environ(), "KUBECONFIG="+c.Kubeconfig, "KUBERC=off", "KUBECACHEDIR="+filepath.Join(c.dir(), "kubectl"))
	if err := cmd.Run(); err != nil {
		return stdout.String(), fmt.Errorf("kubectl %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(stderr.String()))
	}
	return stdout.String(), nil
}

// dir is where the control plane keeps its files.
func (c *Cluster) dir() string { return filepath.Dir(c.Kubeconfig) }

// WriteLog sets what pods print: all whose name is name or begins with name and
// a "-", so that a Deployment's name is enough. previous is for the run before
// the last restart. Lines are plain text.
func (c *Cluster) WriteLog(t testing.TB, namespace, name string, previous bool, text string) {
	t.Helper()
	suffix := ".log"
	if previous {
		suffix = ".previous.log"
	}
	folder := filepath.Join(c.dir(), "logs", namespace)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatalf("making the folder for logs: %v", err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+suffix), []byte(text), 0o644); err != nil {
		t.Fatalf("writing the log: %v", err)
	}
}

// busyMachine is how much longer than on a quiet machine something may take
// before a test gives up on it: several packages share two cores and one control
// plane. It costs nothing where all is well.
const busyMachine = 3

// Eventually tries again and again until there is no error, and fails the test
// with the last one when the time is up: within is for a quiet machine.
func Eventually(t testing.TB, what string, within time.Duration, try func(ctx context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), busyMachine*within)
	defer cancel()
	for {
		err := try(ctx)
		if err == nil {
			return
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			t.Fatalf("%s: not within %s: %v", what, busyMachine*within, err)
		}
	}
}
