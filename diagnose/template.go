package diagnose

import (
	"cmp"
	"maps"
	"reflect"
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// envDiff compares the environment variables of two templates by name.
func envDiff(before, after *corev1.PodTemplateSpec) (added, removed, changed []string) {
	was, is := envOf(before), envOf(after)
	for _, name := range slices.Sorted(maps.Keys(is)) {
		old, there := was[name]
		switch {
		case !there:
			added = append(added, name)
		case !reflect.DeepEqual(old, is[name]):
			changed = append(changed, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(was)) {
		if _, there := is[name]; !there {
			removed = append(removed, name)
		}
	}
	return added, removed, changed
}

func envOf(template *corev1.PodTemplateSpec) map[string]corev1.EnvVar {
	all := map[string]corev1.EnvVar{}
	for _, container := range template.Spec.Containers {
		for _, env := range container.Env {
			all[env.Name] = env
		}
	}
	return all
}

// configUse says where a workload reads a ConfigMap or Secret.
type configUse struct {
	Ref       Ref
	Container string // "" for a volume of the pod
	Via       string // "env NAME", "envFrom", "volume NAME"
	Key       string // "" for the whole
	Optional  bool
}

// configsOf lists the ConfigMaps and Secrets that a workload's template names.
func configsOf(w *workload) []configUse { return configsIn(&w.Template.Spec, w.Ref.Namespace) }

func configsIn(spec *corev1.PodSpec, namespace string) []configUse {
	var uses []configUse
	add := func(kind, name, container, via, key string, optional *bool) {
		if name != "" {
			uses = append(uses, configUse{Ref{kind, namespace, name}, container, via, key, optional != nil && *optional})
		}
	}
	for _, c := range slices.Concat(spec.InitContainers, spec.Containers) {
		for _, from := range c.EnvFrom {
			if from.ConfigMapRef != nil {
				add("ConfigMap", from.ConfigMapRef.Name, c.Name, "envFrom", "", from.ConfigMapRef.Optional)
			}
			if from.SecretRef != nil {
				add("Secret", from.SecretRef.Name, c.Name, "envFrom", "", from.SecretRef.Optional)
			}
		}
		for _, env := range c.Env {
			if env.ValueFrom == nil {
				continue
			}
			if key := env.ValueFrom.ConfigMapKeyRef; key != nil {
				add("ConfigMap", key.Name, c.Name, "env "+env.Name, key.Key, key.Optional)
			}
			if key := env.ValueFrom.SecretKeyRef; key != nil {
				add("Secret", key.Name, c.Name, "env "+env.Name, key.Key, key.Optional)
			}
		}
	}
	for _, volume := range spec.Volumes {
		addVolume(volume, add)
	}
	slices.SortFunc(uses, func(a, b configUse) int {
		return cmp.Or(compareRefs(a.Ref, b.Ref), cmp.Compare(a.Container, b.Container), cmp.Compare(a.Via, b.Via), cmp.Compare(a.Key, b.Key))
	})
	return uses
}

func addVolume(volume corev1.Volume, add func(kind, name, container, via, key string, optional *bool)) {
	via := "volume " + volume.Name
	if source := volume.ConfigMap; source != nil {
		add("ConfigMap", source.Name, "", via, "", source.Optional)
		for _, item := range source.Items {
			add("ConfigMap", source.Name, "", via, item.Key, source.Optional)
		}
	}
	if source := volume.Secret; source != nil {
		add("Secret", source.SecretName, "", via, "", source.Optional)
		for _, item := range source.Items {
			add("Secret", source.SecretName, "", via, item.Key, source.Optional)
		}
	}
	if volume.Projected == nil {
		return
	}
	for _, source := range volume.Projected.Sources {
		if source.ConfigMap != nil {
			add("ConfigMap", source.ConfigMap.Name, "", via, "", source.ConfigMap.Optional)
		}
		if source.Secret != nil {
			add("Secret", source.Secret.Name, "", via, "", source.Secret.Optional)
		}
	}
}
