package testnode

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// packages are Debian's, by the program of each that is looked for.
var packages = []struct{ program, name string }{
	{"containerd", "containerd"},
	{"ctr", "containerd"},
	{"runc", "runc"},
	{"/usr/lib/cni/bridge", "containernetworking-plugins"},
	{"busybox", "busybox-static"},
	{"iptables", "iptables"},
	{"ip", "iproute2"},
}

// check says what this machine lacks.
func check() error {
	if runtime.GOOS != "linux" {
		return fmt.Errorf("a real kubelet runs on Linux only, and this is %s: run make test-node on a Debian machine", runtime.GOOS)
	}
	if os.Geteuid() != 0 {
		return fmt.Errorf("a real kubelet needs root: it makes cgroups, mounts and a network bridge; run make test-node as root, on a machine that is yours")
	}
	var absent []string
	for _, p := range packages {
		if _, err := exec.LookPath(p.program); err != nil {
			absent = append(absent, p.name)
		}
	}
	if len(absent) > 0 {
		return fmt.Errorf("a real kubelet needs programs of Debian's that are not here; install them with: apt-get install --no-install-recommends %s", strings.Join(absent, " "))
	}
	if _, err := os.Stat("/etc/debian_version"); err != nil {
		return fmt.Errorf("a real kubelet was only tried on Debian, which this machine is not: its container runtime and network plugins are looked for where Debian has them")
	}
	return nil
}
