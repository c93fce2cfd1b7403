package diagnose

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// fleet is four nodes in two zones with pods of the app web, and one more that
// waits: what each predicate says of each node is worked out by hand here.
type fleet struct {
	nodes []*corev1.Node
	pods  []*corev1.Pod
	pod   *corev1.Pod
}

func newFleet(on ...string) *fleet {
	f := &fleet{pod: waiting("web-new")}
	for _, each := range [][2]string{{"a1", "a"}, {"a2", "a"}, {"b1", "b"}, {"b2", "b"}} {
		node := readyNode(each[0])
		node.Labels = map[string]string{"kubernetes.io/hostname": each[0], "zone": each[1]}
		f.nodes = append(f.nodes, node)
	}
	for i, node := range on {
		f.pods = append(f.pods, runningPod("web-"+string(rune('0'+i)), template("web", "1"), day, node))
	}
	return f
}

func waiting(name string) *corev1.Pod {
	pod := runningPod(name, template("web", "1"), day, "")
	pod.Status = corev1.PodStatus{Phase: corev1.PodPending}
	return pod
}

// closed lists the nodes that the pod cannot go to.
func (f *fleet) closed() string {
	s := &Snapshot{At: noon, Listed: []Listing{{Kind: "*"}}}
	s.Objects.Nodes, s.Objects.Pods = f.nodes, append(f.pods, f.pod)
	text := ""
	for _, stand := range index(s).placementOf(f.pod).stands {
		if len(stand.obstacles) > 0 {
			text += stand.node.Name + " "
		}
	}
	return text
}

func spreadBy(key string, skew int32) corev1.TopologySpreadConstraint {
	return corev1.TopologySpreadConstraint{
		TopologyKey: key, MaxSkew: skew, WhenUnsatisfiable: corev1.DoNotSchedule,
		LabelSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}},
	}
}

func TestPodsAreSpreadAsTheSchedulerWould(t *testing.T) {
	honor, three := corev1.NodeInclusionPolicyHonor, int32(3)
	tests := []struct {
		name string
		on   []string
		make func(*fleet, *corev1.TopologySpreadConstraint)
		want string
	}{
		{"one more would be too many", []string{"a1"}, nil, "a1 a2 "},
		{"even", []string{"a1", "b1"}, nil, ""},
		{"a pod that leaves does not count", []string{"a1"}, func(f *fleet, _ *corev1.TopologySpreadConstraint) {
			now := metav1.NewTime(noon)
			f.pods[0].DeletionTimestamp = &now
		}, ""},
		{"too few domains make the fewest none", []string{"a1", "b1"}, func(_ *fleet, c *corev1.TopologySpreadConstraint) { c.MinDomains = &three }, "a1 a2 b1 b2 "},
		{"a domain that is not selected does not count", []string{"a1"}, func(f *fleet, _ *corev1.TopologySpreadConstraint) {
			f.pod.Spec.NodeSelector = map[string]string{"zone": "a"}
		}, "b1 b2 "},
		{"unless it is to count", []string{"a1"}, func(f *fleet, c *corev1.TopologySpreadConstraint) {
			ignore := corev1.NodeInclusionPolicyIgnore
			f.pod.Spec.NodeSelector, c.NodeAffinityPolicy = map[string]string{"zone": "a"}, &ignore
		}, "a1 a2 b1 b2 "},
		{"a tainted domain counts", []string{"a1"}, func(f *fleet, _ *corev1.TopologySpreadConstraint) { f.taint("b1", "b2") }, "a1 a2 b1 b2 "},
		{"unless taints are minded", []string{"a1"}, func(f *fleet, c *corev1.TopologySpreadConstraint) {
			f.taint("b1", "b2")
			c.NodeTaintsPolicy = &honor
		}, "b1 b2 "},
		{"only of the same template", []string{"a1"}, func(f *fleet, c *corev1.TopologySpreadConstraint) {
			c.MatchLabelKeys = []string{"hash"}
			f.pod.Labels = map[string]string{"app": "web", "hash": "new"}
		}, ""},
		{"a node without the label", nil, func(f *fleet, _ *corev1.TopologySpreadConstraint) { delete(f.nodes[3].Labels, "zone") }, "b2 "},
		{"it does not count itself", []string{"a1"}, func(f *fleet, _ *corev1.TopologySpreadConstraint) { f.pod.Labels = map[string]string{"app": "other"} }, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f, c := newFleet(test.on...), spreadBy("zone", 1)
			if test.make != nil {
				test.make(f, &c)
			}
			f.pod.Spec.TopologySpreadConstraints = []corev1.TopologySpreadConstraint{c}
			if got := f.closed(); got != test.want {
				t.Errorf("closed are %q, want %q", got, test.want)
			}
		})
	}
}

func (f *fleet) taint(names ...string) {
	for _, node := range f.nodes {
		for _, name := range names {
			if node.Name == name {
				node.Spec.Taints = []corev1.Taint{{Key: "dedicated", Value: "batch", Effect: corev1.TaintEffectNoSchedule}}
			}
		}
	}
}

