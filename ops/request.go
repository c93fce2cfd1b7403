package ops

import "time"

// Via tells through which door a request came in.
type Via string

// The doors of steward.
const (
	ViaSlash    Via = "slash"    // a slash command
	ViaMention  Via = "mention"  // an app mention, the only way in a thread
	ViaShortcut Via = "shortcut" // a message shortcut
	ViaButton   Via = "button"   // a button or a modal of an earlier answer
	ViaCLI      Via = "cli"      // the steward command line
)

// Actor is the person who asks. Only ID, TeamID and Groups carry authority;
// Name and Email are for people to read and for vendors' fields.
type Actor struct {
	ID     string   `json:"id"`                // Slack user id ("U…"), or "cli:NAME" on the command line
	TeamID string   `json:"team_id,omitempty"` // Slack team id ("T…") that the user belongs to
	Name   string   `json:"name,omitempty"`    // display name; hostile text, never used for access
	Email  string   `json:"email,omitempty"`   // as Slack confirms it; may be empty
	Groups []string `json:"groups,omitempty"`  // Slack user group ids ("S…"), sorted
}

// Place is where the request was made and where its story is told.
type Place struct {
	Channel string `json:"channel,omitempty"` // Slack channel id ("C…", "G…", "D…"); empty on the command line
	Thread  string `json:"thread,omitempty"`  // timestamp of the thread's first message; empty until there is one
}

// Request is one thing that one person asks for. The same request travels
// through Run twice when it writes: without Confirmed it yields a preview, with
// Confirmed it acts.
type Request struct {
	ID      string            `json:"id"`             // one id through logs, journal, messages and vendors' records
	At      time.Time         `json:"at"`             // when steward received it; a restart's restartedAt
	Actor   Actor             `json:"actor"`          //
	Place   Place             `json:"place"`          //
	Via     Via               `json:"via"`            //
	Verb    string            `json:"verb"`           // a Spec's Verb
	Target  string            `json:"target"`         // as typed; ParseRef reads it
	Args    map[string]string `json:"args,omitempty"` // key=value as typed
	Because string            `json:"because"`        // the pasted link or key that justifies a write; empty if none was given
	// Confirmed is the fingerprint of the plan that the person confirmed; empty
	// on the first pass.
	Confirmed Fingerprint `json:"confirmed,omitempty"`
}

// Arg gives the named argument, or "" when it was not typed.
func (r Request) Arg(name string) string { return r.Args[name] }
