package diagnose

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// Load is what the pods of a node take of it that are not among the Objects:
// those that were read only for the sum, and those that the asker may not see.
// It holds no names of theirs.
type Load struct {
	Node     string              `json:"node"`
	Pods     int                 `json:"pods"`
	Requests corev1.ResourceList `json:"requests,omitempty"`
	Ports    []HostPort          `json:"ports,omitempty"` // in use on the node, sorted
	// Volumes are the attached volumes that the asker may not see, by CSI driver.
	Volumes map[string]int `json:"volumes,omitempty"`
	// Unseen are the namespaces of those pods that the asker may not see, sorted:
	// their labels are not known.
	Unseen []string `json:"unseen,omitempty"`
}

// HostPort is a port of a node that a pod occupies.
type HostPort struct {
	IP       string `json:"ip,omitempty"` // empty for every address
	Protocol string `json:"protocol"`
	Port     int32  `json:"port"`
}

// Neighbour is a pod on a node that the asker may see and that was read only
// for what the scheduler looks at. What it takes of its node is in the Load.
type Neighbour struct {
	Namespace string            `json:"namespace"`
	Name      string            `json:"name"`
	UID       types.UID         `json:"uid,omitempty"`
	Node      string            `json:"node"`
	Labels    map[string]string `json:"labels,omitempty"`
	Priority  int32             `json:"priority,omitempty"`
	Leaving   bool              `json:"leaving,omitempty"` // it is being deleted
	// Repels are the terms by which it keeps other pods away.
	Repels []corev1.PodAffinityTerm `json:"repels,omitempty"`
}

// overlaps tells that two ports cannot both be had on one node.
func (p HostPort) overlaps(other HostPort) bool {
	return p.Port == other.Port && p.Protocol == other.Protocol && (p.IP == other.IP || p.IP == "" || other.IP == "")
}

// hostPortsOf lists the ports of its node that a pod occupies: those of its
// containers, and of the init containers that run beside them.
func hostPortsOf(spec *corev1.PodSpec) []HostPort {
	var ports []HostPort
	add := func(container *corev1.Container) {
		for _, port := range container.Ports {
			if port.HostPort <= 0 {
				continue
			}
			taken := HostPort{IP: port.HostIP, Protocol: string(port.Protocol), Port: port.HostPort}
			if taken.IP == "0.0.0.0" || taken.IP == "::" {
				taken.IP = ""
			}
			if taken.Protocol == "" {
				taken.Protocol = string(corev1.ProtocolTCP)
			}
			ports = append(ports, taken)
		}
	}
	for i := range spec.InitContainers {
		if restartable(&spec.InitContainers[i]) {
			add(&spec.InitContainers[i])
		}
	}
	for i := range spec.Containers {
		add(&spec.Containers[i])
	}
	return ports
}

// repelsOf lists the terms by which a pod keeps others away for certain.
func repelsOf(spec *corev1.PodSpec) []corev1.PodAffinityTerm {
	if spec.Affinity == nil || spec.Affinity.PodAntiAffinity == nil {
		return nil
	}
	return spec.Affinity.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution
}

// holdsNode tells that a pod takes room on a node.
func holdsNode(pod *corev1.Pod) bool {
	return pod.Spec.NodeName != "" && !podTerminal(pod)
}
