package kube

import (
	"encoding/json"

	"github.com/steward-bot/steward/internal/redact"
	"github.com/steward-bot/steward/ops"
)

// shownValue writes a value for people: text as it is, anything else as JSON,
// without secrets.
func shownValue(name string, value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case string:
		return ops.Shorten(redact.Value(name, value), diffValue)
	default:
		raw, err := json.Marshal(redacted(value))
		if err != nil { // it came from JSON
			return ""
		}
		return ops.Shorten(redact.Text(string(raw)), diffValue)
	}
}

// redacted copies a JSON value and hides every "value" whose "name" beside it
// says that it is secret, and what looks like a secret anywhere.
func redacted(value any) any {
	switch value := value.(type) {
	case map[string]any:
		hidden := make(map[string]any, len(value))
		for key, member := range value {
			hidden[key] = redacted(member)
		}
		name, _ := value["name"].(string)
		if text, ok := value["value"].(string); ok && name != "" {
			hidden["value"] = redact.Value(name, text)
		}
		return hidden
	case []any:
		hidden := make([]any, len(value))
		for i, element := range value {
			hidden[i] = redacted(element)
		}
		return hidden
	case string:
		return redact.Text(value)
	default:
		return value
	}
}
