package up

import (
	"path/filepath"
	"strconv"
)

// component is one process of the control plane: this same binary under
// another name.
type component struct {
	name string
	args []string
}

// etcdComponent keeps the state, without fsync: it is thrown away.
func etcdComponent(l layout, c credentials) component {
	return component{"etcd", []string{
		"--data-dir=" + l.etcd(), "--port=" + strconv.Itoa(l.ports.etcd),
		"--ca-file=" + c.authority, "--cert-file=" + c.etcd.CertFile, "--key-file=" + c.etcd.KeyFile,
	}}
}

// apiserverComponent needs no peers, no lease of its own and no rate limits
// from the outside.
func apiserverComponent(l layout, c credentials) component {
	return component{"apiserver", []string{
		"--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", "--secure-port=" + strconv.Itoa(l.ports.apiserver),
		"--endpoint-reconciler-type=none", "--service-cluster-ip-range=10.96.0.0/16", "--allow-privileged=true",
		"--etcd-servers=https://127.0.0.1:" + strconv.Itoa(l.ports.etcd),
		"--etcd-cafile=" + c.authority, "--etcd-certfile=" + c.etcd.CertFile, "--etcd-keyfile=" + c.etcd.KeyFile,
		"--tls-cert-file=" + c.serving.CertFile, "--tls-private-key-file=" + c.serving.KeyFile, "--client-ca-file=" + c.authority,
		"--authorization-mode=Node,RBAC", "--anonymous-auth=false",
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file=" + c.serviceAccounts, "--service-account-signing-key-file=" + c.serviceAccounts,
		// Simulated nodes have addresses that nobody has, and answer on this
		// machine's name; a real one has an address and no name.
		"--kubelet-preferred-address-types=InternalDNS,InternalIP", "--kubelet-certificate-authority=" + c.authority,
		"--kubelet-client-certificate=" + c.kubeletClient.CertFile, "--kubelet-client-key=" + c.kubeletClient.KeyFile,
		"--requestheader-client-ca-file=" + c.frontProxy, "--requestheader-allowed-names=front-proxy-client",
		"--requestheader-username-headers=X-Remote-User", "--requestheader-group-headers=X-Remote-Group",
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--proxy-client-cert-file=" + c.proxyClient.CertFile, "--proxy-client-key-file=" + c.proxyClient.KeyFile,
		"--profiling=false",
	}}
}

// controllerManagerComponent believes metrics at once: the defaults ignore a
// pod's CPU for its first five minutes.
func controllerManagerComponent(l layout, c credentials) component {
	return component{"controller-manager", append(controllerFlags(l, controllerManager),
		"--use-service-account-credentials=true",
		"--service-account-private-key-file="+c.serviceAccounts, "--root-ca-file="+c.authority,
		"--horizontal-pod-autoscaler-sync-period=2s",
		"--horizontal-pod-autoscaler-initial-readiness-delay=1s",
		"--horizontal-pod-autoscaler-cpu-initialization-period=1s",
		"--concurrent-deployment-syncs=20", "--concurrent-replicaset-syncs=20", "--concurrent-namespace-syncs=20",
	)}
}

func schedulerComponent(l layout) component {
	return component{"scheduler", controllerFlags(l, scheduler)}
}

// controllerFlags lift the client's rate limit, which makes 1,000 pods take 49
// seconds instead of 13.
func controllerFlags(l layout, user string) []string {
	return []string{
		"--kubeconfig=" + l.kubeconfigOf(user), "--leader-elect=false", "--secure-port=0",
		"--kube-api-qps=500", "--kube-api-burst=1000", "--profiling=false",
	}
}

// kwokComponent plays the nodes' kubelets.
func kwokComponent(l layout) component {
	return component{"kwok", []string{
		"--kubeconfig=" + l.kubeconfig(), "--config=" + l.stages(), "--node-lease-duration-seconds=40", "--v=WARN",
		"--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake",
	}}
}

// agentComponent answers for the kubelets: logs, and metrics.k8s.io.
func agentComponent(l layout, c credentials) component {
	return component{"agent", []string{
		"--kubeconfig=" + l.kubeconfig(), "--port=" + strconv.Itoa(l.ports.agent),
		"--cert-file=" + c.agent.CertFile, "--key-file=" + c.agent.KeyFile,
		"--client-ca-file=" + c.authority, "--client-ca-file=" + c.frontProxy,
		"--logs-dir=" + filepath.Join(l.dir, "logs"),
	}}
}
