package actions_test

import (
	"fmt"
	"math/rand/v2"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// randomWorkload makes a workload "checkout" without pods to run: what is under
// test is the object, and its controller keeps the revisions all the same.
func randomWorkload(random *rand.Rand, kind string) *unstructured.Unstructured {
	none := int32(0)
	meta := metav1.ObjectMeta{Name: "checkout", Annotations: randomNotes(random), Labels: map[string]string{"app": "checkout"}}
	selector := &metav1.LabelSelector{MatchLabels: map[string]string{"app": "checkout"}}
	template := randomTemplate(random)
	var object any
	switch kind {
	case "Deployment":
		object = &appsv1.Deployment{ObjectMeta: meta, Spec: appsv1.DeploymentSpec{Replicas: &none, Selector: selector, Template: template}}
	case "StatefulSet":
		object = &appsv1.StatefulSet{ObjectMeta: meta, Spec: appsv1.StatefulSetSpec{Replicas: &none, Selector: selector, Template: template, ServiceName: "checkout"}}
	default:
		template.Spec.NodeSelector = map[string]string{"no-such": "node"}
		object = &appsv1.DaemonSet{ObjectMeta: meta, Spec: appsv1.DaemonSetSpec{Selector: selector, Template: template}}
	}
	raw, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	if err != nil {
		panic(err)
	}
	made := &unstructured.Unstructured{Object: raw}
	made.SetAPIVersion("apps/v1")
	made.SetKind(kind)
	return made
}

// randomNotes are annotations of the object, some of them kubectl's own.
func randomNotes(random *rand.Rand) map[string]string {
	notes := map[string]string{"steward/pagerduty-service": fmt.Sprintf("P%d", random.IntN(3))}
	for _, key := range []string{"kubernetes.io/change-cause", "acme.example/team", "acme.example/notes", corev1.LastAppliedConfigAnnotation} {
		if random.IntN(2) == 0 {
			notes[key] = fmt.Sprintf(`{"n":%d,"text":"ü “quoted” <b>"}`, random.IntN(4))
		}
	}
	return notes
}

func randomTemplate(random *rand.Rand) corev1.PodTemplateSpec {
	template := corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": "checkout"}},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{randomContainer(random, "checkout")}},
	}
	maybe := func(change func()) {
		if random.IntN(3) == 0 {
			change()
		}
	}
	maybe(func() { template.Annotations = map[string]string{"acme.example/config": fmt.Sprint(random.IntN(3))} })
	maybe(func() { template.Labels["version"] = fmt.Sprintf("v%d", random.IntN(3)) })
	maybe(func() {
		template.Spec.Containers = append(template.Spec.Containers, randomContainer(random, "sidecar"))
	})
	maybe(func() { template.Spec.InitContainers = []corev1.Container{randomContainer(random, "migrate")} })
	maybe(func() {
		template.Spec.Volumes = []corev1.Volume{{Name: "tmp", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}}}
	})
	maybe(func() {
		template.Spec.Tolerations = []corev1.Toleration{{Key: "pool", Operator: corev1.TolerationOpExists}}
	})
	maybe(func() {
		template.Spec.TerminationGracePeriodSeconds = new(random.Int64N(60))
	})
	maybe(func() {
		template.Spec.SecurityContext = &corev1.PodSecurityContext{RunAsUser: new(1000 + random.Int64N(3))}
	})
	maybe(func() {
		template.Spec.ImagePullSecrets = []corev1.LocalObjectReference{{Name: fmt.Sprintf("pull-%d", random.IntN(2))}}
	})
	return template
}

func randomContainer(random *rand.Rand, name string) corev1.Container {
	c := corev1.Container{Name: name, Image: fmt.Sprintf("registry.acme.example/shop/%s:%d", name, random.IntN(4))}
	maybe := func(change func()) {
		if random.IntN(3) == 0 {
			change()
		}
	}
	for _, env := range []string{"LOG_LEVEL", "API_TOKEN", "REGION"} {
		maybe(func() { c.Env = append(c.Env, corev1.EnvVar{Name: env, Value: fmt.Sprint(random.IntN(3))}) })
	}
	maybe(func() {
		c.Env = append(c.Env, corev1.EnvVar{Name: "NODE", ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "spec.nodeName"}}})
	})
	maybe(func() { c.Args = []string{"serve", fmt.Sprintf("--workers=%d", random.IntN(4))} })
	maybe(func() {
		c.Resources.Requests = corev1.ResourceList{corev1.ResourceCPU: *resource.NewMilliQuantity(100+10*random.Int64N(3), resource.DecimalSI)}
	})
	if name != "migrate" {
		maybe(func() { c.Ports = []corev1.ContainerPort{{Name: name, ContainerPort: 8080 + random.Int32N(90)}} })
		maybe(func() {
			c.ReadinessProbe = &corev1.Probe{
				ProbeHandler:  corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/ready", Port: intstr.FromInt32(8080)}},
				PeriodSeconds: 5 + random.Int32N(3),
			}
		})
	}
	return c
}
