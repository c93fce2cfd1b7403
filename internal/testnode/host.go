package testnode

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// kernelSettings are changed by the kubelet and the bridge plugin, for the whole
// machine.
var kernelSettings = []string{"vm/overcommit_memory", "vm/panic_on_oom", "kernel/panic", "kernel/panic_on_oops", "kernel/keys/root_maxkeys", "kernel/keys/root_maxbytes", "net/ipv4/ip_forward"}

// elsewhere are folders outside dir that the node's programs cannot be told to
// leave alone.
var elsewhere = []string{
	"/run/containerd", "/opt/containerd", "/var/lib/cni", "/run/netns", "/var/log/containers", "/var/log/pods",
	"/var/lib/kubelet", "/run/runc", "/run/xtables.lock",
}

// before is the machine as it was: what has to be as it is there afterwards.
type before struct {
	Settings map[string]string
	Absent   []string // of elsewhere
}

func beforeFile() string { return filepath.Join(dir, "before.json") }

// prepare notes how the machine is and makes what the runtime and the kubelet
// expect to find.
func prepare() error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making the node's folder: %w", err)
	}
	if err := note(); err != nil {
		return err
	}
	if err := command("ip", "address", "add", address+"/32", "dev", "lo"); err != nil {
		return err
	}
	roots, err := cgroupRoots()
	if err != nil {
		return err
	}
	for _, root := range roots {
		if err := os.Mkdir(filepath.Join(root, cgroup), 0o755); err != nil {
			return fmt.Errorf("making the node's cgroup: %w", err)
		}
	}
	return nil
}

func note() error {
	b := before{Settings: map[string]string{}}
	for _, name := range kernelSettings {
		if value, err := os.ReadFile(filepath.Join("/proc/sys", name)); err == nil {
			b.Settings[name] = strings.TrimSpace(string(value))
		}
	}
	for _, path := range elsewhere {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			b.Absent = append(b.Absent, path)
		}
	}
	data, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("noting how the machine is: %w", err)
	}
	if err := os.WriteFile(beforeFile(), data, 0o600); err != nil {
		return fmt.Errorf("noting how the machine is: %w", err)
	}
	return nil
}

// cgroupRoots are where the node's cgroup is made: one folder for each
// controller of version 1 (and the empty hierarchy of version 2 beside them),
// one for all of version 2.
func cgroupRoots() ([]string, error) {
	const top = "/sys/fs/cgroup"
	if _, err := os.Stat(filepath.Join(top, "cgroup.controllers")); err == nil {
		return []string{top}, nil
	}
	found, err := filepath.Glob(filepath.Join(top, "*", "cgroup.procs"))
	if err != nil || len(found) == 0 {
		return nil, fmt.Errorf("this machine has no cgroups in %s: a container would be refused", top)
	}
	var roots []string
	for _, file := range found {
		root, err := filepath.EvalSymlinks(filepath.Dir(file))
		if err != nil {
			return nil, fmt.Errorf("looking for the cgroups: %w", err)
		}
		if root == filepath.Dir(file) { // cpu and cpuacct may be links to one
			roots = append(roots, root)
		}
	}
	return roots, nil
}

func command(name string, args ...string) error {
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}