func TestWhatAPodTakesIsCountedAsTheSchedulerDoes(t *testing.T) {
	always := corev1.ContainerRestartPolicyAlways
	tests := []struct {
		name string
		make func(*fleet)
		want string
	}{
		{"a sidecar and the container", func(f *fleet) {
			f.pod.Spec.InitContainers = []corev1.Container{{Name: "proxy", RestartPolicy: &always, Resources: corev1.ResourceRequirements{Requests: resources("7950m", "1Gi")}}}
		}, "a1 a2 b1 b2 "},
		{"an init container instead of the container", func(f *fleet) {
			f.pod.Spec.InitContainers = []corev1.Container{{Name: "warm", Resources: corev1.ResourceRequirements{Requests: resources("7900m", "1Gi")}}}
		}, ""},
		{"its overhead", func(f *fleet) { f.pod.Spec.Overhead = resources("7950m", "1Gi") }, "a1 a2 b1 b2 "},
		{"what runs there", func(f *fleet) {
			f.pods[0].Spec.Containers[0].Resources.Requests = resources("8", "1Gi")
		}, "a1 "},
		{"not what has ended", func(f *fleet) {
			f.pods[0].Spec.Containers[0].Resources.Requests = resources("8", "1Gi")
			f.pods[0].Status.Phase = corev1.PodSucceeded
		}, ""},
		{"what it tolerates", func(f *fleet) {
			f.taint("a1", "a2")
			f.pod.Spec.Tolerations = []corev1.Toleration{{Key: "dedicated", Operator: corev1.TolerationOpEqual, Value: "batch", Effect: corev1.TaintEffectNoSchedule}}
		}, ""},
		{"what it does not tolerate", func(f *fleet) {
			f.taint("a1", "a2")
			f.pod.Spec.Tolerations = []corev1.Toleration{{Key: "dedicated", Operator: corev1.TolerationOpEqual, Value: "gpu"}}
		}, "a1 a2 "},
		{"a taint that only asks", func(f *fleet) {
			f.nodes[0].Spec.Taints = []corev1.Taint{{Key: "x", Effect: corev1.TaintEffectPreferNoSchedule}}
		}, ""},
		{"a cordon that a DaemonSet's pod tolerates", func(f *fleet) {
			f.nodes[0].Spec.Unschedulable = true
			f.pod.Spec.Tolerations = []corev1.Toleration{{Key: corev1.TaintNodeUnschedulable, Operator: corev1.TolerationOpExists}}
		}, ""},
		{"a node by its name", func(f *fleet) {
			f.pod.Spec.Affinity = &corev1.Affinity{NodeAffinity: &corev1.NodeAffinity{RequiredDuringSchedulingIgnoredDuringExecution: &corev1.NodeSelector{NodeSelectorTerms: []corev1.NodeSelectorTerm{
				{MatchFields: []corev1.NodeSelectorRequirement{{Key: "metadata.name", Operator: corev1.NodeSelectorOpIn, Values: []string{"b2"}}}},
			}}}}
		}, "a1 a2 b1 "},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := newFleet("a1")
			test.make(f)
			if got := f.closed(); got != test.want {
				t.Errorf("closed are %q, want %q", got, test.want)
			}
		})
	}
}

func TestAffinityReachesTheNamespacesThatItNames(t *testing.T) {
	near := func(term corev1.PodAffinityTerm) *corev1.Affinity {
		return &corev1.Affinity{PodAffinity: &corev1.PodAffinity{RequiredDuringSchedulingIgnoredDuringExecution: []corev1.PodAffinityTerm{term}}}
	}
	web := &metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}}
	cache := &metav1.LabelSelector{MatchLabels: map[string]string{"app": "cache"}}
	tests := []struct {
		name string
		make func(*fleet)
		want string
	}{
		{"the first of its kind may go anywhere", func(f *fleet) {
			f.pod.Spec.Affinity = near(corev1.PodAffinityTerm{TopologyKey: "zone", LabelSelector: web})
			f.pods = nil
		}, ""},
		{"not where the label is absent", func(f *fleet) {
			f.pod.Spec.Affinity, f.pods = near(corev1.PodAffinityTerm{TopologyKey: "zone", LabelSelector: web}), nil
			delete(f.nodes[0].Labels, "zone")
		}, "a1 "},
		{"the next goes where the first is", func(f *fleet) {
			f.pod.Spec.Affinity = near(corev1.PodAffinityTerm{TopologyKey: "zone", LabelSelector: web})
		}, "b1 b2 "},
		{"others of another namespace do not count", func(f *fleet) {
			f.pods[0].Namespace, f.pods[0].Labels = "other", map[string]string{"app": "cache"}
			f.pod.Spec.Affinity = near(corev1.PodAffinityTerm{TopologyKey: "zone", LabelSelector: cache})
		}, "a1 a2 b1 b2 "},
		{"unless they are named", func(f *fleet) {
			f.pods[0].Namespace, f.pods[0].Labels = "other", map[string]string{"app": "cache"}
			f.pod.Spec.Affinity = near(corev1.PodAffinityTerm{TopologyKey: "zone", LabelSelector: cache, Namespaces: []string{"other"}})
		}, "b1 b2 "},
		{"or all are", func(f *fleet) {
			f.pods[0].Namespace, f.pods[0].Labels = "other", map[string]string{"app": "cache"}
			f.pod.Spec.Affinity = near(corev1.PodAffinityTerm{TopologyKey: "zone", LabelSelector: cache, NamespaceSelector: &metav1.LabelSelector{}})
		}, "b1 b2 "},
		{"one that keeps its host to itself", func(f *fleet) { f.pods[0].Spec.Affinity = apart("web") }, "a1 "},
		{"one that keeps its host from others", func(f *fleet) { f.pods[0].Spec.Affinity = apart("other") }, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := newFleet("a1")
			test.make(f)
			if got := f.closed(); got != test.want {
				t.Errorf("closed are %q, want %q", got, test.want)
			}
		})
	}
}
