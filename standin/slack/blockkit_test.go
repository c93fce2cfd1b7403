package slack_test

import (
	"fmt"
	"strings"
	"testing"

	slackgo "github.com/slack-go/slack"
)

// many repeats JSON items with a number in each.
func many(n int, item string) string {
	items := make([]string, n)
	for i := range items {
		items[i] = strings.ReplaceAll(item, "#", fmt.Sprint(i))
	}
	return strings.Join(items, ",")
}

// Pieces of Block Kit for the tables below.
const (
	okButton = `{"type":"button","text":{"type":"plain_text","text":"Go"},"action_id":"a#"}`
	okOption = `{"text":{"type":"plain_text","text":"One"},"value":"v#"}`
)

func section(inside string) string { return `{"type":"section",` + inside + `}` }

func actions(element string) string { return `{"type":"actions","elements":[` + element + `]}` }

func buttonWith(inside string) string {
	return actions(`{"type":"button","text":{"type":"plain_text","text":"Go"},` + inside + `}`)
}

func input(element string) string {
	return `{"type":"input","label":{"type":"plain_text","text":"Why"},"element":` + element + `}`
}

func mrkdwn(n int) string { return `{"type":"mrkdwn","text":"` + words(n) + `"}` }

func plain(n int) string { return `{"type":"plain_text","text":"` + words(n) + `"}` }

func confirm(title, text, yes, no int) string {
	return fmt.Sprintf(`"confirm":{"title":%s,"text":%s,"confirm":%s,"deny":%s}`, plain(title), mrkdwn(text), plain(yes), plain(no))
}

