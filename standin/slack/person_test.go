package slack_test

import (
	"bufio"
	"bytes"
	"context"
	"net/http"
	"strings"
	"testing"

	slackgo "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"github.com/steward-bot/steward/standin/slack"
)

func TestAPersonActsOnlyWhereTheyAre(t *testing.T) {
	h := start(t)
	h.connect(silent)
	ts := h.say("C0OPS", text("secret plans"), slackgo.MsgOptionBlocks(button("confirm", "1")))
	cases := []struct {
		name, path string
		body       fields
		status     int
		words      string
	}{
		{"nobody", "/person/command", fields{"user": "U0NOBODY", "channel": "C0SHOP"}, 404, `There is nobody with the user id "U0NOBODY". GET /person/people lists everyone.`},
		{"one who left", "/person/command", fields{"user": "U0GUS", "channel": "C0SHOP"}, 403, "The account of gus is deactivated: they cannot sign in."},
		{"a bot", "/person/command", fields{"user": "U0STEWARD", "channel": "C0SHOP"}, 403, "steward is a bot, and only people act here."},
		{"an outsider's command", "/person/command", fields{"user": "U0GIA", "channel": "C0SHOP"}, 403, `gia is in no channel with the id "C0SHOP". GET /person/channels?user=U0GIA lists theirs.`},
		{"an outsider's mention", "/person/mention", fields{"user": "U0BEN", "channel": "C0OPS", "text": "hi"}, 403, `ben is in no channel with the id "C0OPS". GET /person/channels?user=U0BEN lists theirs.`},
		{"an outsider's press", "/person/press", fields{"user": "U0BEN", "channel": "C0OPS", "message_ts": ts, "action_id": "confirm"}, 403, `ben is in no channel with the id "C0OPS". GET /person/channels?user=U0BEN lists theirs.`},
		{"an outsider's shortcut", "/person/shortcut", fields{"user": "U0BEN", "channel": "C0OPS", "message_ts": ts}, 403, `ben is in no channel with the id "C0OPS". GET /person/channels?user=U0BEN lists theirs.`},
		{"an archived channel", "/person/command", fields{"user": "U0ANA", "channel": "C0OLD"}, 403, "#old is archived: nobody can write there."},
		{"a thread that is not there", "/person/mention", fields{"user": "U0ANA", "channel": "C0SHOP", "text": "hi", "thread_ts": "1.000001"}, 404, `ana sees no message "1.000001" in #shop.`},
		{"a misspelt field", "/person/command", fields{"usr": "U0ANA"}, 400, `The body cannot be read: json: unknown field "usr".`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := h.post(c.path, c.body)
			want(t, "the status", d.status, c.status)
			want(t, "the words", d.Error, c.words)
		})
	}
	want(t, "what was sent to the app", len(h.Deliveries()), 0)
	var no did
	want(t, "reading as an outsider", h.get("/person/channel/C0OPS?user=U0BEN", &no), http.StatusForbidden)
}

func TestWithoutTheScopeThereIsNoCommand(t *testing.T) {
	h := start(t, func(o *slack.Options) { o.App.Scopes = []string{"chat:write"} })
	want(t, "the words", h.command("U0ANA", "C0SHOP", "status").Error, "/k8s is not a valid command: the app lacks the scope commands.")
	want(t, "a mention", h.post("/person/mention", fields{"user": "U0ANA", "channel": "C0SHOP", "text": "status"}).Error,
		"The app lacks the scope app_mentions:read: it is not told.")
}

func TestAMentionReachesTheBotInItsThread(t *testing.T) {
	h := start(t)
	b := h.connect(silent)
	parent := h.say("C0SHOP", text("Deployed."))
	d := h.post("/person/mention", fields{"user": "U0ANA", "channel": "C0SHOP", "text": "diagnose checkout", "thread_ts": parent})
	if !d.OK {
		t.Fatal(d.Error)
	}
	e := b.next()
	want(t, "accepts_response_payload", e.Request.AcceptsResponsePayload, false)
	outer, _ := e.Data.(slackevents.EventsAPIEvent)
	m, _ := outer.InnerEvent.Data.(*slackevents.AppMentionEvent)
	want(t, "the words", m.Text, "<@U0STEWARD> diagnose checkout")
	want(t, "who and where", m.User+" "+m.Channel+" "+m.TimeStamp+" "+m.ThreadTimeStamp, "U0ANA C0SHOP "+d.TS+" "+parent)
	want(t, "the thread", h.channel("C0SHOP", "U0BEN").Messages[0].Thread[0].Text, "<@U0STEWARD> diagnose checkout")
}

