package bot

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/steward-bot/steward/ops"
)

func TestHostileTextIsDisarmed(t *testing.T) {
	for _, c := range []struct{ name, got, want string }{
		{"a call for everybody", plain("<!channel> wake up", 80), "&lt;!channel&gt; wake up"},
		{"a false link", plain("<https://evil.example|acme.example>", 80), "&lt;https://evil.example|acme.example&gt;"},
		{"an entity", plain("&lt;!here&gt;", 80), "&amp;lt;!here&amp;gt;"},
		{"backticks", plain("a`b``c", 80), "a'b''c"},
		{"a turned reading direction", plain("check\u202etuo\u200bx", 80), "check tuo x"},
		{"control characters and lines", plain("a\x1b[31m\nb\tc\x00", 80), "a [31m b c"},
		{"no UTF-8", plain("a\xff\xfeb", 80), "a b"},
		{"too much", plain(strings.Repeat("&", 100), 10), strings.Repeat("&amp;", 9) + "…"},
		{"code that would end early", code("a` <!here> `b", 80), "`a' &lt;!here&gt; 'b`"},
		{"no code", code("", 80), "–"},
		{"a sentence with code", prose("Run `/k8s help` <now>", 80), "Run `/k8s help` &lt;now&gt;"},
		{"a sentence with a stray backtick", prose("Run `/k8s help` or `x", 80), "Run '/k8s help' or 'x"},
		{"stars in bold", bold("checkout* is *down*", 80), "*checkout∗ is ∗down∗*"},
		{"a line of a log", fixed("  a\t```<!here>\u202e", 80), "  a '''&lt;!here&gt;"},
		{"a secret in a log", fixed("connecting to postgres://shop:hunter2"+"@db.shop:5432/orders", 80), "connecting to postgres://[redacted]@db.shop:5432/orders"},
		{"a secret in a sentence", prose("It says password=hunter2"+" in the log.", 80), "It says password=[redacted] in the log."},
		{"a cut entity", clip("ab&amp;cd", 5), "ab…"},
		{"a whole entity", clip("ab&amp;cdefgh", 9), "ab&amp;c…"},
		{"a link", link("https://acme.example/a?b=1&c=2", "Q1|X>"), "<https://acme.example/a?b=1&amp;c=2|Q1¦X&gt;>"},
		{"a link that would close itself", link("https://acme.example/>|<!channel>", "Q1"), "Q1"},
		{"a link that is none", link("javascript:alert(1)", "Q1"), "Q1"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, not %q", c.name, c.got, c.want)
		}
	}
}

// ours is the markup that steward writes itself: mentions of people and
// channels by id, and links to web addresses.
var ours = regexp.MustCompile(`<(@[UW][A-Z0-9]+|#[CGD][A-Z0-9]+|https?://[^<>|\s]+\|[^<>|]*)>`)

// checkSafe holds what every message must keep: no markup but ours, no hidden
// characters, Slack's limits.
func checkSafe(t *testing.T, m message) {
	t.Helper()
	for _, page := range pages(m) {
		if len(page.blocks) > 50 {
			t.Fatalf("%d blocks", len(page.blocks))
		}
		total := 0
		for _, block := range page.blocks {
			raw, err := json.Marshal(block)
			if err != nil {
				t.Fatal(err)
			}
			var tree any
			if err := json.Unmarshal(raw, &tree); err != nil {
				t.Fatal(err)
			}
			eachText(tree, func(kind, text string) {
				total += utf8.RuneCountInString(text)
				checkText(t, kind, text)
			})
		}
		if total > 13_200 {
			t.Fatalf("%d characters in one message", total)
		}
	}
	checkText(t, slack.MarkdownType, m.text+" ")
}

func checkText(t *testing.T, kind, text string) {
	t.Helper()
	if n := utf8.RuneCountInString(text); n == 0 || n > 3000 {
		t.Fatalf("a text of %d characters", n)
	}
	for _, r := range text {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == utf8.RuneError) {
			t.Fatalf("U+%04X in %q", r, text)
		}
	}
	if kind == slack.MarkdownType && strings.ContainsAny(ours.ReplaceAllString(text, ""), "<>") {
		t.Fatalf("markup that is not ours: %q", text)
	}
	if kind == slack.MarkdownType && strings.Count(text, "`")%2 != 0 {
		t.Fatalf("a stray backtick: %q", text)
	}
}

