package diagnose

import (
	"context"
	"reflect"
	"testing"
	"time"

	"go.uber.org/zap"
	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/steward-bot/steward/internal/testcluster"
	"github.com/steward-bot/steward/kube"
)

// faulty is more of the shop: whatever stands around services, and faults.
const faulty = `
apiVersion: v1
kind: ConfigMap
metadata: {name: catalog-config}
data: {DATABASE_URL: "postgres://catalog:hunter2hunter2@db.data/catalog", OTHER: "a-value-that-nobody-may-see"}
---
apiVersion: v1
kind: Secret
metadata: {name: catalog-secret}
stringData: {password: a-password-that-nobody-may-see}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  selector: {matchLabels: {app: worker}}
  template:
    metadata: {labels: {app: worker, steward-test/fault: config-missing}}
    spec:
      containers:
        - name: worker
          image: registry.acme.example/shop/worker:1.0.0
          envFrom: [{configMapRef: {name: catalog-config}}, {secretRef: {name: catalog-secret}}]
          env: [{name: PASSWORD, value: another-password-that-nobody-may-see}]
          resources: {limits: {memory: 64Mi}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: ledger}
spec:
  serviceName: ledger
  selector: {matchLabels: {app: ledger}}
  template:
    metadata: {labels: {app: ledger}}
    spec:
      containers: [{name: ledger, image: "registry.acme.example/shop/ledger:1.0.0-missing"}]
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: report}
spec:
  schedule: "0 0 1 1 *"
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: report, image: "registry.acme.example/shop/report:1.0.0"}]}}}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: catalog}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: catalog}, minReplicas: 2, maxReplicas: 4, metrics: [{type: Resource, resource: {name: cpu, target: {type: AverageValue, averageValue: 500m}}}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: catalog}
spec: {minAvailable: 1, selector: {matchLabels: {app: catalog}}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: checkout}
spec: {defaultBackend: {service: {name: nobody, port: {number: 80}}}}
`

// withCaches opens the control plane of a kubeconfig with filled caches.
func withCaches(t *testing.T, kubeconfig string) *Diagnoser {
	t.Helper()
	clusters, err := kube.Open([]kube.Config{{Name: "local", Environment: "test", Kubeconfig: kubeconfig}}, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	d := New(clusters, Options{HashKey: testKey, Caches: true})
	if d.Settled() == nil {
		t.Error("the caches are settled before they are filled")
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); d.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-ended })
	testcluster.Eventually(t, "the caches are filled", 30*time.Second, func(context.Context) error { return d.Settled() })
	return d
}

// kubeconfigOf writes a kubeconfig with the rights of a service account.
func (b *bench) kubeconfigOf(t *testing.T, account string) string {
	t.Helper()
	token, err := b.Client.CoreV1().ServiceAccounts(b.namespace).CreateToken(context.Background(), account, &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	config := clientcmdapi.NewConfig()
	config.Clusters["local"] = &clientcmdapi.Cluster{Server: b.Config.Host, CertificateAuthorityData: ca(t, b.Config)}
	config.AuthInfos["it"] = &clientcmdapi.AuthInfo{Token: token.Status.Token}
	config.Contexts["local"] = &clientcmdapi.Context{Cluster: "local", AuthInfo: "it"}
	config.CurrentContext = "local"
	path := t.TempDir() + "/kubeconfig"
	if err := clientcmd.WriteToFile(*config, path); err != nil {
		t.Fatal(err)
	}
	return path
}

func ca(t *testing.T, config *rest.Config) []byte {
	t.Helper()
	copied := rest.CopyConfig(config)
	if err := rest.LoadTLSFiles(copied); err != nil {
		t.Fatal(err)
	}
	return copied.CAData
}

// texts visits every text that a value leads to.
func texts(v reflect.Value, seen map[uintptr]bool, visit func(string)) {
	switch v.Kind() {
	case reflect.String:
		visit(v.String())
	case reflect.Pointer:
		if !v.IsNil() && !seen[v.Pointer()] {
			seen[v.Pointer()] = true
			texts(v.Elem(), seen, visit)
		}
	case reflect.Interface:
		if !v.IsNil() {
			texts(v.Elem(), seen, visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			texts(v.Field(i), seen, visit)
		}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 && v.Kind() == reflect.Slice {
			visit(string(v.Bytes()))
			return
		}
		for i := range v.Len() {
			texts(v.Index(i), seen, visit)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			texts(key, seen, visit)
			texts(v.MapIndex(key), seen, visit)
		}
	}
}
