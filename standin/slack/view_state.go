package slack

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// initialState is state.values of a view as it is first shown: what the app
// preset, or what the person had filled in before in the same place.
func initialState(blocks []any, before map[string]map[string]any) map[string]map[string]any {
	state := map[string]map[string]any{}
	for _, b := range blocks {
		block := b.(map[string]any)
		id, _ := block["block_id"].(string)
		for _, e := range elementsOf(block) {
			if e["type"] == "button" || e["type"] == "overflow" {
				continue // nothing stays chosen in them
			}
			action, _ := e["action_id"].(string)
			if state[id] == nil {
				state[id] = map[string]any{}
			}
			if kept, ok := before[id][action]; ok {
				state[id][action] = kept
			} else {
				state[id][action] = preset(e)
			}
		}
	}
	return state
}

// stateField is the field of state.values that holds what was chosen, by the
// element's type.
func stateField(kind string) string {
	switch kind {
	case "static_select", "radio_buttons", "overflow":
		return "selected_option"
	case "checkboxes", "multi_static_select":
		return "selected_options"
	case "datepicker":
		return "selected_date"
	case "timepicker":
		return "selected_time"
	case "datetimepicker":
		return "selected_date_time"
	}
	if one, ok := strings.CutSuffix(kind, "s_select"); ok {
		if many, ok := strings.CutPrefix(one, "multi_"); ok {
			return "selected_" + many + "s"
		}
		return "selected_" + one
	}
	return "value"
}

// preset is an element's state before anybody touched it.
func preset(e map[string]any) map[string]any {
	kind, _ := e["type"].(string)
	field := stateField(kind)
	value := e["initial_"+strings.TrimPrefix(field, "selected_")]
	if value == nil && isMany(field) {
		value = []any{}
	}
	return map[string]any{"type": kind, field: value}
}

// isMany reports whether a field of the state holds a list.
func isMany(field string) bool {
	return field != "value" && strings.HasSuffix(field, "s")
}

// choose is an element's state after a person filled in value: a string, a
// number, or a list of strings.
func choose(e map[string]any, value any) (map[string]any, error) {
	kind, _ := e["type"].(string)
	field := stateField(kind)
	switch {
	case value == nil:
		return map[string]any{"type": kind, field: nil}, nil
	case field == "selected_option":
		word, _ := value.(string)
		chosen, err := optionOf(e, word)
		return map[string]any{"type": kind, field: chosen}, err
	case isMany(field):
		return chooseMany(e, kind, field, value)
	case field == "selected_date_time":
		number, ok := value.(json.Number)
		if !ok {
			return nil, fmt.Errorf("a %s takes a number of seconds", kind)
		}
		return map[string]any{"type": kind, field: number}, nil
	}
	word, ok := value.(string)
	if !ok {
		return nil, fmt.Errorf("a %s takes a string", kind)
	}
	if word == "" {
		return map[string]any{"type": kind, field: nil}, nil
	}
	return map[string]any{"type": kind, field: word}, nil
}

func chooseMany(e map[string]any, kind, field string, value any) (map[string]any, error) {
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	chosen := []any{}
	for _, item := range list {
		word, ok := item.(string)
		if !ok {
			return nil, fmt.Errorf("a %s takes a list of strings", kind)
		}
		if field != "selected_options" {
			chosen = append(chosen, word)
			continue
		}
		o, err := optionOf(e, word)
		if err != nil {
			return nil, err
		}
		chosen = append(chosen, o)
	}
	return map[string]any{"type": kind, field: chosen}, nil
}

// optionOf finds the option with a value, or lists those that there are.
func optionOf(e map[string]any, value string) (any, error) {
	var values []string
	for _, o := range optionsOf(e) {
		option, _ := o.(map[string]any)
		own, _ := option["value"].(string)
		if own == value {
			return option, nil
		}
		values = append(values, own)
	}
	return nil, fmt.Errorf("%q is not among the options of %v, which are: %s", value, e["action_id"], strings.Join(values, ", "))
}

func optionsOf(e map[string]any) []any {
	options, _ := e["options"].([]any)
	groups, _ := e["option_groups"].([]any)
	for _, g := range groups {
		group, _ := g.(map[string]any)
		inside, _ := group["options"].([]any)
		options = append(slices.Clone(options), inside...)
	}
	return options
}

// isBlank reports whether nothing is chosen in an element's state.
func isBlank(state map[string]any) bool {
	for name, v := range state {
		list, isList := v.([]any)
		if name != "type" && v != nil && (!isList || len(list) > 0) {
			return false
		}
	}
	return true
}
