package slack

import (
	"time"

	"go.uber.org/zap"
)

// Options configure a Server. Only Workspace is required.
type Options struct {
	// App is the one app installed in the workspace.
	App App
	// Workspace is the directory of people, groups and channels.
	Workspace Workspace
	// BaseURL is where clients reach the server, such as
	// "http://127.0.0.1:8080". Left empty, each answer uses the host that the
	// request asked for, which is right wherever there is one listener.
	BaseURL string
	// Limits are the rate limits; the zero value is Slack's own.
	Limits Limits
	// Timing are the deadlines and intervals; the zero value is Slack's own.
	Timing Timing
	// Keep is how many messages a channel remembers. Default 1000.
	Keep int
	// Log receives one debug line for each call and delivery. Default: none.
	Log *zap.Logger
}

// App describes the app as api.slack.com/apps would show it.
type App struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	BotID     string `json:"bot_id"`
	BotUserID string `json:"bot_user_id"`
	BotToken  string `json:"bot_token"`
	// AppToken is the app-level token, which opens Socket Mode connections.
	AppToken string `json:"app_token"`
	// SigningSecret signs the requests of HTTP mode.
	SigningSecret string `json:"signing_secret"`
	// Scopes are the bot token's scopes.
	Scopes []string `json:"scopes"`
	// Command is the slash command with its slash.
	Command string `json:"command"`
	// Shortcut is the callback id of the app's message shortcut.
	Shortcut string `json:"shortcut"`
	// RequestURLs, when set, take the place of Socket Mode.
	RequestURLs RequestURLs `json:"request_urls"`
}

// RequestURLs are where Slack posts to in HTTP mode. All empty means Socket
// Mode.
type RequestURLs struct {
	Commands    string `json:"commands"`
	Interactive string `json:"interactive"`
	Events      string `json:"events"`
}

func (u RequestURLs) empty() bool { return u == RequestURLs{} }

// Timing are the intervals that Slack documents.
type Timing struct {
	// AckDeadline is how long an app has to acknowledge. Default 3 s.
	AckDeadline time.Duration
	// TriggerLife is how long a trigger id is valid. Default 3 s.
	TriggerLife time.Duration
	// PingEvery is the interval of websocket PING frames. Default 10 s; clients
	// drop the connection after 30 s without one.
	PingEvery time.Duration
	// EventRetries are the waits before an event is sent again. Default: at
	// once, after 1 minute, after 5 minutes.
	EventRetries []time.Duration
}

func (o Options) withDefaults() Options {
	o.App = o.App.withDefaults()
	o.Limits = o.Limits.withDefaults()
	o.Timing = o.Timing.withDefaults()
	if o.Keep <= 0 {
		o.Keep = 1000
	}
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	return o
}

func (a App) withDefaults() App {
	orElse(&a.ID, "A0STEWARD")
	orElse(&a.Name, "steward")
	orElse(&a.BotID, "B0STEWARD")
	orElse(&a.BotUserID, "U0STEWARD")
	orElse(&a.BotToken, "xoxb-standin")
	orElse(&a.AppToken, "xapp-standin")
	orElse(&a.SigningSecret, "standin-signing-secret")
	orElse(&a.Command, "/k8s")
	orElse(&a.Shortcut, "k8s")
	if a.Scopes == nil {
		a.Scopes = []string{
			"app_mentions:read", "bookmarks:write", "channels:read", "chat:write", "commands", "files:write", "groups:read",
			"im:read", "reactions:write", "usergroups:read", "users:read", "users:read.email",
		}
	}
	return a
}

func orElse(field *string, otherwise string) {
	if *field == "" {
		*field = otherwise
	}
}

func (t Timing) withDefaults() Timing {
	if t.AckDeadline <= 0 {
		t.AckDeadline = 3 * time.Second
	}
	if t.TriggerLife <= 0 {
		t.TriggerLife = 3 * time.Second
	}
	if t.PingEvery <= 0 {
		t.PingEvery = 10 * time.Second
	}
	if t.EventRetries == nil {
		t.EventRetries = []time.Duration{0, time.Minute, 5 * time.Minute}
	}
	return t
}
