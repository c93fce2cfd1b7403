package diagnose

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/steward-bot/steward/kube"
)

// kubeletSummary is what a kubelet says of a node with two pods, one of them
// with a claim.
const kubeletSummary = `{"node":{"nodeName":"node-1"},"pods":[
 {"podRef":{"name":"checkout-41-a","namespace":"shop","uid":"u1"},
  "containers":[{"name":"checkout","cpu":{"usageNanoCores":250000000},"memory":{"workingSetBytes":104857600}}],
  "volume":[
   {"name":"data","pvcRef":{"name":"data","namespace":"shop"},"availableBytes":53687091,"capacityBytes":10737418240,"usedBytes":10200547328,"inodesFree":600000,"inodes":655360},
   {"name":"token","availableBytes":1,"capacityBytes":1,"usedBytes":0}]},
 {"podRef":{"name":"secret-thing","namespace":"other","uid":"u2"},"containers":[{"name":"x","memory":{"workingSetBytes":1}}],
  "volume":[{"name":"data","pvcRef":{"name":"theirs","namespace":"other"},"availableBytes":1,"capacityBytes":2}]}]}`

const cadvisorText = `# HELP container_cpu_cfs_periods_total Number of elapsed enforcement period intervals.
# TYPE container_cpu_cfs_periods_total counter
container_cpu_cfs_periods_total{container="",id="/kubepods/pod1",namespace="shop",pod="checkout-41-a"} 900 1773144000000
container_cpu_cfs_periods_total{container="checkout",id="/kubepods/pod1/a",image="x",name="a",namespace="shop",pod="checkout-41-a"} 1000 1773144000000
container_cpu_cfs_throttled_periods_total{container="checkout",id="/kubepods/pod1/a",image="x",name="a",namespace="shop",pod="checkout-41-a"} 800 1773144000000
container_memory_max_usage_bytes{container="checkout",namespace="shop",pod="checkout-41-a"} 2.5e+08 1773144000000
container_network_receive_bytes_total{interface="eth0",namespace="shop",pod="checkout-41-a"} 17
`

// kubelet is a stand-in on loopback that serves over TLS, as a kubelet does. It
// counts who came through its door.
type kubelet struct {
	*httptest.Server
	mu   sync.Mutex
	came []string
}

func (k *kubelet) asked() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.came)
}

func startKubelet(t *testing.T, status int) *kubelet {
	t.Helper()
	k := &kubelet{}
	k.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		k.mu.Lock()
		k.came = append(k.came, r.URL.Path+" "+r.Header.Get("Authorization"))
		k.mu.Unlock()
		if status != http.StatusOK {
			http.Redirect(w, r, "/elsewhere", status)
			return
		}
		switch r.URL.Path {
		case "/stats/summary":
			fmt.Fprint(w, kubeletSummary)
		case "/metrics/cadvisor":
			fmt.Fprint(w, cadvisorText)
		default:
			http.NotFound(w, r)
		}
	}))
	k.Config.ErrorLog = log.New(io.Discard, "", 0) // handshakes that are to fail
	k.StartTLS()
	t.Cleanup(k.Close)
	return k
}

// node is the node that this kubelet is on.
func (k *kubelet) node(t *testing.T) *corev1.Node {
	t.Helper()
	host, port, err := net.SplitHostPort(k.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	node := readyNode("node-1")
	node.Status.Addresses = []corev1.NodeAddress{{Type: corev1.NodeHostName, Address: "node-1"}, {Type: corev1.NodeInternalIP, Address: host}}
	node.Status.DaemonEndpoints.KubeletEndpoint.Port = int32(number)
	return node
}

// trusting is a source whose cluster's CA has signed a server's certificate.
func trusting(t *testing.T, server *httptest.Server) Source {
	t.Helper()
	kubelets, err := kube.NewKubelets(&rest.Config{BearerToken: "a-token", TLSClientConfig: rest.TLSClientConfig{
		ServerName: "api.acme.example", CAData: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}),
	}})
	if err != nil {
		t.Fatal(err)
	}
	return &live{kubelets: kubelets}
}

