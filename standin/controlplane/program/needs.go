// Package program plays the programs inside the simulated containers, as far as
// they depend on what is around them. It decides for each pod whether all that
// it needs is there, and writes the answer on the pod for the stages to act on.
//
// A pod needs what its spec refers to, as with a real kubelet: ConfigMaps and
// Secrets in env, envFrom and volumes. It may also say what its program cannot
// do without, in the annotation steward-test/needs, separated by spaces:
//
//	configmap/NAME/KEY      a value, when it starts; else it exits with "KEY is required"
//	secret/NAME/KEY         the same
//	service/NAME            a ready endpoint, at any time; else it exits with "connection refused"
//	url/configmap/NAME/KEY  a URL, when it starts, whose host is such a Service
//
// What a program reads when it starts it does not read again: a pod that is
// ready stays so when its ConfigMap changes, and its successor does not.
package program

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/steward-bot/steward/standin/controlplane/fault"
)

// need is one thing that a pod cannot do without.
type need struct {
	kind string // configmap, secret or service
	name string
	key  string // empty where the whole object is meant
	// url says that the value of the key is a URL whose host is a Service.
	url bool
	// by says who misses it: the program, the kubelet for the environment, or
	// the kubelet for the volume of that name.
	by     missing
	volume string
}

type missing int

const (
	byProgram missing = iota
	byEnvironment
	byVolume
)

// atAnyTime tells the needs of a running program from those of a starting one.
func (n need) atAnyTime() bool { return n.kind == service }

// The kinds of needs.
const (
	configMap = "configmap"
	secret    = "secret"
	service   = "service"
)

// of lists what a pod needs; an error is what the annotation gets wrong.
func of(pod *corev1.Pod) ([]need, error) {
	var needs []need
	for _, containers := range [][]corev1.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for _, container := range containers {
			needs = append(needs, ofEnvironment(container)...)
		}
	}
	for _, volume := range pod.Spec.Volumes {
		switch source := volume.VolumeSource; {
		case source.ConfigMap != nil && !optional(source.ConfigMap.Optional):
			needs = append(needs, need{kind: configMap, name: source.ConfigMap.Name, by: byVolume, volume: volume.Name})
		case source.Secret != nil && !optional(source.Secret.Optional):
			needs = append(needs, need{kind: secret, name: source.Secret.SecretName, by: byVolume, volume: volume.Name})
		}
	}
	for _, word := range strings.Fields(pod.Annotations[fault.Needs]) {
		n, err := parse(word)
		if err != nil {
			return nil, err
		}
		needs = append(needs, n)
	}
	return needs, nil
}

func ofEnvironment(container corev1.Container) []need {
	var needs []need
	for _, from := range container.EnvFrom {
		if ref := from.ConfigMapRef; ref != nil && !optional(ref.Optional) {
			needs = append(needs, need{kind: configMap, name: ref.Name, by: byEnvironment})
		}
		if ref := from.SecretRef; ref != nil && !optional(ref.Optional) {
			needs = append(needs, need{kind: secret, name: ref.Name, by: byEnvironment})
		}
	}
	for _, env := range container.Env {
		if env.ValueFrom == nil {
			continue
		}
		if ref := env.ValueFrom.ConfigMapKeyRef; ref != nil && !optional(ref.Optional) {
			needs = append(needs, need{kind: configMap, name: ref.Name, key: ref.Key, by: byEnvironment})
		}
		if ref := env.ValueFrom.SecretKeyRef; ref != nil && !optional(ref.Optional) {
			needs = append(needs, need{kind: secret, name: ref.Name, key: ref.Key, by: byEnvironment})
		}
	}
	return needs
}

func optional(flag *bool) bool { return flag != nil && *flag }

// parse reads one word of the annotation.
func parse(word string) (need, error) {
	parts := strings.Split(word, "/")
	switch {
	case len(parts) == 2 && parts[0] == service:
		return need{kind: service, name: parts[1]}, nil
	case len(parts) == 3 && (parts[0] == configMap || parts[0] == secret):
		return need{kind: parts[0], name: parts[1], key: parts[2]}, nil
	case len(parts) == 4 && parts[0] == "url" && parts[1] == configMap:
		return need{kind: configMap, name: parts[2], key: parts[3], url: true}, nil
	}
	return need{}, fmt.Errorf("%s: %q is none of configmap/NAME/KEY, secret/NAME/KEY, service/NAME, url/configmap/NAME/KEY", fault.Needs, word)
}
