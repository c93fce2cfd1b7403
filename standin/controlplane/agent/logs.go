package agent

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// followPause is how often a followed log is looked at for new lines.
const followPause = 200 * time.Millisecond

// containerLogs answers as a kubelet's endpoint of this name does, refusals
// included: their words are what kubectl logs prints.
func (a *agent) containerLogs(w http.ResponseWriter, r *http.Request) {
	pod, err := a.pods.Pods(r.PathValue("namespace")).Get(r.PathValue("pod"))
	if err != nil {
		http.Error(w, fmt.Sprintf("pod %q does not exist", r.PathValue("pod")), http.StatusNotFound)
		return
	}
	want, err := logRequest(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	run, err := whichRun(pod, want)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	lines := want.since(a.lines(pod, run, want.container))
	sent := len(lines)
	out := &limited{ResponseWriter: w, left: want.limitBytes}
	out.write(lines[len(lines)-min(want.tail, len(lines)):], want.timestamps)
	for want.follow && out.left != 0 {
		select {
		case <-r.Context().Done():
			return
		case <-time.After(followPause):
		}
		if lines = want.since(a.lines(pod, run, want.container)); len(lines) > sent {
			out.write(lines[sent:], want.timestamps)
			sent = len(lines)
		}
	}
}

// wanted is what the caller asked for.
type wanted struct {
	container        string
	previous, follow bool
	timestamps       bool
	tail             int       // lines
	from             time.Time // zero for all
	limitBytes       int64     // -1 for all
}

func logRequest(r *http.Request) (wanted, error) {
	query := r.URL.Query()
	w := wanted{
		container: r.PathValue("container"), tail: math.MaxInt, limitBytes: -1,
		previous: query.Get("previous") == "true", follow: query.Get("follow") == "true", timestamps: query.Get("timestamps") == "true",
	}
	var err error
	if text := query.Get("tailLines"); text != "" {
		if w.tail, err = strconv.Atoi(text); err != nil || w.tail < 0 {
			return w, fmt.Errorf("tailLines is %q, not a number of lines", text)
		}
	}
	if text := query.Get("limitBytes"); text != "" {
		if w.limitBytes, err = strconv.ParseInt(text, 10, 64); err != nil {
			return w, fmt.Errorf("limitBytes is not a number: %w", err)
		}
	}
	if text := query.Get("sinceSeconds"); text != "" {
		seconds, err := strconv.Atoi(text)
		if err != nil {
			return w, fmt.Errorf("sinceSeconds is not a number: %w", err)
		}
		w.from = time.Now().Add(-time.Duration(seconds) * time.Second)
	}
	if text := query.Get("sinceTime"); text != "" {
		if w.from, err = time.Parse(time.RFC3339, text); err != nil {
			return w, fmt.Errorf("sinceTime is not a time: %w", err)
		}
	}
	return w, nil
}

// since drops the lines that are older than the caller wants.
func (w wanted) since(lines []line) []line {
	for len(lines) > 0 && lines[0].at.Before(w.from) {
		lines = lines[1:]
	}
	return lines
}

// run is one life of a container.
type run struct {
	previous bool
	began    time.Time
	ended    time.Time // zero while it runs
}

// whichRun finds the run whose log is meant, by the kubelet's rules
// (validateContainerLogStatus in pkg/kubelet/kubelet_pods.go).
func whichRun(pod *corev1.Pod, want wanted) (run, error) {
	var status *corev1.ContainerStatus
	for _, list := range [][]corev1.ContainerStatus{pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses} {
		for i := range list {
			if list[i].Name == want.container {
				status = &list[i]
			}
		}
	}
	if status == nil {
		return run{}, fmt.Errorf("container %q in pod %q is not available", want.container, pod.Name)
	}
	last, state := status.LastTerminationState.Terminated, status.State
	switch {
	case want.previous && last == nil:
		return run{}, fmt.Errorf("previous terminated container %q in pod %q not found", want.container, pod.Name)
	case want.previous:
		return run{previous: true, began: last.StartedAt.Time, ended: last.FinishedAt.Time}, nil
	case state.Running != nil:
		return run{began: state.Running.StartedAt.Time}, nil
	case state.Terminated != nil:
		return run{began: state.Terminated.StartedAt.Time, ended: state.Terminated.FinishedAt.Time}, nil
	case last != nil:
		return run{previous: true, began: last.StartedAt.Time, ended: last.FinishedAt.Time}, nil
	case state.Waiting != nil:
		return run{}, fmt.Errorf("container %q in pod %q is waiting to start: %s", want.container, pod.Name, waitingFor(state.Waiting.Reason))
	}
	return run{}, fmt.Errorf("container %q in pod %q is waiting to start - no logs yet", want.container, pod.Name)
}

func waitingFor(reason string) string {
	switch reason {
	case "ErrImagePull":
		return "image can't be pulled"
	case "ImagePullBackOff":
		return "trying and failing to pull image"
	}
	return reason
}

// limited writes at most left bytes; -1 is no limit.
type limited struct {
	http.ResponseWriter
	left int64
}

func (l *limited) write(lines []line, timestamps bool) {
	for _, line := range lines {
		text := line.text + "\n"
		if timestamps {
			text = line.at.UTC().Format(time.RFC3339Nano) + " " + text
		}
		if l.left >= 0 && int64(len(text)) > l.left {
			text = text[:l.left]
		}
		if l.left >= 0 {
			l.left -= int64(len(text))
		}
		if _, err := l.Write([]byte(text)); err != nil || l.left == 0 {
			l.left = 0
			return
		}
	}
	_ = http.NewResponseController(l.ResponseWriter).Flush()
}
