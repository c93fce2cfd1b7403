package bot

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/slack-go/slack"
	"go.uber.org/zap"
)

// bodyLimit is the largest request that is read, in bytes. A payload with a
// full message of blocks has a tenth of it.
const bodyLimit = 1 << 20

// The paths that Slack posts to in HTTP mode, to be entered as the app's
// request URLs.
const (
	CommandsPath    = "/slack/commands"
	InteractivePath = "/slack/interactive"
	EventsPath      = "/slack/events"
)

// Handler serves Slack's requests in HTTP mode. Every one must carry a
// signature that is right and not older than five minutes; one that comes again
// is acknowledged and not done again.
func (b *Bot) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST "+CommandsPath, b.signed(b.serveCommand))
	mux.Handle("POST "+InteractivePath, b.signed(b.serveInteractive))
	mux.Handle("POST "+EventsPath, b.signed(b.serveEvent))
	return mux
}

// posted is a request whose signature is right.
type posted struct {
	body []byte
	id   string // the signature: it tells this request from all others
	at   time.Time
}

// signed lets through what Slack signed.
// https://docs.slack.dev/authentication/verifying-requests-from-slack
func (b *Bot) signed(next func(http.ResponseWriter, *http.Request, posted)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at := time.Now()
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
		if err != nil {
			b.turnAway(w, "body", http.StatusRequestEntityTooLarge, fmt.Sprintf("The body could not be read, or is larger than %d bytes.", bodyLimit), err)
			return
		}
		if err := b.verify(r.Header, body); err != nil {
			reason, words := "signature", "The signature is not Slack's. Check slack.signing_secret against the app's Basic Information page."
			if errors.Is(err, slack.ErrExpiredTimestamp) {
				reason, words = "timestamp", "The request is more than five minutes old, or this machine's clock is wrong."
			}
			b.turnAway(w, reason, http.StatusUnauthorized, words, err)
			return
		}
		next(w, r, posted{body: body, id: "http:" + r.Header.Get("X-Slack-Signature"), at: at})
	})
}

func (b *Bot) verify(header http.Header, body []byte) error {
	verifier, err := slack.NewSecretsVerifier(header, b.cfg.SigningSecret)
	if err != nil {
		return fmt.Errorf("reading the signature: %w", err)
	}
	if _, err := verifier.Write(body); err != nil {
		return fmt.Errorf("hashing the body: %w", err)
	}
	return verifier.Ensure()
}

func (b *Bot) turnAway(w http.ResponseWriter, reason string, status int, words string, err error) {
	b.metrics.refused.WithLabelValues(reason).Inc()
	b.log.Warn("a request was turned away", zap.String("reason", reason), zap.Error(err))
	http.Error(w, words, status)
}

// serveCommand turns the form of a slash command into the JSON that Socket Mode
// would have brought.
func (b *Bot) serveCommand(w http.ResponseWriter, _ *http.Request, p posted) {
	fields, err := url.ParseQuery(string(p.body))
	if err != nil {
		b.turnAway(w, "body", http.StatusBadRequest, "The body is no form.", err)
		return
	}
	if fields.Get("ssl_check") == "1" {
		return // Slack looks whether we are there
	}
	flat := make(map[string]string, len(fields))
	for key := range fields {
		flat[key] = fields.Get(key)
	}
	payload, err := json.Marshal(flat)
	if err != nil {
		b.turnAway(w, "body", http.StatusBadRequest, "The body is no form of a slash command.", err)
		return
	}
	b.acknowledge(w, delivery{kind: kindCommand, id: p.id, payload: payload, at: p.at})
}

func (b *Bot) serveInteractive(w http.ResponseWriter, _ *http.Request, p posted) {
	fields, err := url.ParseQuery(string(p.body))
	if err != nil || fields.Get("payload") == "" {
		b.turnAway(w, "body", http.StatusBadRequest, "The body is no form with a payload.", err)
		return
	}
	b.acknowledge(w, delivery{kind: kindInteractive, id: p.id, payload: json.RawMessage(fields.Get("payload")), at: p.at})
}

func (b *Bot) serveEvent(w http.ResponseWriter, _ *http.Request, p posted) {
	var challenge struct {
		Type      string `json:"type"`
		Challenge string `json:"challenge"`
	}
	if err := json.Unmarshal(p.body, &challenge); err != nil {
		b.turnAway(w, "body", http.StatusBadRequest, "The body is no JSON.", err)
		return
	}
	if challenge.Type == "url_verification" {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		io.WriteString(w, challenge.Challenge) //nolint:errcheck // Slack asks again
		return
	}
	b.acknowledge(w, delivery{kind: kindEvent, id: p.id, payload: p.body, at: p.at})
}

// acknowledge answers Slack once the payload is committed, and asks it to come
// again when it could not be.
func (b *Bot) acknowledge(w http.ResponseWriter, d delivery) {
	defer b.acks.receiving()()
	ack, err := b.receive(b.base, d)
	if err != nil {
		b.log.Error("a payload is not acknowledged: it could not be committed", zap.Error(err))
		http.Error(w, "steward cannot write its inbox. Try again.", http.StatusServiceUnavailable)
		return
	}
	if ack != nil {
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(ack); err != nil {
			b.log.Warn("an acknowledgement could not be sent: Slack delivers again", zap.Error(err))
			return
		}
	}
	b.metrics.acked(d.kind, d.at)
}
