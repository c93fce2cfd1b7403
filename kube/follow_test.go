package kube_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"
	"k8s.io/client-go/rest"

	"github.com/steward-bot/steward/kube"
)

// An API server behind a proxy that cuts every watch after a moment, as load
// balancers do, and for a while does not answer at all.
func TestFollowingOutlivesCutConnectionsAndAServerThatIsAway(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.Apply(t, p.ns, manifest("Deployment", "checkout"))
	target := p.target(t, "checkout")
	p.settled(t, target)
	var away atomic.Bool
	cluster := behind(t, p, &away)

	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	seen := cluster.Follow(ctx, target)
	until(t, seen, "it is seen", func(s kube.Seen) bool { return s.Workload != nil })
	time.Sleep(time.Second) // several watches long
	p.Kubectl(t, "-n", p.ns, "scale", "deployment/checkout", "--replicas=3")
	until(t, seen, "the change is seen", func(s kube.Seen) bool { return s.Workload != nil && s.Replicas() == 3 })
	away.Store(true)
	until(t, seen, "the outage is told", func(s kube.Seen) bool { return s.Err != nil })
	p.Kubectl(t, "-n", p.ns, "scale", "deployment/checkout", "--replicas=4")
	away.Store(false)
	until(t, seen, "the change during the outage is seen", func(s kube.Seen) bool { return s.Workload != nil && s.Replicas() == 4 })
	p.Kubectl(t, "-n", p.ns, "delete", "deployment/checkout")
	until(t, seen, "the deletion is seen", func(s kube.Seen) bool { return s.Gone })
	if _, open := <-seen; open {
		t.Error("something comes after the end")
	}
}

func TestFollowingEndsWithItsContext(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.Apply(t, p.ns, manifest("Deployment", "checkout"))
	ctx, cancel := context.WithCancel(t.Context())
	seen := p.cluster.Follow(ctx, p.target(t, "checkout"))
	until(t, seen, "it is seen", func(s kube.Seen) bool { return s.Workload != nil })
	cancel()
	deadline := time.After(5 * time.Second)
	for {
		select {
		case _, open := <-seen:
			if !open {
				return
			}
		case <-deadline:
			t.Fatal("it goes on")
		}
	}
}

func until(t *testing.T, seen <-chan kube.Seen, what string, hold func(kube.Seen) bool) {
	t.Helper()
	deadline := time.After(15 * time.Second)
	for {
		select {
		case s, open := <-seen:
			if !open {
				t.Fatalf("waiting until %s: the channel was closed", what)
			}
			if hold(s) {
				return
			}
		case <-deadline:
			t.Fatalf("waiting until %s: nothing more came", what)
		}
	}
}

// behind opens the place's cluster through a proxy on loopback.
func behind(t *testing.T, p place, away *atomic.Bool) *kube.Cluster {
	t.Helper()
	server, err := url.Parse(p.Config.Host)
	if err != nil {
		t.Fatal(err)
	}
	transport, err := rest.TransportFor(p.Config)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(server)
	proxy.Transport, proxy.FlushInterval = transport, -1
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	front := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if away.Load() {
			http.Error(w, "away", http.StatusServiceUnavailable)
			return
		}
		if strings.Contains(r.URL.RawQuery, "watch=") {
			ctx, cancel := context.WithTimeout(r.Context(), 300*time.Millisecond)
			defer cancel()
			r = r.WithContext(ctx)
		}
		defer func() { _ = recover() }() // the proxy's way of cutting a connection
		proxy.ServeHTTP(w, r)
	})}
	go front.Serve(listener)
	t.Cleanup(func() { front.Close() })
	kubeconfig := t.TempDir() + "/kubeconfig"
	text := "{apiVersion: v1, kind: Config, current-context: c, clusters: [{name: c, cluster: {server: \"http://" + listener.Addr().String() + "\"}}], contexts: [{name: c, context: {cluster: c, user: \"\"}}]}"
	if err := os.WriteFile(kubeconfig, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	clusters, err := kube.Open([]kube.Config{{Name: "prod-eu", Kubeconfig: kubeconfig}}, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	return clusters.All()[0]
}
