package audit

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"github.com/steward-bot/steward/ops"
)

// incidentID is the shape of a PagerDuty incident's id.
var incidentID = regexp.MustCompile(`^[A-Z0-9]{7,14}$`)

// incidentIssue gives the key of the audit project's issue of an incident, and
// creates it if there is none. Our own note of the key comes first; the label
// finds issues that another state of steward created.
func (j *Jira) incidentIssue(ctx context.Context, ticket ops.Ticket) (string, error) {
	if !incidentID.MatchString(ticket.Key) {
		return "", &refusedError{0, fmt.Sprintf("%q is not an incident's id", ops.Shorten(ticket.Key, 40))}
	}
	note := "jira/incident/" + ticket.Key
	if kept, found, err := j.store.Note(ctx, note); err != nil || found {
		return string(kept), err
	}
	var key string
	err := j.issues.do(ctx, note+"/attempt",
		func(ctx context.Context) (bool, error) {
			keys, err := j.api.search(ctx, fmt.Sprintf(`project = "%s" AND labels = "%s" ORDER BY created ASC`, j.project, incidentLabel(ticket.Key)))
			if len(keys) > 0 {
				key = keys[0]
			}
			return len(keys) > 0, err
		},
		func(ctx context.Context) (err error) {
			key, err = j.createIncident(ctx, ticket)
			return err
		})
	if err != nil {
		return "", err
	}
	if key == "" {
		return "", errors.New("the issue of an incident was neither found nor created")
	}
	return key, j.store.PutNote(ctx, note, []byte(key))
}

func (j *Jira) createIncident(ctx context.Context, ticket ops.Ticket) (string, error) {
	return j.api.create(ctx, map[string]any{
		"project":     map[string]string{"key": j.project},
		"issuetype":   map[string]string{"name": j.issueType},
		"summary":     incidentSummary(ticket),
		"description": incidentDescription(ticket),
		"labels":      []string{"steward", incidentLabel(ticket.Key)},
	}, jiraProperty{"steward.incident", map[string]string{"system": ticket.System, "id": ticket.Key, "url": ticket.URL}})
}

func incidentLabel(id string) string { return "steward-incident-" + id }
