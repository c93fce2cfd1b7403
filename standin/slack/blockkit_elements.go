package slack

// actionElements are what a person can press or choose in an actions block.
// https://docs.slack.dev/reference/block-kit/block-elements.
func actionElements() map[string]rule {
	kinds := choices()
	kinds["button"] = button()
	kinds["overflow"] = element(fields{"options": listOf(1, 5, option(plainText(75)))}, nil)
	return kinds
}

// accessories are what may stand beside a section.
func accessories() map[string]rule {
	kinds := actionElements()
	kinds["image"] = imageElement()
	return kinds
}

// contextElements are small images and text.
func contextElements() map[string]rule {
	return map[string]rule{"image": imageElement(), "plain_text": anyText(3000), "mrkdwn": anyText(3000)}
}

// inputElements are what a person can fill in.
func inputElements() map[string]rule {
	kinds := choices()
	kinds["plain_text_input"] = typed(fields{"multiline": boolean, "min_length": whole(0, 3000), "max_length": whole(1, 3000)})
	kinds["url_text_input"] = typed(nil)
	kinds["email_text_input"] = typed(nil)
	kinds["number_input"] = typed(fields{"is_decimal_allowed": boolean, "min_value": words(0, 100), "max_value": words(0, 100)})
	return kinds
}

// typed is a field to type into.
func typed(own fields) rule {
	return element(nil, union(fields{"placeholder": plainText(150), "initial_value": words(0, 3000), "dispatch_action_config": anything}, own))
}

// element is an object that may also have an action_id, a confirm dialog and
// the focus.
func element(required, optional fields) rule {
	return object(required, union(fields{"action_id": words(0, 255), "confirm": confirmDialog(), "focus_on_load": boolean}, optional))
}

func button() rule {
	return object(fields{"text": plainText(75)}, fields{
		"action_id": words(0, 255), "value": words(0, 2000), "url": words(1, 3000), "style": oneOf("primary", "danger"),
		"confirm": confirmDialog(), "accessibility_label": words(1, 75),
	})
}

func imageElement() rule {
	return both(anyField("image_url", "slack_file"), object(fields{"alt_text": words(1, 2000)}, fields{"image_url": words(1, 3000), "slack_file": anything}))
}

// confirmDialog is https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object.
func confirmDialog() rule {
	return object(
		fields{"title": plainText(100), "text": anyText(300), "confirm": plainText(30), "deny": plainText(30)},
		fields{"style": oneOf("primary", "danger")},
	)
}

// option is https://docs.slack.dev/reference/block-kit/composition-objects/option-object.
func option(text rule) rule {
	return object(fields{"text": text, "value": words(1, 75)}, fields{"description": anyText(75), "url": words(1, 3000)})
}

// plainText is a text object that may not hold markup.
// https://docs.slack.dev/reference/block-kit/composition-objects/text-object.
func plainText(hi int) rule { return schema(byType(map[string]rule{"plain_text": plainObject(hi)})) }

// anyText is a text object of either kind.
func anyText(hi int) rule {
	return schema(byType(map[string]rule{
		"plain_text": plainObject(hi),
		"mrkdwn":     object(fields{"text": words(1, hi)}, fields{"verbatim": boolean}),
	}))
}

func plainObject(hi int) rule {
	return object(fields{"text": words(1, hi)}, fields{"emoji": boolean})
}
