// Package audit keeps the trail of what was asked of steward and what became
// of it.
//
// The Journal is the one source of truth: append-only records, each with the
// hash of the one before (journal.go, verify.go). A record is committed
// together with one durable job for each sink that wants it (deliver.go). The
// sinks (sinks.go) tell it to others: Jira (jira.go and its neighbours), a
// note on the PagerDuty incident (pagerduty.go), JSON lines in the Elastic
// Common Schema (log.go). A delivery may be tried many times and leaves one
// trace (once.go).
package audit
