// Command kubelet is the kubelet of the cluster's own release, in a file of its
// own: only the tests on a real node need it (make test-node), so nobody else
// builds or downloads what it is made from. It takes the kubelet's own flags.
package main

import (
	"context"
	"io"
	"os"

	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	"k8s.io/kubernetes/cmd/kubelet/app"
)

func main() {
	// Whoever starts it holds the other end of its standard input, so that it
	// does not outlive them.
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	os.Exit(cli.Run(app.NewKubeletCommand(context.Background())))
}
