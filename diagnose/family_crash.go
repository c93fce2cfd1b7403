package diagnose

import (
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/steward-bot/steward/ops"
)

// crashFamily knows why a container ends when it should run.
func crashFamily() family {
	return family{
		Name:   "crash",
		Causes: slices.Concat(crashCauses(), crashCausesByLog()),
		Checks: []check{
			{"container-ended", "How did the container end?", containerEnded},
			{"log-readable", "Is there a log of the run that ended?", logReadable},
			{"only-new-revision", "Does only the newest revision fail?", onlyNewRevision},
			{"command-not-found", "Does the command not exist in the image?", commandNotFound},
			{"image-not-executable", "Is the program built for another processor?", imageNotExecutable},
			{"lifecycle-hook-failed", "Did a lifecycle hook fail?", lifecycleHookFailed},
			{"exits-cleanly", "Does the program end by itself, without an error?", exitsCleanly},
			{"fatal-signal", "Did the program die of a fatal signal?", fatalSignal},
			{"sidecar-only", "Does only a sidecar fail, while the main container works?", sidecarOnly},
			{"in-init-container", "Is it an init container that fails?", inInitContainer},
			{"init-waiting", "Does an init container wait for something that is not there?", initWaiting},
			{"port-in-use", "Is the port in use already?", portInUse},
			{"permission-denied", "Does the operating system deny access?", permissionDenied},
			{"env-missing", "Does the program miss a variable or setting?", envMissing},
			{"credentials-refused", "Were its credentials refused?", credentialsRefused},
			{"schema-outdated", "Is the database's schema not the one that it expects?", schemaOutdated},
			{"host-unreachable", "Does its log name a host that does not answer?", hostUnreachable},
			{"exception-in-log", "Did the program end with an exception of its own?", exceptionInLog},
			{"ends-with-error", "Does the program end with an error that nothing explains?", endsWithError},
		},
	}
}

// logHit looks for a meaning in the logs of the failure.
func (s *scope) logHit(of meaning) (found hit, a answer) {
	text, run, missing, ok := s.failureLog()
	if !ok {
		return hit{}, unknown(missing)
	}
	found, ok = matchLog(text, of)
	if !ok {
		return hit{}, no("the log does not say so")
	}
	a = yes(bySignature, found.Line).with("line", found.Line).seen(run.ref(), "log["+run.Spec.Name+"]", found.Line, endedAt(run))
	for name, value := range found.groups {
		a = a.with(name, value)
	}
	return found, a
}

func endedAt(run runOf) time.Time {
	if over := run.ended(); over != nil {
		return over.FinishedAt.Time
	}
	return time.Time{}
}

// containerEnded tells how the last run ended. It is context for all that
// follows, and evidence for it.
func containerEnded(s *scope) answer {
	run := s.run()
	over := run.ended()
	if over == nil {
		reason, message := run.waiting()
		return yes(byContext, reason+": "+message).seen(run.ref(), run.path()+".state.waiting.reason", reason, s.At).
			seen(run.ref(), run.path()+".state.waiting.message", message, s.At)
	}
	ran := run.lasted()
	observed := fmt.Sprintf("%s with exit code %d after %s, restarted %s", over.Reason, over.ExitCode, age(ran), times(int(run.Status.RestartCount)))
	if neverStarted(over) && over.Message != "" {
		observed += ": " + ops.Shorten(over.Message, lineLimit)
	}
	a := yes(byContext, observed).with("exit_code", fmt.Sprint(over.ExitCode), "ran", age(ran), "restarts", fmt.Sprint(run.Status.RestartCount)).
		seen(run.ref(), run.endedPath()+".exitCode", fmt.Sprint(over.ExitCode), over.FinishedAt.Time)
	if over.Reason != "" {
		a = a.seen(run.ref(), run.endedPath()+".reason", over.Reason, over.FinishedAt.Time)
	}
	return a
}

func logReadable(s *scope) answer {
	text, run, missing, ok := s.failureLog()
	if !ok {
		return unknown(missing)
	}
	return yes(byContext, "its last line: "+lastLine(text)).with("last_line", lastLine(text)).
		seen(run.ref(), "log["+run.Spec.Name+"]", lastLine(text), endedAt(run))
}

