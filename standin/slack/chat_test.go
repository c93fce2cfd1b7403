package slack_test

import (
	"strings"
	"testing"

	slackgo "github.com/slack-go/slack"

	"github.com/steward-bot/steward/standin/slack"
)

func TestAMessageIsPostedEditedInPlaceAndSeen(t *testing.T) {
	h := start(t)
	_, ts, posted, err := h.api.PostMessageWithResponse("C0SHOP", text("Rolling back"), slackgo.MsgOptionBlocks(button("confirm", "42")))
	if err != nil {
		t.Fatal(err)
	}
	want(t, "the author", posted.User+" "+posted.BotID, "U0STEWARD B0STEWARD")
	for _, words := range []string{"1 of 3", "2 of 3"} {
		channel, edited, said, err := h.api.UpdateMessage("C0SHOP", ts, text(words))
		if err != nil {
			t.Fatal(err)
		}
		want(t, "the answer", channel+" "+edited+" "+said, "C0SHOP "+ts+" "+words)
	}
	shown := h.channel("C0SHOP", "U0BEN").Messages
	if len(shown) != 1 {
		t.Fatalf("ben sees %d messages, want 1", len(shown))
	}
	want(t, "the text", shown[0].Text, "2 of 3")
	want(t, "the edits", shown[0].Edited, 2)
	want(t, "the name", shown[0].Name, "steward")
	want(t, "the blocks, which an edit without blocks leaves", len(shown[0].Blocks), 1)

	if _, _, _, err := h.api.UpdateMessage("C0SHOP", ts, text("done"), slackgo.MsgOptionBlocks()); err != nil {
		t.Fatal(err)
	}
	want(t, "the blocks after an empty list", len(h.channel("C0SHOP", "U0BEN").Messages[0].Blocks), 0)
}

func TestAnswersStandInTheirThread(t *testing.T) {
	h := start(t)
	parent := h.say("C0SHOP", text("Deploy?"))
	h.say("C0SHOP", text("another"))
	first := h.say("C0SHOP", text("first"), slackgo.MsgOptionTS(parent))
	h.say("C0SHOP", text("a reply to a reply joins the thread"), slackgo.MsgOptionTS(first))
	h.say("C0SHOP", text("the parent is gone"), slackgo.MsgOptionTS("1.000001"))
	shown := h.channel("C0SHOP", "U0ANA").Messages
	var lines []string
	for _, m := range shown {
		lines = append(lines, m.Text)
		for _, reply := range m.Thread {
			lines = append(lines, "- "+reply.Text)
		}
	}
	want(t, "the channel", strings.Join(lines, "\n"), "Deploy?\n- first\n- a reply to a reply joins the thread\nanother\nthe parent is gone")
}

func TestWhatTheBotCannotPostIsRefusedWithSlacksCode(t *testing.T) {
	h := start(t)
	mine := h.say("C0SHOP", text("mine"))
	asked := h.post("/person/mention", fields{"user": "U0ANA", "channel": "C0SHOP", "text": "status"})
	whisper, err := h.api.PostEphemeral("C0SHOP", "U0ANA", text("only you"))
	if err != nil {
		t.Fatal(err)
	}
	post := func(channel string, o ...slackgo.MsgOption) func() error {
		return func() error { _, _, err := h.api.PostMessage(channel, o...); return err }
	}
	update := func(channel, ts string, o ...slackgo.MsgOption) func() error {
		return func() error { _, _, _, err := h.api.UpdateMessage(channel, ts, o...); return err }
	}
	hint := func(channel, user string, o ...slackgo.MsgOption) func() error {
		return func() error { _, err := h.api.PostEphemeral(channel, user, o...); return err }
	}
	cases := []struct {
		name string
		call func() error
		code string
	}{
		{"no such channel", post("C0NONE", text("x")), "channel_not_found"},
		{"a channel by its name", post("#shop", text("x")), "channel_not_found"},
		{"a private channel without the bot", post("C0SECRET", text("x")), "channel_not_found"},
		{"a public channel without the bot", post("C0LOBBY", text("x")), "not_in_channel"},
		{"an archived channel", post("C0OLD", text("x")), "is_archived"},
		{"nothing to say", post("C0SHOP", text("")), "no_text"},
		{"41,000 characters", post("C0SHOP", text(words(41_000))), "msg_too_long"},
		{"a thread that is no timestamp", post("C0SHOP", text("x"), slackgo.MsgOptionTS("yesterday")), "invalid_thread_ts"},
		{"legacy attachments", post("C0SHOP", slackgo.MsgOptionAttachments(slackgo.Attachment{Text: "x"})), "invalid_attachments"},
		{"a direct message to nobody", post("U0NOBODY", text("x")), "channel_not_found"},
		{"an edit of nothing", update("C0SHOP", "1.000001", text("x")), "message_not_found"},
		{"an edit of somebody's words", update("C0SHOP", asked.TS, text("x")), "cant_update_message"},
		{"an edit of an ephemeral message", update("C0SHOP", whisper, text("x")), "message_not_found"},
		{"an edit into nothing", update("C0SHOP", mine, text("")), "no_text"},
		{"an ephemeral message for an outsider", hint("C0SHOP", "U0GIA", text("x")), "user_not_in_channel"},
		{"an ephemeral message without the bot there", hint("C0LOBBY", "U0ANA", text("x")), "not_in_channel"},
		{"an ephemeral message in no channel", hint("C0NONE", "U0ANA", text("x")), "channel_not_found"},
		{"an ephemeral message without words", hint("C0SHOP", "U0ANA", text("")), "no_text"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { wantCode(t, c.call(), c.code) })
	}
}

