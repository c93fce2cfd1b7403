// Package contracts holds what we send to Jira, PagerDuty and Slack, and what
// our stand-ins answer in their place, against contracts that the vendors
// publish. It keeps the stand-ins honest: every other test trusts them.
//
// The contracts are other people's files and not part of this repository:
//
//	make test-contracts CONTRACTS=DIR
//
// where DIR has jira-v2.json, pagerduty.json and slack/. The tests carry the
// build tag contracts, so that go test ./... does without them. What a
// contract says differently from what its vendor does is relaxed in code, with
// the reason (relax_test.go). Each contract has controls: a broken request and
// a broken answer that must be noticed.
package contracts