// newRevisionFails tells that what fails is the newest revision alone, and that
// it has failed from its beginning.
func (s *scope) newRevisionFails() bool {
	w := s.Workload()
	if w == nil || s.Failure == nil || s.Failure.Revision == nil || s.Failure.Revision != w.current() || w.previous() == nil {
		return false
	}
	for _, other := range s.failuresOf(w) {
		if other.Class == s.Failure.Class && other.Container == s.Failure.Container && other.Revision != s.Failure.Revision {
			return false
		}
	}
	change := s.rolloutOf(w, s.Failure.Revision)
	return change != nil && (s.Failure.Revision.Ready == 0 || s.onset().Sub(change.At) < rolloutRecent) && !s.onset().Before(change.At.Add(-createdWithin))
}

// rolloutRecent is how long after a rollout a failure can begin and still be
// the rollout's.
const rolloutRecent = 30 * time.Minute

func onlyNewRevision(s *scope) answer {
	w := s.Workload()
	if !s.newRevisionFails() {
		return no("older revisions fail too, there is none to compare with, or it worked before")
	}
	current, previous := w.current(), w.previous()
	observed := fmt.Sprintf("revision %d fails from its beginning; revision %d has %s ready", current.Number, previous.Number, count(int(previous.Ready), "pod"))
	return yes(byChange, observed).by(s.rolloutOf(w, current)).
		seen(current.Ref, "spec.template", describeDiff(previous, current), current.Created)
}

func commandNotFound(s *scope) answer {
	run := s.run()
	_, message := run.waiting()
	over := run.ended()
	if over != nil {
		message += "\n" + over.Message
	}
	started := over != nil && !slices.Contains([]int32{126, 127, 128}, over.ExitCode)
	if found, ok := matchLog(message, saysNoCommand); ok && !started {
		return yes(byField, found.Line).with("command", found.groups["what"], "wrong", wrongCommand(strings.Contains(found.Line, "permission denied"))).
			seen(run.ref(), run.endedPath()+".message", found.Line, endedAt(run))
	}
	if over == nil || started {
		return no("the program was started")
	}
	if neverStarted(over) {
		if over.Message != "" {
			return no("the runtime gives another reason: " + ops.Shorten(over.Message, lineLimit))
		}
		return yes(byField, over.Reason).with("command", commandOf(run.Spec), "wrong", "cannot be started in").seen(run.ref(), run.endedPath()+".reason", over.Reason, over.FinishedAt.Time)
	}
	if over.ExitCode == 128 {
		return no("the exit code alone does not say so")
	}
	// A shell gives 126 for what it may not execute, and 127 for what it does
	// not find (POSIX, Shell Command Language, 2.8.2).
	a := yes(byField, fmt.Sprintf("the shell gave exit code %d", over.ExitCode)).with("command", commandOf(run.Spec), "wrong", wrongCommand(over.ExitCode == 126))
	if found, hit := s.logHit(saysNoCommand); hit.Verdict == ops.Yes {
		a.Evidence = append(a.Evidence, hit.Evidence...)
		return a.with("command", found.groups["what"])
	}
	return a
}

// neverStarted tells that the runtime could not start the program: for its
// command, a mount, or whatever the message says.
func neverStarted(over *corev1.ContainerStateTerminated) bool {
	return over.Reason == "StartError" || over.Reason == "ContainerCannotRun"
}

// wrongCommand says in a sentence what is wrong with a command.
func wrongCommand(there bool) string {
	if there {
		return "may not be executed in"
	}
	return "is not in"
}

func commandOf(c *corev1.Container) string {
	if words := append(slices.Clone(c.Command), c.Args...); len(words) > 0 {
		return strings.Join(words, " ")
	}
	return "the image's own entrypoint"
}

func imageNotExecutable(s *scope) answer {
	run := s.run()
	_, message := run.waiting()
	if over := run.ended(); over != nil {
		message += "\n" + over.Message
	}
	if found, ok := matchLog(message, saysNotRunnable); ok {
		return s.withArchitecture(yes(byField, found.Line).seen(run.ref(), run.endedPath()+".message", found.Line, endedAt(run)))
	}
	_, a := s.logHit(saysNotRunnable)
	if a.Verdict == ops.Unknown {
		return no("no message says so")
	}
	return s.withArchitecture(a.and(byField))
}

func exitsCleanly(s *scope) answer {
	over := s.run().ended()
	always := s.pod().Spec.RestartPolicy
	if over == nil || over.ExitCode != 0 || over.Reason == "OOMKilled" || s.run().Init || always != corev1.RestartPolicyAlways && always != "" {
		return no("it ended with an error, or may end")
	}
	return yes(byField, "exit code 0, and restartPolicy Always starts it anew").
		seen(s.run().ref(), s.run().endedPath()+".reason", over.Reason, over.FinishedAt.Time).
		seen(s.run().ref(), "spec.restartPolicy", "Always", s.At)
}