func TestBlockKitsLimitsAreKept(t *testing.T) {
	h := start(t)
	// Each pair: as much as Slack takes, and one more with what Slack says.
	cases := []struct {
		name, fits, breaks, words string
	}{
		{
			"50 blocks", many(50, `{"type":"divider"}`), many(51, `{"type":"divider"}`),
			"no more than 50 items allowed [json-pointer:/blocks]",
		},
		{
			"section text 3000", section(`"text":` + mrkdwn(3000)), section(`"text":` + mrkdwn(3001)),
			"must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
		},
		{
			"10 fields", section(`"fields":[` + many(10, mrkdwn(1)) + `]`), section(`"fields":[` + many(11, mrkdwn(1)) + `]`),
			"no more than 10 items allowed [json-pointer:/blocks/0/fields]",
		},
		{
			"field 2000", section(`"fields":[` + mrkdwn(2000) + `]`), section(`"fields":[` + mrkdwn(2001) + `]`),
			"must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
		},
		{
			"header 150", `{"type":"header","text":` + plain(150) + `}`, `{"type":"header","text":` + plain(151) + `}`,
			"must be less than 151 characters [json-pointer:/blocks/0/text/text]",
		},
		{
			"25 elements", actions(many(25, okButton)), actions(many(26, okButton)),
			"no more than 25 items allowed [json-pointer:/blocks/0/elements]",
		},
		{
			"10 context elements", `{"type":"context","elements":[` + many(10, mrkdwn(1)) + `]}`, `{"type":"context","elements":[` + many(11, mrkdwn(1)) + `]}`,
			"no more than 10 items allowed [json-pointer:/blocks/0/elements]",
		},
		{
			"button text 75", actions(`{"type":"button","text":` + plain(75) + `}`), actions(`{"type":"button","text":` + plain(76) + `}`),
			"must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
		},
		{
			"button value 2000", buttonWith(`"value":"` + words(2000) + `"`), buttonWith(`"value":"` + words(2001) + `"`),
			"must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
		},
		{
			"button url 3000", buttonWith(`"url":"` + words(3000) + `"`), buttonWith(`"url":"` + words(3001) + `"`),
			"must be less than 3001 characters [json-pointer:/blocks/0/elements/0/url]",
		},
		{
			"action_id 255", buttonWith(`"action_id":"` + words(255) + `"`), buttonWith(`"action_id":"` + words(256) + `"`),
			"must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]",
		},
		{
			"block_id 255", `{"type":"divider","block_id":"` + words(255) + `"}`, `{"type":"divider","block_id":"` + words(256) + `"}`,
			"must be less than 256 characters [json-pointer:/blocks/0/block_id]",
		},
		{
			"100 options", actions(`{"type":"static_select","options":[` + many(100, okOption) + `]}`), actions(`{"type":"static_select","options":[` + many(101, okOption) + `]}`),
			"no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]",
		},
		{
			"option text 75", actions(`{"type":"static_select","options":[{"text":` + plain(75) + `,"value":"v"}]}`),
			actions(`{"type":"static_select","options":[{"text":` + plain(76) + `,"value":"v"}]}`),
			"must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]",
		},
		{
			"option value 75", actions(`{"type":"static_select","options":[{"text":` + plain(1) + `,"value":"` + words(75) + `"}]}`),
			actions(`{"type":"static_select","options":[{"text":` + plain(1) + `,"value":"` + words(76) + `"}]}`),
			"must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/value]",
		},
		{
			"10 checkboxes", actions(`{"type":"checkboxes","options":[` + many(10, okOption) + `]}`), actions(`{"type":"checkboxes","options":[` + many(11, okOption) + `]}`),
			"no more than 10 items allowed [json-pointer:/blocks/0/elements/0/options]",
		},
		{
			"5 in an overflow menu", actions(`{"type":"overflow","options":[` + many(5, okOption) + `]}`), actions(`{"type":"overflow","options":[` + many(6, okOption) + `]}`),
			"no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]",
		},
		{
			"confirm title 100", buttonWith(confirm(100, 300, 30, 30)), buttonWith(confirm(101, 300, 30, 30)),
			"must be less than 101 characters [json-pointer:/blocks/0/elements/0/confirm/title/text]",
		},
		{
			"confirm text 300", buttonWith(confirm(1, 300, 1, 1)), buttonWith(confirm(1, 301, 1, 1)),
			"must be less than 301 characters [json-pointer:/blocks/0/elements/0/confirm/text/text]",
		},
		{
			"confirm yes 30", buttonWith(confirm(1, 1, 30, 1)), buttonWith(confirm(1, 1, 31, 1)),
			"must be less than 31 characters [json-pointer:/blocks/0/elements/0/confirm/confirm/text]",
		},
		{
			"confirm no 30", buttonWith(confirm(1, 1, 1, 30)), buttonWith(confirm(1, 1, 1, 31)),
			"must be less than 31 characters [json-pointer:/blocks/0/elements/0/confirm/deny/text]",
		},
		{
			"plain_text_input 3000", input(`{"type":"plain_text_input","max_length":3000}`), input(`{"type":"plain_text_input","max_length":3001}`),
			"must be a whole number from 1 to 3000 [json-pointer:/blocks/0/element/max_length]",
		},
		{
			"preset text 3000", input(`{"type":"plain_text_input","initial_value":"` + words(3000) + `"}`), input(`{"type":"plain_text_input","initial_value":"` + words(3001) + `"}`),
			"must be less than 3001 characters [json-pointer:/blocks/0/element/initial_value]",
		},
		{
			"markdown 12,000", `{"type":"markdown","text":"` + words(12_000) + `"}`, `{"type":"markdown","text":"` + words(12_001) + `"}`,
			"must be less than 12001 characters [json-pointer:/blocks/0/text]",
		},
		{
			"markdown 12,000 in all", `{"type":"markdown","text":"` + words(6000) + `"},{"type":"markdown","text":"` + words(6000) + `"}`,
			`{"type":"markdown","text":"` + words(6000) + `"},{"type":"markdown","text":"` + words(6001) + `"}`,
			"markdown blocks must be less than 12001 characters in all [json-pointer:/blocks]",
		},
		{
			"alt text 2000", `{"type":"image","image_url":"https://x.example/","alt_text":"` + words(2000) + `"}`,
			`{"type":"image","image_url":"https://x.example/","alt_text":"` + words(2001) + `"}`,
			"must be less than 2001 characters [json-pointer:/blocks/0/alt_text]",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if _, _, err := h.api.PostMessage("C0SHOP", rawBlocks(c.fits)); err != nil {
				_, messages := codeOf(err)
				t.Errorf("what fits is refused: %v %q", err, messages)
			}
			wantInvalid(t, postRaw(h, c.breaks), c.words)
		})
	}
}

func rawBlocks(list string) slackgo.MsgOption {
	return slackgo.MsgOptionBlocks(rawList(list)...)
}

func postRaw(h *house, list string) error {
	_, _, err := h.api.PostMessage("C0SHOP", rawBlocks(list))
	return err
}

func wantInvalid(t *testing.T, err error, wanted string) {
	t.Helper()
	code, messages := codeOf(err)
	want(t, "the error", code, "invalid_blocks")
	for _, m := range messages {
		if m == "[ERROR] "+wanted {
			return
		}
	}
	t.Errorf("the messages are %q, want among them %q", messages, wanted)
}

