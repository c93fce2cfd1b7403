package slack_test

import (
	"context"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"github.com/steward-bot/steward/standin/slack"
)

func TestASlashCommandReachesTheBotAndIsAnsweredAtOnce(t *testing.T) {
	h := start(t)
	b := h.connect(saying(map[string]any{"text": "Looking at checkout…"}))
	d := h.command("U0ANA", "C0SHOP", "diagnose checkout")
	if !d.OK || !d.Delivery.Acked {
		t.Fatalf("the command came to %+v", d)
	}
	e := b.next()
	c, _ := e.Data.(slackgo.SlashCommand)
	want(t, "the command", c.Command+" "+c.Text, "/k8s diagnose checkout")
	want(t, "who and where", c.UserID+" "+c.UserName+" "+c.ChannelID+" "+c.ChannelName+" "+c.TeamID+" "+c.TeamDomain, "U0ANA ana C0SHOP shop T0ACME acme")
	want(t, "the envelope", e.Request.EnvelopeID, d.Delivery.EnvelopeID)
	want(t, "accepts_response_payload", e.Request.AcceptsResponsePayload, true)
	seen := h.channel("C0SHOP", "U0ANA").Ephemerals
	if len(seen) != 1 || seen[0].Text != "Looking at checkout…" || seen[0].Name != "steward" {
		t.Errorf("ana sees %+v", seen)
	}
}

func TestACommandCanBeAnsweredForAll(t *testing.T) {
	h := start(t)
	h.connect(saying(map[string]any{"text": "Rolled back.", "response_type": "in_channel"}))
	h.command("U0ANA", "C0SHOP", "rollback checkout")
	want(t, "what ben sees", h.channel("C0SHOP", "U0BEN").Messages[0].Text, "Rolled back.")
}

func TestAnAnswerThatBreaksBlockKitFailsTheCommand(t *testing.T) {
	h := start(t)
	h.connect(saying(map[string]any{"blocks": []any{map[string]any{"type": "poem"}}}))
	d := h.command("U0ANA", "C0SHOP", "status")
	want(t, "what ana sees", d.Error, `/k8s failed with the error "invalid_blocks"`)
}

func TestWithoutAConnectionACommandFailsAtOnce(t *testing.T) {
	h := start(t)
	d := h.command("U0ANA", "C0SHOP", "status")
	want(t, "ok", d.OK, false)
	want(t, "the failure", d.Delivery.Error, "dispatch_failed")
	want(t, "what ana sees", h.channel("C0SHOP", "U0ANA").Ephemerals[0].Text, `/k8s failed with the error "dispatch_failed"`)
}

func TestACommandThatIsNotAcknowledgedInTimeFails(t *testing.T) {
	h := start(t, quick)
	b := h.connect(deaf)
	d := h.command("U0ANA", "C0SHOP", "status")
	want(t, "the failure", d.Delivery.Error, "operation_timeout")
	seen := h.channel("C0SHOP", "U0ANA").Ephemerals[0]
	want(t, "what ana sees", seen.Name+": "+seen.Text, `Slackbot: /k8s failed with the error "operation_timeout"`)
	want(t, "what ben sees", len(h.channel("C0SHOP", "U0BEN").Ephemerals), 0)
	b.ack(b.next(), nil)
	eventually(t, "the late acknowledgement is counted", func() bool { return h.SocketStats().LateAcks == 1 })
	want(t, "the acknowledgements in time", h.SocketStats().Acks, 0)
}

func TestTheDeadlineIsThreeSeconds(t *testing.T) {
	h := start(t)
	b := h.connect(deaf)
	began := time.Now()
	done := make(chan did)
	go func() { done <- h.command("U0ANA", "C0SHOP", "status") }()
	e := b.next()
	time.Sleep(2500 * time.Millisecond)
	b.ack(e, nil)
	if d := <-done; !d.OK {
		t.Errorf("an acknowledgement after %s is too late: %s", time.Since(began), d.Error)
	}
	d := h.command("U0ANA", "C0SHOP", "status")
	if took := d.Delivery.TookMS; took < 2990 || took > 4000 {
		t.Errorf("the command was given up after %.0f ms, want 3000", took)
	}
}

func TestATicketIsGoodForOneConnection(t *testing.T) {
	h := start(t)
	_, url, err := h.api.StartSocketModeContext(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(url, "ws://127.0.0.1:") || !strings.Contains(url, "/link/?ticket=") {
		t.Errorf("the address is %s", url)
	}
	web := "http" + strings.TrimPrefix(url, "ws")
	first, err := http.Get(web) // not a websocket, but it spends the ticket
	if err != nil {
		t.Fatal(err)
	}
	first.Body.Close()
	second, err := http.Get(web)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Body.Close()
	body, err := io.ReadAll(second.Body)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "the status", second.StatusCode, http.StatusForbidden)
	want(t, "the words", strings.TrimSpace(string(body)), "The ticket is unknown or was used: call apps.connections.open for a new one.")
}

