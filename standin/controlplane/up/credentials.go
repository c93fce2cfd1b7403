package up

import (
	"fmt"
	"path/filepath"
	"strings"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/steward-bot/steward/standin/controlplane/pki"
)

// credentials are the certificates of one cluster and the kubeconfigs of those
// who talk to its API server.
type credentials struct {
	authority       string // signs clients and servers
	frontProxy      string // signs the API server as a proxy to metrics.k8s.io
	serving         pki.Pair
	etcd            pki.Pair
	kubeletClient   pki.Pair
	proxyClient     pki.Pair
	agent           pki.Pair
	serviceAccounts string // the key that signs service account tokens
}

// The components that have a user of their own; the others are administrators.
const (
	controllerManager = "controller-manager"
	scheduler         = "scheduler"
)

// localhost is whatever name a client on this machine may use.
func localhost(more ...string) []string { return append([]string{"127.0.0.1", "localhost"}, more...) }

// issue makes every key anew and writes the kubeconfigs.
func issue(l layout, name string, kubelet Kubelet) (credentials, error) {
	authority, err := pki.NewAuthority(l.pki(), "ca")
	if err != nil {
		return credentials{}, err
	}
	frontProxy, err := pki.NewAuthority(l.pki(), "front-proxy-ca")
	if err != nil {
		return credentials{}, err
	}
	c := credentials{authority: authority.CertFile(), frontProxy: frontProxy.CertFile(), serviceAccounts: filepath.Join(l.pki(), "service-accounts.key")}
	if _, err := pki.NewKey(c.serviceAccounts); err != nil {
		return credentials{}, err
	}
	for _, want := range []struct {
		into   *pki.Pair
		signer *pki.Authority
		file   string
		who    pki.Identity
	}{
		{&c.serving, authority, "apiserver", pki.Identity{Name: "kube-apiserver", Hosts: localhost("kubernetes", "kubernetes.default", "kubernetes.default.svc", "10.96.0.1")}},
		{&c.etcd, authority, "etcd", pki.Identity{Name: "etcd", Hosts: localhost()}},
		{&c.kubeletClient, authority, "kubelet-client", pki.Identity{Name: "kube-apiserver-kubelet-client"}},
		{&c.proxyClient, frontProxy, "front-proxy", pki.Identity{Name: "front-proxy-client"}},
		{&c.agent, authority, "agent", pki.Identity{Name: "agent", Hosts: localhost(metricsService + ".kube-system.svc")}},
	} {
		if *want.into, err = want.signer.Issue(want.file, want.who); err != nil {
			return credentials{}, err
		}
	}
	for file, who := range map[string]pki.Identity{
		l.kubeconfig():                    {Name: "admin", Groups: []string{"system:masters"}},
		l.kubeconfigOf(controllerManager): {Name: "system:kube-controller-manager"},
		l.kubeconfigOf(scheduler):         {Name: "system:kube-scheduler"},
	} {
		if err := writeKubeconfig(l, name, file, authority, who); err != nil {
			return credentials{}, err
		}
	}
	return c, kubelet.issue(l, name, authority)
}

// writeKubeconfig writes one that stands alone: the certificates are inside.
func writeKubeconfig(l layout, name, file string, authority *pki.Authority, who pki.Identity) error {
	user := strings.TrimPrefix(who.Name, "system:")
	pair, err := authority.Issue(user, who)
	if err != nil {
		return err
	}
	config := api.NewConfig()
	config.Clusters[name] = &api.Cluster{Server: l.server(), CertificateAuthority: authority.CertFile()}
	config.AuthInfos[user] = &api.AuthInfo{ClientCertificate: pair.CertFile, ClientKey: pair.KeyFile}
	config.Contexts[name] = &api.Context{Cluster: name, AuthInfo: user, Namespace: "default"}
	config.CurrentContext = name
	if err := api.FlattenConfig(config); err != nil {
		return fmt.Errorf("reading the certificates of %s: %w", user, err)
	}
	if err := clientcmd.WriteToFile(*config, file); err != nil {
		return fmt.Errorf("writing the kubeconfig of %s: %w", user, err)
	}
	return nil
}
