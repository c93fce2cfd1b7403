package testnode

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// sweep removes all that a node leaves on a machine, by its fixed names, whoever
// ran it. What is not there is no error.
func (n *Node) sweep() error {
	var all []error
	all = append(all, killUntilGone("the node's programs", programs), killUntilGone("the containers", contained))
	all = append(all, unmount())
	if hasLink(bridge) {
		all = append(all, command("ip", "link", "delete", bridge))
	}
	if hasAddress(address) {
		all = append(all, command("ip", "address", "delete", address+"/32", "dev", "lo"))
	}
	all = append(all, removeCgroups(), restore())
	if err := os.RemoveAll(dir); err != nil {
		all = append(all, fmt.Errorf("removing the node's folder: %w", err))
	}
	return errors.Join(all...)
}

// killUntilGone kills the processes that find names until there are none.
func killUntilGone(what string, find func() []int) error {
	deadline := time.Now().Add(20 * time.Second)
	for {
		left := find()
		if len(left) == 0 {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s do not end: %v", what, left)
		}
		for _, pid := range left {
			if p, err := os.FindProcess(pid); err == nil {
				_ = p.Kill()
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// programs are the runtime, its shims and the kubelet: each has a path in the
// node's folder among its arguments.
func programs() []int {
	var pids []int
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		line, err := os.ReadFile(file)
		if err != nil || !bytes.Contains(line, []byte(dir+"/")) {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		name, _, _ := bytes.Cut(line, []byte{0})
		if err == nil && slices.Contains([]string{"containerd", "containerd-shim-runc-v2", "kubelet", "runc", "ctr"}, filepath.Base(string(name))) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// contained are the processes in the node's cgroups.
func contained() []int {
	seen := map[int]bool{}
	roots, _ := cgroupRoots()
	for _, root := range roots {
		for _, folder := range below(filepath.Join(root, cgroup)) {
			text, _ := os.ReadFile(filepath.Join(folder, "cgroup.procs"))
			for _, field := range strings.Fields(string(text)) {
				if pid, err := strconv.Atoi(field); err == nil && pid > 0 {
					seen[pid] = true
				}
			}
		}
	}
	var pids []int
	for pid := range seen {
		pids = append(pids, pid)
	}
	return pids
}

// below are a folder and the folders in it, the deepest last.
func below(top string) []string {
	var folders []string
	_ = filepath.WalkDir(top, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			folders = append(folders, path)
		}
		return nil // one that has just gone is as good as removed
	})
	return folders
}

func removeCgroups() error {
	roots, _ := cgroupRoots()
	for _, root := range roots {
		top := filepath.Join(root, cgroup)
		for _, folder := range slices.Backward(below(top)) {
			_ = os.Remove(folder)
		}
		if _, err := os.Stat(top); err == nil {
			return fmt.Errorf("the cgroup %s cannot be removed: something is in it", top)
		}
	}
	return nil
}

// unmount takes away what is mounted in the node's folder, the last first.
func unmount() error {
	table, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return fmt.Errorf("reading what is mounted: %w", err)
	}
	var all []error
	for _, line := range slices.Backward(strings.Split(string(table), "\n")) {
		if fields := strings.Fields(line); len(fields) > 1 && strings.HasPrefix(fields[1], dir+"/") {
			all = append(all, command("umount", "--lazy", fields[1]))
		}
	}
	return errors.Join(all...)
}

// restore gives the kernel its settings back and removes the folders that the
// node's programs made elsewhere.
func restore() error {
	data, err := os.ReadFile(beforeFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var b before
	if err == nil {
		err = json.Unmarshal(data, &b)
	}
	if err != nil {
		return fmt.Errorf("reading how the machine was: %w", err)
	}
	var all []error
	for name, value := range b.Settings {
		if err := os.WriteFile(filepath.Join("/proc/sys", name), []byte(value), 0); err != nil {
			all = append(all, fmt.Errorf("restoring a setting of the kernel: %w", err))
		}
	}
	for _, path := range b.Absent {
		if slices.Contains(elsewhere, path) {
			all = append(all, os.RemoveAll(path))
		}
	}
	return errors.Join(all...)
}

func hasLink(name string) bool {
	_, err := os.Stat(filepath.Join("/sys/class/net", name))
	return err == nil
}
