package slack_test

import (
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/steward-bot/steward/standin/slack"
)

func plainText(s string) *slackgo.TextBlockObject {
	return slackgo.NewTextBlockObject(slackgo.PlainTextType, s, false, false)
}

// form is a modal that asks for a justification.
func form(title string, change ...func(*slackgo.ModalViewRequest)) slackgo.ModalViewRequest {
	why := slackgo.NewInputBlock("why", plainText("Why"), nil, slackgo.NewPlainTextInputBlockElement(nil, "justification"))
	v := slackgo.ModalViewRequest{
		Type: slackgo.VTModal, Title: plainText(title), Submit: plainText("Roll back"), Close: plainText("Cancel"),
		CallbackID: "rollback", PrivateMetadata: "r1", Blocks: slackgo.Blocks{BlockSet: []slackgo.Block{why}},
	}
	for _, how := range change {
		how(&v)
	}
	return v
}

// trigger is a fresh trigger id of ana's.
func (h *house) trigger(b *bot) string {
	h.t.Helper()
	h.command("U0ANA", "C0SHOP", "rollback checkout")
	return b.nextCommand().TriggerID
}

// opened is a workspace where ana has the form before her, and the bot's
// connection. Interactions are answered by answer.
func opened(t *testing.T, answer answerer, change ...func(*slackgo.ModalViewRequest)) (*house, *bot, string) {
	t.Helper()
	h := start(t)
	b := h.connect(func(b *bot, e socketmode.Event) {
		if e.Type == socketmode.EventTypeInteractive {
			answer(b, e)
			return
		}
		b.ack(e, nil)
	})
	v, err := h.api.OpenView(h.trigger(b), form("Roll back", change...))
	if err != nil {
		t.Fatal(err)
	}
	return h, b, v.ID
}

func TestATriggerIdOpensOneModalWithinThreeSeconds(t *testing.T) {
	h := start(t)
	b := h.connect(silent)
	open := func(trigger string) error { _, err := h.api.OpenView(trigger, form("Roll back")); return err }

	used := h.trigger(b)
	if err := open(used); err != nil {
		t.Fatal(err)
	}
	wantCode(t, open(used), "exchanged_trigger_id")

	inTime := h.trigger(b)
	h.AdvanceClock(2900 * time.Millisecond)
	if err := open(inTime); err != nil {
		t.Errorf("after 2.9 s: %v", err)
	}
	late := h.trigger(b)
	h.post("/control/clock", fields{"advance_ms": 3100})
	wantCode(t, open(late), "expired_trigger_id")
	wantCode(t, open("1.2.made-up"), "invalid_trigger_id")
}

func TestAMalformedViewDoesNotSpendTheTrigger(t *testing.T) {
	h := start(t)
	b := h.connect(silent)
	trigger := h.trigger(b)
	_, err := h.api.OpenView(trigger, form(words(25)))
	wantCode(t, err, "invalid_arguments")
	if _, err := h.api.OpenView(trigger, form("Roll back")); err != nil {
		t.Error(err)
	}
}

func TestAModalsLimitsAreKept(t *testing.T) {
	h := start(t)
	b := h.connect(silent)
	cases := []struct {
		name         string
		fits, breaks func(*slackgo.ModalViewRequest)
		words        string
	}{
		{
			"title 24", func(v *slackgo.ModalViewRequest) { v.Title = plainText(words(24)) }, func(v *slackgo.ModalViewRequest) { v.Title = plainText(words(25)) },
			"must be less than 25 characters [json-pointer:/view/title/text]",
		},
		{
			"submit 24", func(v *slackgo.ModalViewRequest) { v.Submit = plainText(words(24)) }, func(v *slackgo.ModalViewRequest) { v.Submit = plainText(words(25)) },
			"must be less than 25 characters [json-pointer:/view/submit/text]",
		},
		{
			"close 24", func(v *slackgo.ModalViewRequest) { v.Close = plainText(words(24)) }, func(v *slackgo.ModalViewRequest) { v.Close = plainText(words(25)) },
			"must be less than 25 characters [json-pointer:/view/close/text]",
		},
		{
			"private_metadata 3000", func(v *slackgo.ModalViewRequest) { v.PrivateMetadata = words(3000) }, func(v *slackgo.ModalViewRequest) { v.PrivateMetadata = words(3001) },
			"must be less than 3001 characters [json-pointer:/view/private_metadata]",
		},
		{
			"callback_id 255", func(v *slackgo.ModalViewRequest) { v.CallbackID = words(255) }, func(v *slackgo.ModalViewRequest) { v.CallbackID = words(256) },
			"must be less than 256 characters [json-pointer:/view/callback_id]",
		},
		{
			"100 blocks", func(v *slackgo.ModalViewRequest) { v.Blocks.BlockSet = dividers(100) }, func(v *slackgo.ModalViewRequest) { v.Blocks.BlockSet = dividers(101) },
			"no more than 100 items allowed [json-pointer:/view/blocks]",
		},
		{
			"inputs need a submit", func(*slackgo.ModalViewRequest) {}, func(v *slackgo.ModalViewRequest) { v.Submit = nil },
			"missing required field: submit [json-pointer:/view]",
		},
		{
			"a title is needed", func(*slackgo.ModalViewRequest) {}, func(v *slackgo.ModalViewRequest) { v.Title = nil },
			"missing required field: title [json-pointer:/view]",
		},
		{
			"no markdown block", func(*slackgo.ModalViewRequest) {}, func(v *slackgo.ModalViewRequest) { v.Blocks.BlockSet = rawList(`{"type":"markdown","text":"x"}`) },
			"unsupported type: markdown [json-pointer:/view/blocks/0/type]",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if _, err := h.api.OpenView(h.trigger(b), form("Roll back", c.fits)); err != nil {
				_, messages := codeOf(err)
				t.Errorf("what fits is refused: %v %q", err, messages)
			}
			_, err := h.api.OpenView(h.trigger(b), form("Roll back", c.breaks))
			code, messages := codeOf(err)
			want(t, "the error", code, "invalid_arguments")
			want(t, "the last message", last(messages), "[ERROR] "+c.words)
		})
	}
}