func TestAKubeletTellsHowFullVolumesAreAndWhoIsHeldBack(t *testing.T) {
	k := startKubelet(t, http.StatusOK)
	got, err := trusting(t, k.Server).Usage(context.Background(), UsageQuery{Node: k.node(t), Throttled: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Volumes) != 2 || got.Volumes[0].Claim != "data" || got.Volumes[0].UsedBytes != 10737418240-53687091 || got.Volumes[0].UsedInodes != 55360 {
		t.Errorf("got %+v", got.Volumes)
	}
	held := slices.IndexFunc(got.Containers, func(u Usage) bool { return u.Throttled != nil })
	if held < 0 || *got.Containers[held].Throttled != 0.8 || got.Containers[held].PeakBytes != 250000000 {
		t.Errorf("got %+v", got.Containers)
	}
	if want := []string{"/stats/summary Bearer a-token", "/metrics/cadvisor Bearer a-token"}; !slices.Equal(k.asked(), want) {
		t.Errorf("it was asked %v, want %v", k.asked(), want)
	}
}

func TestAKubeletThatTheClustersCAHasNotSignedGetsNoCredentials(t *testing.T) {
	k := startKubelet(t, http.StatusOK)
	kubelets, err := kube.NewKubelets(&rest.Config{BearerToken: "a-token", TLSClientConfig: rest.TLSClientConfig{CAData: anotherCA(t)}})
	if err != nil {
		t.Fatal(err)
	}
	q := UsageQuery{Node: k.node(t)}
	_, err = (&live{kubelets: kubelets}).Usage(context.Background(), q)
	if err == nil || len(k.asked()) > 0 {
		t.Fatalf("got %v, and it was asked %v", err, k.asked())
	}
	if gap := q.gap(err); gap.Kind != "Metrics" || gap.Name != "node-1" || !strings.HasPrefix(gap.Why, "steward does not trust the certificate of the kubelet of node-1, which the cluster's CA has not signed") {
		t.Errorf("got %+v", gap)
	}
	kubelets, err = kube.NewKubelets(&rest.Config{BearerToken: "a-token", TLSClientConfig: rest.TLSClientConfig{Insecure: true}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = (&live{kubelets: kubelets}).Usage(context.Background(), q); err == nil || len(k.asked()) > 0 {
		t.Errorf("got %v, and it was asked %v", err, k.asked())
	}
}

// A kubeconfig without a CA trusts whatever the operating system does: anybody
// can have a certificate for an address of their own, and a node says itself
// what its address is.
func TestNoKubeletIsAskedOnTheWordOfTheOperatingSystem(t *testing.T) {
	k := startKubelet(t, http.StatusOK)
	kubelets, err := kube.NewKubelets(&rest.Config{BearerToken: "a-token"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = (&live{kubelets: kubelets}).Usage(context.Background(), UsageQuery{Node: k.node(t)})
	if err == nil || !strings.Contains(err.Error(), "names no CA of the cluster") || len(k.asked()) > 0 {
		t.Errorf("got %v, and it was asked %v", err, k.asked())
	}
}

// anotherCA is a CA that has signed nothing.
func anotherCA(t *testing.T) []byte {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), IsCA: true, BasicConstraintsValid: true}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw})
}

func TestAKubeletThatRefusesOrSendsElsewhereIsAGap(t *testing.T) {
	for status, want := range map[int]string{
		http.StatusForbidden: "steward may not read the figures of the kubelet of node-1: its role lacks that rule",
		http.StatusFound:     "steward could not read the figures of the kubelet of node-1: ",
	} {
		k := startKubelet(t, status)
		q := UsageQuery{Node: k.node(t)}
		_, err := trusting(t, k.Server).Usage(context.Background(), q)
		if err == nil || len(k.asked()) != 1 {
			t.Fatalf("%d: got %v, and it was asked %v", status, err, k.asked())
		}
		if gap := q.gap(err); !strings.HasPrefix(gap.Why, want) {
			t.Errorf("%d: got %q, want %q", status, gap.Why, want)
		}
	}
}

func TestTheMetricsAPITellsWorkingSets(t *testing.T) {
	there := true
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if !there || r.URL.Path != "/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods" {
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404,"message":"the server could not find the requested resource"}`)
			return
		}
		fmt.Fprint(w, `{"kind":"PodMetricsList","apiVersion":"metrics.k8s.io/v1beta1","metadata":{},"items":[{"kind":"PodMetrics","apiVersion":"metrics.k8s.io/v1beta1","metadata":{"name":"checkout-41-a","namespace":"shop"},"containers":[{"name":"checkout","usage":{"cpu":"250m","memory":"100Mi"}}]}]}`)
	}))
	t.Cleanup(api.Close)
	client, err := dynamic.NewForConfig(&rest.Config{Host: api.URL})
	if err != nil {
		t.Fatal(err)
	}
	q := UsageQuery{Namespace: "shop"}
	got, err := (&live{dynamic: client}).Usage(context.Background(), q)
	if err != nil || len(got.Containers) != 1 || got.Containers[0].MemoryBytes != 100<<20 || got.Containers[0].MilliCPU != 250 || got.Containers[0].Throttled != nil {
		t.Fatalf("got %v %+v", err, got)
	}
	there = false
	_, err = (&live{dynamic: client}).Usage(context.Background(), q)
	if want := "steward could not read what the pods in the namespace shop use: the cluster has no metrics API (metrics.k8s.io)"; err == nil || q.gap(err).Why != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