func TestWithChatWritePublicTheBotPostsWhereItIsNot(t *testing.T) {
	h := start(t, func(o *slack.Options) { o.App.Scopes = []string{"chat:write", "chat:write.public"} })
	h.say("C0LOBBY", text("hello"))
	want(t, "what gia sees", h.channel("C0LOBBY", "U0GIA").Messages[0].Text, "hello")
}

func TestAnEphemeralMessageIsSeenByOnePersonOnly(t *testing.T) {
	h := start(t)
	if _, err := h.api.PostEphemeral("C0SHOP", "U0ANA", text("You may not.")); err != nil {
		t.Fatal(err)
	}
	mine := h.channel("C0SHOP", "U0ANA")
	want(t, "ana's ephemerals", len(mine.Ephemerals), 1)
	want(t, "the text", mine.Ephemerals[0].Text, "You may not.")
	want(t, "the messages for all", len(mine.Messages), 0)
	want(t, "ben's ephemerals", len(h.channel("C0SHOP", "U0BEN").Ephemerals), 0)
}

func TestPostingToAUserOpensADirectConversation(t *testing.T) {
	h := start(t)
	channel, _, err := h.api.PostMessage("U0BEN", text("Please approve."))
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := h.api.PostMessage("U0BEN", text("Please."))
	if err != nil {
		t.Fatal(err)
	}
	want(t, "the conversation", again, channel)
	want(t, "what ben sees", len(h.channel(channel, "U0BEN").Messages), 2)
	d := h.post("/person/mention", fields{"user": "U0BEN", "channel": channel, "text": "yes"})
	want(t, "a mention there", d.Error, "Slack sends no app_mention in a direct conversation.")
	want(t, "what ana gets", h.get("/person/channel/"+channel+"?user=U0ANA", &did{}), 403)
}

func TestAChannelRemembersItsLastMessagesOnly(t *testing.T) {
	h := start(t, func(o *slack.Options) { o.Keep = 3 })
	for _, words := range []string{"one", "two", "three", "four", "five"} {
		h.say("C0SHOP", text(words))
	}
	shown := h.channel("C0SHOP", "U0ANA").Messages
	want(t, "how many", len(shown), 3)
	want(t, "the first", shown[0].Text, "three")
}

func TestMetadataIsKeptAndChecked(t *testing.T) {
	h := start(t)
	h.say("C0SHOP", text("x"), slackgo.MsgOptionMetadata(slackgo.SlackMetadata{EventType: "rollback", EventPayload: map[string]any{"id": "r1"}}))
	_, _, err := h.api.PostMessage("C0SHOP", text("x"), slackgo.MsgOptionMetadata(slackgo.SlackMetadata{EventPayload: map[string]any{"id": "r1"}}))
	wantCode(t, err, "invalid_metadata_format")
}

func TestAReactionIsAddedOnce(t *testing.T) {
	h := start(t)
	ts := h.say("C0SHOP", text("done"))
	at := slackgo.NewRefToMessage("C0SHOP", ts)
	if err := h.api.AddReaction("white_check_mark", at); err != nil {
		t.Fatal(err)
	}
	want(t, "the reaction", h.channel("C0SHOP", "U0ANA").Messages[0].Reactions[0].Name, "white_check_mark")
	wantCode(t, h.api.AddReaction("white_check_mark", at), "already_reacted")
	wantCode(t, h.api.AddReaction("Not An Emoji", at), "invalid_name")
	wantCode(t, h.api.AddReaction("eyes", slackgo.NewRefToMessage("C0SHOP", "1.000001")), "message_not_found")
	wantCode(t, h.api.AddReaction("eyes", slackgo.NewRefToMessage("C0LOBBY", ts)), "not_in_channel")
}

func TestABookmarkIsAdded(t *testing.T) {
	h := start(t)
	b, err := h.api.AddBookmark("C0SHOP", slackgo.AddBookmarkParameters{Title: "Runbook", Type: "link", Link: "https://acme.example/runbook"})
	if err != nil {
		t.Fatal(err)
	}
	want(t, "the channel", b.ChannelID, "C0SHOP")
	shown := h.channel("C0SHOP", "U0ANA").Channel.Bookmarks
	if len(shown) != 1 || shown[0]["title"] != "Runbook" {
		t.Errorf("ana sees the bookmarks %v", shown)
	}
	_, err = h.api.AddBookmark("C0SHOP", slackgo.AddBookmarkParameters{Title: "Runbook", Type: "link", Link: "javascript:alert(1)"})
	wantCode(t, err, "invalid_link")
	_, err = h.api.AddBookmark("C0SHOP", slackgo.AddBookmarkParameters{Title: "Runbook", Type: "folder"})
	wantCode(t, err, "invalid_bookmark_type")
}
