// Package agent answers for the simulated kubelets: their log endpoint, and the
// metrics.k8s.io API that a metrics server would make of their figures. It also
// runs package program.
//
// What a pod logs is, in this order:
//
//   - the file LOGS/NAMESPACE/NAME.log, where NAME is the pod's name or any part
//     of it that ends before a "-", the longest first: checkout-7d9f-x2k4q.log is
//     for that pod, checkout-7d9f.log for a ReplicaSet's, checkout.log for the
//     Deployment's; for the run before the last restart NAME.previous.log.
//     Lines are plain text, or in the format of the container runtimes
//     ("<RFC 3339 time> stdout F text");
//   - the pod's annotation steward-test/log or steward-test/previous-log;
//   - something plausible for its fault, or for what it needs and does not have.
//
// What a pod uses comes from its annotations steward-test/cpu and
// steward-test/memory, else from its requests.
package agent

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	listers "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/steward-bot/steward/standin/controlplane/program"
)

// Options of the agent.
type Options struct {
	// Kubeconfig of a user who may list pods and nodes.
	Kubeconfig string
	// Port on 127.0.0.1.
	Port int
	// CertFile and KeyFile are what it serves with.
	CertFile, KeyFile string
	// ClientCAFiles sign the clients that it answers: the API server as a
	// kubelet's client and as a front proxy.
	ClientCAFiles []string
	// LogsDir holds the log files that callers write; it need not exist.
	LogsDir string
}

// agent is what the handlers share.
type agent struct {
	pods    listers.PodLister
	nodes   listers.NodeLister
	logsDir string
}

// Run serves until ctx ends.
func Run(ctx context.Context, o Options) error {
	config, err := clientcmd.BuildConfigFromFlags("", o.Kubeconfig)
	if err != nil {
		return fmt.Errorf("reading the kubeconfig: %w", err)
	}
	config.QPS, config.Burst = 500, 1000
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("making the client: %w", err)
	}
	informer := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithTransform(strip))
	programs, err := program.New(client, informer)
	if err != nil {
		return err
	}
	a := &agent{pods: informer.Core().V1().Pods().Lister(), nodes: informer.Core().V1().Nodes().Lister(), logsDir: o.LogsDir}
	informer.Start(ctx.Done())
	informer.WaitForCacheSync(ctx.Done())
	go programs.Run(ctx)
	return serve(ctx, o, a.handler())
}

// strip drops what no handler reads.
func strip(object any) (any, error) {
	if m, ok := object.(metav1.Object); ok {
		m.SetManagedFields(nil)
	}
	return object, nil
}

func (a *agent) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /containerLogs/{namespace}/{pod}/{container}", a.containerLogs)
	mux.HandleFunc("GET /apis/metrics.k8s.io/v1beta1", discovery)
	mux.HandleFunc("GET /apis/metrics.k8s.io/v1beta1/nodes", a.nodeMetricsList)
	mux.HandleFunc("GET /apis/metrics.k8s.io/v1beta1/nodes/{name}", a.nodeMetrics)
	mux.HandleFunc("GET /apis/metrics.k8s.io/v1beta1/pods", a.podMetricsList)
	mux.HandleFunc("GET /apis/metrics.k8s.io/v1beta1/namespaces/{namespace}/pods", a.podMetricsList)
	mux.HandleFunc("GET /apis/metrics.k8s.io/v1beta1/namespaces/{namespace}/pods/{name}", a.podMetrics)
	return mux
}

// serve answers only clients with a certificate: logs are not for everyone on
// this machine.
func serve(ctx context.Context, o Options, handler http.Handler) error {
	clients := x509.NewCertPool()
	for _, file := range o.ClientCAFiles {
		data, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("reading the authority of the clients: %w", err)
		}
		if !clients.AppendCertsFromPEM(data) {
			return fmt.Errorf("reading the authority of the clients: %s has no certificate", file)
		}
	}
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		TLSConfig:         &tls.Config{MinVersion: tls.VersionTLS12, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients},
	}
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(o.Port)))
	if err != nil {
		return fmt.Errorf("listening: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.ServeTLS(listener, o.CertFile, o.KeyFile); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving: %w", err)
	}
	return nil
}
