package audit

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/steward-bot/steward/ops"
)

func lineOf(t *testing.T, r *ops.Record) string {
	t.Helper()
	sealed := recorded(t, fresh(t), r)[0]
	var out strings.Builder
	must(t, NewLog("", &out).Deliver(t.Context(), sealed))
	return strings.ReplaceAll(strings.ReplaceAll(out.String(), sealed.Hash, "HASH"), "\n", "")
}

func TestALineIsInTheElasticCommonSchema(t *testing.T) {
	r := ended("r1", incident(), ops.Unhealthy)
	r.At = noon
	want := `{"log.level":"info","@timestamp":"2026-03-01T12:00:00.123Z","log.logger":"audit","message":"rollback Deployment/shop/checkout ended: Rolled back to the template of revision 41, now revision 43.",` +
		`"event.kind":"event","event.category":["configuration"],"event.type":["info"],"event.dataset":"steward.audit","event.id":"HASH","event.sequence":1,"event.outcome":"failure",` +
		`"labels.chain_head":"HASH","labels.chain_prev":"","event.duration":42000000000,"event.action":"rollback","trace.id":"r1",` +
		`"user.id":"U0ANA","user.name":"Ana","user.email":"ana@acme.example",` +
		`"labels.step":"ended","labels.request_id":"r1","labels.via":"slash","labels.slack_channel":"C0SHOP","labels.slack_team":"T0ACME",` +
		`"labels.asked":"rollback checkout to=41 because https://acme.pagerduty.com/incidents/Q1XCHK0001",` +
		`"orchestrator.type":"kubernetes","orchestrator.cluster.name":"prod-eu","orchestrator.namespace":"shop","orchestrator.resource.type":"Deployment","orchestrator.resource.name":"checkout","orchestrator.resource.id":"uid-1","labels.environment":"production",` +
		`"labels.ticket_system":"pagerduty","labels.ticket":"Q1XCHK0001","event.url":"https://acme.pagerduty.com/incidents/Q1XCHK0001",` +
		`"labels.plan":"Roll back checkout to the template of revision 41","labels.fingerprint":"` + string(plan().Fingerprint()) + `",` +
		`"event.reason":"Rolled back to the template of revision 41, now revision 43.","labels.state":"unhealthy","ecs.version":"1.6.0"}`
	if got := lineOf(t, r); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestEveryStepHasItsOutcome(t *testing.T) {
	for want, r := range map[string]*ops.Record{
		`"event.type":["access"],"event.dataset":"steward.audit","event.id":"HASH","event.sequence":1,"event.outcome":"success"`: answered("r1"),
		`"event.outcome":"unknown"`:                                   started("r1", nil),
		`"event.outcome":"success"`:                                   ended("r1", nil, ops.Succeeded),
		`"event.reason":"You may not.","labels.reason":"not-allowed"`: {Step: ops.StepRefused, Request: request("r1"), Refusal: &ops.Refusal{Reason: ops.NotAllowed, What: "You may not."}},
		`"event.outcome":"failure"`:                                   {Step: ops.StepRefused, Request: request("r1"), Refusal: &ops.Refusal{Reason: ops.NotAllowed}},
	} {
		if got := lineOf(t, r); !strings.Contains(got, want) {
			t.Errorf("%s: got %s", r.Step, got)
		}
	}
}

func TestEveryLineIsWrittenAndNoneIsSampled(t *testing.T) {
	file := filepath.Join(t.TempDir(), "audit.jsonl")
	sink := NewLog(file, nil)
	r := *answered("r1")
	for i := range 500 { // the same message, as a sampler would drop it
		r.Seq, r.Hash, r.At = int64(i), strings.Repeat("0", 60)+string(rune('a'+i%26))+string(rune('a'+i/26)), time.Now()
		must(t, sink.Deliver(t.Context(), r))
	}
	raw, err := os.ReadFile(file)
	must(t, err)
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	if len(lines) != 500 {
		t.Errorf("%d lines", len(lines))
	}
	for _, line := range lines {
		if !json.Valid([]byte(line)) {
			t.Errorf("no JSON: %s", line)
		}
	}
	info, err := os.Stat(file)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the file has mode %o", info.Mode().Perm())
	}
}

func TestALineThatAFullDiskCutShortIsWrittenAgain(t *testing.T) {
	file := filepath.Join(t.TempDir(), "audit.jsonl")
	r := recorded(t, fresh(t), answered("r1"))[0]
	must(t, os.WriteFile(file, []byte(`{"log.level":"info","event.id":"`+r.Hash+`","event.seq`), 0o600))
	must(t, NewLog(file, nil).Deliver(t.Context(), r))
	raw, err := os.ReadFile(file)
	must(t, err)
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	if len(lines) != 2 || !json.Valid([]byte(lines[1])) {
		t.Errorf("the file is\n%s", raw)
	}
}

func TestARotatedFileIsMadeAnew(t *testing.T) {
	file := filepath.Join(t.TempDir(), "audit.jsonl")
	sink := NewLog(file, nil)
	records := recorded(t, fresh(t), answered("r1"), answered("r2"))
	must(t, sink.Deliver(t.Context(), records[0]))
	must(t, os.Rename(file, file+".1"))
	must(t, sink.Deliver(t.Context(), records[1]))
	raw, err := os.ReadFile(file)
	must(t, err)
	if !strings.Contains(string(raw), records[1].Hash) {
		t.Errorf("the new file is %s", raw)
	}
}

func TestALogThatCannotBeWrittenIsAnError(t *testing.T) {
	r := recorded(t, fresh(t), answered("r1"))[0]
	err := NewLog(filepath.Join(t.TempDir(), "missing", "audit.jsonl"), nil).Deliver(t.Context(), r)
	if err == nil || !strings.HasPrefix(err.Error(), "writing the audit log: open ") {
		t.Errorf("got %v", err)
	}
}
