package diagnose

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Write says who wrote which fields of an object last, as its managedFields
// tell.
type Write struct {
	Object  Ref       `json:"object"`
	Manager string    `json:"manager"` // e.g. "kubectl-edit"
	At      time.Time `json:"at"`
	// Fields are the fields that the manager holds, two names deep:
	// "spec.replicas", "data.REDIS_URL"; labels three, as each has a meaning of
	// its own; a list at the top, such as "rules", one. The time is that of its
	// last write to any of them.
	Fields []string `json:"fields"`
	// Created tells that this write made the object: it is no change of it.
	Created bool `json:"created,omitempty"`
}

// createdWithin is how far after an object's creation its first write may be
// dated: both are in whole seconds.
const createdWithin = time.Second

// unwatched are the kinds whose managedFields tell nothing that a person did.
var unwatched = map[string]bool{"Pod": true, "ReplicaSet": true, "EndpointSlice": true, "ControllerRevision": true, "VolumeAttachment": true, "CSINode": true}

// writesOf reads managedFields. Writes to the status are left out.
func writesOf(kind string, object metav1.Object) []Write {
	if unwatched[kind] {
		return nil
	}
	var writes []Write
	for _, entry := range object.GetManagedFields() {
		if entry.Subresource == "status" || entry.Time == nil || entry.FieldsV1 == nil {
			continue
		}
		fields := fieldsOf(entry.FieldsV1.GetRawBytes())
		if len(fields) == 0 {
			continue
		}
		writes = append(writes, Write{
			Object: refOf(kind, object), Manager: entry.Manager, At: entry.Time.Time, Fields: fields,
			Created: entry.Subresource == "" && entry.Time.Sub(object.GetCreationTimestamp().Time) <= createdWithin,
		})
	}
	return writes
}

// fieldsOf lists the fields of a FieldsV1: two names deep, labels three, and
// lists at the top by their one name. The format is described with FieldsV1 in
// k8s.io/apimachinery: "f:NAME" is a field, "." the object itself.
func fieldsOf(raw []byte) []string {
	var outer map[string]map[string]json.RawMessage
	if json.Unmarshal(raw, &outer) != nil {
		return nil
	}
	var fields []string
	for key, inner := range outer {
		name, ok := strings.CutPrefix(key, "f:")
		if !ok || name == "status" {
			continue
		}
		before := len(fields)
		for key, part := range inner {
			field, ok := strings.CutPrefix(key, "f:")
			if !ok {
				continue
			}
			fields = append(fields, name+"."+field)
			if name == "metadata" && field == "labels" {
				fields = append(fields, labelsIn(part)...)
			}
		}
		if len(fields) == before && name != "data" && name != "metadata" && name != "spec" {
			fields = append(fields, name)
		}
	}
	slices.Sort(fields)
	return fields
}

// labelsIn lists the labels that a part of a FieldsV1 holds.
func labelsIn(raw json.RawMessage) []string {
	var inner map[string]json.RawMessage
	if json.Unmarshal(raw, &inner) != nil {
		return nil
	}
	var fields []string
	for key := range inner {
		if label, ok := strings.CutPrefix(key, "f:"); ok {
			fields = append(fields, "metadata.labels."+label)
		}
	}
	return fields
}

// touches tells whether the write holds a field, or one below it.
func (w *Write) touches(field string) bool {
	return slices.ContainsFunc(w.Fields, func(f string) bool { return f == field || strings.HasPrefix(f, field+".") })
}
