package diagnose

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
)

// revisionAnnotation is where the Deployment controller counts
// (k8s.io/kubectl/pkg/util/deployment).
const revisionAnnotation = "deployment.kubernetes.io/revision"

// changeCauseAnnotation is what kubectl rollout history shows.
const changeCauseAnnotation = "kubernetes.io/change-cause"

// revision is one template that a workload has had.
type revision struct {
	Number   int64
	Ref      Ref // the ReplicaSet or ControllerRevision
	Template *corev1.PodTemplateSpec
	Created  time.Time
	Cause    string // what the person said who made it
	Pods     []*corev1.Pod
	Wanted   int32 // of a ReplicaSet
	Ready    int32 // pods that are ready now
}

func (v *view) revisionsOfDeployment(d *appsv1.Deployment) []*revision {
	var revisions []*revision
	for _, set := range v.setsOf[d.UID] {
		number, _ := strconv.ParseInt(set.Annotations[revisionAnnotation], 10, 64)
		wanted := int32(1)
		if set.Spec.Replicas != nil {
			wanted = *set.Spec.Replicas
		}
		revisions = append(revisions, &revision{
			Number: number, Ref: refOf("ReplicaSet", set), Template: &set.Spec.Template,
			Created: set.CreationTimestamp.Time, Cause: set.Annotations[changeCauseAnnotation],
			Pods: v.podsOf[set.UID], Wanted: wanted,
		})
	}
	return newestFirst(revisions)
}

// revisionsOf reads the ControllerRevisions of a StatefulSet or DaemonSet. A
// pod carries the name of its revision as a label; a StatefulSet's in full, a
// DaemonSet's as a hash alone.
func (v *view) revisionsOf(w *workload) []*revision {
	byHash := map[string][]*corev1.Pod{}
	for _, pod := range w.Pods {
		hash := pod.Labels[appsv1.ControllerRevisionHashLabelKey]
		byHash[hash] = append(byHash[hash], pod)
	}
	var revisions []*revision
	for _, r := range v.revisions[w.Object.GetUID()] {
		template, ok := templateOf(r)
		if !ok {
			continue
		}
		pods := byHash[r.Name]
		if hash := r.Labels[appsv1.ControllerRevisionHashLabelKey]; hash != "" && hash != r.Name {
			pods = append(slices.Clone(pods), byHash[hash]...)
		}
		revisions = append(revisions, &revision{
			Number: r.Revision, Ref: refOf("ControllerRevision", r), Template: &template,
			Created: r.CreationTimestamp.Time, Cause: r.Annotations[changeCauseAnnotation], Pods: pods,
		})
	}
	return newestFirst(revisions)
}

func newestFirst(revisions []*revision) []*revision {
	slices.SortFunc(revisions, func(a, b *revision) int {
		return cmp.Or(-cmp.Compare(a.Number, b.Number), -a.Created.Compare(b.Created), compareRefs(a.Ref, b.Ref))
	})
	for _, r := range revisions {
		for _, pod := range r.Pods {
			if podReady(pod) {
				r.Ready++
			}
		}
	}
	return revisions
}

// image is the image of a container in the revision, "" if it has none of the
// name.
func (r *revision) image(container string) string {
	if c := containerOf(&r.Template.Spec, container); c != nil {
		return c.Image
	}
	return ""
}

// containerOf finds a container or init container by name.
func containerOf(spec *corev1.PodSpec, name string) *corev1.Container {
	for i := range spec.Containers {
		if spec.Containers[i].Name == name {
			return &spec.Containers[i]
		}
	}
	for i := range spec.InitContainers {
		if spec.InitContainers[i].Name == name {
			return &spec.InitContainers[i]
		}
	}
	return nil
}
