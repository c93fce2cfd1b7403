package diagnose

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"

	"github.com/steward-bot/steward/ops"
)

// provisionerFailing is for a claim whose class is there, and makes no volume:
// by the provisioner's own word, by its pods, or because there is none.
func provisionerFailing(s *scope) answer {
	claim := s.claim()
	if claim == nil {
		return s.noClaim()
	}
	class := s.classOf(claim)
	if class == nil || class.Provisioner == noProvisioner {
		return no("no provisioner makes volumes for it")
	}
	driver := class.Provisioner
	event := s.lastEvent(s.claimRef(), "ProvisioningFailed")
	if event != nil && saysNoClass.MatchString(event.Message) {
		event = nil // of before the class was made
	}
	pods, broken := s.driverPods(driver)
	var a answer
	switch {
	case event != nil:
		line := strings.TrimRight(event.Message, ".")
		a = yes(byField, event.Message).with("why", fmt.Sprintf("%s makes no volume of the class %s: %s", driver, class.Name, ops.Shorten(line, 200))).
			seen(s.claimRef(), "events[ProvisioningFailed].message", event.Message, event.Last)
	case len(broken) > 0:
		a = yes(byField, broken[0].Name+" is not ready").with("why", fmt.Sprintf("%s, which makes volumes of the class %s, is not ready in %s/%s", driver, class.Name, broken[0].Namespace, broken[0].Name))
	case len(pods) == 0 && s.absentDriver(driver):
		a = yes(byField, driver+" is not installed").with("why", fmt.Sprintf("the class %s wants the driver %s, which is not installed", class.Name, driver)).
			seen(Ref{Kind: "CSIDriver", Name: driver}, "", "does not exist", s.At)
	default:
		return no("nothing tells of a failure of " + driver)
	}
	a = a.at(s.driverRef(driver, class)).with("driver", driver, "class", class.Name).
		seen(refOf("StorageClass", class), "provisioner", driver, class.CreationTimestamp.Time)
	return s.about(withDriverPod(a, broken, s), claim)
}

// withDriverPod adds the first pod of a driver that is not ready.
func withDriverPod(a answer, broken []*corev1.Pod, s *scope) answer {
	if len(broken) == 0 {
		return a
	}
	pod := broken[0]
	return a.with("driver_pod", pod.Name, "driver_namespace", pod.Namespace).
		seen(refOf("Pod", pod), "status.conditions[Ready]", podState(pod), s.At)
}

// podState says in a few words why a pod is not ready.
func podState(pod *corev1.Pod) string {
	for _, run := range runs(pod) {
		if reason, _ := run.waiting(); reason != "" {
			return run.Status.Name + ": " + reason
		}
	}
	return cmp.Or(string(pod.Status.Phase), "not ready")
}

// driverRef is what is blamed for a driver: the object that stands for it, or,
// since a provisioner need not have one, the class.
func (s *scope) driverRef(driver string, class *storagev1.StorageClass) Ref {
	ref := Ref{Kind: "CSIDriver", Name: driver}
	if s.objects[ref] != nil || class == nil {
		return ref
	}
	return refOf("StorageClass", class)
}

// absentDriver tells that nothing in the cluster speaks for a CSI driver: no
// object, and no node that has it. What is no CSI driver by its name need not
// have either.
func (v *view) absentDriver(driver string) bool {
	if !strings.Contains(driver, "csi") || !v.read("CSIDriver", "") || !v.read("CSINode", "") || v.objects[Ref{Kind: "CSIDriver", Name: driver}] != nil {
		return false
	}
	return !slices.ContainsFunc(v.Objects.CSINodes, func(node *storagev1.CSINode) bool { return hasDriver(node, driver) })
}

func hasDriver(node *storagev1.CSINode, driver string) bool {
	return slices.ContainsFunc(node.Spec.Drivers, func(d storagev1.CSINodeDriver) bool { return d.Name == driver })
}

// plainWords of a driver's name say nothing about whose it is.
var plainWords = regexp.MustCompile(`^(?:csi|com|io|org|net|dev|cloud|k8s|x-k8s|kubernetes|storage|driver|plugin|provisioner|gke|aws|amazon|azure|google|.)$`)

// driverPods finds the pods that provision for a driver, as far as they were
// read, and those of them that are not ready. Nothing in the API connects the
// two: a pod is a driver's if it is told the driver's name, or if its own name
// has what is particular in it.
func (v *view) driverPods(driver string) (all, broken []*corev1.Pod) {
	words := slices.DeleteFunc(strings.FieldsFunc(strings.ToLower(driver), func(r rune) bool { return r == '.' || r == '/' }), plainWords.MatchString)
	for _, pod := range v.Objects.Pods {
		if !servesDriver(pod, driver, words) {
			continue
		}
		all = append(all, pod)
		if !podReady(pod) && !podOver(pod) && v.At.Sub(pod.CreationTimestamp.Time) > createGrace {
			broken = append(broken, pod)
		}
	}
	return all, broken
}

var provisions = regexp.MustCompile(`csi.*(?:controller|provisioner)|(?:controller|provisioner).*csi|provisioner`)

func servesDriver(pod *corev1.Pod, driver string, words []string) bool {
	if !provisions.MatchString(pod.Name) {
		return false
	}
	for _, word := range words {
		if strings.Contains(pod.Name, word) {
			return true
		}
	}
	for i := range pod.Spec.Containers {
		c := &pod.Spec.Containers[i]
		if slices.ContainsFunc(c.Args, func(arg string) bool { return strings.Contains(arg, driver) }) ||
			slices.ContainsFunc(c.Env, func(env corev1.EnvVar) bool { return env.Value == driver }) {
			return true
		}
	}
	return false
}
