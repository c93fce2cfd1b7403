package diagnose

import (
	"regexp"

	corev1 "k8s.io/api/core/v1"
)

// saysNoPath is the kubelet's word on a hostPath with a type
// (k8s.io/kubernetes/pkg/volume/hostpath).
var saysNoPath = regexp.MustCompile(`for volume "([^"\s]{1,253})"\s*: hostPath type check failed: (\S{1,250}) is not (?:a|an) ([a-z ]{1,40})`)

// hostPathMissing is for a volume that is a path of the node, and is not there
// or not what its type says.
func hostPathMissing(s *scope) answer {
	pod := s.pod()
	event := s.lastEvent(refOf("Pod", pod), "FailedMount")
	if event == nil {
		return no("no volume fails")
	}
	match := saysNoPath.FindStringSubmatch(event.Message)
	if match == nil {
		return no(event.Message)
	}
	a := yes(byField, event.Message).with("via", "volume "+match[1], "path", match[2], "wanted", match[3], "node", pod.Spec.NodeName).
		seen(refOf("Pod", pod), "events[FailedMount].message", event.Message, event.Last)
	for _, volume := range pod.Spec.Volumes {
		if volume.Name == match[1] && volume.HostPath != nil && volume.HostPath.Type != nil {
			a = a.seen(refOf("Pod", pod), "spec.volumes["+volume.Name+"].hostPath.type", string(*volume.HostPath.Type), s.At).
				with("create", createdBy(*volume.HostPath.Type))
		}
	}
	return a
}

// createdBy is the type that has the kubelet make what is missing, "" where
// none does.
func createdBy(of corev1.HostPathType) string {
	switch of {
	case corev1.HostPathDirectory:
		return string(corev1.HostPathDirectoryOrCreate)
	case corev1.HostPathFile:
		return string(corev1.HostPathFileOrCreate)
	default:
		return ""
	}
}
