package ops

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// Fingerprint identifies what a person saw and confirmed.
type Fingerprint string

// Change is one field that a plan would change. Values are redacted already.
type Change struct {
	Path   string `json:"path"`             // e.g. "containers[checkout].image"
	Before string `json:"before,omitempty"` // empty when the field is added
	After  string `json:"after,omitempty"`  // empty when the field is removed
}

// Warning is something the person should know before confirming. It does not
// forbid the plan.
type Warning struct {
	Code string `json:"code"` // stable, e.g. "owner-will-undo"
	Text string `json:"text"` // what is so, and what follows from it
}

// Fact is one labelled line of context in a plan or an outcome.
type Fact struct {
	Label string `json:"label"`
	Text  string `json:"text"`
}

// Basis is what a plan stands on. It takes in what must not have changed
// between preview and action, and leaves out what changes by itself:
// generation, resourceVersion, the clock. An autoscaler at work bumps the
// generation on every step, and a preview would be stale for ever.
type Basis struct {
	Before   string            `json:"before"`          // hash of the template (and annotations) now
	After    string            `json:"after"`           // hash of the template (and annotations) as planned
	Paused   bool              `json:"paused"`          //
	Strategy string            `json:"strategy"`        // the update strategy, in words
	Extra    map[string]string `json:"extra,omitempty"` // for scale: replicas and the HPA's bounds
}

// Plan is what an action would do, worked out without doing it. It carries no
// secrets: it is shown, stored in the journal and sent to sinks.
type Plan struct {
	Verb   string `json:"verb"`
	Target Target `json:"target"`
	// Args are the request's arguments, made definite: "to" is a number even
	// if none was typed. They are part of the fingerprint.
	Args     map[string]string `json:"args,omitempty"`
	Headline string            `json:"headline"`           // "Roll back checkout to the template of revision 41"
	Facts    []Fact            `json:"facts,omitempty"`    // who made the revision, when, with which images
	Changes  []Change          `json:"changes,omitempty"`  // the diff
	Warnings []Warning         `json:"warnings,omitempty"` //
	Blast    string            `json:"blast"`              // what is touched: "3 pods are replaced, one at a time"
	Basis    Basis             `json:"basis"`
}

// Fingerprint hashes the verb, the object's uid, the arguments and the basis.
func (p Plan) Fingerprint() Fingerprint {
	// Maps are written with sorted keys, so equal plans give equal bytes.
	raw, err := json.Marshal(struct {
		Cluster, UID, Verb string
		Args               map[string]string
		Basis              Basis
	}{p.Target.Cluster, p.Target.UID, p.Verb, p.Args, p.Basis})
	if err != nil { // strings, bools and maps of strings always marshal
		panic(fmt.Sprintf("marshalling a plan's basis: %v", err))
	}
	sum := sha256.Sum256(raw)
	return Fingerprint(hex.EncodeToString(sum[:]))
}

// WarnOwner is the code of the warning that a controller (Argo CD, Flux, Helm)
// owns the object and will undo the change.
const WarnOwner = "owner-will-undo"

// Warned tells whether the plan carries a warning of the code.
func (p Plan) Warned(code string) bool {
	for _, w := range p.Warnings {
		if w.Code == code {
			return true
		}
	}
	return false
}
