// Package slack is a Slack workspace on this machine: an http.Handler that
// speaks Slack's wire protocol, so that the client libraries people use
// against slack.com work against it unchanged. It enforces what Slack
// enforces (Block Kit, three-second acknowledgements, the lives of trigger ids
// and response URLs, single-use tickets, rate limits, scopes, signatures), can
// be told to misbehave, and can be driven as a person would drive it.
//
// Where to look:
//
//   - server.go, options.go, workspace.go: what it is made of and configured by;
//   - api.go and one file an API method (chat_postmessage.go, views_open.go …);
//   - blockkit*.go: the rules of Block Kit, as a table;
//   - socket.go, webhook.go, deliver.go, events.go: the ways to the app;
//   - person*.go: the person API, what somebody sitting in Slack can do and see;
//   - control.go, faults.go, redeliver.go: how it is told to misbehave;
//   - record.go, samples.go: what it saw and sent, for tests.
//
// It is kept in memory and forgets everything when it ends. Do not serve it to
// a network: whoever reaches the person API is any person they like.
package slack
