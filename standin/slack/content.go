package slack

import "unicode/utf8"

// content is what the app wants to say, validated: in chat.postMessage,
// chat.update, chat.postEphemeral, a response URL or an acknowledgement.
type content struct {
	text      string
	hasText   bool
	blocks    []any
	hasBlocks bool // an empty list takes blocks away
	metadata  any
	hasMeta   bool
}

// maxText is where chat.postMessage refuses text.
// https://docs.slack.dev/reference/methods/chat.postMessage#truncating.
const maxText = 40_000

// readContent takes text, blocks and metadata from the arguments and holds them
// against Slack's rules.
func readContent(a args) (content, error) {
	var c content
	_, c.hasText = a["text"]
	c.text = a.text("text")
	if utf8.RuneCountInString(c.text) > maxText {
		return c, refusal{code: "msg_too_long"}
	}
	if _, ok, _ := a.document("attachments"); ok {
		return c, refusal{code: "invalid_attachments", messages: []string{"[ERROR] this Slack shows no legacy attachments: use blocks"}}
	}
	doc, ok, err := a.document("blocks")
	if err != nil {
		return c, refusal{code: "invalid_blocks_format"}
	}
	if ok {
		if c.blocks, err = checkMessageBlocks(doc); err != nil {
			return c, err
		}
		c.hasBlocks = true
	}
	c.metadata, c.hasMeta, err = readMetadata(a)
	return c, err
}

func readMetadata(a args) (any, bool, error) {
	doc, ok, err := a.document("metadata")
	if err != nil {
		return nil, false, refusal{code: "invalid_metadata_format"}
	}
	if !ok {
		return nil, false, nil
	}
	meta, isObject := doc.(map[string]any)
	if !isObject {
		return nil, false, refusal{code: "invalid_metadata_format"}
	}
	if len(meta) == 0 {
		return nil, true, nil // an empty object takes metadata away
	}
	kind, _ := meta["event_type"].(string)
	if kind == "" && meta["event_payload"] == nil {
		return nil, false, nil // what slack-go sends to a response URL for "none"
	}
	if _, isObject = meta["event_payload"].(map[string]any); !isObject || kind == "" {
		return nil, false, refusal{code: "invalid_metadata_format"}
	}
	return meta, true, nil
}

// empty reports whether there is nothing to see.
func (c content) empty() bool { return c.text == "" && len(c.blocks) == 0 }

// message is the content as a new message of the app.
func (c content) message(channel, author string) message {
	return message{channel: channel, user: author, text: c.text, blocks: c.blocks, metadata: c.metadata}
}

// apply puts the content into a message that stands already. What is not given
// stays as it was.
func (c content) apply(m *message) {
	if c.hasText {
		m.text = c.text
	}
	if c.hasBlocks {
		m.blocks = c.blocks
	}
	if c.hasMeta {
		m.metadata = c.metadata
	}
}
