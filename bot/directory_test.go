package bot_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/steward-bot/steward/bot"
	"github.com/steward-bot/steward/ops"
	"github.com/steward-bot/steward/standin/slack"
)

func from(user, channel string) ops.Request {
	return ops.Request{Actor: ops.Actor{ID: user, TeamID: "T0ACME"}, Place: ops.Place{Channel: channel}}
}

func (h *house) directory() *bot.Directory { return bot.NewDirectory(h.client, "T0ACME") }

func TestTheDirectorySaysWhoAsks(t *testing.T) {
	h := open(t)
	for user, want := range map[string]ops.Actor{
		"U0ANA": {ID: "U0ANA", TeamID: "T0ACME", Name: "ana", Email: "ana@acme.example", Groups: []string{"S0ONCALL", "S0SRE"}},
		"U0BEN": {ID: "U0BEN", TeamID: "T0ACME", Name: "ben", Groups: []string{"S0SRE"}}, // his address is not confirmed
	} {
		got, err := h.directory().Verify(context.Background(), from(user, "C0SHOP"), true)
		if err != nil || got.ID != want.ID || got.TeamID != want.TeamID || got.Name != want.Name || got.Email != want.Email || strings.Join(got.Groups, " ") != strings.Join(want.Groups, " ") {
			t.Errorf("%s is %+v, %v", user, got, err)
		}
	}
}

