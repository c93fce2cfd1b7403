package test

import (
	"context"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/steward-bot/steward/standin/shop"
)

// shop [broken] opens the demo's shop in the story's namespace, and brings its
// three faults into it.
func (w *world) shop(ts *testscript.TestScript, _ bool, args []string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	s := shop.Shop{Client: w.cluster.Client, Namespace: w.namespace}
	ts.Check(s.Open(ctx))
	if len(args) > 0 {
		ts.Check(s.Break(ctx))
	}
}

// apply FILE applies a manifest of the script, in the story's namespace.
func (w *world) apply(ts *testscript.TestScript, _ bool, args []string) {
	_, err := w.cluster.TryKubectl("apply", "--namespace", w.namespace, "-f", ts.MkAbs(args[0]))
	ts.Check(err)
}

// kubectl ARGS… is somebody else at work in the story's namespace.
func (w *world) kubectl(ts *testscript.TestScript, neg bool, args []string) {
	out, err := w.cluster.TryKubectl(append([]string{"--namespace", w.namespace}, args...)...)
	if (err != nil) != neg {
		ts.Fatalf("kubectl %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	ts.Logf("%s", out)
}

// image DEPLOYMENT IMAGE waits until the Deployment's template has an image
// that ends so; with ! it must not have it now.
func (w *world) image(ts *testscript.TestScript, neg bool, args []string) {
	read := func() string {
		out, err := w.cluster.TryKubectl("--namespace", w.namespace, "get", "deployment", args[0], "-o", "jsonpath={.spec.template.spec.containers[0].image}")
		ts.Check(err)
		return out
	}
	if neg {
		if image := read(); strings.HasSuffix(image, args[1]) {
			ts.Fatalf("the image is %s", image)
		}
		return
	}
	last := ""
	if until(func() string {
		if last = read(); strings.HasSuffix(last, args[1]) {
			return ""
		}
		return "not yet"
	}) != "" {
		ts.Fatalf("the image is %s, not %s\n%s", last, args[1], w.logs)
	}
}
