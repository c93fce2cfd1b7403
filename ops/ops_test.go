package ops_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/steward-bot/steward/ops"
)

func TestAFingerprintChangesWithWhatWasConfirmedAndWithNothingElse(t *testing.T) {
	plan := func(change func(*ops.Plan)) ops.Fingerprint {
		p := ops.Plan{
			Verb: "scale", Target: ops.Target{Cluster: "prod-eu", UID: "1"}, Args: map[string]string{"replicas": "5"},
			Basis: ops.Basis{Before: "a", After: "b", Strategy: "RollingUpdate", Extra: map[string]string{"max": "9"}},
		}
		change(&p)
		return p.Fingerprint()
	}
	shown := plan(func(*ops.Plan) {})
	for name, change := range map[string]func(*ops.Plan){
		"another cluster":       func(p *ops.Plan) { p.Target.Cluster = "prod-us" },
		"made anew":             func(p *ops.Plan) { p.Target.UID = "2" },
		"another verb":          func(p *ops.Plan) { p.Verb = "restart" },
		"other arguments":       func(p *ops.Plan) { p.Args = map[string]string{"replicas": "6"} },
		"it stands elsewhere":   func(p *ops.Plan) { p.Basis.Before = "c" },
		"it goes elsewhere":     func(p *ops.Plan) { p.Basis.After = "c" },
		"paused meanwhile":      func(p *ops.Plan) { p.Basis.Paused = true },
		"another strategy":      func(p *ops.Plan) { p.Basis.Strategy = "Recreate" },
		"the autoscaler's most": func(p *ops.Plan) { p.Basis.Extra = map[string]string{"max": "3"} },
	} {
		if plan(change) == shown {
			t.Errorf("%s: the fingerprint is the same", name)
		}
	}
	for name, change := range map[string]func(*ops.Plan){
		"other words":       func(p *ops.Plan) { p.Headline, p.Blast, p.Facts = "x", "y", []ops.Fact{{Label: "z"}} },
		"another warning":   func(p *ops.Plan) { p.Warnings = []ops.Warning{{Code: "stuck"}} },
		"other annotations": func(p *ops.Plan) { p.Target.Annotations = map[string]string{"a": "b"} },
	} {
		if plan(change) != shown {
			t.Errorf("%s: the fingerprint is another", name)
		}
	}
}

func TestARefusalSaysWhatWhyAndWhatNext(t *testing.T) {
	full := &ops.Refusal{What: "No.", Why: "Because.", Choices: []string{"a", "b"}, Next: "Try a.", Err: io.EOF}
	if got, want := full.Error(), "No. Because. Choose from: a, b. Try a."; got != want {
		t.Errorf("got %s", got)
	}
	if got := (&ops.Refusal{What: "No."}).Error(); got != "No." {
		t.Errorf("got %s", got)
	}
	if !errors.Is(full, io.EOF) {
		t.Error("the cause is lost")
	}
}

func TestHostileTextIsBoundAndCannotHideAnything(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"  checkout  answers\n500 ", "checkout answers 500"},
		{"a\x1b[31mred\x00", "a [31mred"},
		{"check\u202etuo", "check tuo"},
		{"zero\u200bwidth", "zero width"},
		{"not \xff UTF-8", "not UTF-8"},
		{strings.Repeat("ä", 21), strings.Repeat("ä", 19) + "…"},
		{strings.Repeat("ä", 20), strings.Repeat("ä", 20)},
	} {
		if got := ops.Shorten(c.text, 20); got != c.want {
			t.Errorf("%q: got %q, want %q", c.text, got, c.want)
		}
	}
}

func TestEveryKindIsKnownByKubectlsWords(t *testing.T) {
	for _, kind := range ops.Kinds() {
		for _, word := range []string{kind, strings.ToUpper(kind), ops.ShortKind(kind)} {
			if got, ok := ops.KindOf(word); !ok || got != kind {
				t.Errorf("%s: got %s, %t", word, got, ok)
			}
		}
	}
	if kind, ok := ops.KindOf("secret"); ok {
		t.Errorf("a Secret is no target, got %s", kind)
	}
}

func TestAnAnnotationOfTheObjectBeatsItsNamespaces(t *testing.T) {
	target := ops.Target{Annotations: map[string]string{"a": "own", "c": ""}, NamespaceAnnotations: map[string]string{"a": "theirs", "b": "theirs", "c": "theirs"}}
	for key, want := range map[string]string{"a": "own", "b": "theirs", "c": "theirs", "d": ""} {
		if got := target.Annotation(key); got != want {
			t.Errorf("%s: got %q, want %q", key, got, want)
		}
	}
}
