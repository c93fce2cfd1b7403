package ops

import "time"

// The systems a justification can come from.
const (
	PagerDuty = "pagerduty"
	Jira      = "jira"
)

// Ticket is a justification that was checked live: it exists, is ours, is open
// or approved, and concerns the workload.
type Ticket struct {
	System  string    `json:"system"`  // PagerDuty or Jira
	Key     string    `json:"key"`     // the incident's id or the key
	URL     string    `json:"url"`     // what a person opens
	Title   string    `json:"title"`   // hostile text
	Status  string    `json:"status"`  // the vendor's word: "triggered", "Approved"
	Concern string    `json:"concern"` // what ties it to the workload: "service PCHK001", "project SHOP, component checkout"
	Checked time.Time `json:"checked"` // when the vendor said so
}