func TestAStrangersMentionTellsTheirCompany(t *testing.T) {
	h := start(t)
	b := h.connect(silent)
	h.post("/person/mention", fields{"user": "U0EVE", "channel": "C0BOTH", "text": "<@U0STEWARD> status"})
	outer, _ := b.next().Data.(slackevents.EventsAPIEvent)
	m, _ := outer.InnerEvent.Data.(*slackevents.AppMentionEvent)
	want(t, "the company", m.UserTeam+" "+m.SourceTeam, "T0OTHER T0OTHER")
	want(t, "is_ext_shared_channel", outer.IsExtSharedChannel, true)
	want(t, "the words", m.Text, "<@U0STEWARD> status")
	h.command("U0EVE", "C0BOTH", "status")
	want(t, "the company in a command", b.nextCommand().TeamID, "T0OTHER")
}

func TestAMentionWhereTheBotIsNotIsNotSent(t *testing.T) {
	h := start(t)
	b := h.connect(silent)
	d := h.post("/person/mention", fields{"user": "U0GIA", "channel": "C0LOBBY", "text": "status"})
	want(t, "ok", d.OK, false)
	want(t, "what gia sees", h.channel("C0LOBBY", "U0GIA").Ephemerals[0].Text, "You mentioned <@U0STEWARD>, but they’re not in this channel.")
	want(t, "what was sent", len(b.events), 0)
}

func TestAButtonCarriesItsMessageAndItsStoredValue(t *testing.T) {
	h := start(t)
	b := h.connect(silent)
	parent := h.say("C0SHOP", text("Plan"))
	ts := h.say("C0SHOP", text("Confirm?"), slackgo.MsgOptionBlocks(button("confirm", "opaque-1")), slackgo.MsgOptionTS(parent))
	d := h.post("/person/press", fields{"user": "U0BEN", "channel": "C0SHOP", "message_ts": ts, "action_id": "confirm"})
	if !d.OK {
		t.Fatal(d.Error)
	}
	c := b.nextInteraction()
	action := c.ActionCallback.BlockActions[0]
	want(t, "the type", c.Type, slackgo.InteractionTypeBlockActions)
	want(t, "the action", action.ActionID+" "+action.Value+" "+string(action.Type)+" "+action.Text.Text, "confirm opaque-1 button Confirm")
	want(t, "who and where", c.User.ID+" "+c.Channel.ID+" "+c.Channel.Name+" "+c.Team.ID+" "+c.APIAppID, "U0BEN C0SHOP shop T0ACME A0STEWARD")
	want(t, "the container", c.Container.Type+" "+c.Container.MessageTs+" "+c.Container.ThreadTs+" "+c.Container.ChannelID, "message "+ts+" "+parent+" C0SHOP")
	want(t, "is_ephemeral", c.Container.IsEphemeral, false)
	want(t, "the message", c.Message.Text+" "+c.Message.Timestamp+" "+c.Message.User+" "+c.Message.BotID, "Confirm? "+ts+" U0STEWARD B0STEWARD")
	want(t, "the blocks", len(c.Message.Blocks.BlockSet), 1)
	if c.TriggerID == "" || !strings.HasPrefix(c.ResponseURL, h.url+"/actions/") {
		t.Errorf("the trigger id is %q, the response URL %q", c.TriggerID, c.ResponseURL)
	}
}

