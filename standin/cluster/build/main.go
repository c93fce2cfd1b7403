// Command build makes the local control plane if it is not built yet, and
// prints its path: go run ./standin/cluster/build. With the argument kubelet it
// does so for the kubelet of a real node.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/steward-bot/steward/standin/cluster"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	build, where := cluster.Build, cluster.Path
	switch {
	case len(args) == 1 && args[0] == "kubelet":
		build, where = cluster.BuildKubelet, cluster.KubeletPath
	case len(args) > 0:
		_, _ = fmt.Fprintln(stderr, "build: give no argument for the control plane, or kubelet for the kubelet")
		return 2
	}
	if err := build(ctx, stderr); err != nil {
		_, _ = fmt.Fprintln(stderr, err)
		return 1
	}
	path, err := where()
	if err != nil {
		_, _ = fmt.Fprintln(stderr, err)
		return 1
	}
	_, _ = fmt.Fprintln(stdout, path)
	return 0
}
