package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/steward-bot/steward/ops"
)

// What is copied from the terminal into a shell must be what it says.
func TestALineForKubectlHoldsNothingElseForAShell(t *testing.T) {
	on := ops.Ref{Namespace: "shop", Kind: "Deployment", Name: "checkout"}
	undo := ops.Remedy{Action: "rollback", Args: map[string]string{"to": "41"}}
	if got, want := kubectlLine(undo, on), "kubectl -n shop rollout undo deploy/checkout --to-revision=41"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, evil := range []string{"x; id", "$(id)", "`id`", "x\nid", "a b", "--all", "x|sh", ""} {
		if got := kubectlLine(undo, ops.Ref{Namespace: "shop", Kind: "Deployment", Name: evil}); got != "" {
			t.Errorf("the name %q gives %s", evil, got)
		}
		if got := kubectlLine(undo, ops.Ref{Namespace: evil, Kind: "Deployment", Name: "checkout"}); got != "" {
			t.Errorf("the namespace %q gives %s", evil, got)
		}
		if got := kubectlLine(ops.Remedy{Action: "rollback", Args: map[string]string{"to": "41" + evil}}, on); got != "" && evil != "" && evil != "--all" {
			t.Errorf("the revision %q gives %s", evil, got)
		}
	}
}

// Files of playbooks come from anybody who sends a pull request.
func TestAPlaybookCannotSpeakToTheTerminal(t *testing.T) {
	folder := t.TempDir()
	text := "playbook: x\ntitle: x\nabout: [\"\\e]0;owned\\a\"]\n\"\\e[31m\": 1\nflow: [{ask: \"\\e[31m\", yes: {cause: \"\\e[2J\"}}]\n"
	if err := os.WriteFile(filepath.Join(folder, "x.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, failed bytes.Buffer
	for _, args := range [][]string{{"playbook", "lint", folder}, {"scan", "--playbooks", folder, "--from-snapshot", "\x1b[31m"}} {
		run(context.Background(), args, nil, &out, &failed)
	}
	if out.Len() == 0 || failed.Len() == 0 {
		t.Fatalf("nothing was printed: %q %q", out.String(), failed.String())
	}
	if strings.Contains(out.String()+failed.String(), "\x1b") {
		t.Errorf("a terminal obeys %q %q", out.String(), failed.String())
	}
}
