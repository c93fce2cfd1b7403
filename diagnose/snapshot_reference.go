package diagnose

import (
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// referencesOf finds the hosts that a workload's own template names. It must
// see the template before secrets are hidden in it: a connection string is one.
func referencesOf(kind string, object runtime.Object) []Reference {
	spec := podSpecOf(object)
	if spec == nil {
		return nil
	}
	meta, ok := object.(metav1.Object)
	if !ok || metav1.GetControllerOf(meta) != nil {
		return nil // its owner names the same
	}
	from := refOf(kind, meta)
	var references []Reference
	for i := range spec.InitContainers {
		references = append(references, referencesOfContainer(from, &spec.InitContainers[i], initVia)...)
	}
	for i := range spec.Containers {
		references = append(references, referencesOfContainer(from, &spec.Containers[i], "")...)
	}
	return references
}

// initVia marks what only an init container names: a program that has got past
// it does not need that any more.
const initVia = "init "

func referencesOfContainer(from Ref, container *corev1.Container, via string) []Reference {
	var references []Reference
	for _, env := range container.Env {
		for _, host := range hostsIn(env.Name, env.Value) {
			references = append(references, Reference{From: from, Via: via + "env " + env.Name, Host: host})
		}
	}
	words := strings.Join(append(append([]string{}, container.Command...), container.Args...), " ")
	for _, host := range append(hostsIn("", words), awaitedHosts(words)...) {
		references = append(references, Reference{From: from, Via: via + "command of " + container.Name, Host: host})
	}
	return references
}

// podSpecOf gives the pod that a workload runs, nil for anything else.
func podSpecOf(object runtime.Object) *corev1.PodSpec {
	switch o := object.(type) {
	case *appsv1.Deployment:
		return &o.Spec.Template.Spec
	case *appsv1.StatefulSet:
		return &o.Spec.Template.Spec
	case *appsv1.DaemonSet:
		return &o.Spec.Template.Spec
	case *appsv1.ReplicaSet:
		return &o.Spec.Template.Spec
	case *batchv1.CronJob:
		return &o.Spec.JobTemplate.Spec.Template.Spec
	case *batchv1.Job:
		return &o.Spec.Template.Spec
	case *corev1.ReplicationController:
		if o.Spec.Template == nil {
			return nil
		}
		return &o.Spec.Template.Spec
	case *corev1.Pod:
		return &o.Spec
	default:
		return nil
	}
}
