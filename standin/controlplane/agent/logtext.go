package agent

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/steward-bot/steward/standin/controlplane/fault"
)

// line is one line of a log.
type line struct {
	at   time.Time
	text string
}

// lines are all that a run of a container has printed.
func (a *agent) lines(pod *corev1.Pod, r run, container string) []line {
	if text, ok := a.fromFile(pod, r); ok {
		return timed(text, r)
	}
	name := fault.Log
	if r.previous {
		name = fault.PreviousLog
	}
	if text, ok := pod.Annotations[name]; ok {
		return timed(text, r)
	}
	if text, ok := pod.Annotations[fault.Log]; ok {
		return timed(text, r)
	}
	return timed(plausible(pod, r, container), r)
}

// fromFile reads the most particular file that a caller has written.
func (a *agent) fromFile(pod *corev1.Pod, r run) (string, bool) {
	suffix := ".log"
	if r.previous {
		suffix = ".previous.log"
	}
	for name := pod.Name; name != ""; {
		// Names come from the API server, which lets no separator through.
		data, err := os.ReadFile(filepath.Join(a.logsDir, pod.Namespace, name+suffix))
		if err == nil {
			return string(data), true
		}
		cut := strings.LastIndexByte(name, '-')
		if cut < 0 {
			break
		}
		name = name[:cut]
	}
	if r.previous {
		return a.fromFile(pod, run{})
	}
	return "", false
}

// timed gives every line a time: its own where it is in the runtimes' format,
// else a moment after the one before, from the run's beginning on.
func timed(text string, r run) []line {
	const step = 40 * time.Millisecond
	var lines []line
	at := r.began
	for _, raw := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		l := line{at: at, text: raw}
		if fields := strings.SplitN(raw, " ", 4); len(fields) == 4 && (fields[1] == "stdout" || fields[1] == "stderr") {
			if own, err := time.Parse(time.RFC3339Nano, fields[0]); err == nil {
				l = line{at: own, text: fields[3]}
			}
		}
		lines = append(lines, l)
		at = l.at.Add(step)
	}
	return lines
}

// plausible is what such a container might print.
func plausible(pod *corev1.Pod, r run, container string) string {
	image := ""
	for _, list := range [][]corev1.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for _, c := range list {
			if c.Name == container {
				image = path.Base(c.Image)
			}
		}
	}
	name, version, _ := strings.Cut(image, ":")
	text := fmt.Sprintf("level=info msg=\"starting\" service=%s version=%s\n", name, version)
	if failing := endOf(pod, r, container); failing != "" {
		return text + failing
	}
	text += "level=info msg=\"configuration loaded\"\nlevel=info msg=\"listening\" addr=:8080\n"
	until := r.ended
	if until.IsZero() {
		until = time.Now()
	}
	return text + requests(r.began, until)
}

// requests are one every ten seconds, the last hour's at most.
func requests(began, until time.Time) string {
	const every, most = 10 * time.Second, 360
	var text strings.Builder
	count := int(until.Sub(began) / every)
	for i := max(0, count-most); i < count; i++ {
		fmt.Fprintf(&text, "%s stdout F level=info msg=\"request\" method=GET path=/healthz status=200 duration_ms=%d\n",
			began.Add(time.Duration(i+1)*every).UTC().Format(time.RFC3339Nano), 1+i%4)
	}
	return text.String()
}

// endOf is the last that a failing container prints, empty if it does not fail.
func endOf(pod *corev1.Pod, r run, container string) string {
	for _, status := range append(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses...) {
		if status.Name != container || status.RestartCount == 0 && status.State.Terminated == nil {
			continue
		}
		ended := status.LastTerminationState.Terminated
		if ended == nil {
			ended = status.State.Terminated
		}
		switch {
		case ended == nil || ended.ExitCode == 0:
			return ""
		case pod.Annotations[fault.DecidedMessage] != "" && r.previous:
			return pod.Annotations[fault.DecidedMessage] + "\n"
		case ended.Reason == "OOMKilled":
			return "level=info msg=\"warming the cache\" entries=250000\nlevel=info msg=\"warming the cache\" entries=500000\n"
		case ended.ExitCode == 137 || ended.ExitCode == 143:
			return "level=error msg=\"request\" method=GET path=/healthz status=500\n"
		case len(pod.Status.InitContainerStatuses) > 0 && !pod.Status.InitContainerStatuses[0].Ready:
			return "level=error msg=\"cannot migrate\" error=\"relation \\\"orders\\\" does not exist\"\n"
		}
		return crashText
	}
	return ""
}

// crashText is an uncaught exception, which ends such a process with status 1.
const crashText = `/app/src/checkout.js:42
    const total = cart.items.reduce((sum, item) => sum + item.price, 0);
                             ^

TypeError: Cannot read properties of undefined (reading 'reduce')
    at total (/app/src/checkout.js:42:30)
    at Object.<anonymous> (/app/src/server.js:17:3)
    at Module._compile (node:internal/modules/cjs/loader:1554:14)

Node.js v22.14.0
`