func last(all []string) string {
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}

func dividers(n int) []slackgo.Block {
	all := make([]slackgo.Block, n)
	for i := range all {
		all[i] = slackgo.NewDividerBlock()
	}
	return all
}

func TestALoadingModalIsFilledLater(t *testing.T) {
	h := start(t)
	b := h.connect(silent)
	loading, err := h.api.OpenView(h.trigger(b), slackgo.ModalViewRequest{
		Type: slackgo.VTModal, Title: plainText("Roll back"), ExternalID: "r1", Blocks: slackgo.Blocks{BlockSet: []slackgo.Block{}},
	})
	if err != nil {
		t.Fatal(err)
	}
	shown, _, _ := h.view("U0ANA")
	want(t, "what ana sees", shown.ID, loading.ID)
	if none, _, _ := h.view("U0BEN"); none != nil {
		t.Errorf("ben sees ana's modal: %+v", none)
	}
	filled, err := h.api.UpdateView(form("42 → 41"), "", loading.Hash, loading.ID)
	if err != nil {
		t.Fatal(err)
	}
	shown, _, _ = h.view("U0ANA")
	want(t, "the title", shown.Title.Text, "42 → 41")
	_, err = h.api.UpdateView(form("late"), "", loading.Hash, loading.ID)
	wantCode(t, err, "hash_conflict")
	if _, err = h.api.UpdateView(form("by any hash"), "", "", filled.ID); err != nil {
		t.Error(err)
	}
	_, err = h.api.UpdateView(form("nothing"), "", "", "V0NONE")
	wantCode(t, err, "not_found")
}

func TestAnExternalIdNamesOneView(t *testing.T) {
	h := start(t)
	b := h.connect(silent)
	named := func(v *slackgo.ModalViewRequest) { v.ExternalID = "r1" }
	if _, err := h.api.OpenView(h.trigger(b), form("Roll back", named)); err != nil {
		t.Fatal(err)
	}
	_, err := h.api.OpenView(h.trigger(b), form("Roll back", named))
	wantCode(t, err, "duplicate_external_id")
	if _, err := h.api.UpdateView(form("found", named), "r1", "", ""); err != nil {
		t.Fatal(err)
	}
	shown, _, _ := h.view("U0ANA")
	want(t, "the title", shown.Title.Text, "found")
}

func TestViewsArePushedThreeDeepFromInside(t *testing.T) {
	press := func(v *slackgo.ModalViewRequest) {
		v.Blocks.BlockSet = []slackgo.Block{button("more", "1")}
	}
	h, b, id := opened(t, silent, press)
	_, err := h.api.PushView(h.trigger(b), form("Deeper"))
	wantCode(t, err, "invalid_trigger_id")
	for depth := 2; depth <= 4; depth++ {
		if d := h.post("/person/press", fields{"user": "U0ANA", "view_id": id, "action_id": "more"}); !d.OK {
			t.Fatal(d.Error)
		}
		v, err := h.api.PushView(b.nextInteraction().TriggerID, form("Deeper", press))
		if depth == 4 {
			wantCode(t, err, "push_limit_reached")
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		want(t, "the view beneath", v.PreviousViewID, id)
		id = v.ID
	}
}

func TestAClosedModalIsReportedIfTheAppAskedForIt(t *testing.T) {
	h, b, id := opened(t, silent, func(v *slackgo.ModalViewRequest) { v.NotifyOnClose = true })
	if d := h.post("/person/close", fields{"user": "U0ANA", "view_id": id}); !d.OK {
		t.Fatal(d.Error)
	}
	c := b.nextInteraction()
	want(t, "the type", c.Type, slackgo.InteractionTypeViewClosed)
	want(t, "the view", c.View.ID, id)

	h, b, id = opened(t, silent)
	h.post("/person/close", fields{"user": "U0ANA", "view_id": id})
	want(t, "what comes without asking", len(b.events), 0)
}

func TestTheTriggerLifeCanBeShortened(t *testing.T) {
	h := start(t, func(o *slack.Options) { o.Timing.TriggerLife = time.Millisecond })
	b := h.connect(silent)
	trigger := h.trigger(b)
	time.Sleep(5 * time.Millisecond)
	_, err := h.api.OpenView(trigger, form("Roll back"))
	wantCode(t, err, "expired_trigger_id")
}
