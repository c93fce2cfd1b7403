package slack_test

import (
	"context"
	"io"
	"log"
	"time"

	slackgo "github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// bot is one Socket Mode connection of slack-go.
type bot struct {
	*socketmode.Client
	h      *house
	events chan socketmode.Event
	hello  chan struct{}
	stop   context.CancelFunc
	ended  chan struct{}
}

// answerer acknowledges an event, or does not.
type answerer func(b *bot, e socketmode.Event)

// silent acknowledges everything with nothing.
func silent(b *bot, e socketmode.Event) { b.ack(e, nil) }

// deaf acknowledges nothing.
func deaf(*bot, socketmode.Event) {}

// saying acknowledges everything with a payload.
func saying(payload any) answerer {
	return func(b *bot, e socketmode.Event) { b.ack(e, payload) }
}

func (b *bot) ack(e socketmode.Event, payload any) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := b.AckCtx(ctx, e.Request.EnvelopeID, payload); err != nil {
		b.h.t.Errorf("acknowledging: %v", err)
	}
}

// connect opens a Socket Mode connection and waits for its hello. Events are
// answered by answer and then readable with next.
func (h *house) connect(answer answerer, options ...socketmode.Option) *bot {
	h.t.Helper()
	options = append(options, socketmode.OptionLog(log.New(io.Discard, "", 0)))
	ctx, stop := context.WithCancel(context.Background())
	b := &bot{
		Client: socketmode.New(h.api, options...), h: h, events: make(chan socketmode.Event, 100), hello: make(chan struct{}, 100),
		stop: stop, ended: make(chan struct{}),
	}
	go b.run(ctx, answer)
	h.t.Cleanup(b.leave)
	b.greeted()
	return b
}

func (b *bot) run(ctx context.Context, answer answerer) {
	defer close(b.ended)
	go func() { _ = b.RunContext(ctx) }()
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-b.Events:
			switch e.Type {
			case socketmode.EventTypeHello:
				b.hello <- struct{}{}
			case socketmode.EventTypeSlashCommand, socketmode.EventTypeInteractive, socketmode.EventTypeEventsAPI:
				answer(b, e)
				b.events <- e
			}
		}
	}
}

func (b *bot) leave() { b.stop(); <-b.ended }

func (b *bot) greeted() {
	b.h.t.Helper()
	select {
	case <-b.hello:
	case <-time.After(5 * time.Second):
		b.h.t.Fatal("no hello within 5 s")
	}
}

// next is the next command, interaction or event.
func (b *bot) next() socketmode.Event {
	b.h.t.Helper()
	select {
	case e := <-b.events:
		return e
	case <-time.After(5 * time.Second):
		b.h.t.Fatal("nothing came within 5 s")
		return socketmode.Event{}
	}
}

func (b *bot) nextCommand() slackgo.SlashCommand {
	b.h.t.Helper()
	c, ok := b.next().Data.(slackgo.SlashCommand)
	if !ok {
		b.h.t.Fatal("what came is not a slash command")
	}
	return c
}

func (b *bot) nextInteraction() slackgo.InteractionCallback {
	b.h.t.Helper()
	c, ok := b.next().Data.(slackgo.InteractionCallback)
	if !ok {
		b.h.t.Fatal("what came is not an interaction")
	}
	return c
}
