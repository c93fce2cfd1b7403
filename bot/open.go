package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/slack-go/slack"
	"go.uber.org/zap"

	"github.com/steward-bot/steward/ops"
)

// openLife is how long the progress of a write relies on what Slack said about
// its channel. Its outcome does not rely on that.
const openLife = 10 * time.Second

// Open tells whether what the request is about may be said in its channel,
// going by what Slack said within that time: nil, or a *ops.Refusal. A channel
// may have been archived, or shared with another company, since the request was
// verified. The reason is ops.Unavailable when Slack did not tell.
func (d *Directory) Open(ctx context.Context, req ops.Request, within time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, lookupDeadline)
	defer cancel()
	channel, err := d.channel(ctx, req.Place.Channel, within)
	if err != nil {
		return err
	}
	if refusal := refuseChannel(channel, req.Actor.ID, false); refusal != nil {
		return refusal
	}
	return nil
}

// closedFor gives the refusal of a channel that must not be told, and nil if it
// may be, or if asking again may tell.
func closedFor(err error) *ops.Refusal {
	var refusal *ops.Refusal
	if !errors.As(err, &refusal) || refusal.Reason == ops.Unavailable && !forGood(refusal.Err) {
		return nil
	}
	return refusal
}

// tellAlone tells an outcome to the requester alone, as a direct message without
// buttons, because the channel must not be told any more: neither the outcome
// nor how the request stands.
func (n *Narrator) tellAlone(ctx context.Context, req ops.Request, outcome ops.Outcome, closed *ops.Refusal) error {
	log := n.log.With(zap.String("request_id", req.ID))
	log.Warn("an outcome is told to the requester alone", zap.String("channel", req.Place.Channel), zap.String("because", closed.What))
	key := "outcome/" + req.ID
	if _, told, err := n.store.Note(ctx, key); err != nil || told {
		return err
	}
	m := renderOutcome(req, outcome, "")
	m.blocks = append([]slack.Block{section(fmt.Sprintf("*Only you are told how your request in <#%s> ended.*\nThe channel is archived, or shared with another company, or steward cannot see any more who reads it.", plain(req.Place.Channel, 40)))}, m.blocks...)
	ts := ""
	for _, page := range pages(m) {
		var err error
		if ts, err = n.client.post(ctx, req.Actor.ID, "", page); err != nil {
			if !forGood(err) {
				return fmt.Errorf("telling %s alone the outcome of request %s: %w", req.Actor.ID, req.ID, err)
			}
			log.Error("Slack does not take the outcome: the journal has it", zap.Error(err))
			return nil
		}
	}
	return n.store.PutNote(ctx, key, []byte(ts))
}
