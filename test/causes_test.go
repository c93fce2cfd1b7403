package test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/steward-bot/steward/diagnose"
	"github.com/steward-bot/steward/ops"
)

// TestCauses brings causes about on the real control plane, by applying
// manifests, and has them named on the command line and in Slack.
func TestCauses(t *testing.T) { play(t, "causes") }

// make FILE [NAMESPACE] applies a manifest of the script, in the story's
// namespace if no other is said: events of nodes are in default. $NS in it is
// the story's namespace: what lives outside of one is called after it. $ago-10m
// is the time ten minutes ago.
func (w *world) make(ts *testscript.TestScript, _ bool, args []string) {
	namespace := w.namespace
	if len(args) > 1 {
		namespace = args[1]
	}
	_, err := w.cluster.TryKubectl("apply", "--namespace", namespace, "-f", w.fill(ts, args[0]))
	ts.Check(err)
}

// status OBJECT FILE plays the one who reports an object's status. OBJECT is
// KIND/NAME, or LABEL=VALUE for every pod that has it and is on a node.
func (w *world) status(ts *testscript.TestScript, _ bool, args []string) {
	path := w.fill(ts, args[1])
	objects := []string{args[0]}
	if strings.Contains(args[0], "=") {
		objects = w.placed(ts, args[0])
	}
	for _, object := range objects {
		w.kubectl(ts, false, []string{"patch", object, "--subresource=status", "--patch-file", path})
	}
}

// placed waits until pods with the label are on nodes, and lists them.
func (w *world) placed(ts *testscript.TestScript, label string) []string {
	var pods []string
	complaint := until(func() string {
		out, err := w.cluster.TryKubectl("--namespace", w.namespace, "get", "pods", "-l", label,
			"-o", "jsonpath={range .items[?(@.spec.nodeName)]}pod/{.metadata.name} {end}")
		ts.Check(err)
		if pods = strings.Fields(out); len(pods) == 0 {
			return "no pod with the label " + label + " is on a node"
		}
		return ""
	})
	if complaint != "" {
		ts.Fatalf("%s", complaint)
	}
	return pods
}

// before is a time in a manifest, told from now.
var before = regexp.MustCompile(`\$ago-([0-9a-z]+)`)

// fill writes the namespace and the times into a file of the script, and says
// where it is.
func (w *world) fill(ts *testscript.TestScript, name string) string {
	path := ts.MkAbs(name)
	raw, err := os.ReadFile(path)
	ts.Check(err)
	text := strings.ReplaceAll(string(raw), "$NS", w.namespace)
	text = before.ReplaceAllStringFunc(text, func(found string) string {
		ago, err := time.ParseDuration(strings.TrimPrefix(found, "$ago-"))
		ts.Check(err)
		return time.Now().Add(-ago).UTC().Format(time.RFC3339)
	})
	ts.Check(os.WriteFile(path, []byte(text), 0o600))
	return path
}

// prints POD TEXT… is what a pod's containers print, now and before they were
// started again: one line a TEXT.
func (w *world) prints(ts *testscript.TestScript, _ bool, args []string) {
	folder := filepath.Join(filepath.Dir(w.cluster.Kubeconfig), "logs", w.namespace)
	ts.Check(os.MkdirAll(folder, 0o755))
	text := []byte(strings.Join(args[1:], "\n") + "\n")
	for _, suffix := range []string{".log", ".previous.log"} {
		ts.Check(os.WriteFile(filepath.Join(folder, args[0]+suffix), text, 0o600))
	}
}

// names TARGET CAUSE [TEXT…] waits until the command line names the cause
// first, in a diagnosis of the published shape that holds every TEXT, and then
// asks the same in Slack. CAUSE may be "healthy". The target is in the story's
// namespace and ana asks, who sees nothing else; one that is in no namespace
// begins with a slash, and an SRE asks.
func (w *world) names(ts *testscript.TestScript, _ bool, args []string) {
	asker, target := "ana", w.namespace+"/"+args[0]
	if alone, ok := strings.CutPrefix(args[0], "/"); ok {
		asker, target = "cleo", alone
	}
	var d ops.Diagnosis
	var raw []byte
	complaint := until(func() string {
		raw = w.diagnosed(ts, target)
		d = ops.Diagnosis{}
		ts.Check(json.Unmarshal(raw, &d))
		if got := named(d); got != args[1] {
			return fmt.Sprintf("%s is diagnosed as %s, not %s:\n%s", target, got, args[1], raw)
		}
		for _, text := range args[2:] {
			text = strings.ReplaceAll(text, "$NS", w.namespace) // which quotes keep as it is
			if !strings.Contains(string(raw), text) {
				return fmt.Sprintf("the diagnosis of %s does not say %q:\n%s", target, text, raw)
			}
		}
		return ""
	})
	if complaint != "" {
		ts.Fatalf("%s", complaint)
	}
	if w.process == nil {
		return
	}
	w.say(ts, false, []string{asker, "/k8s diagnose " + target})
	answer := ops.Ref{Cluster: "prod-eu", Namespace: d.Target.Namespace, Kind: d.Target.Kind, Name: d.Target.Name}.String()
	if args[1] != "healthy" {
		answer += "`  `" + args[1] + "`"
	}
	w.ephemeral(ts, false, []string{asker, answer})
}

// diagnosed is what steward diagnose -o json prints about a target, checked
// against the published schema.
func (w *world) diagnosed(ts *testscript.TestScript, target string) []byte {
	cmd := exec.Command(w.binary, "diagnose", target, "-o", "json")
	cmd.Env = append(os.Environ(), "KUBECONFIG="+w.cluster.Kubeconfig, "HOME="+w.dir)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if len(out) == 0 {
		ts.Fatalf("steward diagnose %s: %v: %s", target, err, stderr.String())
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(out))
	ts.Check(err)
	if err := publishedSchema(ts).Validate(value); err != nil {
		ts.Fatalf("the diagnosis is not of the published shape: %v\n%s", err, out)
	}
	return out
}

func publishedSchema(ts *testscript.TestScript) *jsonschema.Schema {
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(diagnose.Schema))
	ts.Check(err)
	compiler := jsonschema.NewCompiler()
	ts.Check(compiler.AddResource("diagnosis.json", parsed))
	schema, err := compiler.Compile("diagnosis.json")
	ts.Check(err)
	return schema
}

// named is the first cause of a diagnosis, or its status.
func named(d ops.Diagnosis) string {
	if len(d.Causes) > 0 {
		return d.Causes[0].ID
	}
	return string(d.Status)
}
