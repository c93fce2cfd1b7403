package diagnose

import (
	"bytes"
	"strings"
	"testing"

	"github.com/steward-bot/steward/internal/redact"
)

func TestEmailsAreHiddenWhereThatIsWished(t *testing.T) {
	s := snapshotOf(t, "steady", "",
		op{Set: "Deployment/checkout", To: map[string]any{"metadata": map[string]any{"annotations": map[string]string{"owner": "ana@acme.example"}}}},
		op{Log: "checkout-41-a/checkout", Text: "no cart for ben@acme.example"},
		op{Event: "Pod/checkout-41-a", Reason: "Unhealthy", Message: "asked by cleo@acme.example"})
	shared := s.Objects.Deployments[0]
	var before, after bytes.Buffer
	if err := s.Encode(&before); err != nil {
		t.Fatal(err)
	}
	s.hide(redact.Emails)
	if err := s.Encode(&after); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(before.String(), "@acme.example"); n != 3 {
		t.Errorf("the snapshot had %d addresses, not 3", n)
	}
	if strings.Contains(after.String(), "@acme.example") {
		t.Errorf("an address is left:\n%s", after.String())
	}
	if shared == s.Objects.Deployments[0] {
		t.Error("objects that caches share were changed in place")
	}
}
