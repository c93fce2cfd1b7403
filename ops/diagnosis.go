package ops

import (
	"slices"
	"time"
)

// DiagnosisSchema names the JSON shape of a Diagnosis. It is public.
const DiagnosisSchema = "steward.diagnosis/v1"

// Status is a diagnosis in one word.
type Status string

// The three results of a diagnosis.
const (
	StatusHealthy   Status = "healthy"
	StatusUnhealthy Status = "unhealthy"
	StatusUnknown   Status = "unknown" // no cause was proven and something needed could not be read
)

// Confidence follows from the structure of the evidence, never from a score.
type Confidence string

// Proven: a field or an exact recomputation says so. Likely: a signature and a
// matching change. Possible: one of the two.
const (
	Proven   Confidence = "proven"
	Likely   Confidence = "likely"
	Possible Confidence = "possible"
)

// Rank orders confidences: 0 is the surest.
func (c Confidence) Rank() int { return slices.Index([]Confidence{Proven, Likely, Possible}, c) }

// Verdict is the result of one check.
type Verdict string

// The verdicts. Unknown is given wherever a permission, a log or a metric is
// missing: never a silent pass.
const (
	Yes     Verdict = "yes"
	No      Verdict = "no"
	Unknown Verdict = "unknown"
)

// Diagnosis is the public answer to "what is wrong with this, and why".
type Diagnosis struct {
	Schema   string          `json:"schema"`
	Cluster  string          `json:"cluster"`
	Target   DiagnosisTarget `json:"target"`
	At       time.Time       `json:"at"`
	TookMS   int64           `json:"took_ms"`
	Status   Status          `json:"status"`
	Healthy  bool            `json:"healthy"`
	Causes   []Cause         `json:"causes"` // most important first
	Checks   []Check         `json:"checks"` // in the order in which they were asked
	Excluded []string        `json:"excluded"`
	Unknown  []Gap           `json:"unknown"`
	Changes  []ChangeEvent   `json:"changes"`
	// Since is when it began, as far as the evidence tells; zero where it does
	// not. It is for sentences, and no part of the public object.
	Since time.Time `json:"-"`
	Notes []string  `json:"notes,omitempty"` // intents: paused, suspended or scaled to zero by somebody's will
}

// DiagnosisTarget is the object that was diagnosed.
type DiagnosisTarget struct {
	Namespace string `json:"namespace"`
	Kind      string `json:"kind"`
	Name      string `json:"name"`
}

// Object names the target as answers do: "Deployment/shop/checkout", or
// "Node/node-1" outside a namespace.
func (t DiagnosisTarget) Object() string {
	return Target{Namespace: t.Namespace, Kind: t.Kind, Name: t.Name}.Object()
}

// Cause is one root cause with its proof, its remedy and what it brought about.
type Cause struct {
	ID         string     `json:"id"` // stable, e.g. "image-not-found"
	Confidence Confidence `json:"confidence"`
	Object     string     `json:"object"` // Kind/ns/name
	Summary    string     `json:"summary"`
	// Means says what such a cause is, for somebody who meets it for the first
	// time. It is the same in every case, and no part of the public object.
	Means    string     `json:"-"`
	Evidence []Evidence `json:"evidence"`
	Remedy   []Remedy   `json:"remedy"`
	Effects  []Effect   `json:"effects"`
}

// Evidence is one observed value that supports a cause.
type Evidence struct {
	Object string    `json:"object"`
	Field  string    `json:"field"`
	Value  string    `json:"value"`
	At     time.Time `json:"at,omitzero"`
}

// Remedy is one way to mend a cause. Action is a verb of steward with its Args,
// or empty when the text says what a person does by hand.
type Remedy struct {
	Text   string            `json:"text"`
	Action string            `json:"action"`
	Args   map[string]string `json:"args"`
}

// Effect is a symptom that the cause explains away.
type Effect struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Summary string `json:"summary"`
}

// Check is one question that was asked, with its answer.
type Check struct {
	ID       string  `json:"id"`
	Question string  `json:"question"`
	Verdict  Verdict `json:"verdict"`
	Observed string  `json:"observed"`
}

// Gap is something that could not be known.
type Gap struct {
	Check   string `json:"check"`
	Missing string `json:"missing"` // the permission, log or metric that is missing
}

// ChangeEvent is one change near the onset. An implicated change precedes the
// onset, touches the implicated field or object, and covers the failing set;
// any other is shown as nearby.
type ChangeEvent struct {
	At         time.Time `json:"at"`
	Source     string    `json:"source"`
	Who        string    `json:"who"`
	Summary    string    `json:"summary"`
	Link       string    `json:"link"`
	Implicated bool      `json:"implicated"`
}
