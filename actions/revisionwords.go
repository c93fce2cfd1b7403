package actions

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/steward-bot/steward/internal/redact"
	"github.com/steward-bot/steward/kube"
	"github.com/steward-bot/steward/ops"
)

// listedRevisions is how many revisions a refusal offers.
const listedRevisions = 10

// imagesOf names a template's images for one line.
func imagesOf(template kube.Template) string {
	images := strings.Join(template.Images(), ", ")
	if images == "" {
		return "no image"
	}
	return ops.Shorten(images, 200)
}

// describeNow tells of the present template: its number, its images, and who
// made it when.
func describeNow(v *kube.View, p past) string {
	number := "the present template"
	if current := v.History.Current(v.Workload); current != nil {
		number = fmt.Sprintf("revision %d", current.Number)
	}
	words := number + " with " + imagesOf(v.Template)
	hand := v.ChangedBy("spec", "template")
	switch who := p.maker(v.Template.Hash()); {
	case who != "":
		words += ", brought in by " + who
	case hand.Manager != "":
		words += ", written by " + ops.Shorten(hand.Manager, 60)
	}
	if !hand.At.IsZero() {
		words += " on " + moment(hand.At)
	}
	return words + becauseOf(v.Cause())
}

// describeRevision tells of an earlier revision.
func describeRevision(r *kube.Revision, p past) string {
	words := fmt.Sprintf("revision %d with %s, first up on %s", r.Number, imagesOf(r.Template), moment(r.Created))
	if who := p.maker(r.Template.Hash()); who != "" {
		words += ", brought in last by " + who
	}
	return words + becauseOf(r.Cause)
}

func becauseOf(cause string) string {
	if cause == "" {
		return ""
	}
	return ": “" + ops.Shorten(redact.Text(cause), 160) + "”"
}

// offerRevisions lists the revisions other than the present one as choices of
// an argument, newest first, with images and age.
func offerRevisions(v *kube.View, now time.Time) []string {
	var choices []string
	present := v.Template.Hash()
	for i := range v.History {
		r := &v.History[i]
		if r.Template.Hash() == present {
			continue
		}
		choices = append(choices, fmt.Sprintf("to=%d (%s, %s old)", r.Number, imagesOf(r.Template), age(now.Sub(r.Created))))
		if len(choices) == listedRevisions {
			break
		}
	}
	return choices
}

// age writes a duration as kubectl does, in its largest unit.
func age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", max(0, int(d.Seconds())))
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 24*time.Hour:
		return fmt.Sprintf("%dh", int(d.Hours()))
	default:
		return fmt.Sprintf("%dd", int(d.Hours()/24))
	}
}

// revisionArg reads the argument to=REVISION; zero when it was not typed.
func revisionArg(req ops.Request) (int64, error) {
	typed := req.Arg("to")
	if typed == "" {
		return 0, nil
	}
	number, err := strconv.ParseInt(typed, 10, 64)
	if err != nil || number < 1 {
		return 0, &ops.Refusal{
			Reason: ops.BadArgument,
			What:   fmt.Sprintf("to=%s is not a revision.", ops.Shorten(typed, 40)),
			Why:    "A revision is a number from 1 on, as `/k8s status` lists them.",
			Next:   "For example: `/k8s " + req.Verb + " " + ops.Shorten(req.Target, 80) + " to=41`. Leave it out for the usual one.",
		}
	}
	return number, nil
}

// revisionUnknown refuses a number that the history does not have.
func revisionUnknown(v *kube.View, number int64, now time.Time) *ops.Refusal {
	return &ops.Refusal{
		Reason:  ops.RevisionUnknown,
		What:    fmt.Sprintf("%s has no revision %d.", v.Name, number),
		Why:     "It never had one, or the template was brought back since under a new number, or Kubernetes has dropped it (revisionHistoryLimit).",
		Next:    "Choose one that it still has.",
		Choices: offerRevisions(v, now),
	}
}