func TestTheDirectoryRefusesWhoAndWhereMustNotAct(t *testing.T) {
	h := open(t)
	for _, c := range []struct {
		name, user, channel string
		write               bool
		reason              ops.Reason
		words               string
	}{
		{"a guest", "U0GUS", "C0SHOP", false, ops.IdentityRefused, "Nothing was done: guests cannot use steward. Your Slack account is a guest account of this workspace. Ask a full member of the workspace to do it."},
		{"a single-channel guest", "U0ULA", "C0SHOP", false, ops.IdentityRefused, "Nothing was done: guests cannot use steward. Your Slack account is a guest account of this workspace. Ask a full member of the workspace to do it."},
		{"a bot", "U0BOT", "C0SHOP", false, ops.IdentityRefused, "Nothing was done: bots and workflows cannot use steward. Every action needs a person who answers for it. Give the command yourself."},
		{"somebody of another company", "U0SVEN", "C0SHOP", false, ops.IdentityRefused, "Nothing was done: your Slack account belongs to another company's workspace. steward serves the people of its own workspace alone. Ask a full member of the workspace to do it."},
		{"nobody", "U0NOBODY", "C0SHOP", false, ops.IdentityRefused, "Nothing was done: Slack does not know your account in this workspace. steward serves the people of its own workspace alone. Ask a full member of the workspace to do it."},
		{"a shared channel", "U0ANA", "C0SHARED", false, ops.ChannelRefused, "Nothing was done: this channel is shared with another company. Whoever is in it could use steward and read its answers. Ask again in a channel of your own workspace."},
		{"an archived channel", "U0ANA", "C0OLD", false, ops.ChannelRefused, "Nothing was done: this channel is archived. Nobody would see the answer. Ask again in a channel that is in use."},
		{"a private channel without steward", "U0ANA", "C0SECRET", false, ops.ChannelRefused, "Nothing was done: steward is not in this conversation. It cannot see who else reads along. Invite it with `/invite @steward`, or ask in another channel."},
		{"a write where steward is not", "U0ANA", "C0LOUNGE", true, ops.ChannelRefused, "Nothing was done: steward is not in this channel. It announces every change where it was asked for. Invite it with `/invite @steward`, and give the command again."},
		{"no channel", "U0ANA", "", false, ops.ChannelRefused, "Nothing was done: steward is not in this conversation. It cannot see who else reads along. Invite it with `/invite @steward`, or ask in another channel."},
	} {
		_, err := h.directory().Verify(context.Background(), from(c.user, c.channel), c.write)
		var refusal *ops.Refusal
		if !errors.As(err, &refusal) || refusal.Reason != c.reason || refusal.Error() != c.words {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	for _, channel := range []string{"C0PRIVATE", "C0LOUNGE"} {
		if _, err := h.directory().Verify(context.Background(), from("U0ANA", channel), false); err != nil {
			t.Errorf("ana reads in %s: %v", channel, err)
		}
	}
}

func TestReadsMayRelyOnWhatSlackSaidAMinuteAgoAndWritesMayNot(t *testing.T) {
	h := open(t)
	d := h.directory()
	if _, err := d.Verify(context.Background(), from("U0ANA", "C0SHOP"), false); err != nil {
		t.Fatal(err)
	}
	ws := h.slack.Workspace()
	ws.People[0].Deleted = true
	ws.Groups = nil
	if err := h.slack.SetWorkspace(ws); err != nil {
		t.Fatal(err)
	}
	if actor, err := d.Verify(context.Background(), from("U0ANA", "C0SHOP"), false); err != nil || len(actor.Groups) != 2 {
		t.Errorf("the cache is not used: %+v, %v", actor, err)
	}
	_, err := d.Verify(context.Background(), from("U0ANA", "C0SHOP"), true)
	if err == nil || err.Error() != "Nothing was done: this Slack account is deactivated. Ask an administrator of the workspace." {
		t.Errorf("a write relied on the cache: %v", err)
	}
	if _, err := d.Verify(context.Background(), from("U0ANA", "C0SHOP"), false); err == nil {
		t.Error("what a write learnt is forgotten")
	}
}

// asked counts how often Slack was asked by a method.
func (h *house) asked(method string) (n int) {
	for _, call := range h.slack.Calls() {
		if call.Method == method {
			n++
		}
	}
	return n
}

func TestPreviewsShareTheGroupsAndConfirmationsAskForThemAnew(t *testing.T) {
	h := open(t)
	d := h.directory()
	preview := from("U0ANA", "C0SHOP")
	for range 25 { // more than Slack takes in a minute
		if _, err := d.Verify(context.Background(), preview, true); err != nil {
			t.Fatal(err)
		}
	}
	if groups, people, channels := h.asked("usergroups.list"), h.asked("users.info"), h.asked("conversations.info"); groups != 1 || people != 25 || channels != 25 {
		t.Errorf("25 previews asked %d times for the groups, %d for the person, %d for the channel", groups, people, channels)
	}
	ws := h.slack.Workspace()
	ws.Groups = ws.Groups[:1] // ana is on call no more
	if err := h.slack.SetWorkspace(ws); err != nil {
		t.Fatal(err)
	}
	confirmed := preview
	confirmed.Confirmed = rollback().Fingerprint()
	if actor, err := d.Verify(context.Background(), confirmed, true); err != nil || strings.Join(actor.Groups, " ") != "S0SRE" {
		t.Errorf("a confirmation relied on what was known of the groups: %+v, %v", actor, err)
	}
	if actor, err := d.Verify(context.Background(), preview, true); err != nil || strings.Join(actor.Groups, " ") != "S0SRE" {
		t.Errorf("what a confirmation learnt is forgotten: %+v, %v", actor, err)
	}
}

func TestTheDirectoryFailsClosedWhenSlackDoesNotAnswer(t *testing.T) {
	h := open(t)
	for _, c := range []struct {
		fault slack.Fault
		words string
	}{
		{slack.Fault{Method: "users.info", Kind: slack.FaultRateLimited, RetryAfter: 30}, "Nothing was done: steward could not ask Slack who you are. Slack limits how often steward may ask. Try again in 30.0 s."},
		{slack.Fault{Method: "conversations.info", Kind: slack.FaultHang, Count: 9}, "Nothing was done: steward could not ask Slack about this channel. Slack did not answer in time. Try again in a moment."},
		{slack.Fault{Method: "usergroups.list", Kind: slack.FaultError, Error: "missing_scope"}, "Nothing was done: steward could not ask Slack which groups you are in. Slack refused: missing_scope. Ask whoever runs steward to run `steward doctor`."},
	} {
		h.slack.Reset()
		if err := h.slack.Fail(c.fault); err != nil {
			t.Fatal(err)
		}
		_, err := h.directory().Verify(context.Background(), from("U0ANA", "C0SHOP"), true)
		if err == nil || err.Error() != c.words {
			t.Errorf("%s %s: %v", c.fault.Method, c.fault.Kind, err)
		}
	}
	h.slack.Reset()
	if err := h.slack.Fail(slack.Fault{Method: "users.info", Kind: slack.FaultServerError, Count: 2}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.directory().Verify(context.Background(), from("U0ANA", "C0SHOP"), true); err != nil {
		t.Errorf("two hiccups were not waited out: %v", err)
	}
}
