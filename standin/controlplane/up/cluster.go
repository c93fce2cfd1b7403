package up

import (
	"context"
	"errors"
	"fmt"
	"os"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	registration "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
	aggregator "k8s.io/kube-aggregator/pkg/client/clientset_generated/clientset"

	"github.com/steward-bot/steward/standin/controlplane/stages"
)

// metricsService is the Service through which the API server reaches the
// agent's metrics.k8s.io.
const metricsService = "metrics-server"

// cluster is an administrator's view of what has been started.
type cluster struct {
	core       kubernetes.Interface
	aggregator aggregator.Interface
}

func connect(l layout) (cluster, error) {
	config, err := clientcmd.BuildConfigFromFlags("", l.kubeconfig())
	if err != nil {
		return cluster{}, fmt.Errorf("reading the kubeconfig: %w", err)
	}
	config.QPS, config.Burst = 500, 1000
	core, err := kubernetes.NewForConfig(config)
	if err != nil {
		return cluster{}, fmt.Errorf("making the client: %w", err)
	}
	extensions, err := aggregator.NewForConfig(config)
	if err != nil {
		return cluster{}, fmt.Errorf("making the client of the aggregation layer: %w", err)
	}
	return cluster{core: core, aggregator: extensions}, nil
}

// serves holds when the API server has set itself up, roles and all.
func (c cluster) serves(ctx context.Context) error {
	return c.core.Discovery().RESTClient().Get().AbsPath("/readyz").Do(ctx).Error()
}

// furnish makes what a cluster has before anyone uses it: nodes, a storage
// class, and metrics.k8s.io.
func (c cluster) furnish(ctx context.Context, l layout, nodes int) error {
	if err := c.makeNodes(ctx, nodes, l.ports.agent); err != nil {
		return err
	}
	class := &storagev1.StorageClass{
		ObjectMeta: metav1.ObjectMeta{
			Name:        stages.StorageClass,
			Annotations: map[string]string{"storageclass.kubernetes.io/is-default-class": "true"},
		},
		Provisioner: stages.Provisioner,
	}
	if _, err := c.core.StorageV1().StorageClasses().Create(ctx, class, metav1.CreateOptions{}); err != nil {
		return fmt.Errorf("making the storage class: %w", err)
	}
	return c.registerMetrics(ctx, l)
}

// registerMetrics points metrics.k8s.io at the agent: a Service of type
// ExternalName is the one way to name a host outside the cluster.
func (c cluster) registerMetrics(ctx context.Context, l layout) error {
	service := &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: metricsService, Namespace: metav1.NamespaceSystem},
		Spec:       corev1.ServiceSpec{Type: corev1.ServiceTypeExternalName, ExternalName: "localhost"},
	}
	if _, err := c.core.CoreV1().Services(metav1.NamespaceSystem).Create(ctx, service, metav1.CreateOptions{}); err != nil {
		return fmt.Errorf("making the Service of metrics.k8s.io: %w", err)
	}
	authority, err := os.ReadFile(l.authority())
	if err != nil {
		return fmt.Errorf("reading the authority's certificate: %w", err)
	}
	port := int32(l.ports.agent)
	api := &registration.APIService{
		ObjectMeta: metav1.ObjectMeta{Name: "v1beta1.metrics.k8s.io"},
		Spec: registration.APIServiceSpec{
			Group: "metrics.k8s.io", Version: "v1beta1", GroupPriorityMinimum: 100, VersionPriority: 100,
			Service:  &registration.ServiceReference{Namespace: metav1.NamespaceSystem, Name: metricsService, Port: &port},
			CABundle: authority,
		},
	}
	if _, err := c.aggregator.ApiregistrationV1().APIServices().Create(ctx, api, metav1.CreateOptions{}); err != nil {
		return fmt.Errorf("registering metrics.k8s.io: %w", err)
	}
	return nil
}

// nodesReady holds when pods can be scheduled to every node.
func (c cluster) nodesReady(ctx context.Context) error {
	nodes, err := c.core.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	for _, node := range nodes.Items {
		if len(node.Spec.Taints) > 0 {
			return fmt.Errorf("node %s has the taint %s", node.Name, node.Spec.Taints[0].Key)
		}
	}
	leases, err := c.core.CoordinationV1().Leases(corev1.NamespaceNodeLease).List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	if len(leases.Items) < len(nodes.Items) {
		return fmt.Errorf("%d of %d nodes are managed", len(leases.Items), len(nodes.Items))
	}
	return nil
}

// namespaceReady holds when pods are admitted to the default namespace.
func (c cluster) namespaceReady(ctx context.Context) error {
	_, err := c.core.CoreV1().ServiceAccounts(metav1.NamespaceDefault).Get(ctx, "default", metav1.GetOptions{})
	return err
}

// metricsReady holds when the API server has found metrics.k8s.io: until then
// discovery fails in part.
func (c cluster) metricsReady(ctx context.Context) error {
	api, err := c.aggregator.ApiregistrationV1().APIServices().Get(ctx, "v1beta1.metrics.k8s.io", metav1.GetOptions{})
	if err != nil {
		return err
	}
	for _, condition := range api.Status.Conditions {
		if condition.Type == registration.Available && condition.Status == registration.ConditionTrue {
			return nil
		}
	}
	return errors.New("metrics.k8s.io is not available")
}
