package bot

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/slack-go/slack"
	"go.uber.org/zap"
)

// Client is how steward speaks to Slack: with a deadline on every call, at
// Slack's pace, and with patience for what Slack cannot do at the moment.
type Client struct {
	api     *slack.Client
	pace    *pace
	metrics *metrics
	log     *zap.Logger
}

// NewClient makes the client that the Directory, the Narrator and the Bot
// share. It does not speak to Slack yet. Metrics are registered with register.
func NewClient(cfg Config, register prometheus.Registerer, log *zap.Logger) *Client {
	options := []slack.Option{
		slack.OptionHTTPClient(&http.Client{Timeout: callDeadline, CheckRedirect: stay}),
		slack.OptionAppLevelToken(cfg.AppToken),
	}
	if cfg.APIURL != "" {
		options = append(options, slack.OptionAPIURL(strings.TrimRight(cfg.APIURL, "/")+"/"))
	}
	return &Client{api: slack.New(cfg.BotToken, options...), pace: newPace(), metrics: newMetrics(register), log: log}
}

// stay follows no redirect: a form that is posted again elsewhere takes the token
// with it.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func (m message) options(more ...slack.MsgOption) []slack.MsgOption {
	return append([]slack.MsgOption{
		slack.MsgOptionText(m.text, false), // safe already
		slack.MsgOptionBlocks(m.blocks...),
		slack.MsgOptionDisableLinkUnfurl(),
		slack.MsgOptionDisableMediaUnfurl(),
	}, more...)
}

// post says something that everybody in the channel sees, in a thread unless
// thread is empty, and gives the message's timestamp.
func (c *Client) post(ctx context.Context, channel, thread string, m message) (ts string, err error) {
	if err := c.pace.post(ctx, channel); err != nil {
		return "", err
	}
	options := m.options()
	if thread != "" {
		options = append(options, slack.MsgOptionTS(thread))
	}
	err = c.try(ctx, "chat.postMessage", func(ctx context.Context) error {
		_, ts, err = c.api.PostMessageContext(ctx, channel, options...)
		return err
	})
	return ts, err
}

// edit replaces a message.
func (c *Client) edit(ctx context.Context, channel, ts string, m message) error {
	return c.try(ctx, "chat.update", func(ctx context.Context) error {
		_, _, _, err := c.api.UpdateMessageContext(ctx, channel, ts, m.options()...)
		return err
	})
}

// whisper says something that only one person sees.
func (c *Client) whisper(ctx context.Context, channel, thread, user string, m message) error {
	options := m.options()
	if thread != "" {
		options = append(options, slack.MsgOptionTS(thread))
	}
	return c.try(ctx, "chat.postEphemeral", func(ctx context.Context) error {
		_, err := c.api.PostEphemeralContext(ctx, channel, user, options...)
		return err
	})
}

// respond answers by a response_url: five times within half an hour, also where
// the bot is no member. With replace it takes the place of the message that was
// pressed.
func (c *Client) respond(ctx context.Context, url string, m message, replace bool) error {
	options := m.options(slack.MsgOptionResponseURL(url, slack.ResponseTypeEphemeral))
	if replace {
		options = append(options, slack.MsgOptionReplaceOriginal(url))
	}
	return c.try(ctx, "response_url", func(ctx context.Context) error {
		_, _, _, err := c.api.SendMessageContext(ctx, "", options...)
		return err
	})
}

// modalDeadline is a little less than the three seconds that a trigger lives.
const modalDeadline = 2500 * time.Millisecond

// openModal opens a modal by a trigger, once: there is no time for a second try.
func (c *Client) openModal(ctx context.Context, trigger string, view slack.ModalViewRequest) (viewID string, err error) {
	err = c.once(ctx, "views.open", modalDeadline, func(ctx context.Context) error {
		opened, err := c.api.OpenViewContext(ctx, trigger, view)
		if err != nil {
			return err
		}
		viewID = opened.ID
		return nil
	})
	return viewID, err
}

// updateModal replaces what an open modal shows.
func (c *Client) updateModal(ctx context.Context, viewID string, view slack.ModalViewRequest) error {
	return c.try(ctx, "views.update", func(ctx context.Context) error {
		_, err := c.api.UpdateViewContext(ctx, view, "", "", viewID)
		return err
	})
}

// self asks Slack whose bot token this is.
func (c *Client) self(ctx context.Context) (*slack.AuthTestResponse, error) {
	var who *slack.AuthTestResponse
	err := c.try(ctx, "auth.test", func(ctx context.Context) (err error) {
		who, err = c.api.AuthTestContext(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("asking Slack who the bot is: %w", err)
	}
	return who, nil
}
