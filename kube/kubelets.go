package kube

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"
)

// kubeletPort is where a kubelet serves, if its node says nothing else.
const kubeletPort = 10250

// Kubelets asks the nodes' kubelets themselves, with steward's credentials and
// the cluster's CA. It is not the API server's proxy to them, whose permission
// (nodes/proxy) would open all of a kubelet's API: a kubelet asks for
// nodes/stats and nodes/metrics only. A kubelet whose certificate the cluster's
// CA has not signed gets no credentials, and is not asked.
type Kubelets struct {
	client *http.Client
	refuse error // why none can be asked
}

// NewKubelets makes the client. It speaks to nobody.
func NewKubelets(cfg *rest.Config) (*Kubelets, error) {
	if len(cfg.CAData) == 0 && cfg.CAFile == "" && !cfg.Insecure {
		return &Kubelets{refuse: errors.New("the kubeconfig names no CA of the cluster, and steward gives its credentials to nobody whom just any CA vouches for")}, nil
	}
	if cfg.Insecure {
		return &Kubelets{refuse: errors.New("the kubeconfig does not verify certificates, and steward gives its credentials to nobody unverified")}, nil
	}
	direct := rest.CopyConfig(cfg)
	direct.ServerName = "" // it is the API server's
	transport, err := rest.TransportFor(direct)
	if err != nil {
		return nil, fmt.Errorf("making the client for kubelets: %w", err)
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Kubelets{client: &http.Client{Transport: transport, Timeout: requestTimeout, CheckRedirect: stay}}, nil
}

// noKubelets is for a cluster whose kubelets are not to be asked: whoever is
// root on a node would be given what steward may do everywhere.
func noKubelets() *Kubelets {
	return &Kubelets{refuse: errors.New("steward was not told that it may ask kubelets (clusters[].kubelets)")}
}

// Get reads a path of a node's kubelet, such as "/stats/summary". The caller
// closes what it gives.
func (k *Kubelets) Get(ctx context.Context, node *corev1.Node, path string) (io.ReadCloser, error) {
	if k.refuse != nil {
		return nil, k.refuse
	}
	address, err := kubeletAddress(node)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+address+path, nil)
	if err != nil {
		return nil, fmt.Errorf("asking the kubelet of %s: %w", node.Name, err)
	}
	response, err := k.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("asking the kubelet of %s: %w", node.Name, err)
	}
	if response.StatusCode != http.StatusOK {
		_ = response.Body.Close()
		resource := schema.GroupResource{Resource: "nodes"}
		return nil, apierrors.NewGenericServerResponse(response.StatusCode, "get", resource, node.Name, "", 0, true)
	}
	return response.Body, nil
}

// kubeletAddress is where a node says that its kubelet serves.
func kubeletAddress(node *corev1.Node) (string, error) {
	port := node.Status.DaemonEndpoints.KubeletEndpoint.Port
	if port <= 0 || port > 65535 {
		port = kubeletPort
	}
	for _, address := range node.Status.Addresses {
		if address.Type == corev1.NodeInternalIP && net.ParseIP(address.Address) != nil {
			return net.JoinHostPort(address.Address, strconv.Itoa(int(port))), nil
		}
	}
	return "", fmt.Errorf("the node %s has no internal address", node.Name)
}