func TestBlockKitsFormIsKept(t *testing.T) {
	h := start(t)
	cases := []struct{ name, blocks, words string }{
		{"no type", `{"text":1}`, "missing required field: type [json-pointer:/blocks/0]"},
		{"an unknown type", `{"type":"poem"}`, "unsupported type: poem [json-pointer:/blocks/0/type]"},
		{"a block that is no object", `"divider"`, "must be an object [json-pointer:/blocks/0]"},
		{"a section without text", section(`"block_id":"b"`), "missing required field: text or fields [json-pointer:/blocks/0]"},
		{"empty text", section(`"text":{"type":"mrkdwn","text":""}`), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"},
		{"text that is a string", section(`"text":"hello"`), "must be an object [json-pointer:/blocks/0/text]"},
		{"markup in a header", `{"type":"header","text":` + mrkdwn(1) + `}`, "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]"},
		{"markup in a button", actions(`{"type":"button","text":` + mrkdwn(1) + `}`), "unsupported type: mrkdwn [json-pointer:/blocks/0/elements/0/text/type]"},
		{"emoji in markup", section(`"text":{"type":"mrkdwn","text":"x","emoji":true}`), "invalid additional property: emoji [json-pointer:/blocks/0/text]"},
		{"a button without text", actions(`{"type":"button","value":"1"}`), "missing required field: text [json-pointer:/blocks/0/elements/0]"},
		{"a button in pink", buttonWith(`"style":"pink"`), "must be a valid enum value: primary, danger [json-pointer:/blocks/0/elements/0/style]"},
		{"an image without alt text", `{"type":"image","image_url":"https://x.example/"}`, "missing required field: alt_text [json-pointer:/blocks/0]"},
		{"an image of nothing", `{"type":"image","alt_text":"x"}`, "missing required field: image_url or slack_file [json-pointer:/blocks/0]"},
		{"an empty actions block", actions(""), "must have at least 1 item [json-pointer:/blocks/0/elements]"},
		{"a button in a context", `{"type":"context","elements":[{"type":"button","text":` + plain(1) + `}]}`, "unsupported type: button [json-pointer:/blocks/0/elements/0/type]"},
		{"a text field among actions", actions(`{"type":"plain_text_input"}`), "unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]"},
		{"a field that does not exist", `{"type":"divider","colour":"red"}`, "invalid additional property: colour [json-pointer:/blocks/0]"},
		{"a menu without options", actions(`{"type":"static_select"}`), "missing required field: options or option_groups [json-pointer:/blocks/0/elements/0]"},
		{
			"a confirm dialog without a no", buttonWith(`"confirm":{"title":` + plain(1) + `,"text":` + plain(1) + `,"confirm":` + plain(1) + `}`),
			"missing required field: deny [json-pointer:/blocks/0/elements/0/confirm]",
		},
		{"the same action id twice in a block", actions(okButton + "," + okButton), `action_id "a#" already exists [json-pointer:/blocks/0]`},
		{"the same block id twice", `{"type":"divider","block_id":"b"},{"type":"divider","block_id":"b"}`, `block_id "b" already exists [json-pointer:/blocks/1/block_id]`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { wantInvalid(t, postRaw(h, c.blocks), c.words) })
	}
	t.Run("Slack names the schema first, then the fault", func(t *testing.T) {
		_, messages := codeOf(postRaw(h, section(`"text":`+mrkdwn(3001))))
		want(t, "the messages", strings.Join(messages, "\n"),
			"[ERROR] failed to match all allowed schemas [json-pointer:/blocks/0/text]\n"+
				"[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]")
	})
	t.Run("the same action id in two blocks is fine", func(t *testing.T) {
		if err := postRaw(h, actions(okButton)+","+actions(okButton)); err != nil {
			t.Error(err)
		}
	})
	t.Run("blocks that are no list", func(t *testing.T) {
		want(t, "the error", postAPI(t, h, "chat.postMessage", "application/json", `{"channel":"C0SHOP","blocks":{"type":"divider"}}`, true), "invalid_blocks_format")
		want(t, "the error", postAPI(t, h, "chat.postMessage", "application/json", `{"channel":"C0SHOP","blocks":"[{"}`, true), "invalid_blocks_format")
	})
}

func TestAllTextOfAMessageTogetherIsLimited(t *testing.T) {
	h := start(t)
	full := many(4, section(`"text":`+mrkdwn(3000)))
	if err := postRaw(h, full+","+section(`"text":`+mrkdwn(1200))); err != nil {
		t.Errorf("13,200 characters: %v", err)
	}
	wantCode(t, postRaw(h, full+","+section(`"text":`+mrkdwn(1201))), "msg_blocks_too_long")
}

func TestTheSameRulesHoldForEveryWayToSpeak(t *testing.T) {
	h := start(t)
	ts := h.say("C0SHOP", text("hello"))
	bad := rawBlocks(`{"type":"poem"}`)
	_, _, _, err := h.api.UpdateMessage("C0SHOP", ts, bad)
	wantCode(t, err, "invalid_blocks")
	_, err = h.api.PostEphemeral("C0SHOP", "U0ANA", bad)
	wantCode(t, err, "invalid_blocks")
	want(t, "the message", h.channel("C0SHOP", "U0ANA").Messages[0].Text, "hello")
}

func TestIdsAreMadeUpWhereTheAppGaveNone(t *testing.T) {
	h := start(t)
	h.say("C0SHOP", rawBlocks(actions(`{"type":"button","text":{"type":"plain_text","text":"Go"}}`)))
	block := h.channel("C0SHOP", "U0ANA").Messages[0].Blocks[0]
	if id, _ := block["block_id"].(string); id == "" {
		t.Errorf("the block has no id: %v", block)
	}
	element, _ := block["elements"].([]any)[0].(map[string]any)
	if id, _ := element["action_id"].(string); id == "" {
		t.Errorf("the button has no id: %v", element)
	}
}
