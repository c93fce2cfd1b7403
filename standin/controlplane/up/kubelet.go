package up

import (
	"errors"
	"strings"

	"github.com/steward-bot/steward/standin/controlplane/pki"
)

// Kubelet is a real node that is to join the cluster: a machine with a container
// runtime, whose kubelet others start. This package only makes what it needs to
// be believed: in the folder of the keys, kubelet.crt and kubelet.key to serve
// with, and kubelet.kubeconfig to speak to the API server as that node.
type Kubelet struct {
	// Node is the node's name; Address is where its kubelet listens.
	Node, Address string
}

// Set reads NAME=ADDRESS, as the flag has it.
func (k *Kubelet) Set(text string) error {
	name, address, found := strings.Cut(text, "=")
	if !found || name == "" || address == "" {
		return errors.New("write NAME=ADDRESS")
	}
	k.Node, k.Address = name, address
	return nil
}

// String is what Set reads.
func (k *Kubelet) String() string {
	if k.Node == "" {
		return ""
	}
	return k.Node + "=" + k.Address
}

func (k *Kubelet) issue(l layout, cluster string, authority *pki.Authority) error {
	if k.Node == "" {
		return nil
	}
	if _, err := authority.Issue("kubelet", pki.Identity{Name: "system:node:" + k.Node, Groups: []string{"system:nodes"}, Hosts: []string{k.Node, k.Address}}); err != nil {
		return err
	}
	return writeKubeconfig(l, cluster, l.kubeconfigOf("kubelet"), authority,
		pki.Identity{Name: "system:node:" + k.Node, Groups: []string{"system:nodes"}})
}
