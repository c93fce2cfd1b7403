package bot

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/slack-go/slack"

	"github.com/steward-bot/steward/ops"
)

// root is the one message in the channel that a write by slash command opens;
// everything else of the request is in its thread. Its last line always says
// how the request stands.
type root struct {
	Channel string `json:"channel"`
	TS      string `json:"ts"`
	Said    string `json:"said"` // who asks for what, safe already
}

// roots remembers the root of every request.
type roots struct {
	client *Client
	notes  Notes
}

func rootKey(requestID string) string { return "root/" + requestID }

// announce says in the channel that somebody asks for a write, and gives the
// thread. After a restart it finds what it said before.
func (r roots) announce(ctx context.Context, req ops.Request, plan ops.Plan, ticket *ops.Ticket) (thread string, err error) {
	if before, err := r.find(ctx, req.ID); err != nil || before != nil {
		if err != nil {
			return "", err
		}
		return before.TS, nil
	}
	said := root{Channel: req.Place.Channel, Said: fmt.Sprintf("<@%s> asks to %s %s", req.Actor.ID, plain(doing(req.Verb), 40), code(plan.Target.String(), 400))}
	if ticket != nil {
		said.Said += "\n" + ticketLine(*ticket)
	}
	if said.TS, err = r.client.post(ctx, said.Channel, "", said.render("The plan is in the thread.")); err != nil {
		return "", fmt.Errorf("announcing request %s: %w", req.ID, err)
	}
	note, err := json.Marshal(said)
	if err != nil {
		return "", fmt.Errorf("writing where request %s is told: %w", req.ID, err)
	}
	if err := r.notes.PutNote(ctx, rootKey(req.ID), note); err != nil {
		return "", fmt.Errorf("noting where request %s is told: %w", req.ID, err)
	}
	return said.TS, nil
}

// mark changes the last line of a request's root. A request that was mentioned
// has none: its root is the person's own message.
func (r roots) mark(ctx context.Context, requestID, state string) error {
	said, err := r.find(ctx, requestID)
	if err != nil || said == nil {
		return err
	}
	if err := r.client.edit(ctx, said.Channel, said.TS, said.render(state)); err != nil {
		return fmt.Errorf("marking the root of request %s: %w", requestID, err)
	}
	return nil
}

func (r roots) find(ctx context.Context, requestID string) (*root, error) {
	raw, found, err := r.notes.Note(ctx, rootKey(requestID))
	if err != nil || !found {
		return nil, err
	}
	var said root
	if err := json.Unmarshal(raw, &said); err != nil {
		return nil, fmt.Errorf("reading where request %s is told: %w", requestID, err)
	}
	return &said, nil
}

// render shows the root with how the request stands, which is safe already.
func (r root) render(state string) message {
	return message{text: clip(r.Said, noticeLimit), blocks: []slack.Block{section(r.Said), aside(state)}}
}
