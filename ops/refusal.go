package ops

import "strings"

// Reason is a stable code for why steward said no. It appears in the journal,
// in logs and in metrics.
type Reason string

// The reasons for a refusal.
const (
	UnknownVerb          Reason = "unknown-verb"
	BadArgument          Reason = "bad-argument"
	BadTarget            Reason = "bad-target"
	TargetNotFound       Reason = "target-not-found"
	TargetAmbiguous      Reason = "target-ambiguous"
	UnknownCluster       Reason = "unknown-cluster"
	UnsupportedKind      Reason = "unsupported-kind"
	NotAllowed           Reason = "not-allowed"
	IdentityRefused      Reason = "identity-refused"
	ChannelRefused       Reason = "channel-refused"
	JustificationMissing Reason = "justification-missing"
	JustificationBad     Reason = "justification-malformed"
	JustificationForeign Reason = "justification-foreign-account"
	JustificationUnknown Reason = "justification-not-found"
	JustificationClosed  Reason = "justification-not-open"
	JustificationOther   Reason = "justification-other-service"
	JustificationUnready Reason = "justification-unmapped"
	NothingToDo          Reason = "nothing-to-do"
	RevisionUnknown      Reason = "revision-unknown"
	Paused               Reason = "paused"
	Stale                Reason = "stale-plan"
	Gone                 Reason = "target-gone"
	Locked               Reason = "locked"
	Unavailable          Reason = "unavailable" // a vendor, the API server or the store did not answer
	Expired              Reason = "expired"
	Internal             Reason = "internal"
)

// Refusal is a no that a person reads: what happened, why, and what to do
// next. It is an error, so that it travels up unchanged; errors.As finds it.
type Refusal struct {
	Reason  Reason   `json:"reason"`
	What    string   `json:"what"`              // one sentence with its full stop
	Why     string   `json:"why,omitempty"`     // one or more sentences
	Next    string   `json:"next,omitempty"`    // what the person can do now
	Choices []string `json:"choices,omitempty"` // what would have worked, nearest first
	Err     error    `json:"-"`                 // the cause, for logs only: never shown
}

// Error joins the sentences, as the command line shows them.
func (r *Refusal) Error() string {
	parts := []string{r.What}
	if r.Why != "" {
		parts = append(parts, r.Why)
	}
	if len(r.Choices) > 0 {
		parts = append(parts, "Choose from: "+strings.Join(r.Choices, ", ")+".")
	}
	if r.Next != "" {
		parts = append(parts, r.Next)
	}
	return strings.Join(parts, " ")
}

// Unwrap gives the cause.
func (r *Refusal) Unwrap() error { return r.Err }
