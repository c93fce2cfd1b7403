package bot

import (
	"maps"
	"slices"
	"strings"

	"github.com/steward-bot/steward/ops"
)

// usage writes a verb as it is typed: "rollback TARGET [to=REVISION] [because LINK]".
func usage(spec ops.Spec) string {
	parts := []string{spec.Verb}
	switch spec.Target {
	case ops.RequiredTarget:
		parts = append(parts, "TARGET")
	case ops.OptionalTarget:
		parts = append(parts, "[TARGET]")
	case ops.NoTarget:
	}
	for _, arg := range spec.Args {
		written := arg.Name + "=" + arg.Value
		if !arg.Required {
			written = "[" + written + "]"
		}
		parts = append(parts, written)
	}
	if spec.Write {
		parts = append(parts, "[because LINK]")
	}
	return strings.Join(parts, " ")
}

// typed writes a request as a person would type it after /k8s.
func typed(req ops.Request) string {
	parts := []string{req.Verb}
	if req.Target != "" {
		parts = append(parts, req.Target)
	}
	parts = append(parts, pairs(req.Args)...)
	return strings.Join(parts, " ")
}

// pairs writes arguments as key=value, sorted by key.
func pairs(args map[string]string) []string {
	written := make([]string, 0, len(args))
	for _, key := range slices.Sorted(maps.Keys(args)) {
		written = append(written, key+"="+args[key])
	}
	return written
}

// doing is how "asks to …" continues for a verb.
func doing(verb string) string {
	switch verb {
	case "rollback":
		return "roll back"
	case "rollforward":
		return "roll forward"
	default:
		return verb
	}
}
