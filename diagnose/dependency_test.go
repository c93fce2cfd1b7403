package diagnose

import (
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// A ConfigMap of a megabyte names 25,000 hosts: whoever may write one must not
// keep steward busy for as long as they please.
func TestOfTheHostsThatAConfigMapNamesOnlySomeAreFollowed(t *testing.T) {
	w := newWorld("steady")
	for _, object := range w.objects {
		if config, ok := object.(*corev1.ConfigMap); ok && config.Name == "checkout-config" {
			for i := range 25_000 {
				config.Data[fmt.Sprintf("K%d", i)] = fmt.Sprintf("http://h%d.data.svc:80", i)
			}
		}
	}
	from := map[string]any{"configMapRef": map[string]any{"name": "checkout-config"}}
	must(w.apply(op{Template: "Deployment/checkout", To: map[string]any{"spec": map[string]any{"containers": []any{map[string]any{"name": "checkout", "envFrom": []any{from}}}}}}))
	must(w.apply(op{Container: "checkout-41-*/checkout", Waiting: "CrashLoopBackOff", Ended: &ended{Exit: 1, Ran: "2s", Ago: "30s"}}))
	must(w.apply(op{Log: "checkout-41-a/checkout", Text: "dial tcp h1.data.svc:80: connect: connection refused"}))
	s, _ := w.collect(nil)
	s.Logs = w.logs
	if got := theEngine(t).Decide(s); firstCause(got) != "service-missing" {
		t.Errorf("got %s", firstCause(got))
	}
	v := index(s)
	if n := len(v.dependenciesOf(v.workload(Ref{"Deployment", "shop", "checkout"}))); n != dependenciesLimit {
		t.Errorf("%d hosts are followed, not %d", n, dependenciesLimit)
	}
}
