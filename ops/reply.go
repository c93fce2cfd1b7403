package ops

// Reply is what Run gives back: exactly one field is set.
type Reply struct {
	Answer   *Answer   // a read was answered
	Preview  *Preview  // a write was planned and waits for its confirmation
	Ask      *Ask      // something is missing before a preview can be made
	Accepted *Accepted // a confirmed write has been recorded and is under way
}

// Preview shows a plan before it is confirmed.
type Preview struct {
	Plan   Plan
	Ticket *Ticket // verified before the preview; nil where none is needed
	Stale  bool    // an earlier preview was confirmed, but the object has changed since
}

// Ask says that a write needs a justification which was not given.
type Ask struct {
	Target Target
	Accept []string // the systems whose links are accepted, e.g. "pagerduty", "jira"
	Text   string   // why it is needed and what would be accepted
}

// Accepted says that a confirmed write is recorded and under way; its progress
// and its outcome are told by the Narrator.
type Accepted struct {
	Plan   Plan
	Ticket *Ticket
}

// Answer is the result of a read, for any surface to render. Text is plain:
// it is escaped by whoever renders it.
type Answer struct {
	Headline  string
	Sections  []Section
	Diagnosis *Diagnosis // set by diagnose
	Scans     []Scan     // set by diagnose without a target, one a cluster
	Target    *Target    // what it is about, if one object
}

// Section is one titled part of an Answer.
type Section struct {
	Title string
	Lines []string
	Fixed bool // a table or a log: render in a fixed-width font
}