// eachText calls see for every text object of a block.
func eachText(tree any, see func(kind, text string)) {
	switch node := tree.(type) {
	case []any:
		for _, child := range node {
			eachText(child, see)
		}
	case map[string]any:
		kind, _ := node["type"].(string)
		if text, ok := node["text"].(string); ok {
			see(kind, text)
		}
		for key, child := range node {
			if key != "value" {
				eachText(child, see)
			}
		}
	}
}

// FuzzMessages holds every message that steward can say against what a hostile
// name, title, log line or error could do to it.
func FuzzMessages(f *testing.F) {
	f.Add("checkout", 1)
	f.Add("<!channel> `code` ```\u202e *b* &amp; <https://evil|x>", 3)
	f.Add(strings.Repeat("`<&", 1000), 12)
	f.Add("\x00\xff\n\n", 2)
	f.Fuzz(func(t *testing.T, evil string, n int) {
		n = min(max(n, 0), 60)
		d := hostileDiagnosis(evil, n)
		plan := ops.Plan{
			Verb: evil, Target: ops.Target{Cluster: evil, Namespace: evil, Kind: evil, Name: evil, Environment: evil}, Headline: evil, Blast: evil,
			Facts: repeat(n, ops.Fact{Label: evil, Text: evil}), Changes: repeat(n, ops.Change{Path: evil, Before: evil, After: evil}), Warnings: repeat(n, ops.Warning{Text: evil}),
		}
		ticket := &ops.Ticket{Key: evil, URL: "https://" + evil, Title: evil, Status: evil, Concern: evil}
		req := ops.Request{ID: "01", Actor: ops.Actor{ID: "U0ANA"}, Verb: evil, Target: evil, Args: map[string]string{evil: evil}}
		outcome := ops.Outcome{State: ops.Unhealthy, Summary: evil, Next: evil, Before: repeat(n, ops.Fact{Label: evil, Text: evil}), Diagnosis: &d}
		answer := ops.Answer{Headline: evil, Diagnosis: &d, Sections: []ops.Section{{Title: evil, Lines: repeat(n, evil), Fixed: true}, {Title: evil, Lines: repeat(n, evil)}}}
		for _, m := range []message{
			renderPreview(ops.Preview{Plan: plan, Ticket: ticket, Stale: true}, req, "token", time.Unix(0, 0)),
			renderProgress(ops.Progress{Text: evil}, false),
			renderOutcome(req, outcome, "token"),
			renderAnswer(answer, tokens{share: "token", look: "token"}),
			renderRefusal(&ops.Refusal{What: evil, Why: evil, Next: evil, Choices: repeat(n, evil)}),
			renderAskInThread("token", req, ops.Ask{Text: evil}),
			root{Said: clip("<@U0ANA> asks to "+plain(evil, 40)+" "+code(evil, 400), 1000)}.render(prose(evil, 600)),
			{blocks: renderChecks(d).Blocks.BlockSet},
			{blocks: renderTargetForm("token", "").Blocks.BlockSet},
		} {
			checkSafe(t, m)
		}
	})
}

func hostileDiagnosis(evil string, n int) ops.Diagnosis {
	return ops.Diagnosis{
		Cluster: evil, Target: ops.DiagnosisTarget{Namespace: evil, Kind: evil, Name: evil}, Status: ops.StatusUnhealthy,
		Causes: repeat(min(n, 5), ops.Cause{
			ID: evil, Object: evil, Summary: evil, Evidence: repeat(n, ops.Evidence{Object: evil, Field: evil, Value: evil}),
			Remedy: repeat(n, ops.Remedy{Text: evil, Action: evil, Args: map[string]string{"to": evil}}), Effects: repeat(n, ops.Effect{ID: evil, Summary: evil}),
		}),
		Checks: repeat(n, ops.Check{Question: evil, Observed: evil}), Excluded: repeat(n, evil), Unknown: repeat(n, ops.Gap{Check: evil, Missing: evil}),
		Changes: repeat(n, ops.ChangeEvent{Source: evil, Who: evil, Summary: evil, Link: "https://" + evil}), Notes: repeat(n, evil),
	}
}

func repeat[T any](n int, item T) []T {
	all := make([]T, n)
	for i := range all {
		all[i] = item
	}
	return all
}
