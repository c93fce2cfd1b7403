package diagnose

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// redacted gives a copy of some conditions with their messages redacted: what
// components write there quotes what others have said.
func redacted[C any](t *trimmer, conditions []C, message func(*C) *string) []C {
	conditions = slices.Clone(conditions)
	for i := range conditions {
		text := message(&conditions[i])
		*text = t.value("", *text)
	}
	return conditions
}

// podStatus hides secrets in what is said of a pod. A container's message when
// it ends is the program's own words, or the end of its log.
func (t *trimmer) podStatus(status corev1.PodStatus) corev1.PodStatus {
	status.Message = t.value("", status.Message)
	status.Conditions = redacted(t, status.Conditions, func(c *corev1.PodCondition) *string { return &c.Message })
	for _, list := range []*[]corev1.ContainerStatus{&status.InitContainerStatuses, &status.ContainerStatuses, &status.EphemeralContainerStatuses} {
		*list = slices.Clone(*list)
		for i := range *list {
			is := &(*list)[i]
			is.State, is.LastTerminationState = t.state(is.State), t.state(is.LastTerminationState)
		}
	}
	return status
}

func (t *trimmer) state(state corev1.ContainerState) corev1.ContainerState {
	if state.Waiting != nil {
		state.Waiting = shallow(state.Waiting)
		state.Waiting.Message = t.value("", state.Waiting.Message)
	}
	if state.Terminated != nil {
		state.Terminated = shallow(state.Terminated)
		state.Terminated.Message = t.value("", state.Terminated.Message)
	}
	return state
}

func (t *trimmer) probe(probe *corev1.Probe) *corev1.Probe {
	if probe == nil {
		return nil
	}
	probe = shallow(probe)
	probe.Exec, probe.HTTPGet = t.exec(probe.Exec), t.get(probe.HTTPGet)
	return probe
}

func (t *trimmer) lifecycle(hooks *corev1.Lifecycle) *corev1.Lifecycle {
	if hooks == nil {
		return nil
	}
	hooks = shallow(hooks)
	for _, hook := range []**corev1.LifecycleHandler{&hooks.PostStart, &hooks.PreStop} {
		if *hook != nil {
			*hook = shallow(*hook)
			(*hook).Exec, (*hook).HTTPGet = t.exec((*hook).Exec), t.get((*hook).HTTPGet)
		}
	}
	return hooks
}

func (t *trimmer) exec(action *corev1.ExecAction) *corev1.ExecAction {
	if action == nil {
		return nil
	}
	return &corev1.ExecAction{Command: t.words(action.Command)}
}

func (t *trimmer) get(action *corev1.HTTPGetAction) *corev1.HTTPGetAction {
	if action == nil {
		return nil
	}
	action = shallow(action)
	action.Path = t.value("", action.Path)
	action.HTTPHeaders = slices.Clone(action.HTTPHeaders)
	for i, header := range action.HTTPHeaders {
		action.HTTPHeaders[i].Value = t.value(header.Name, header.Value)
	}
	return action
}

// volumes hides what is given to volume drivers. Most volumes have none of it,
// and stay as they are.
func (t *trimmer) volumes(volumes []corev1.Volume) []corev1.Volume {
	given := func(v corev1.Volume) bool { return v.CSI != nil || v.FlexVolume != nil }
	if !slices.ContainsFunc(volumes, given) {
		return volumes
	}
	volumes = slices.Clone(volumes)
	for i := range volumes {
		if csi := volumes[i].CSI; csi != nil {
			volumes[i].CSI = shallow(csi)
			volumes[i].CSI.VolumeAttributes = t.values(csi.VolumeAttributes)
		}
		if flex := volumes[i].FlexVolume; flex != nil {
			volumes[i].FlexVolume = shallow(flex)
			volumes[i].FlexVolume.Options = t.values(flex.Options)
		}
	}
	return volumes
}

// volume hides what is given to the driver of a volume of the cluster, which is
// the trimmer's own copy.
func (t *trimmer) volume(volume *corev1.PersistentVolume) {
	if volume.Spec.CSI != nil {
		volume.Spec.CSI.VolumeAttributes = t.values(volume.Spec.CSI.VolumeAttributes)
	}
	if volume.Spec.FlexVolume != nil {
		volume.Spec.FlexVolume.Options = t.values(volume.Spec.FlexVolume.Options)
	}
}

func (t *trimmer) values(values map[string]string) map[string]string {
	if values == nil {
		return nil
	}
	shown := make(map[string]string, len(values))
	for name, value := range values {
		shown[name] = t.value(name, value)
	}
	return shown
}

// untyped hides secrets in an object of an API that is not Kubernetes' own: the
// template of a Rollout has variables, an Application the values of its chart.
// The object is the trimmer's own copy.
func (t *trimmer) untyped(object map[string]any) {
	for name, value := range object {
		if name != "metadata" && name != "kind" && name != "apiVersion" {
			object[name] = t.field(name, value)
		}
	}
}

// plainFields have names that sound secret, and hold the name of something.
var plainFields = []string{"key", "keys", "secretKey"}

// field redacts the texts of a field. Those that are called "value" beside a
// "name" are of what that names.
func (t *trimmer) field(name string, value any) any {
	switch v := value.(type) {
	case string:
		return t.value(name, v)
	case []any:
		for i := range v {
			v[i] = t.field(name, v[i])
		}
	case map[string]any:
		called, _ := v["name"].(string)
		for key, each := range v {
			switch {
			case key == "matchLabels":
			case key == "value" && called != "":
				v[key] = t.field(called, each)
			case slices.Contains(plainFields, key):
				v[key] = t.field("", each)
			default:
				v[key] = t.field(key, each)
			}
		}
	}
	return value
}
