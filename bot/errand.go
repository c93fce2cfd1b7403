package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/steward-bot/steward/internal/store"
	"github.com/steward-bot/steward/ops"
)

// errand is what stands behind a button or a form. Slack only carries the id of
// a token; what it means is kept by us.
type errand struct {
	Kind        string         `json:"kind"` // the action or form it was made for
	Request     ops.Request    `json:"request"`
	Thread      string         `json:"thread,omitempty"`       // where the person is answered
	ResponseURL string         `json:"response_url,omitempty"` // answers the person for half an hour
	Why         string         `json:"why,omitempty"`          // what a form explains
	Diagnosis   *ops.Diagnosis `json:"diagnosis,omitempty"`    // whose checks are shown
	// Offers are what the remedies' buttons ask for, by their numbers.
	Offers   map[int]ops.Request `json:"offers,omitempty"`
	Confirms ops.Fingerprint     `json:"confirms,omitempty"` // what Confirm confirms
}

// The kinds of errand that are not named by one action.
const (
	errandDecide = "decide" // behind Confirm and Cancel: one of them uses it up
	errandLook   = "look"   // behind the remedies and the checks of a diagnosis
)

// keep stores an errand and gives the token for it. Without an owner anybody
// who sees the button may press it.
func keep(ctx context.Context, tokens Tokens, owner string, life time.Duration, e errand) (token string, expires time.Time, err error) {
	payload, err := json.Marshal(e)
	if err != nil {
		return "", expires, fmt.Errorf("writing the errand %s: %w", e.Kind, err)
	}
	token, expires = newToken(), time.Now().Add(life)
	if err := tokens.PutToken(ctx, store.Token{ID: token, Owner: owner, Payload: payload, Expires: expires}); err != nil {
		return "", expires, fmt.Errorf("keeping the errand %s: %w", e.Kind, err)
	}
	return token, expires, nil
}

// look reads an errand without using it up. The error is a *ops.Refusal if the
// button does not work any more, or not for this person.
func (b *Bot) look(ctx context.Context, user, token, kind string) (errand, error) {
	kept, err := b.store.PeekToken(ctx, token)
	if err != nil {
		return errand{}, spent(err)
	}
	if kept.Owner != "" && kept.Owner != user {
		return errand{}, notYours()
	}
	return readErrand(kept.Payload, kind)
}

// claimed is what is noted of a token that was used: by which payload, so that
// the same payload can go on after a restart, and no other.
type claimed struct {
	By     string          `json:"by"`
	Errand json.RawMessage `json:"errand"`
}

// claim uses an errand up. Of two presses one gets it, also after a restart.
func (b *Bot) claim(ctx context.Context, a act, token, kind string) (errand, error) {
	if _, err := b.look(ctx, a.user, token, kind); err != nil && !errors.Is(err, store.ErrTokenUsed) {
		return errand{}, err
	}
	key := "claim/" + token
	used, err := b.store.UseToken(ctx, token)
	if errors.Is(err, store.ErrTokenUsed) {
		return b.claimedBefore(ctx, a, key, kind, err)
	}
	if err != nil {
		return errand{}, spent(err)
	}
	note, err := json.Marshal(claimed{By: a.id, Errand: used.Payload})
	if err != nil {
		return errand{}, fmt.Errorf("writing a claim: %w", err)
	}
	if err := b.store.PutNote(ctx, key, note); err != nil {
		return errand{}, fmt.Errorf("noting who used a button: %w", err)
	}
	return readErrand(used.Payload, kind)
}

// claimedBefore gives the errand again to the payload that had it before a
// restart.
func (b *Bot) claimedBefore(ctx context.Context, a act, key, kind string, used error) (errand, error) {
	raw, found, err := b.store.Note(ctx, key)
	if err != nil {
		return errand{}, fmt.Errorf("reading who used a button: %w", err)
	}
	var note claimed
	if !found || json.Unmarshal(raw, &note) != nil || note.By != a.id {
		return errand{}, spent(used)
	}
	return readErrand(note.Errand, kind)
}

// talk is where the person is answered who asked for the errand.
func (e errand) talk(a act) talk {
	t := talk{channel: e.Request.Place.Channel, thread: e.Thread, user: a.user, responseURL: e.ResponseURL}
	if a.form != nil {
		t = t.submittedIn(a.form.viewID)
	}
	return t
}

func readErrand(payload []byte, kind string) (errand, error) {
	var e errand
	if err := json.Unmarshal(payload, &e); err != nil {
		return errand{}, fmt.Errorf("reading the errand %s: %w", kind, err)
	}
	if e.Kind != kind {
		return errand{}, spent(store.ErrTokenUnknown)
	}
	return e, nil
}

// spent is the refusal of a button that does not work any more. An error of the
// store stays an error.
func spent(err error) error {
	refusal := &ops.Refusal{Reason: ops.Expired, Next: "Give the command again.", Err: err}
	switch {
	case errors.Is(err, store.ErrTokenExpired):
		refusal.What, refusal.Why = "Nothing was changed: this is too old.", "What it would have done was worked out a while ago, and may not hold any more."
	case errors.Is(err, store.ErrTokenUsed):
		refusal.What, refusal.Why = "Nothing was changed by this: it was used before.", "It works once."
	case errors.Is(err, store.ErrTokenUnknown):
		refusal.What = "Nothing was changed: steward does not know this button."
	default:
		return fmt.Errorf("asking what stands behind a button: %w", err)
	}
	return refusal
}

func notYours() error {
	return &ops.Refusal{
		Reason: ops.NotAllowed,
		What:   "Nothing was changed: only the person who asked can decide this.",
		Why:    "The plan was made and checked for them.",
		Next:   "Give the command yourself, and confirm your own plan.",
	}
}
