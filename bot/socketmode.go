package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
	"go.uber.org/zap"
)

const (
	// ackDeadline bounds the handing over of an acknowledgement: a connection
	// that does not take it must not hold up its reader.
	ackDeadline = 2 * time.Second
	// envelopeLimit is the largest message that is read, in bytes.
	envelopeLimit = 4 << 20
	// A connection that could not be opened is tried again after a pause that
	// grows from againAfter to againAtMost: after an outage of Slack, steward
	// has to be back soon.
	againAfter  = time.Second
	againAtMost = 15 * time.Second
)

// listen keeps one Socket Mode connection open until ctx ends. slack-go opens
// it again whenever Slack closes it; the other connections receive meanwhile.
func (b *Bot) listen(ctx context.Context, n int) error {
	log := b.log.With(zap.Int("connection", n))
	pause := againAfter
	for {
		began := time.Now()
		err := b.connection(ctx, log)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // we are going down: whatever broke the connection is no news
		}
		if fatal(err) {
			return fmt.Errorf("the Slack app token is refused, make a new one with connections:write: %w", err)
		}
		pause = min(2*pause, againAtMost)
		if time.Since(began) > time.Minute {
			pause = againAfter // it had been open
		}
		wait := pause
		var limited *slack.RateLimitedError
		if errors.As(err, &limited) {
			wait = max(wait, limited.RetryAfter)
		}
		log.Warn("a Socket Mode connection is down, opening it again", zap.Duration("in", wait), zap.Error(err))
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

func (b *Bot) connection(ctx context.Context, log *zap.Logger) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	client := socketmode.New(b.client.api, socketmode.OptionReadLimit(envelopeLimit))
	ended := make(chan error, 1)
	go func() { ended <- client.RunContext(ctx) }()
	up := false
	set := func(now bool) {
		if up == now {
			return
		}
		up = now
		change := int32(-1)
		if now {
			change = 1
		}
		b.metrics.sockets.Set(float64(b.open.Add(change)))
	}
	defer set(false)
	for {
		select {
		case err := <-ended:
			return err
		case event := <-client.Events:
			switch event.Type {
			case socketmode.EventTypeHello:
				set(true)
				log.Info("connected to Slack")
			case socketmode.EventTypeConnecting:
				set(false)
			case socketmode.EventTypeConnectionError:
				// slack-go would wait for up to five minutes: we do it ourselves
				failed, _ := event.Data.(*slack.ConnectionErrorEvent)
				return connectionError(failed)
			default:
				b.envelope(client, event, log)
			}
		}
	}
}

func connectionError(failed *slack.ConnectionErrorEvent) error {
	if failed == nil {
		return errors.New("opening a connection to Slack failed")
	}
	return fmt.Errorf("opening a connection to Slack: %w", failed.ErrorObj)
}

// envelope receives one payload, beside the connection's reader: a reader that
// waits answers no PINGs, and Slack drops the connection.
func (b *Bot) envelope(client *socketmode.Client, event socketmode.Event, log *zap.Logger) {
	request := event.Request
	if bad, ok := event.Data.(*socketmode.ErrorBadMessage); ok {
		// slack-go refuses what it does not know, such as a new kind of event.
		// Slack has to hear that it came all the same.
		request = &socketmode.Request{}
		if err := json.Unmarshal(bad.Message, request); err != nil {
			log.Warn("a message from Slack is no JSON", zap.Error(err))
			return
		}
	}
	if request == nil || request.EnvelopeID == "" {
		return // hello has a Request too, and nothing to acknowledge
	}
	at, done := time.Now(), b.acks.receiving()
	begun := b.begin(func() {
		defer done()
		ack, err := b.receive(b.base, delivery{kind: request.Type, id: request.EnvelopeID, payload: request.Payload, at: at})
		if err != nil {
			log.Error("a payload is not acknowledged: it could not be committed", zap.Error(err))
			return
		}
		ctx, cancel := context.WithTimeout(b.base, ackDeadline)
		defer cancel()
		if err := client.AckCtx(ctx, request.EnvelopeID, ack); err != nil {
			log.Warn("an acknowledgement could not be sent: Slack delivers again", zap.Error(err))
			return
		}
		b.metrics.acked(request.Type, at)
	})
	if !begun {
		done()
	}
}
