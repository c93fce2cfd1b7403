package kube

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"time"

	"go.uber.org/zap"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/steward-bot/steward/ops"
)

// What one client may ask of an API server. kubectl allows itself 50 requests a
// second with a burst of 300 for one person; steward serves a room of people,
// and the server's own priority and fairness has the last word.
const (
	requestsPerSecond = 100
	requestBurst      = 300
)

// Deadlines of a single request. Callers set shorter ones by their context;
// these hold where a caller forgot.
const (
	requestTimeout = 20 * time.Second
	dialTimeout    = 5 * time.Second
)

// FieldManager is the name under which steward's writes appear in managedFields.
const FieldManager = "steward"

// Config names one cluster.
type Config struct {
	Name        string // how people and the policy call it
	Environment string // for example "production"
	Kubeconfig  string // path of a kubeconfig; empty means the cluster that steward runs in
	Context     string // of the kubeconfig; empty means its current one
	Kubelets    bool   // kubelets may be asked, with the cluster's own credentials
}

// Cluster is one cluster with the clients to speak to it. The clients are safe
// for concurrent use, and every one of their calls ends within 20 seconds.
type Cluster struct {
	Name        string
	Environment string
	Typed       kubernetes.Interface
	Dynamic     dynamic.Interface
	Metadata    metadata.Interface
	Kubelets    *Kubelets

	watching watching
	reader   Reader
}

// watching are the same clients for watches: only the context ends a call.
type watching struct {
	typed    kubernetes.Interface
	dynamic  dynamic.Interface
	metadata metadata.Interface
}

// Clusters are all the clusters that one steward serves.
type Clusters struct{ list []*Cluster }

// Open makes the clients of every cluster. It speaks to none of them: a cluster
// that is down now refuses when it is asked.
func Open(configs []Config, log *zap.Logger) (*Clusters, error) {
	if len(configs) == 0 {
		return nil, fmt.Errorf("no cluster is configured")
	}
	clusters := &Clusters{}
	for _, config := range configs {
		ref, err := ops.ParseRef(config.Name)
		if err != nil || ref.Name != config.Name {
			return nil, fmt.Errorf("%q cannot be the name of a cluster: it must fit into a target such as NAME/shop/checkout", config.Name)
		}
		if slices.Contains(clusters.Names(), config.Name) {
			return nil, fmt.Errorf("two clusters are called %q", config.Name)
		}
		cluster, err := open(config)
		if err != nil {
			return nil, fmt.Errorf("opening the cluster %s: %w", config.Name, err)
		}
		clusters.list = append(clusters.list, cluster)
		log.Info("serving a cluster", zap.String("cluster", config.Name), zap.String("environment", config.Environment))
	}
	return clusters, nil
}

// All gives every cluster, in the order of the settings.
func (c *Clusters) All() []*Cluster { return slices.Clone(c.list) }

// Names gives every cluster's name, in the order of the settings.
func (c *Clusters) Names() []string {
	names := make([]string, 0, len(c.list))
	for _, cluster := range c.list {
		names = append(names, cluster.Name)
	}
	return names
}

// Places gives every cluster as a target without a name: what stands for all
// that is in it. There are none in no Clusters.
func (c *Clusters) Places() []ops.Target {
	if c == nil {
		return nil
	}
	places := make([]ops.Target, 0, len(c.list))
	for _, cluster := range c.list {
		places = append(places, ops.Target{Cluster: cluster.Name, Environment: cluster.Environment})
	}
	return places
}

// Cluster gives the named cluster, or a *ops.Refusal that lists the clusters.
func (c *Clusters) Cluster(name string) (*Cluster, error) {
	for _, cluster := range c.list {
		if cluster.Name == name {
			return cluster, nil
		}
	}
	return nil, &ops.Refusal{
		Reason:  ops.UnknownCluster,
		What:    fmt.Sprintf("steward knows no cluster %q.", ops.Shorten(name, 60)),
		Next:    "Name one of them, or leave the cluster out.",
		Choices: nearestNames(name, c.Names()),
	}
}

func open(config Config) (*Cluster, error) {
	cfg, err := restConfig(config)
	if err != nil {
		return nil, err
	}
	stream, err := rest.HTTPClientFor(cfg)
	if err != nil {
		return nil, fmt.Errorf("making the HTTP client: %w", err)
	}
	// The two share their connections; only one gives up after a while.
	bounded := &http.Client{Transport: stream.Transport, Timeout: requestTimeout}
	cluster := &Cluster{Name: config.Name, Environment: config.Environment}
	if cluster.Typed, err = kubernetes.NewForConfigAndClient(cfg, bounded); err != nil {
		return nil, fmt.Errorf("making the typed client: %w", err)
	}
	if cluster.Dynamic, err = dynamic.NewForConfigAndClient(cfg, bounded); err != nil {
		return nil, fmt.Errorf("making the dynamic client: %w", err)
	}
	if cluster.Metadata, err = metadata.NewForConfigAndClient(cfg, bounded); err != nil {
		return nil, fmt.Errorf("making the metadata client: %w", err)
	}
	if cluster.watching, err = openWatching(cfg, stream); err != nil {
		return nil, err
	}
	cluster.Kubelets = noKubelets()
	if config.Kubelets {
		if cluster.Kubelets, err = NewKubelets(cfg); err != nil {
			return nil, err
		}
	}
	cluster.reader = apiReader{cluster.Metadata}
	return cluster, nil
}

func openWatching(cfg *rest.Config, stream *http.Client) (w watching, err error) {
	if w.typed, err = kubernetes.NewForConfigAndClient(cfg, stream); err != nil {
		return w, fmt.Errorf("making the typed client for watches: %w", err)
	}
	if w.dynamic, err = dynamic.NewForConfigAndClient(cfg, stream); err != nil {
		return w, fmt.Errorf("making the dynamic client for watches: %w", err)
	}
	if w.metadata, err = metadata.NewForConfigAndClient(cfg, stream); err != nil {
		return w, fmt.Errorf("making the metadata client for watches: %w", err)
	}
	return w, nil
}

func restConfig(config Config) (*rest.Config, error) {
	cfg, err := loadConfig(config)
	if err != nil {
		return nil, err
	}
	cfg.UserAgent = FieldManager
	// Kubernetes' own kinds come as protobuf, which takes a third of the time and
	// memory of JSON to read. The clients for other kinds set what they need.
	cfg.ContentType = runtime.ContentTypeProtobuf
	cfg.AcceptContentTypes = runtime.ContentTypeProtobuf + "," + runtime.ContentTypeJSON
	cfg.QPS, cfg.Burst = requestsPerSecond, requestBurst
	cfg.Timeout = 0 // set on the client, where watches can be left out
	cfg.Dial = (&net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}).DialContext
	cfg.WarningHandler = rest.NoWarnings{}
	return cfg, nil
}

func loadConfig(config Config) (*rest.Config, error) {
	if config.Kubeconfig == "" {
		cfg, err := rest.InClusterConfig()
		if err != nil {
			return nil, fmt.Errorf("no kubeconfig is named, and steward does not run in a cluster: %w", err)
		}
		return cfg, nil
	}
	rules := &clientcmd.ClientConfigLoadingRules{ExplicitPath: config.Kubeconfig}
	overrides := &clientcmd.ConfigOverrides{CurrentContext: config.Context}
	cfg, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, overrides).ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("reading the kubeconfig %s: %w", config.Kubeconfig, err)
	}
	return cfg, nil
}
