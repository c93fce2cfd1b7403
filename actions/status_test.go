package actions_test

import (
	"strings"
	"testing"

	"github.com/steward-bot/steward/actions"
	"github.com/steward-bot/steward/ops"
)

func TestAStatusTellsWhereAWorkloadStands(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	w.deploy(t, "deployment", checkoutOf("Deployment")+"---"+checkoutHPA)
	w.release(t, "deployment", "2")
	w.do(t, w.rollback())
	status := actions.Status{Clusters: w.clusters, Journal: w.journal}
	answer, err := status.Answer(t.Context(), w.query(t, status))
	if err != nil {
		t.Fatal(err)
	}
	if want := "checkout: 2 of 2 ready, revision 3."; answer.Headline != want {
		t.Errorf("got the headline %q, want %q", answer.Headline, want)
	}
	text := answerText(answer)
	for _, want := range []string{
		"Pods\n2 wanted, 2 there, 2 of the present template, 2 ready, 2 available\nStrategy: RollingUpdate maxSurge=25% maxUnavailable=25%\ndeployment \"checkout\" successfully rolled out\n",
		"Images\ncheckout: registry.acme.example/shop/checkout:1\n",
		"REVISION  AGE   IMAGES\n3 now     ",
		"registry.acme.example/shop/checkout:1, by ana through steward's rollback: “first release”\n2         ",
		"The HorizontalPodAutoscaler checkout keeps 2–6 replicas: it sees ",
		": rollback by ana because of Q1XCHK0001, succeeded\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the answer lacks %q:\n%s", want, text)
		}
	}

	w.kubectl(t, "rollout", "pause", "deployment/checkout")
	answer, err = status.Answer(t.Context(), w.query(t, status))
	if err != nil || answer.Headline != "checkout: 2 of 2 ready, revision 3, paused." {
		t.Errorf("got %q, %v", answer.Headline, err)
	}
}

func answerText(answer ops.Answer) string {
	var text strings.Builder
	for _, section := range answer.Sections {
		text.WriteString(section.Title + "\n" + strings.Join(section.Lines, "\n") + "\n\n")
	}
	return text.String()
}
