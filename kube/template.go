package kube

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"

	appsv1 "k8s.io/api/apps/v1"
)

// Template is a pod template as the API writes it in JSON, fields unknown to
// this version of steward included. It is without the parts that only
// Kubernetes' controllers add to their copies of it, so that a workload's
// template and its revision's compare equal. It is read only.
type Template map[string]any

// newTemplate makes a Template from the "spec.template" of an object.
func newTemplate(raw map[string]any) Template {
	template, _ := withoutNulls(raw).(map[string]any)
	delete(template, "$patch") // in ControllerRevisions
	if meta, ok := template["metadata"].(map[string]any); ok {
		if labels, ok := meta["labels"].(map[string]any); ok {
			delete(labels, appsv1.DefaultDeploymentUniqueLabelKey) // in ReplicaSets
		}
	}
	return template
}

// withoutNulls copies a JSON value and leaves out members that are null: older
// controllers wrote "creationTimestamp": null.
func withoutNulls(value any) any {
	switch value := value.(type) {
	case map[string]any:
		kept := make(map[string]any, len(value))
		for key, member := range value {
			if member != nil {
				kept[key] = withoutNulls(member)
			}
		}
		return kept
	case []any:
		kept := make([]any, len(value))
		for i, element := range value {
			kept[i] = withoutNulls(element)
		}
		return kept
	default:
		return value
	}
}

// Hash identifies the template: equal templates, equal hashes. 32 hexadecimal
// digits of the SHA-256 of its canonical JSON.
func (t Template) Hash() string { return hash(map[string]any(t)) }

// Labels are the labels of the pods.
func (t Template) Labels() map[string]string { return stringMap(object(t["metadata"])["labels"]) }

// Annotations are the annotations of the pods.
func (t Template) Annotations() map[string]string {
	return stringMap(object(t["metadata"])["annotations"])
}

// Container is what a person wants to know of one container.
type Container struct {
	Name  string
	Image string
	// Requests are the resources it asks for, by name ("cpu").
	Requests map[string]string
}

// Containers gives the containers, without the init containers.
func (t Template) Containers() []Container {
	list, _ := object(t["spec"])["containers"].([]any)
	containers := make([]Container, 0, len(list))
	for _, element := range list {
		c := object(element)
		name, _ := c["name"].(string)
		image, _ := c["image"].(string)
		containers = append(containers, Container{
			Name: name, Image: image,
			Requests: stringMap(object(c["resources"])["requests"]),
		})
	}
	return containers
}

// Images gives the containers' images, in order.
func (t Template) Images() []string {
	containers := t.Containers()
	images := make([]string, 0, len(containers))
	for _, c := range containers {
		images = append(images, c.Image)
	}
	return images
}

// Annotated gives a copy of the template with one more annotation on the pods.
func (t Template) Annotated(key, value string) Template {
	annotated, _ := withoutNulls(map[string]any(t)).(map[string]any)
	meta := object(annotated["metadata"])
	annotations := object(meta["annotations"])
	annotations[key] = value
	meta["annotations"] = annotations
	annotated["metadata"] = meta
	return annotated
}

// HashAnnotations identifies an object's own annotations, as an undo restores
// them: those that it leaves alone do not count.
func HashAnnotations(annotations map[string]string) string {
	return hash(restorable(annotations))
}

func hash(value any) string {
	raw, err := json.Marshal(value) // map keys are sorted
	if err != nil {                 // it came from JSON
		panic(fmt.Sprintf("marshalling a JSON value: %v", err))
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:16])
}

// object reads a JSON object; of anything else it gives an empty one.
func object(value any) map[string]any {
	if o, ok := value.(map[string]any); ok {
		return o
	}
	return map[string]any{}
}

func stringMap(value any) map[string]string {
	members := object(value)
	strings := make(map[string]string, len(members))
	for key := range maps.Keys(members) {
		if s, ok := members[key].(string); ok {
			strings[key] = s
		}
	}
	return strings
}
