package diagnose

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func TestEveryDiagnosisIsOfThePublishedSchema(t *testing.T) {
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("diagnosis.json", parsed); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("diagnosis.json")
	if err != nil {
		t.Fatal(err)
	}
	check := func(text string) error {
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(text)))
		if err != nil {
			t.Fatal(err)
		}
		return schema.Validate(value)
	}
	engine := theEngine(t)
	for _, p := range readPairs(t) {
		if err := check(pretty(engine.Decide(snapshotOf(t, p.Base, p.Target, p.When...)))); err != nil {
			t.Errorf("%s: %v", p.name(), err)
		}
	}
	if check(`{"schema":"steward.diagnosis/v2"}`) == nil {
		t.Error("the schema does not bite")
	}
}

func TestADiagnosisHasNoNull(t *testing.T) {
	raw, err := json.Marshal(theEngine(t).Decide(snapshotOf(t, "steady", "")))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(raw, []byte("null")) {
		t.Errorf("there is a null in %s", raw)
	}
}
