package bot_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/steward-bot/steward/bot"
	"github.com/steward-bot/steward/ops"
)

func TestARedirectDoesNotTakeTheTokenElsewhere(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("%s was asked with the token %q", r.URL.Path, r.FormValue("token")+r.Header.Get("Authorization"))
	}))
	defer elsewhere.Close()
	api := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer api.Close()

	client := bot.NewClient(bot.Config{TeamID: "T0ACME", BotToken: "xoxb-secret", APIURL: api.URL}, prometheus.NewRegistry(), zap.NewNop())
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	req := ops.Request{Actor: ops.Actor{ID: "U0ANA"}, Place: ops.Place{Channel: "C0SHOP"}}
	if _, err := bot.NewDirectory(client, "T0ACME").Verify(ctx, req, true); err == nil {
		t.Error("an answer from nowhere was believed")
	}
}
