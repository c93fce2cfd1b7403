package slack_test

import (
	"net/http"
	"testing"

	slackgo "github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

func submit(h *house, view, justification string) did {
	return h.post("/person/submit", fields{"user": "U0ANA", "view_id": view, "values": fields{"why": fields{"justification": justification}}})
}

func TestASubmissionCarriesWhatWasFilledInAndClosesTheModal(t *testing.T) {
	h, b, id := opened(t, silent)
	d := submit(h, id, "https://acme.pagerduty.com/incidents/Q1X2Y3Z")
	if !d.OK || d.View != nil {
		t.Fatalf("the submission came to %+v", d)
	}
	c := b.nextInteraction()
	want(t, "the type", c.Type, slackgo.InteractionTypeViewSubmission)
	want(t, "the view", c.View.ID+" "+c.View.CallbackID+" "+c.View.PrivateMetadata, id+" rollback r1")
	want(t, "the value", c.View.State.Values["why"]["justification"].Value, "https://acme.pagerduty.com/incidents/Q1X2Y3Z")
	want(t, "who", c.User.ID+" "+c.User.Name+" "+c.Team.ID, "U0ANA ana T0ACME")
	if shown, _, _ := h.view("U0ANA"); shown != nil {
		t.Errorf("the modal is still open: %+v", shown)
	}
	want(t, "a second submission", submit(h, id, "x").status, http.StatusNotFound)
}

func TestErrorsAreShownBeneathTheirFields(t *testing.T) {
	h, _, id := opened(t, saying(slackgo.NewErrorsViewSubmissionResponse(map[string]string{"why": "This incident is resolved."})))
	d := submit(h, id, "https://acme.pagerduty.com/incidents/Q1X2Y3Z")
	want(t, "ok", d.OK, false)
	want(t, "the error", d.Errors["why"], "This incident is resolved.")
	shown, errors, _ := h.view("U0ANA")
	want(t, "the modal", shown.ID, id)
	want(t, "the error beneath the field", errors["why"], "This incident is resolved.")
	want(t, "what ana typed", shown.State.Values["why"]["justification"]["value"], any("https://acme.pagerduty.com/incidents/Q1X2Y3Z"))
}

func TestAnAnswerThatSlackCannotShowIsTroubleConnecting(t *testing.T) {
	cases := map[string]any{
		"errors on no input":        slackgo.NewErrorsViewSubmissionResponse(map[string]string{"elsewhere": "x"}),
		"an update that is invalid": slackgo.ViewSubmissionResponse{ResponseAction: "update", View: &slackgo.ModalViewRequest{Type: "modal"}},
		"an unknown action":         map[string]any{"response_action": "dance"},
	}
	for name, payload := range cases {
		t.Run(name, func(t *testing.T) {
			h, _, id := opened(t, saying(payload))
			d := submit(h, id, "x")
			want(t, "what ana sees", d.Error, "We had some trouble connecting. Try again?")
			shown, _, trouble := h.view("U0ANA")
			want(t, "the modal", shown.ID+" "+trouble, id+" We had some trouble connecting. Try again?")
		})
	}
}

func TestResponseActionsUpdatePushAndClear(t *testing.T) {
	next := form("Really?")
	t.Run("update", func(t *testing.T) {
		h, _, id := opened(t, saying(slackgo.NewUpdateViewSubmissionResponse(&next)))
		d := submit(h, id, "x")
		want(t, "the view", d.View.ID+" "+d.View.Title.Text, id+" Really?")
	})
	t.Run("push", func(t *testing.T) {
		h, _, id := opened(t, saying(slackgo.NewPushViewSubmissionResponse(&next)))
		d := submit(h, id, "x")
		want(t, "the view", d.View.PreviousViewID+" "+d.View.Title.Text, id+" Really?")
		h.post("/person/close", fields{"user": "U0ANA", "view_id": d.View.ID})
		shown, _, _ := h.view("U0ANA")
		want(t, "the view beneath", shown.ID, id)
	})
	t.Run("clear", func(t *testing.T) {
		h, _, id := opened(t, saying(slackgo.NewClearViewSubmissionResponse()))
		if d := submit(h, id, "x"); !d.OK || d.View != nil {
			t.Errorf("the submission came to %+v", d)
		}
	})
}

func TestASubmissionThatIsNotAcknowledgedLeavesTheModalOpen(t *testing.T) {
	h := start(t, quick)
	b := h.connect(func(b *bot, e socketmode.Event) {
		if e.Type == socketmode.EventTypeSlashCommand {
			b.ack(e, nil)
		}
	})
	v, err := h.api.OpenView(h.trigger(b), form("Roll back"))
	if err != nil {
		t.Fatal(err)
	}
	d := submit(h, v.ID, "x")
	want(t, "the failure", d.Delivery.Error+": "+d.Error, "operation_timeout: We had some trouble connecting. Try again?")
	if shown, _, _ := h.view("U0ANA"); shown == nil {
		t.Error("the modal has closed")
	}
}

func TestSlacksClientChecksAFormBeforeItIsSent(t *testing.T) {
	short := func(v *slackgo.ModalViewRequest) {
		field := slackgo.NewPlainTextInputBlockElement(nil, "justification")
		field.MinLength, field.MaxLength = 3, 5
		v.Blocks.BlockSet = []slackgo.Block{slackgo.NewInputBlock("why", plainText("Why"), nil, field)}
	}
	h, b, id := opened(t, silent, short)
	for typed, words := range map[string]string{
		"": "Please complete this required field.", "ab": "This entry is too short.", "abcdef": "This entry is too long.",
	} {
		d := submit(h, id, typed)
		want(t, "the status", d.status, http.StatusUnprocessableEntity)
		want(t, "the words for "+typed, d.Errors["why"], words)
	}
	want(t, "what was sent", len(b.events), 0)
	d := h.post("/person/submit", fields{"user": "U0ANA", "view_id": id, "values": fields{"when": fields{"day": "x"}}})
	want(t, "a field that is not there", d.Error, "The modal has no when/day. It has: why/justification.")
	want(t, "somebody else's modal", h.post("/person/submit", fields{"user": "U0BEN", "view_id": id}).Error,
		`ben has no modal "`+id+`" before them. GET /person/view/U0BEN shows what they see.`)
}

func TestMenusAndCheckboxesFillTheState(t *testing.T) {
	options := []*slackgo.OptionBlockObject{
		slackgo.NewOptionBlockObject("41", plainText("revision 41"), nil), slackgo.NewOptionBlockObject("40", plainText("revision 40"), nil),
	}
	choices := func(v *slackgo.ModalViewRequest) {
		menu := slackgo.NewOptionsSelectBlockElement("static_select", nil, "revision", options...)
		menu.InitialOption = options[0]
		v.Blocks.BlockSet = []slackgo.Block{
			slackgo.NewInputBlock("to", plainText("To"), nil, menu),
			slackgo.NewInputBlock("sure", plainText("Sure"), nil, slackgo.NewCheckboxGroupsBlockElement("checks", options...)),
			slackgo.NewInputBlock("note", plainText("Note"), nil, slackgo.NewPlainTextInputBlockElement(nil, "note")).WithOptional(true),
			slackgo.NewActionBlock("more", slackgo.NewOptionsSelectBlockElement("static_select", nil, "pick", options...)),
		}
	}
	h, b, id := opened(t, silent, choices)
	pick := h.post("/person/press", fields{"user": "U0ANA", "view_id": id, "action_id": "pick", "value": "40"})
	if !pick.OK {
		t.Fatal(pick.Error)
	}
	acted := b.nextInteraction()
	want(t, "the container", acted.Container.Type+" "+acted.Container.ViewID, "view "+id)
	want(t, "the choice", acted.ActionCallback.BlockActions[0].SelectedOption.Value, "40")

	d := h.post("/person/submit", fields{"user": "U0ANA", "view_id": id, "values": fields{"sure": fields{"checks": []string{"41", "40"}}}})
	if !d.OK {
		t.Fatal(d.Error, d.Errors)
	}
	state := b.nextInteraction().View.State.Values
	want(t, "the preset menu", state["to"]["revision"].SelectedOption.Value, "41")
	want(t, "the boxes", len(state["sure"]["checks"].SelectedOptions), 2)
	want(t, "the empty note", state["note"]["note"].Value, "")
	want(t, "the choice outside the inputs", state["more"]["pick"].SelectedOption.Value, "40")
}

func TestAnOptionThatIsNotOfferedCannotBeChosen(t *testing.T) {
	menu := func(v *slackgo.ModalViewRequest) {
		o := slackgo.NewOptionBlockObject("41", plainText("revision 41"), nil)
		v.Blocks.BlockSet = []slackgo.Block{slackgo.NewInputBlock("to", plainText("To"), nil, slackgo.NewOptionsSelectBlockElement("static_select", nil, "revision", o))}
	}
	h, _, id := opened(t, silent, menu)
	d := h.post("/person/submit", fields{"user": "U0ANA", "view_id": id, "values": fields{"to": fields{"revision": "39"}}})
	want(t, "the words", d.Error, `The field to cannot be filled in so: "39" is not among the options of revision, which are: 41.`)
}
