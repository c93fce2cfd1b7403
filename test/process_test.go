package test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
)

// steward start|stop|kill: the bot's own process. start waits until it is ready.
func (w *world) steward(ts *testscript.TestScript, neg bool, args []string) {
	switch args[0] {
	case "start":
		ts.Check(w.start())
	case "stop":
		ts.Check(w.process.Process.Signal(syscall.SIGTERM))
		err := w.process.Wait()
		w.process = nil
		if err != nil {
			ts.Fatalf("steward ended with %v:\n%s", err, w.logs)
		}
	case "kill":
		w.kill()
	default:
		ts.Fatalf("usage: steward start|stop|kill")
	}
}

var serving = regexp.MustCompile(`"what":"health","address":"([^"]+)"`)

func (w *world) start() error {
	w.logs = &lockedBuffer{}
	w.process = exec.Command(w.binary, "serve", "--config", filepath.Join(w.dir, "steward.yaml"))
	w.process.Env = append(w.environment(), "HOME="+w.dir)
	w.process.Stdout, w.process.Stderr = w.logs, w.logs
	if err := w.process.Start(); err != nil {
		return err
	}
	if complaint := until(func() string {
		m := serving.FindStringSubmatch(w.logs.String())
		if m == nil {
			return "it does not say where it listens"
		}
		w.http = "http://" + m[1]
		status, body, err := call(http.MethodGet, w.http+"/readyz", nil)
		if err != nil || status != http.StatusOK {
			return "not ready: " + string(body)
		}
		return ""
	}); complaint != "" {
		return fmt.Errorf("steward did not start: %s\n%s", complaint, w.logs)
	}
	return nil
}

// ready waits until /readyz answers 200, or with ! until it answers 503 with
// the text.
func (w *world) ready(ts *testscript.TestScript, neg bool, args []string) {
	if complaint := until(func() string {
		status, body, err := call(http.MethodGet, w.http+"/readyz", nil)
		ts.Check(err)
		if neg && status == http.StatusServiceUnavailable && strings.Contains(string(body), strings.Join(args, " ")) || !neg && status == http.StatusOK {
			return ""
		}
		return string(body)
	}); complaint != "" {
		ts.Fatalf("readyz says %s", complaint)
	}
}

// settings OLD NEW edits steward.yaml; settings policy OLD NEW the policy.
func (w *world) settings(ts *testscript.TestScript, _ bool, args []string) {
	name := "steward.yaml"
	if args[0] == "policy" {
		name, args = "policy.csv", args[1:]
	}
	path := filepath.Join(w.dir, name)
	raw, err := os.ReadFile(path)
	ts.Check(err)
	if !strings.Contains(string(raw), args[0]) {
		ts.Fatalf("%s does not hold %q:\n%s", name, args[0], raw)
	}
	ts.Check(os.WriteFile(path, []byte(strings.ReplaceAll(string(raw), args[0], args[1])), 0o600))
}

// record is what the audit's JSON says of one step.
type record struct {
	Step    string `json:"step"`
	Request struct {
		ID string `json:"id"`
	} `json:"request"`
}

// journal STEP… waits until the newest request left exactly these steps.
func (w *world) journal(ts *testscript.TestScript, _ bool, args []string) {
	last := ""
	if until(func() string {
		out, err := w.run("audit", "list", "-o", "json")
		if err != nil {
			last = string(out)
			return last
		}
		steps := map[string][]string{}
		newest := ""
		for line := range bytes.Lines(out) {
			var r record
			if json.Unmarshal(line, &r) == nil && r.Step != "" {
				steps[r.Request.ID] = append(steps[r.Request.ID], r.Step)
				newest = r.Request.ID
			}
		}
		last = strings.Join(steps[newest], " ")
		if last == strings.Join(args, " ") {
			return ""
		}
		return "not yet"
	}) != "" {
		ts.Fatalf("the newest request left the steps %q, not %q\n%s", last, args, w.logs)
	}
}

// cli runs steward's command line and looks for a text in what it prints:
// cli EXITCODE TEXT ARGS.
func (w *world) cli(ts *testscript.TestScript, _ bool, args []string) {
	out, err := w.run(args[2:]...)
	code := "0"
	if exit, ok := err.(*exec.ExitError); ok { //nolint:errorlint // exec gives it bare
		code = strings.TrimPrefix(exit.String(), "exit status ")
	}
	if code != args[0] || !strings.Contains(string(out), args[1]) {
		ts.Fatalf("steward %s ended with %s and printed, without %q:\n%s", strings.Join(args[2:], " "), code, args[1], out)
	}
}

func (w *world) run(args ...string) ([]byte, error) {
	if !slices.Contains(args, "--config") {
		args = append(args, "--config", filepath.Join(w.dir, "steward.yaml"))
	}
	cmd := exec.Command(w.binary, args...)
	cmd.Env = append(w.environment(), "HOME="+w.dir)
	cmd.Dir = w.dir
	return cmd.CombinedOutput()
}

// logLine FILE TEXT… waits until the log (steward, or a file such as
// audit.jsonl) has one line that holds every text.
func (w *world) logLine(ts *testscript.TestScript, neg bool, args []string) {
	found := func() string {
		text := w.logs.String()
		if args[0] != "steward" {
			raw, _ := os.ReadFile(filepath.Join(w.dir, args[0]))
			text = string(raw)
		}
		for line := range strings.Lines(text) {
			all := true
			for _, want := range args[1:] {
				all = all && strings.Contains(line, want)
			}
			if all {
				return ""
			}
		}
		return text
	}
	if neg {
		if found() == "" {
			ts.Fatalf("the log holds %q", args[1:])
		}
		return
	}
	if text := until(found); text != "" {
		ts.Fatalf("no line of %s holds %q:\n%s", args[0], args[1:], text)
	}
}
