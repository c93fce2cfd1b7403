package diagnose

import (
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // the zones must be the same wherever steward runs

	"github.com/robfig/cron/v3"
	batchv1 "k8s.io/api/batch/v1"
)

const (
	// cronGrace is how late a start may be: the controller looks every ten
	// seconds.
	cronGrace = 3 * time.Minute
	// missedLimit is up to how many missed starts are counted, as the controller
	// does.
	missedLimit = 100
)

// scheduleOf reads a CronJob's schedule as its controller does, or says why
// that cannot be done.
func scheduleOf(c *batchv1.CronJob) (schedule cron.Schedule, why string, zone string) {
	text, place := strings.TrimSpace(c.Spec.Schedule), time.UTC
	for _, prefix := range []string{"CRON_TZ=", "TZ="} {
		if rest, ok := strings.CutPrefix(text, prefix); ok {
			zone, text, _ = strings.Cut(rest, " ")
			break
		}
	}
	if c.Spec.TimeZone != nil {
		zone = *c.Spec.TimeZone
	}
	if zone != "" || c.Spec.TimeZone != nil {
		found, err := time.LoadLocation(zone)
		if err != nil || zone == "" || strings.EqualFold(zone, "local") {
			return nil, fmt.Sprintf("has the time zone %q, which does not exist", zone), zone
		}
		place = found
	}
	if strings.Contains(text, "TZ=") {
		return nil, fmt.Sprintf("has the schedule %q, which cannot be read", c.Spec.Schedule), ""
	}
	schedule, err := cron.ParseStandard(text)
	if err != nil {
		return nil, fmt.Sprintf("has the schedule %q, which cannot be read", c.Spec.Schedule), ""
	}
	if at, ok := schedule.(*cron.SpecSchedule); ok {
		at.Location = place
	}
	return schedule, "", zone
}

// missed lists the starts that were due and did not come: since the last one,
// since it was made, or since somebody wrote its schedule.
func (v *view) missed(c *batchv1.CronJob, schedule cron.Schedule) []time.Time {
	since := c.CreationTimestamp.Time
	if last := c.Status.LastScheduleTime; last != nil && last.After(since) {
		since = last.Time
	}
	for _, field := range []string{"spec.schedule", "spec.suspend", "spec.timeZone"} {
		if write := v.lastWrite(refOf("CronJob", c), field); write != nil && write.At.After(since) {
			since = write.At
		}
	}
	if since.IsZero() {
		return nil
	}
	var due []time.Time
	for next := schedule.Next(since.UTC()); !next.IsZero() && next.Before(v.At.Add(-cronGrace)) && len(due) <= missedLimit; next = schedule.Next(next) {
		due = append(due, next.UTC())
	}
	return due
}
