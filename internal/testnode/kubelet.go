package testnode

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/steward-bot/steward/standin/cluster"
)

// kubeletConfig differs from a usual one only where it must: everything is in
// the node's folder, nothing is taken from the machine's other work, and no disk
// or memory of the machine makes the node evict pods.
const kubeletConfig = `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: ` + address + `
port: %[2]d
healthzPort: 0
readOnlyPort: 0
tlsCertFile: %[3]s/kubelet.crt
tlsPrivateKeyFile: %[3]s/kubelet.key
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: %[3]s/ca.crt}}
authorization: {mode: Webhook}
containerRuntimeEndpoint: unix://%[1]s/containerd.sock
cgroupDriver: cgroupfs
cgroupRoot: /` + cgroup + `
failCgroupV1: false
failSwapOn: false
enforceNodeAllocatable: []
localStorageCapacityIsolation: false
makeIPTablesUtilChains: false
serializeImagePulls: false
clusterDomain: cluster.local
clusterDNS: [10.96.0.10]
podLogsDir: %[1]s/pods
volumePluginDir: %[1]s/plugins
evictionHard: {memory.available: 1Mi, nodefs.available: 0%%, imagefs.available: 0%%}
imageGCHighThresholdPercent: 100
registerWithTaints: [{key: ` + Label + `, effect: NoSchedule}]
`

// startKubelet starts the kubelet with the credentials that the cluster made.
func (n *Node) startKubelet(binary string, c *cluster.Cluster) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	keys := filepath.Join(c.Dir, "pki")
	if err := writeAll(map[string]string{"kubelet.yaml": fmt.Sprintf(kubeletConfig, dir, port, keys)}); err != nil {
		return err
	}
	n.kubelet, err = run("kubelet", binary,
		"--config", filepath.Join(dir, "kubelet.yaml"), "--kubeconfig", filepath.Join(keys, "kubelet.kubeconfig"),
		"--root-dir", filepath.Join(dir, "kubelet"), "--cert-dir", filepath.Join(dir, "certificates"),
		"--hostname-override", Name, "--node-ip", address, "--node-labels", Label+"=true")
	if err != nil {
		return err
	}
	n.say("started the kubelet (pid %d)", n.kubelet.cmd.Process.Pid)
	return writeAll(map[string]string{"kubelet.pid": strconv.Itoa(n.kubelet.cmd.Process.Pid)})
}

// KillKubelet ends the kubelet of the node that runs, as a power cut would;
// containers go on. It is for a test, which is another process.
func KillKubelet() error {
	text, err := os.ReadFile(filepath.Join(dir, "kubelet.pid"))
	if err != nil {
		return fmt.Errorf("finding the kubelet: %w", err)
	}
	pid, err := strconv.Atoi(string(text))
	if err != nil {
		return fmt.Errorf("finding the kubelet: %w", err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		return fmt.Errorf("killing the kubelet: %w", err)
	}
	return nil
}

// join waits until the node is ready, and lets the API server ask its kubelet
// for logs.
func (n *Node) join(ctx context.Context, client kubernetes.Interface) error {
	began := time.Now()
	_, err := client.RbacV1().ClusterRoleBindings().Create(ctx, &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "kubelet-client"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "system:kubelet-api-admin"},
		Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: "kube-apiserver-kubelet-client"}},
	}, metav1.CreateOptions{})
	if err != nil {
		return fmt.Errorf("letting the API server speak to the kubelet: %w", err)
	}
	err = n.until(ctx, n.kubelet, "the node is ready", func(ctx context.Context) error { return nodeReady(ctx, client) })
	if err == nil {
		n.say("ready %.1f s after the kubelet's start", time.Since(began).Seconds())
	}
	return err
}

func nodeReady(ctx context.Context, client kubernetes.Interface) error {
	node, err := client.CoreV1().Nodes().Get(ctx, Name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady && condition.Status == corev1.ConditionTrue {
			if len(node.Spec.Taints) > 1 {
				return errors.New("the taint not-ready is still there")
			}
			return nil
		}
	}
	return fmt.Errorf("its conditions are %v", node.Status.Conditions)
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", net.JoinHostPort(address, "0"))
	if err != nil {
		return 0, fmt.Errorf("finding a free port: %w", err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().(*net.TCPAddr).Port, nil
}
