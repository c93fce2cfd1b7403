// Command with runs another command beside a control plane and a real node, and
// removes both afterwards: go run ./internal/testnode/with -- go test -tags node
// ./test/node. The exit code is the command's own.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"github.com/steward-bot/steward/internal/testcluster"
	"github.com/steward-bot/steward/internal/testnode"
	"github.com/steward-bot/steward/standin/cluster"
)

func main() {
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		_, _ = fmt.Fprintln(os.Stderr, "with: name a command to run beside the node")
		return 2
	}
	// An interrupt reaches the command too, by the terminal; this process stays
	// until the command has ended, to clean up after it.
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer cancel()
	code, err := beside(ctx, args)
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "with:", err)
	}
	return code
}

func beside(ctx context.Context, args []string) (code int, err error) {
	start, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	running, err := cluster.Start(start, cluster.Options{Nodes: 2, Kubelet: testnode.KubeletOption})
	if err != nil {
		return 1, err
	}
	defer running.Stop()
	node, err := testnode.Start(start, running, os.Stderr)
	defer func() {
		if left := node.Stop(); left != nil {
			code, err = 1, errors.Join(err, fmt.Errorf("cleaning up after the node: %w", left))
		}
	}()
	if err != nil {
		return 1, err
	}
	return command(ctx, running, args)
}

// command runs the command, interrupts it when ctx ends, and gives its exit code.
func command(ctx context.Context, running *cluster.Cluster, args []string) (int, error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), testcluster.KubeconfigEnv+"="+running.Kubeconfig, testnode.Env+"="+testnode.Name)
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0, nil
	case errors.As(err, &exit) && exit.ExitCode() > 0:
		return exit.ExitCode(), nil
	}
	return 1, err
}
