// Package testnode makes this machine a node of a test cluster: a real kubelet
// with a real container runtime, beside the simulated nodes. It needs Debian and
// root, since a kubelet changes the machine that it runs on: addresses, cgroups,
// mounts, kernel settings. All of that has fixed names, and goes when the node
// stops, or when the next one starts after a stop that could not be orderly.
//
// internal/testnode/with starts one for a command, as make test-node does.
package testnode

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/steward-bot/steward/standin/cluster"
)

const (
	// Name of the node.
	Name = "real"
	// Label and taint of the node: pods come to it only when they ask for it.
	Label = "steward-test/real"
	// Image has a shell and BusyBox's commands, among them httpd and nc.
	Image = "registry.test/busybox:1"
	// ImageOfNobody is the same, for a user who is given by name.
	ImageOfNobody = "registry.test/nobody:1"

	address    = "10.99.0.1" // the kubelet refuses a loopback address
	podSubnet  = "10.99.1.0/24"
	bridge     = "steward-test"
	cgroup     = "steward-test"
	network    = "steward-test"
	pauseImage = "registry.test/pause:1"
)

// dir keeps everything that the node writes. It is fixed, so that a second node
// finds what the first one left; only root may write there.
const dir = "/var/lib/steward-test-node"

// Env names the node that runs, for the tests that need one.
const Env = "STEWARD_TEST_NODE"

// Path is a file of a test in the node's folder: it goes with the node, however
// the test ends.
func Path(name string) string { return filepath.Join(dir, "test-"+name) }

// KubeletOption is what the cluster's Options need for the node to join.
const KubeletOption = Name + "=" + address

// Node is this machine as a node.
type Node struct {
	lock     *os.File
	log      io.Writer
	registry *registry
	runtime  *process
	kubelet  *process
}

// Start makes the machine a node of the cluster, which was started with
// KubeletOption, and returns when pods can be scheduled to it. Whatever it
// answers, Stop has to follow.
func Start(ctx context.Context, c *cluster.Cluster, log io.Writer) (*Node, error) {
	n := &Node{log: log}
	if err := check(); err != nil {
		return n, err
	}
	binary, err := cluster.KubeletBuilt()
	if err != nil {
		return n, err
	}
	if err := n.claim(); err != nil {
		return n, err
	}
	if err := n.sweep(); err != nil {
		return n, fmt.Errorf("removing what an earlier node left: %w", err)
	}
	if err := prepare(); err != nil {
		return n, err
	}
	if err := n.startRuntime(ctx); err != nil {
		return n, err
	}
	if err := n.startKubelet(binary, c); err != nil {
		return n, err
	}
	config, err := clientcmd.BuildConfigFromFlags("", c.Kubeconfig)
	if err != nil {
		return n, fmt.Errorf("reading the kubeconfig: %w", err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return n, fmt.Errorf("making the client: %w", err)
	}
	return n, n.join(ctx, client)
}

// claim makes the machine this process's own: there is one address and one
// bridge for all.
func (n *Node) claim() error {
	lock, err := os.OpenFile(dir+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("claiming the machine: %w", err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = lock.Close()
		return fmt.Errorf("another make test-node is running on this machine: wait for its end")
	}
	n.lock = lock
	return nil
}

// Stop ends every process of the node and undoes what it did to the machine.
func (n *Node) Stop() error {
	if n.lock == nil {
		return nil // it never came to doing anything
	}
	began := time.Now()
	n.kubelet.kill()
	if n.runtime != nil {
		n.endContainers()
	}
	n.runtime.stop()
	n.registry.stop()
	err := n.sweep()
	_ = os.Remove(dir + ".lock")
	_ = n.lock.Close()
	n.say("stopped in %.1f s", time.Since(began).Seconds())
	return err
}

// logFile is where a process of the node writes.
func logFile(name string) string { return filepath.Join(dir, name+".log") }

func (n *Node) say(format string, args ...any) {
	_, _ = fmt.Fprintf(n.log, "node: "+format+"\n", args...)
}
