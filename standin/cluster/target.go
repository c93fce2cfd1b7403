package cluster

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
)

// BinaryEnv names a control plane binary that is to be used whatever the
// sources say: in an image, say, that has no sources.
const BinaryEnv = "STEWARD_CONTROLPLANE"

// KubeletEnv is the same for the kubelet of a real node.
const KubeletEnv = "STEWARD_KUBELET"

// ErrNotBuilt says that the control plane has to be built first, and how.
var ErrNotBuilt = errors.New("the local control plane is not built; build it once with: make controlplane (some minutes)")

// ErrKubeletNotBuilt says the same of the kubelet.
var ErrKubeletNotBuilt = errors.New("the kubelet is not built; build it once with: make kubelet (some minutes)")

// kubeletFolder has the kubelet's own sources, which are no part of the control
// plane.
const kubeletFolder = "kubelet"

// target is a program that is built from the control plane's module.
type target struct {
	name     string // of the file and, with a hash, of its folder
	env      string // names a binary to use instead
	missing  error
	folder   string // of the main package, inside the module
	estimate string // what the first build takes
}

var controlPlane = target{
	name: "controlplane", env: BinaryEnv, missing: ErrNotBuilt, folder: ".",
	estimate: "about 10 minutes on two cores with empty caches, 15 seconds with warm ones (it is Kubernetes itself; 0.7 GB to download, 3 GB of caches)",
}

var kubelet = target{
	name: "kubelet", env: KubeletEnv, missing: ErrKubeletNotBuilt, folder: kubeletFolder,
	estimate: "about a minute on two cores beside a control plane that is built, 8 minutes alone",
}

// Path is where the control plane's binary for these sources and this machine
// is, or will be when it is built. Outside a checkout it is the newest that has
// been built.
func Path() (string, error) { return controlPlane.path() }

// Built is Path of a binary that exists, or ErrNotBuilt.
func Built() (string, error) { return controlPlane.built() }

// Build makes the binary at Path if it is not there yet, and tells progress
// what it does and how far it is, every few seconds. Two builds at once wait for
// each other, and the second finds the work done.
func Build(ctx context.Context, progress io.Writer) error { return controlPlane.build(ctx, progress) }

// KubeletPath is Path for the kubelet of a real node.
func KubeletPath() (string, error) { return kubelet.path() }

// KubeletBuilt is Built for the kubelet of a real node.
func KubeletBuilt() (string, error) { return kubelet.built() }

// BuildKubelet is Build for the kubelet of a real node.
func BuildKubelet(ctx context.Context, progress io.Writer) error { return kubelet.build(ctx, progress) }

// goesIn tells the files that end up in the binary from tests, notes and the
// other program's sources. name is relative to the module.
func (t target) goesIn(name string) bool {
	inKubelet := strings.HasPrefix(filepath.ToSlash(name), kubeletFolder+"/")
	switch filepath.Ext(name) {
	case ".mod", ".sum":
		return true
	case ".go":
		return !strings.HasSuffix(name, "_test.go") && inKubelet == (t.folder == kubeletFolder)
	case ".tmpl", ".yaml":
		return inKubelet == (t.folder == kubeletFolder)
	}
	return false
}
