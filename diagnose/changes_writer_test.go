package diagnose

import (
	"testing"
	"time"
)

func TestWhoChangedAFieldIsNotWhoMadeItASecondBefore(t *testing.T) {
	object := Ref{"Deployment", "shop", "checkout"}
	fields := []string{"spec.template"}
	v := &view{writes: map[Ref][]*Write{object: {
		{Object: object, Manager: "kubectl-client-side-apply", At: noon.Add(-time.Second), Fields: fields, Created: true},
		{Object: object, Manager: "kubectl-edit", At: noon, Fields: fields},
	}}}
	if who := v.writerAt(object, "spec.template", noon); who != "kubectl-edit" {
		t.Errorf("got %q", who)
	}
	v.writes[object][0].At = noon
	if who := v.writerAt(object, "spec.template", noon); who != "kubectl-edit" {
		t.Errorf("in the same second: got %q", who)
	}
	if who := v.writerAt(object, "spec.template", noon.Add(time.Minute)); who != "" {
		t.Errorf("a minute later: got %q", who)
	}
}
