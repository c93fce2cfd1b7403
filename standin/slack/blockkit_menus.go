package slack

// choices are the elements that may stand both in actions and in inputs.
func choices() map[string]rule {
	several, one := option(anyText(75)), option(anyText(75))
	id, ids := words(1, 255), listOf(1, 100, words(1, 255))
	chosen, atMost := option(plainText(75)), whole(1, 100)
	return map[string]rule{
		"checkboxes":     element(fields{"options": listOf(1, 10, several)}, fields{"initial_options": listOf(1, 10, several)}),
		"radio_buttons":  element(fields{"options": listOf(1, 10, one)}, fields{"initial_option": one}),
		"datepicker":     element(nil, fields{"placeholder": plainText(150), "initial_date": words(10, 10)}),
		"timepicker":     element(nil, fields{"placeholder": plainText(150), "initial_time": words(5, 5), "timezone": words(1, 100)}),
		"datetimepicker": element(nil, fields{"initial_date_time": whole(0, 9_999_999_999)}),

		"static_select":              listedMenu(fields{"initial_option": chosen}),
		"multi_static_select":        listedMenu(fields{"initial_options": listOf(1, 100, chosen), "max_selected_items": atMost}),
		"users_select":               menu(fields{"initial_user": id}),
		"multi_users_select":         menu(fields{"initial_users": ids, "max_selected_items": atMost}),
		"channels_select":            menu(fields{"initial_channel": id}),
		"multi_channels_select":      menu(fields{"initial_channels": ids, "max_selected_items": atMost}),
		"conversations_select":       menu(fields{"initial_conversation": id, "default_to_current_conversation": boolean, "filter": anything}),
		"multi_conversations_select": menu(fields{"initial_conversations": ids, "max_selected_items": atMost, "filter": anything}),
	}
}

// menu is a list to choose from that Slack fills.
func menu(own fields) rule {
	return element(nil, union(fields{"placeholder": plainText(150)}, own))
}

// listedMenu is a menu whose options the app gives.
func listedMenu(own fields) rule {
	options := fields{"options": listOf(1, 100, option(plainText(75))), "option_groups": listOf(1, 100, optionGroup())}
	return both(anyField("options", "option_groups"), menu(union(options, own)))
}

func optionGroup() rule {
	return object(fields{"label": plainText(75), "options": listOf(1, 100, option(plainText(75)))}, nil)
}
