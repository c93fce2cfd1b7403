// Package ops is the vocabulary of steward: the nouns that cross from one
// room of the house to another. A Request asks for a verb on a Target; a write
// becomes a Plan, the Plan a set of Progress reports and one Outcome; a read
// becomes an Answer; a no is a Refusal; and every step leaves a Record.
//
// It imports the standard library only, so that every room may import it.
// Slack's, Kubernetes' and Jira's own types stay in the rooms that speak to
// them.
package ops
