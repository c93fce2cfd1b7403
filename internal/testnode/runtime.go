package testnode

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

func socket() string { return filepath.Join(dir, "containerd.sock") }

// runtimeConfig keeps containerd in the node's folder: its state, its network,
// and where it looks for images. A machine that is a container itself may forbid
// to protect a process from the OOM killer, hence restrict_oom_score_adj.
const runtimeConfig = `version = 2
root = "%[1]s/containerd"
state = "%[1]s/run"
disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]
[grpc]
  address = "%[1]s/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "%[1]s/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "` + pauseImage + `"
  netns_mounts_under_state_dir = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "%[1]s/network"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "%[1]s/registries"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        Root = "%[1]s/runc"
        SystemdCgroup = false
`

// networkConfig is a bridge for the pods, without a way out of the machine.
const networkConfig = `{
  "cniVersion": "0.4.0", "name": "` + network + `",
  "plugins": [{
    "type": "bridge", "bridge": "` + bridge + `", "isGateway": true, "ipMasq": false, "hairpinMode": true,
    "ipam": {"type": "host-local", "dataDir": "%[1]s/addresses", "ranges": [[{"subnet": "` + podSubnet + `"}]]}
  }]
}
`

// startRuntime starts containerd with the images that pods of the node use.
func (n *Node) startRuntime(ctx context.Context) error {
	var err error
	if n.registry, err = startRegistry(); err != nil {
		return err
	}
	files := map[string]string{
		"containerd.toml":             fmt.Sprintf(runtimeConfig, dir),
		"network/10-steward.conflist": fmt.Sprintf(networkConfig, dir),
	}
	for host, where := range n.registry.hosts() {
		files["registries/"+host+"/hosts.toml"] = fmt.Sprintf("server = %q\n[host.%q]\n  capabilities = [\"pull\", \"resolve\"]\n", where, where)
	}
	if err := writeAll(files); err != nil {
		return err
	}
	if n.runtime, err = run("containerd", "containerd", "--config", filepath.Join(dir, "containerd.toml")); err != nil {
		return err
	}
	n.say("started containerd (pid %d)", n.runtime.cmd.Process.Pid)
	err = n.until(ctx, n.runtime, "containerd answers", func(ctx context.Context) error { return ctr(ctx, "version") })
	if err != nil {
		return err
	}
	pause, err := pauseImageFile(ctx)
	if err != nil {
		return err
	}
	busybox, err := busyboxImage(ctx, Image, "")
	if err != nil {
		return err
	}
	nobody, err := busyboxImage(ctx, ImageOfNobody, "nobody")
	if err != nil {
		return err
	}
	for _, file := range []string{pause, busybox, nobody} {
		if err := ctr(ctx, "images", "import", file); err != nil {
			return fmt.Errorf("giving containerd an image: %w", err)
		}
	}
	return nil
}

func writeAll(files map[string]string) error {
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return fmt.Errorf("writing the node's settings: %w", err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return fmt.Errorf("writing the node's settings: %w", err)
		}
	}
	return nil
}

// ctr runs containerd's own client, on what belongs to Kubernetes.
func ctr(ctx context.Context, args ...string) error {
	all := append([]string{"--address", socket(), "--namespace", "k8s.io"}, args...)
	if out, err := exec.CommandContext(ctx, "ctr", all...).CombinedOutput(); err != nil {
		return fmt.Errorf("ctr %v: %w: %s", args, err, out)
	}
	return nil
}

// endContainers kills what runs in the containers while the runtime is there to
// see it: its shims then end by themselves and leave nothing behind.
func (n *Node) endContainers() {
	if err := killUntilGone("the containers", contained); err != nil {
		n.say("%v", err)
	}
	deadline := time.Now().Add(5 * time.Second)
	for len(programs()) > 1 && time.Now().Before(deadline) {
		time.Sleep(50 * time.Millisecond)
	}
}

// until asks again and again whether something holds, and gives up when the
// process has ended or the time is up.
func (n *Node) until(ctx context.Context, p *process, what string, holds func(context.Context) error) error {
	for {
		err := holds(ctx)
		if err == nil {
			return nil
		}
		if ended := p.ended(); ended != nil {
			return ended
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("waiting until %s: %w; last answer: %w", what, context.Cause(ctx), err)
		}
	}
}
