package bot

import (
	"context"
	"regexp"
	"strings"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/ops"
)

// command answers words that were typed, after /k8s or after a mention.
func (b *Bot) command(ctx context.Context, a act) error {
	cmd, err := parse(*a.command, b.runner.Specs())
	if err != nil {
		return err
	}
	if cmd.Help {
		return b.help(ctx, a, cmd.Spec)
	}
	req := b.request(a)
	req.Verb, req.Target, req.Args, req.Because = cmd.Spec.Verb, cmd.Target, cmd.Args, cmd.Because
	t := a.talk()
	if cmd.Spec.Write && cmd.Because == "" {
		t.view = b.openLoading(ctx, a, req)
	}
	return b.serve(ctx, t, req)
}

func (b *Bot) help(ctx context.Context, a act, spec ops.Spec) error {
	if spec.Verb == "" {
		return b.whisper(ctx, a.talk(), renderHelp(b.runner.Specs()))
	}
	return b.whisper(ctx, a.talk(), renderVerbHelp(spec))
}

// request is a new request that follows from an act.
func (b *Bot) request(a act) ops.Request {
	return ops.Request{
		ID: a.id, At: a.at.UTC(), Via: a.via,
		Actor: ops.Actor{ID: a.user, TeamID: a.team},
		Place: ops.Place{Channel: a.channel, Thread: a.story},
	}
}

// openLoading opens the modal that may have to ask for something, while there
// is time. Without it everything is said in the channel.
func (b *Bot) openLoading(ctx context.Context, a act, req ops.Request) (viewID string) {
	if a.trigger == "" {
		return ""
	}
	viewID, err := b.client.openModal(ctx, a.trigger, renderLoading(req))
	if err != nil {
		b.log.Info("no modal could be opened: the channel has to do", zap.String("request_id", a.id), zap.Error(err))
	}
	return viewID
}

var mention = regexp.MustCompile(`<@[UW][A-Z0-9]+(\|[^>]*)?>`)

// afterMention is what was said after the first mention. What comes before is
// for people.
func afterMention(text string) string {
	at := mention.FindStringIndex(text)
	if at == nil {
		return strings.TrimSpace(text)
	}
	return strings.TrimSpace(text[at[1]:])
}