func TestAnEphemeralsButtonIsPressedByTheOneWhoSeesIt(t *testing.T) {
	h := start(t)
	b := h.connect(silent)
	ts, err := h.api.PostEphemeral("C0SHOP", "U0ANA", text("Share?"), slackgo.MsgOptionBlocks(button("share", "d1")))
	if err != nil {
		t.Fatal(err)
	}
	d := h.post("/person/press", fields{"user": "U0BEN", "channel": "C0SHOP", "message_ts": ts, "action_id": "share"})
	want(t, "ben's press", d.Error, `ben sees no message "`+ts+`" in #shop.`)
	if d := h.post("/person/press", fields{"user": "U0ANA", "channel": "C0SHOP", "message_ts": ts, "action_id": "share"}); !d.OK {
		t.Fatal(d.Error)
	}
	c := b.nextInteraction()
	want(t, "is_ephemeral", c.Container.IsEphemeral, true)
	want(t, "the message's body, which does not come", c.Message.Text+c.Message.Timestamp, "")
	want(t, "the value", c.ActionCallback.BlockActions[0].Value, "d1")
}

func TestAValueCannotBeForged(t *testing.T) {
	h := start(t)
	b := h.connect(silent)
	ts := h.say("C0SHOP", text("Confirm?"), slackgo.MsgOptionBlocks(button("confirm", "mine")))
	press := func(what fields) did {
		all := fields{"user": "U0ANA", "channel": "C0SHOP", "message_ts": ts}
		for k, v := range what {
			all[k] = v
		}
		return h.post("/person/press", all)
	}
	d := press(fields{"action_id": "confirm", "value": "somebody else's"})
	want(t, "the words", d.Error,
		`The value "somebody else's" does not stand in the message: Slack sends the stored value, which nobody can forge. "confirm" has the value "mine".`)
	want(t, "another button", press(fields{"action_id": "approve"}).Error, `There is no "approve" to press there with that block or value, only: confirm.`)
	want(t, "what was sent", len(b.events), 0)
	if d := press(fields{"action_id": "confirm", "value": "mine"}); !d.OK {
		t.Errorf("the value that stands there is refused: %s", d.Error)
	}
	plain := h.say("C0SHOP", text("no buttons"))
	want(t, "a message without buttons", press(fields{"message_ts": plain, "action_id": "confirm"}).Error, "There is nothing to press there.")
}

func TestTheSameButtonInTwoBlocksIsToldApart(t *testing.T) {
	h := start(t)
	b := h.connect(silent)
	ts := h.say("C0SHOP", text("Which?"), slackgo.MsgOptionBlocks(button("remedy", "1"), button("remedy", "2")))
	press := fields{"user": "U0ANA", "channel": "C0SHOP", "message_ts": ts, "action_id": "remedy"}
	want(t, "without saying which", h.post("/person/press", press).Error, `2 elements have the action_id "remedy": say which by block_id or value.`)
	press["value"] = "2"
	if d := h.post("/person/press", press); !d.OK {
		t.Fatal(d.Error)
	}
	want(t, "the value", b.nextInteraction().ActionCallback.BlockActions[0].Value, "2")
}

func TestAMenuInAMessageSendsTheOption(t *testing.T) {
	h := start(t)
	b := h.connect(silent)
	o := slackgo.NewOptionBlockObject("41", plainText("revision 41"), nil)
	ts := h.say("C0SHOP", text("To?"), slackgo.MsgOptionBlocks(slackgo.NewActionBlock("", slackgo.NewOptionsSelectBlockElement("static_select", nil, "to", o))))
	press := fields{"user": "U0ANA", "channel": "C0SHOP", "message_ts": ts, "action_id": "to"}
	want(t, "without a choice", h.post("/person/press", press).Error, `"to" is a static_select: say in value what is chosen.`)
	press["value"] = "40"
	want(t, "another choice", h.post("/person/press", press).Error, `That cannot be chosen: "40" is not among the options of to, which are: 41.`)
	press["value"] = "41"
	h.post("/person/press", press)
	want(t, "the option", b.nextInteraction().ActionCallback.BlockActions[0].SelectedOption.Value, "41")
}

