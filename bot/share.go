package bot

import (
	"context"
	"fmt"

	"github.com/slack-go/slack"
	"go.uber.org/zap"
)

// share says an answer again for everybody. It asks the Runner anew: whether
// this may be asked for in this channel, and how things are now. Then it asks
// Slack whether the channel is still ours alone.
func (b *Bot) share(ctx context.Context, a act) error {
	e, err := b.claim(ctx, a, a.press.token, actionShare)
	if err != nil {
		return err
	}
	req := b.request(a)
	req.Verb, req.Target, req.Args = e.Request.Verb, e.Request.Target, e.Request.Args
	reply, err := b.run(ctx, a.talk(), req)
	if err != nil || reply == nil || reply.Answer == nil {
		return err
	}
	if err := b.narrator.directory.Open(ctx, req, askNow); err != nil {
		if refusal := closedFor(err); refusal != nil {
			return refusal
		}
		return fmt.Errorf("asking whether an answer may be shared: %w", err)
	}
	look, err := lookAt(ctx, b.store, *reply.Answer)
	if err != nil {
		return err
	}
	m := renderAnswer(*reply.Answer, tokens{look: look})
	m.blocks = append([]slack.Block{aside(fmt.Sprintf("<@%s> shares %s", a.user, code("/k8s "+typed(req), 400)))}, m.blocks...)
	for _, page := range pages(m) {
		if _, err := b.client.post(ctx, a.channel, a.thread, page); err != nil {
			return b.unannounced(ctx, a.talk(), err)
		}
	}
	b.replacePressed(ctx, a, message{text: "Shared.", blocks: []slack.Block{section("Shared with the channel.")}})
	return nil
}

// replacePressed puts something else in the place of an ephemeral message. Only
// its response_url can do that.
func (b *Bot) replacePressed(ctx context.Context, a act, m message) {
	if a.responseURL == "" {
		return
	}
	if err := b.client.respond(ctx, a.responseURL, m, true); err != nil {
		b.log.Info("an answer that was shared still shows its button", zap.Error(err))
	}
}