func TestEachPayloadGoesToOneOfSeveralConnections(t *testing.T) {
	h := start(t)
	bots := []*bot{h.connect(silent), h.connect(silent), h.connect(silent)}
	want(t, "the connections", h.SocketStats().Connections, 3)
	for range 30 {
		h.command("U0ANA", "C0SHOP", "status")
	}
	total := 0
	for i, b := range bots {
		if len(b.events) == 0 {
			t.Errorf("connection %d got none of 30 commands", i+1)
		}
		total += len(b.events)
	}
	eventually(t, "30 commands have come", func() bool {
		total = 0
		for _, b := range bots {
			total += len(b.events)
		}
		return total == 30
	})
}

func TestAnEleventhConnectionIsTurnedAway(t *testing.T) {
	h := start(t)
	for range 10 {
		h.connect(silent)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	extra := socketmode.New(h.api)
	go func() { _ = extra.RunContext(ctx) }()
	for range 4 { // connecting, connected, and connecting again: never a hello
		select {
		case e := <-extra.Events:
			if e.Type == socketmode.EventTypeHello {
				t.Fatal("the eleventh connection is greeted")
			}
		case <-time.After(5 * time.Second):
			t.Fatal("the eleventh connection hangs")
		}
	}
	want(t, "the connections", h.SocketStats().Connections, 10)
}

func TestADisconnectMakesTheClientComeBack(t *testing.T) {
	for _, reason := range []string{"warning", "refresh_requested", "link_disabled", "too_many_websockets"} {
		t.Run(reason, func(t *testing.T) {
			h := start(t)
			b := h.connect(silent)
			if d := h.post("/control/disconnect", fields{"reason": reason}); !d.OK {
				t.Fatal(d.Error)
			}
			b.greeted()
			if d := h.command("U0ANA", "C0SHOP", "status"); !d.OK {
				t.Errorf("after the reconnect: %s", d.Error)
			}
		})
	}
	h := start(t)
	d := h.post("/control/disconnect", fields{"reason": "boredom"})
	want(t, "an unknown reason", d.Error, `there is no disconnect reason "boredom": use one of warning, refresh_requested, link_disabled, too_many_websockets`)
}

func TestACutConnectionIsOpenedAgain(t *testing.T) {
	h := start(t)
	b := h.connect(silent)
	h.post("/control/cut", fields{})
	b.greeted()
	if d := h.command("U0ANA", "C0SHOP", "status"); !d.OK {
		t.Errorf("after the reconnect: %s", d.Error)
	}
}

func TestWhileConnectionsAreRefusedTheClientKeepsTrying(t *testing.T) {
	h := start(t)
	b := h.connect(silent)
	h.post("/control/refuse", fields{"refuse": true})
	h.post("/control/cut", fields{})
	eventually(t, "the connection is gone", func() bool { return h.SocketStats().Connections == 0 })
	want(t, "a command meanwhile", h.command("U0ANA", "C0SHOP", "status").Delivery.Error, "dispatch_failed")
	h.post("/control/refuse", fields{"refuse": false})
	b.greeted()
}

func TestPingsKeepTheConnectionAndTheirAbsenceEndsIt(t *testing.T) {
	h := start(t, func(o *slack.Options) { o.Timing.PingEvery = 20 * time.Millisecond })
	b := h.connect(silent, socketmode.OptionPingInterval(2*time.Second))
	time.Sleep(2500 * time.Millisecond)
	want(t, "the hellos with pings", len(b.hello), 0)
	h.post("/control/pings", fields{"stop": true})
	b.greeted()
}

func TestAnEventThatIsNotAcknowledgedComesAgain(t *testing.T) {
	h := start(t, quick)
	heard := 0
	b := h.connect(func(b *bot, e socketmode.Event) {
		if heard++; heard == 3 {
			b.ack(e, nil)
		}
	})
	d := h.post("/person/mention", fields{"user": "U0ANA", "channel": "C0SHOP", "text": "status"})
	want(t, "what ana is told", d.Error, "The app did not acknowledge the mention (operation_timeout): Slack will try again.")
	eventIDs, envelopes := map[string]bool{}, map[string]bool{}
	for attempt := range 3 {
		e := b.next()
		want(t, "retry_attempt", e.Request.RetryAttempt, attempt)
		if attempt > 0 {
			want(t, "retry_reason", e.Request.RetryReason, "timeout")
		}
		outer, _ := e.Data.(slackevents.EventsAPIEvent)
		callback, _ := outer.Data.(*slackevents.EventsAPICallbackEvent)
		eventIDs[callback.EventID], envelopes[e.Request.EnvelopeID] = true, true
	}
	want(t, "the event ids", len(eventIDs), 1)
	want(t, "the envelope ids", len(envelopes), 3)
	time.Sleep(700 * time.Millisecond)
	want(t, "what comes after the acknowledgement", len(b.events), 0)
}

func TestAnOversizedAcknowledgementIsDropped(t *testing.T) {
	h := start(t, quick)
	// slack-go refuses to send one of 20,480 bytes; a client that does not is
	// stood in for by its websocket.
	b := h.connect(func(b *bot, e socketmode.Event) {
		err := b.AckCtx(context.Background(), e.Request.EnvelopeID, map[string]any{"text": words(10_300)})
		if err == nil || !strings.Contains(err.Error(), "20480-byte") {
			t.Errorf("slack-go sends it: %v", err)
		}
	})
	want(t, "the failure", h.command("U0ANA", "C0SHOP", "status").Delivery.Error, "operation_timeout")
	b.next()

	h2 := start(t, quick)
	fat := dial(t, h2)
	go fat.ackWith(20_480)
	want(t, "the failure with 20,480 bytes", h2.command("U0ANA", "C0SHOP", "status").Delivery.Error, "operation_timeout")
	want(t, "the oversized", h2.SocketStats().OversizedAcks, 1)
	go fat.ackWith(20_479)
	want(t, "the failure with 20,479 bytes", h2.command("U0ANA", "C0SHOP", "status").Delivery.Error, "")
}

func TestADroppedAcknowledgementLooksLikeNone(t *testing.T) {
	h := start(t, quick)
	h.connect(silent)
	h.post("/control/drop-acks", fields{"count": 1})
	want(t, "the first", h.command("U0ANA", "C0SHOP", "status").Delivery.Error, "operation_timeout")
	want(t, "the second", h.command("U0ANA", "C0SHOP", "status").Delivery.Error, "")
	want(t, "the dropped", h.SocketStats().DroppedAcks, 1)
}

func TestThePayloadIsDeliveredAgainOnDemand(t *testing.T) {
	h := start(t)
	want(t, "before anything", h.post("/control/redeliver", fields{}).Error, "nothing has been delivered yet: there is nothing to deliver again")
	b := h.connect(silent)
	first := h.command("U0ANA", "C0SHOP", "status").Delivery
	original := b.nextCommand()

	again := h.post("/control/redeliver", fields{"envelope": "same"}).Delivery
	want(t, "the same envelope", again.EnvelopeID, first.EnvelopeID)
	want(t, "its trigger id", b.nextCommand().TriggerID, original.TriggerID)

	other := h.post("/control/redeliver", fields{"envelope": "new"}).Delivery
	if other.EnvelopeID == first.EnvelopeID {
		t.Error("a new envelope has the old id")
	}
	want(t, "its trigger id", b.nextCommand().TriggerID, original.TriggerID)

	want(t, "with one connection", h.post("/control/redeliver", fields{"connection": "other"}).Error,
		"there is no other connection: the app must hold two or more")
	b2 := h.connect(silent)
	for range 10 {
		if d := h.post("/control/redeliver", fields{"connection": "other"}); !d.OK {
			t.Fatal(d.Error)
		}
		want(t, "the other connection's trigger id", b2.nextCommand().TriggerID, original.TriggerID)
	}
	want(t, "a wrong word", h.post("/control/redeliver", fields{"envelope": "old"}).Error, `there is no envelope "old": use same or new`)
}

func TestCloseEndsEverythingThatWasStarted(t *testing.T) {
	before := runtime.NumGoroutine()
	t.Run("a workspace at work", func(t *testing.T) {
		h := start(t)
		h.connect(deaf)
		h.connect(deaf)
		if err := h.Fail(slack.Fault{Method: "auth.test", Kind: slack.FaultHang}); err != nil {
			t.Fatal(err)
		}
		go func() { _, _ = h.api.AuthTest() }()
		go http.Post(h.url+"/person/mention", "application/json", strings.NewReader(`{"user":"U0ANA","channel":"C0SHOP","text":"status"}`))
		eventually(t, "the mention is under way", func() bool { return len(h.channel("C0SHOP", "U0ANA").Messages) == 1 })
		began := time.Now()
		h.Close()
		if took := time.Since(began); took > time.Second {
			t.Errorf("closing took %s", took)
		}
	})
	http.DefaultClient.CloseIdleConnections()
	eventually(t, "every goroutine has ended", func() bool { return runtime.NumGoroutine() <= before+2 })
}
