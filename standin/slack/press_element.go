package slack

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// placed is an interactive element in its block.
type placed struct{ block, element map[string]any }

func (e placed) blockID() string { id, _ := e.block["block_id"].(string); return id }

func (e placed) kind() string { kind, _ := e.element["type"].(string); return kind }

// findElement finds what is pressed. Where several blocks hold the action id,
// the block id or the value tells them apart.
func findElement(blocks []any, pressed pressAct) (placed, error) {
	var found []placed
	var offered []string
	for _, b := range blocks {
		block := b.(map[string]any)
		for _, e := range elementsOf(block) {
			id, _ := e["action_id"].(string)
			offered = append(offered, id)
			one := placed{block, e}
			if id == pressed.ActionID && (pressed.BlockID == "" || pressed.BlockID == one.blockID()) {
				found = append(found, one)
			}
		}
	}
	if len(found) > 1 && pressed.Value != nil {
		found = slices.DeleteFunc(found, func(e placed) bool { _, _, err := e.act(pressed.Value); return err != nil })
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return placed{}, refuse(http.StatusBadRequest, "%d elements have the action_id %q: say which by block_id or value.", len(found), pressed.ActionID)
	case len(offered) == 0:
		return placed{}, refuse(http.StatusNotFound, "There is nothing to press there.")
	}
	return placed{}, refuse(http.StatusNotFound, "There is no %q to press there with that block or value, only: %s.", pressed.ActionID, strings.Join(offered, ", "))
}

// act is what the payload says of the press, and the state that it leaves in a
// modal; no state for a button. A value must stand in the element: Slack sends
// what is stored, so that no client can forge one.
func (e placed) act(value any) (action, state map[string]any, err error) {
	action = map[string]any{"type": e.kind(), "action_id": e.element["action_id"], "block_id": e.blockID()}
	if e.kind() == "button" {
		stored, _ := e.element["value"].(string)
		if value != nil && value != stored {
			return nil, nil, refuse(http.StatusForbidden,
				"The value %q does not stand in the message: Slack sends the stored value, which nobody can forge. %q has the value %q.",
				fmt.Sprint(value), e.element["action_id"], stored)
		}
		for _, name := range []string{"text", "value", "style", "url"} {
			if v, ok := e.element[name]; ok {
				action[name] = v
			}
		}
		return action, nil, nil
	}
	if value == nil {
		return nil, nil, refuse(http.StatusBadRequest, "%q is a %s: say in value what is chosen.", e.element["action_id"], e.kind())
	}
	state, err = choose(e.element, value)
	if err != nil {
		return nil, nil, refuse(http.StatusForbidden, "That cannot be chosen: %s.", err)
	}
	maps.Copy(action, state)
	if placeholder, ok := e.element["placeholder"]; ok {
		action["placeholder"] = placeholder
	}
	if e.kind() == "overflow" {
		return action, nil, nil
	}
	return action, state, nil
}

// withChoice copies a modal's state and sets one place in it.
func withChoice(state map[string]map[string]any, block, action string, chosen map[string]any) map[string]map[string]any {
	all := maps.Clone(state)
	own := maps.Clone(all[block])
	if own == nil {
		own = map[string]any{}
	}
	own[action] = chosen
	all[block] = own
	return all
}
