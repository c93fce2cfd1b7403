// Command build makes the local control plane if it is not built yet, and
// prints its path: go run ./standin/cluster/build.
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
	code := run(ctx, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, stdout, stderr io.Writer) int {
	if err := cluster.Build(ctx, stderr); err != nil {
		_, _ = fmt.Fprintln(stderr, err)
		return 1
	}
	path, err := cluster.Path()
	if err != nil {
		_, _ = fmt.Fprintln(stderr, err)
		return 1
	}
	_, _ = fmt.Fprintln(stdout, path)
	return 0
}
