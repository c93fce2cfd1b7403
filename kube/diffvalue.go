package kube

import (
	"encoding/json"
	"strings"

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
// says that it is secret, every word after a flag that says so, and what looks
// like a secret anywhere.
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
			if _, isText := element.(string); isText && i > 0 && secretFlag(value[i-1]) {
				hidden[i] = redact.Hidden
			}
		}
		return hidden
	case string:
		return redact.Text(value)
	default:
		return value
	}
}

// secretFlag tells whether a word of a command line is a flag whose value, the
// next word, is secret: "--password".
func secretFlag(word any) bool {
	flag, _ := word.(string)
	return strings.HasPrefix(flag, "-") && !strings.ContainsAny(flag, "= ") && redact.SecretName(flag)
}
