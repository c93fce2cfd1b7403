package slack

// messageBlocks are the blocks that a message may hold.
// https://docs.slack.dev/reference/block-kit/blocks.
func messageBlocks() map[string]rule {
	blocks := commonBlocks()
	blocks["markdown"] = block(fields{"text": words(1, maxMarkdown)}, nil)
	return blocks
}

// modalBlocks are the blocks that a modal may hold.
func modalBlocks() map[string]rule { return commonBlocks() }

func commonBlocks() map[string]rule {
	return map[string]rule{
		"actions": block(fields{"elements": listOf(1, 25, byType(actionElements()))}, nil),
		"context": block(fields{"elements": listOf(1, 10, byType(contextElements()))}, nil),
		"divider": block(nil, nil),
		"header":  block(fields{"text": plainText(150)}, nil),
		"image": both(anyField("image_url", "slack_file"), block(
			fields{"alt_text": words(1, 2000)},
			fields{"image_url": words(1, 3000), "slack_file": anything, "title": plainText(2000)},
		)),
		"input": block(
			fields{"label": plainText(2000), "element": byType(inputElements())},
			fields{"hint": plainText(2000), "optional": boolean, "dispatch_action": boolean},
		),
		"rich_text": block(fields{"elements": listOf(1, 1000, byType(richTextElements()))}, nil),
		"section": both(anyField("text", "fields"), block(nil, fields{
			"text": anyText(3000), "fields": listOf(1, 10, anyText(2000)), "accessory": byType(accessories()), "expand": boolean,
		})),
	}
}

// block is an object that may also have a block_id.
func block(required, optional fields) rule {
	return object(required, union(fields{"block_id": words(0, 255)}, optional))
}

// richTextElements are looked at no closer than their kind: they are built by
// Slack's own editor more than by apps.
func richTextElements() map[string]rule {
	return map[string]rule{"rich_text_section": anything, "rich_text_list": anything, "rich_text_preformatted": anything, "rich_text_quote": anything}
}

// modal is the view of views.open, views.update and views.push.
// https://docs.slack.dev/reference/views/modal-views.
func modal() rule {
	return object(
		fields{"type": oneOf("modal"), "title": plainText(24), "blocks": listOf(0, maxModalBlocks, byType(modalBlocks()))},
		fields{
			"submit": plainText(24), "close": plainText(24), "private_metadata": words(0, 3000), "callback_id": words(0, 255),
			"external_id": words(0, 255), "clear_on_close": boolean, "notify_on_close": boolean, "submit_disabled": boolean,
		},
	)
}
