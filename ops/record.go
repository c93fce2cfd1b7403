package ops

import (
	"errors"
	"time"
)

// ErrRecorded is what a journal gives when a request's StepStarted or StepEnded
// is in it already: the same confirmation came twice, or two processes took up
// the same write. The first stands.
var ErrRecorded = errors.New("the journal holds this step of the request already")

// Step is one stage in the story of a request.
type Step string

// The steps a request can leave in the journal.
const (
	StepAnswered  Step = "answered"  // a read was answered
	StepRefused   Step = "refused"   // refused before anything started
	StepPreviewed Step = "previewed" // a plan was shown
	StepCancelled Step = "cancelled" // the requester cancelled the plan
	StepStarted   Step = "started"   // confirmed, guarded, recorded: from here on it may change the cluster
	StepResumed   Step = "resumed"   // taken up again after a restart or by another replica
	StepApplied   Step = "applied"   // the API server accepted the patch
	StepEnded     Step = "ended"     // Outcome says how
)

// Record is one entry of the journal: append-only, each with the hash of the
// one before. Nothing in it is secret.
type Record struct {
	Seq     int64     `json:"seq"`               // 1, 2, 3 … without gaps
	At      time.Time `json:"at"`                // UTC
	Step    Step      `json:"step"`              //
	Request Request   `json:"request"`           //
	Target  *Target   `json:"target,omitempty"`  // nil until the target was resolved
	Plan    *Plan     `json:"plan,omitempty"`    //
	Ticket  *Ticket   `json:"ticket,omitempty"`  //
	Refusal *Refusal  `json:"refusal,omitempty"` //
	Outcome *Outcome  `json:"outcome,omitempty"` //
	Summary string    `json:"summary"`           // one line for people
	Prev    string    `json:"prev"`              // hash of record Seq-1; empty for the first
	Hash    string    `json:"hash"`              // over all of the above
}

// Query selects records of the journal. Zero fields select everything.
type Query struct {
	RequestID string
	Cluster   string
	Namespace string
	Kind      string
	Name      string
	ActorID   string
	Since     time.Time
	Writes    bool // leave out answered reads
	Open      bool // only StepStarted records of requests that have not ended
	Limit     int  // the newest so many; 0 means all
}
