package main

import "testing"

func TestTheCommandFindsTheClusterAndItsExitCodeIsKept(t *testing.T) {
	if code := run([]string{"--", "sh", "-c", `grep -q server: "$STEWARD_TEST_KUBECONFIG" && exit 3`}); code != 3 {
		t.Errorf("the exit code is %d, not the command's own", code)
	}
}

func TestACommandIsRequired(t *testing.T) {
	if code := run([]string{"--"}); code != 2 {
		t.Errorf("the exit code is %d", code)
	}
}

func TestACommandThatCannotBeStartedIsAnError(t *testing.T) {
	if code := run([]string{"/nowhere/at/all"}); code != 1 {
		t.Errorf("the exit code is %d", code)
	}
}
