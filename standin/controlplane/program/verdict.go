package program

import (
	"fmt"
	"net/url"
	"strings"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/labels"
	listers "k8s.io/client-go/listers/core/v1"
	slices "k8s.io/client-go/listers/discovery/v1"

	"github.com/steward-bot/steward/standin/controlplane/fault"
)

// verdict is what a pod suffers from, and the words that go with it.
type verdict struct{ fault, message string }

// world is where needs are looked for.
type world struct {
	configMaps listers.ConfigMapLister
	secrets    listers.SecretLister
	services   listers.ServiceLister
	endpoints  slices.EndpointSliceLister
}

// judge finds the first need of a pod that is not met. A running program is
// asked only for what it needs at any time.
func (w world) judge(pod *corev1.Pod, running bool) verdict {
	needs, err := of(pod)
	if err != nil {
		return verdict{fault.ConfigMissing, err.Error()}
	}
	for _, n := range needs {
		if running && !n.atAnyTime() {
			continue
		}
		if v := w.check(pod, n); v.fault != "" {
			return v
		}
	}
	return verdict{}
}

func (w world) check(pod *corev1.Pod, n need) verdict {
	if n.kind == service {
		return w.call(pod, n.name, "")
	}
	value, objection := w.read(pod.Namespace, n)
	switch {
	case objection != "" && n.by == byVolume:
		return verdict{fault.MountFailed, fmt.Sprintf("MountVolume.SetUp failed for volume %q : %s", n.volume, objection)}
	case objection != "" && n.by == byEnvironment:
		return verdict{fault.ConfigMissing, objection}
	case n.by != byProgram:
		return verdict{}
	case strings.TrimSpace(value) == "":
		return verdict{fault.Crash, fmt.Sprintf("level=fatal msg=\"invalid configuration\" error=\"%s is required\"", n.key)}
	case !n.url:
		return verdict{}
	}
	target, err := url.Parse(value)
	if err != nil || target.Host == "" {
		return verdict{fault.Crash, fmt.Sprintf("level=fatal msg=\"invalid configuration\" error=\"%s: %q is not a URL\"", n.key, value)}
	}
	return w.call(pod, target.Hostname(), target.Port())
}

// read gives a key's value, or the kubelet's words for what is missing
// (pkg/kubelet/kubelet_pods.go, makeEnvironmentVariables).
func (w world) read(namespace string, n need) (value, objection string) {
	keys, kind := map[string]string{}, "ConfigMap"
	if n.kind == configMap {
		object, err := w.configMaps.ConfigMaps(namespace).Get(n.name)
		if err != nil {
			return "", fmt.Sprintf("configmap %q not found", n.name)
		}
		keys = object.Data
	} else {
		object, err := w.secrets.Secrets(namespace).Get(n.name)
		if err != nil {
			return "", fmt.Sprintf("secret %q not found", n.name)
		}
		kind = "Secret"
		for key, value := range object.Data {
			keys[key] = string(value)
		}
	}
	value, found := keys[n.key]
	if n.key != "" && !found {
		return "", fmt.Sprintf("couldn't find key %s in %s %s/%s", n.key, kind, namespace, n.name)
	}
	return value, ""
}

// call is what a program finds that connects to a Service: host is the
// Service's name, with or without its namespace and the rest.
func (w world) call(pod *corev1.Pod, host, port string) verdict {
	name, namespace := host, pod.Namespace
	if parts := strings.Split(host, "."); len(parts) > 1 {
		name, namespace = parts[0], parts[1]
	}
	found, err := w.services.Services(namespace).Get(name)
	if err != nil {
		return failed(pod, host, port, fmt.Sprintf("lookup %s on 10.96.0.10:53: no such host", host))
	}
	if port == "" && len(found.Spec.Ports) > 0 {
		port = fmt.Sprint(found.Spec.Ports[0].Port)
	}
	if w.answers(namespace, name) {
		return verdict{}
	}
	return failed(pod, host, port, fmt.Sprintf("%s:%s: connect: connection refused", found.Spec.ClusterIP, port))
}

func failed(pod *corev1.Pod, host, port, why string) verdict {
	if pod.Annotations[fault.NeedsFault] == fault.Unready {
		return verdict{fault.Unready, "HTTP probe failed with statuscode: 503"}
	}
	if port != "" {
		host += ":" + port
	}
	return verdict{fault.Crash, fmt.Sprintf("level=fatal msg=\"cannot reach a dependency\" error=\"Get \\\"http://%s/\\\": dial tcp %s\"", host, why)}
}

// answers tells whether a Service has a ready endpoint.
func (w world) answers(namespace, name string) bool {
	list, err := w.endpoints.EndpointSlices(namespace).List(labels.SelectorFromSet(labels.Set{discoveryv1.LabelServiceName: name}))
	if err != nil {
		return false
	}
	for _, slice := range list {
		for _, endpoint := range slice.Endpoints {
			if endpoint.Conditions.Ready == nil || *endpoint.Conditions.Ready {
				return true
			}
		}
	}
	return false
}
