package ops

import "time"

// Phase is where a write under way stands.
type Phase string

// The phases of a write, in order.
const (
	PhaseChecking  Phase = "checking"  // access, justification and preconditions, once more
	PhaseApplied   Phase = "applied"   // the API server accepted the patch
	PhaseRolling   Phase = "rolling"   // pods are being replaced
	PhaseVerifying Phase = "verifying" // the diagnosis runs again
)

// Progress is one report of a write under way.
type Progress struct {
	Phase   Phase     `json:"phase"`
	Text    string    `json:"text"` // kubectl's words where it has them
	Desired int32     `json:"desired"`
	Updated int32     `json:"updated"`
	Ready   int32     `json:"ready"`
	At      time.Time `json:"at"`
}

// State is how a write ended.
type State string

// The ends of a write.
const (
	Succeeded State = "succeeded" // done and verified healthy
	Unhealthy State = "unhealthy" // done, but the diagnosis still finds a cause, or could not tell
	Failed    State = "failed"    // tried, and not done, or the rollout did not finish
	Refused   State = "refused"   // started, then refused by the last check: nothing was changed
)

// Outcome is the end of one write.
type Outcome struct {
	State     State         `json:"state"`
	Summary   string        `json:"summary"`          // "Rolled back to the template of revision 41, now revision 43."
	Before    []Fact        `json:"before,omitempty"` //
	After     []Fact        `json:"after,omitempty"`  //
	Next      string        `json:"next,omitempty"`   // what to do when it did not succeed
	Diagnosis *Diagnosis    `json:"diagnosis,omitempty"`
	Reason    Reason        `json:"reason,omitempty"` // why it was refused or failed
	Took      time.Duration `json:"took_ns"`          // from start to end
}