func TestAShortcutCarriesTheWholeMessage(t *testing.T) {
	h := start(t)
	b := h.connect(silent)
	asked := h.post("/person/mention", fields{"user": "U0BEN", "channel": "C0SHOP", "text": "checkout is down"})
	b.next()
	h.say("C0SHOP", text("looking"), slackgo.MsgOptionTS(asked.TS))
	if d := h.post("/person/shortcut", fields{"user": "U0ANA", "channel": "C0SHOP", "message_ts": asked.TS}); !d.OK {
		t.Fatal(d.Error)
	}
	c := b.nextInteraction()
	want(t, "the type", c.Type, slackgo.InteractionTypeMessageAction)
	want(t, "the shortcut", c.CallbackID, "k8s")
	want(t, "the message", c.MessageTs+" "+c.Message.User+" "+c.Message.Text, asked.TS+" U0BEN <@U0STEWARD> checkout is down")
	want(t, "its thread", c.Message.ReplyCount, 1)
	d := h.post("/person/shortcut", fields{"user": "U0ANA", "channel": "C0SHOP", "message_ts": asked.TS, "callback_id": "other"})
	want(t, "another shortcut", d.Error, `The app has no shortcut "other", only "k8s".`)
}

func TestAPageCanListPeopleAndChannels(t *testing.T) {
	h := start(t)
	var all struct {
		People []slack.Person `json:"people"`
		App    struct {
			Command string `json:"command"`
		} `json:"app"`
	}
	h.get("/person/people", &all)
	want(t, "the people with the bot", len(all.People), 6)
	want(t, "the command", all.App.Command, "/k8s")
	var in struct {
		Channels []struct {
			Name string `json:"name"`
		} `json:"channels"`
	}
	h.get("/person/channels?user=U0BEN", &in)
	want(t, "ben's channels", len(in.Channels), 2)
	want(t, "the first", in.Channels[0].Name, "shop")
}

func TestAStreamTellsAPageWhatToFetchAgain(t *testing.T) {
	h := start(t)
	b := h.connect(silent)
	ana, ben := h.stream("U0ANA"), h.stream("U0BEN")
	if _, err := h.api.PostEphemeral("C0SHOP", "U0ANA", text("only you")); err != nil {
		t.Fatal(err)
	}
	want(t, "ana's first", <-ana, `{"channel":"C0SHOP"}`)
	h.say("C0OPS", text("ben is not here"))
	want(t, "ana's second", <-ana, `{"channel":"C0OPS"}`)
	h.say("C0SHOP", text("hello all"))
	want(t, "ana's third", <-ana, `{"channel":"C0SHOP"}`)
	want(t, "ben's first", <-ben, `{"channel":"C0SHOP"}`)
	if _, err := h.api.OpenView(h.trigger(b), form("Roll back")); err != nil {
		t.Fatal(err)
	}
	want(t, "ana's fourth", <-ana, `{"view":true}`)
	if err := h.SetWorkspace(acme()); err != nil {
		t.Fatal(err)
	}
	want(t, "ben's second", <-ben, `{"people":true}`)
}

// stream reads a person's server-sent events.
func (h *house) stream(user string) <-chan string {
	h.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	h.t.Cleanup(cancel)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, h.url+"/person/stream?user="+user, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		h.t.Fatal(err)
	}
	lines := bufio.NewScanner(response.Body)
	lines.Scan() // the first comment: the stream is open
	events := make(chan string, 100)
	go func() {
		defer response.Body.Close()
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				events <- data
			}
		}
	}()
	return events
}

// Whoever reaches the person API is anyone they like, so that no web page may.
func TestOtherWebPagesCannotAct(t *testing.T) {
	h := start(t)
	post := func(change func(*http.Request)) int {
		request, err := http.NewRequest(http.MethodPost, h.url+"/person/command", bytes.NewBufferString(`{"user":"U0ANA","channel":"C0SHOP"}`))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		change(request)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		return response.StatusCode
	}
	want(t, "from our own page", post(func(r *http.Request) { r.Header.Set("Origin", h.url) }), 200)
	want(t, "from another origin", post(func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }), 403)
	want(t, "under another host name", post(func(r *http.Request) { r.Host = "evil.example" }), 403)
	want(t, "as a plain form", post(func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }), 415)
}

func TestOrdinaryWordsAreShownAsTheyAre(t *testing.T) {
	h := start(t)
	h.connect(silent)
	hostile := "`code` <!channel> \u202e\x00 " + words(10_000)
	d := h.post("/person/mention", fields{"user": "U0ANA", "channel": "C0SHOP", "text": hostile})
	if !d.OK {
		t.Fatal(d.Error)
	}
	want(t, "the words", h.channel("C0SHOP", "U0BEN").Messages[0].Text, "<@U0STEWARD> "+hostile)
}
