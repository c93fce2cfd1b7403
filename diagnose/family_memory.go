package diagnose

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/steward-bot/steward/ops"
)

// memoryFamily knows why a container was killed for its memory, a pod thrown
// out, or a program held back.
func memoryFamily() family {
	return family{
		Name:   "memory",
		Causes: memoryCauses(),
		Checks: []check{
			{"killed-for-memory", "Was the container killed for its memory?", killedForMemory},
			{"child-oom", "Was it a child process that was killed?", childOOM},
			{"node-oom", "Did the node itself run out of memory?", nodeOOM},
			{"memory-limit-lowered", "Was the memory limit lowered by the last change?", memoryLimitLowered},
			{"heap-above-limit", "May the program's heap grow beyond the container's limit?", heapAboveLimit},
			{"heap-full", "Did the program run out of its own heap?", heapFull},
			{"memory-leak", "Does it run out of memory at a regular pace?", memoryLeak},
			{"start-out-of-memory", "Is the limit too low to start any program?", startOutOfMemory},
			{"memory-limit-reached", "Did it reach its own limit?", memoryLimitReached},
			{"evicted-for-node", "Did the node throw the pod out to save itself?", evictedForNode},
			{"evicted-for-storage", "Did the pod write more than it may?", evictedForStorage},
			{"cpu-throttled", "Is it held back by its CPU limit?", cpuThrottled},
		},
		Wants: memoryWants,
	}
}

// memoryWants asks for what the nodes say of containers that were killed for
// their memory: events of nodes are in a namespace of their own.
func memoryWants(h *horizon) []Query {
	var queries []Query
	for _, w := range h.Workloads {
		for _, f := range h.failuresOf(w) {
			if len(f.Runs) == 0 {
				continue
			}
			if over := f.first().ended(); over != nil && over.Reason == "OOMKilled" {
				queries = append(queries, Query{
					Kind: "Event", Namespace: metav1.NamespaceDefault, Limit: eventsLimit,
					Fields: warningEvents + ",involvedObject.kind=Node,involvedObject.name=" + f.first().Pod.Spec.NodeName,
				})
			}
		}
	}
	return queries
}

func killedForMemory(s *scope) answer {
	over := s.run().ended()
	run := s.run()
	if over != nil && saysStartOOM.MatchString(over.Message) {
		return yes(byContext, over.Message).with("limit", limitOf(run.Spec)).
			seen(run.ref(), run.endedPath()+".message", over.Message, over.FinishedAt.Time)
	}
	if over == nil || over.Reason != "OOMKilled" {
		return no("no")
	}
	return yes(byContext, fmt.Sprintf("OOMKilled with exit code %d", over.ExitCode)).
		with("limit", limitOf(run.Spec), "restarts", strconv.Itoa(int(run.Status.RestartCount))).
		seen(run.ref(), run.endedPath()+".reason", over.Reason, over.FinishedAt.Time)
}

// limitOf is the memory limit of a container, "" if it has none.
func limitOf(c *corev1.Container) string {
	if limit, ok := c.Resources.Limits[corev1.ResourceMemory]; ok && !limit.IsZero() {
		return limit.String()
	}
	return ""
}

func childOOM(s *scope) answer {
	over := s.run().ended()
	if over == nil || over.ExitCode != 0 {
		return no("it was the main process")
	}
	a := yes(byField, "OOMKilled, and yet exit code 0")
	if limitOf(s.run().Spec) != "" {
		a = a.with("limit_doubled", doubled(s.run().Spec.Resources.Limits.Memory()))
	}
	return a.seen(s.run().ref(), s.run().endedPath()+".exitCode", "0", over.FinishedAt.Time)
}

// oomNear is how far apart the end of a container and its node's event may be.
const oomNear = 5 * time.Minute

// nodeOOM tells the node's want of memory from the container's: the kubelet
// says SystemOOM only for processes killed by the whole system's want, and a
// container without a limit can be killed for no other.
func nodeOOM(s *scope) answer {
	run := s.run()
	node := Ref{Kind: "Node", Name: run.Pod.Spec.NodeName}
	over := run.ended()
	for _, event := range s.events[node] {
		system := event.Reason == "SystemOOM" || event.Reason == "OOMKilling" && !strings.Contains(event.Message, "emory cgroup")
		if system && over != nil && event.Last.Sub(over.FinishedAt.Time).Abs() <= oomNear {
			return yes(byField, event.Message).with("greedy", s.unlimitedOn(node.Name)).
				seen(node, "events["+event.Reason+"].message", event.Message, event.Last)
		}
	}
	if limitOf(run.Spec) == "" && run.Pod.Spec.Resources == nil {
		return yes(byField, "it has no limit of its own: the node had none left").with("greedy", s.unlimitedOn(node.Name)).
			seen(run.ref(), "spec.containers["+run.Spec.Name+"].resources.limits.memory", "none", s.At)
	}
	return no("its node tells of no want of memory then")
}

// unlimitedOn names the pods on a node that may use all of its memory.
func (s *scope) unlimitedOn(node string) string {
	var names []string
	for _, pod := range s.podsOn[node] {
		for i := range pod.Spec.Containers {
			if limitOf(&pod.Spec.Containers[i]) == "" {
				names = append(names, pod.Name)
				break
			}
		}
	}
	if len(names) > keysShown {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:keysShown], ", "), len(names)-keysShown)
	}
	return strings.Join(names, ", ")
}

func memoryLimitLowered(s *scope) answer {
	w := s.Workload()
	if w == nil || !s.newRevisionFails() {
		return no("the newest revision is not what fails alone")
	}
	was := containerOf(&w.previous().Template.Spec, s.Failure.Container)
	if was == nil || limitOf(was) == "" || limitOf(s.run().Spec) == "" {
		return no("one of the two has no limit")
	}
	before, after := was.Resources.Limits.Memory(), s.run().Spec.Resources.Limits.Memory()
	if after.Cmp(*before) >= 0 {
		return no(fmt.Sprintf("it was %s, and is %s", before, after))
	}
	return yes(byField, fmt.Sprintf("from %s to %s", before, after)).and(byChange).by(s.rolloutOf(w, w.current())).
		with("limit", after.String(), "limit_before", before.String()).
		seen(w.previous().Ref, "spec.template.spec.containers["+s.Failure.Container+"].resources.limits.memory", before.String(), w.previous().Created).
		seen(s.run().ref(), "spec.containers["+s.Failure.Container+"].resources.limits.memory", after.String(), s.At)
}

// heapFlags are the ways in which a program is told how large its heap may be.
var heapFlags = regexp.MustCompile(`-Xmx(\d+)([kKmMgG]?)\b|--max[-_]old[-_]space[-_]size[= ](\d+)\b`)

// heapSize finds the largest heap that a container's program is told to use, 0
// if none is named.
func heapSize(c *corev1.Container) (bytes int64, flag string) {
	texts := []string{strings.Join(append(append([]string{}, c.Command...), c.Args...), " ")}
	for _, env := range c.Env {
		texts = append(texts, env.Value)
	}
	for _, text := range texts {
		match := heapFlags.FindStringSubmatch(text)
		if match == nil {
			continue
		}
		number, err := strconv.ParseInt(match[1]+match[3], 10, 40)
		if err != nil {
			continue
		}
		unit := map[string]int64{"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}[strings.ToLower(match[2])]
		if match[3] != "" {
			unit = 1 << 20 // V8 counts in megabytes
		}
		return number * unit, match[0]
	}
	return 0, ""
}

func heapAboveLimit(s *scope) answer {
	run := s.run()
	heap, flag := heapSize(run.Spec)
	limit := run.Spec.Resources.Limits.Memory()
	if heap == 0 || limit.IsZero() || heap < limit.Value() {
		return no("no flag lets the heap grow beyond the limit")
	}
	return yes(byField, fmt.Sprintf("%s, with a limit of %s", flag, limit)).with("limit", limit.String(), "flag", flag, "why", fmt.Sprintf("%s lets its heap grow to the limit of %s and beyond, and a program needs more than its heap", flag, limit)).
		seen(run.ref(), "spec.containers["+run.Spec.Name+"]", flag, s.At).
		seen(run.ref(), "spec.containers["+run.Spec.Name+"].resources.limits.memory", limit.String(), s.At)
}

func heapFull(s *scope) answer {
	found, a := s.logHit(saysHeapFull)
	if a.Verdict != ops.Yes {
		return a
	}
	return a.and(byField).with("why", "its own heap is full ("+found.groups["what"]+"), though the container has not reached its limit", "limit", limitOf(s.run().Spec))
}

// memoryLeak recognises the pace: several runs of about the same length, long
// enough to be no start-up, of one unchanged pod.
func memoryLeak(s *scope) answer {
	const runs, shortest = 3, 10 * time.Minute
	run := s.run()
	over := run.ended()
	if over == nil || run.Status.RestartCount < runs {
		return no("it has not happened often enough")
	}
	ran, began := run.lasted(), run.Pod.CreationTimestamp.Time
	if run.Pod.Status.StartTime != nil {
		began = run.Pod.Status.StartTime.Time // it may have waited long for its node
	}
	pace := over.FinishedAt.Sub(began) / time.Duration(run.Status.RestartCount)
	if ran < shortest || ran < pace/2 || ran > 2*pace {
		return no(fmt.Sprintf("the last run took %s, and on average they took %s", age(ran), age(pace)))
	}
	return yes(bySignature, fmt.Sprintf("%s, about every %s", times(int(run.Status.RestartCount)), age(pace))).
		with("pace", age(pace), "limit", limitOf(run.Spec)).
		seen(run.ref(), run.path()+".restartCount", strconv.Itoa(int(run.Status.RestartCount)), s.At).
		seen(run.ref(), run.endedPath()+".startedAt", over.StartedAt.UTC().Format("2006-01-02T15:04:05Z"), over.StartedAt.Time)
}

func memoryLimitReached(s *scope) answer {
	run := s.run()
	limit := limitOf(run.Spec)
	if limit == "" {
		return no("it has no limit")
	}
	enough := doubled(run.Spec.Resources.Limits.Memory())
	if over := run.ended(); over != nil && saysStartOOM.MatchString(over.Message) {
		enough = startLeast.String()
	}
	a := yes(byField, "its limit is "+limit).with("limit", limit, "limit_doubled", enough).
		seen(run.ref(), "spec.containers["+run.Spec.Name+"].resources.limits.memory", limit, s.At)
	if usage := s.usageOf(run); usage != nil && usage.MemoryBytes > 0 {
		a = a.seen(run.ref(), "metrics.memory", resource.NewQuantity(usage.MemoryBytes, resource.BinarySI).String(), s.At)
	}
	return a
}

// throttledMuch is the share of periods held back from which a program feels
// it: a quarter of its time slices come late.
const throttledMuch = 0.25

// probeTimesOut tells that a probe of the container times out.
func (v *view) probeTimesOut(run runOf) bool {
	for _, kind := range []string{"Liveness", "Readiness", "Startup"} {
		if event := v.probeEvent(run, kind); event != nil && probeTimeout.MatchString(event.Message) {
			return true
		}
	}
	return false
}

// cpuThrottled needs metrics, and a probe that times out.
func cpuThrottled(s *scope) answer {
	if len(s.Failure.Runs) == 0 {
		return no("no container is concerned")
	}
	run := s.run()
	limit := run.Spec.Resources.Limits.Cpu()
	if limit.IsZero() {
		return no("it has no CPU limit")
	}
	if !s.probeTimesOut(run) {
		return no("no probe times out")
	}
	usage := s.usageOf(run)
	if usage == nil || usage.Throttled == nil {
		return unknown(s.whyNoFigures("how much the container is held back", run.Pod))
	}
	share := fmt.Sprintf("%.0f%%", *usage.Throttled*100)
	if *usage.Throttled < throttledMuch {
		return no("held back in " + share + " of its periods")
	}
	return yes(byField, "held back in "+share+" of its periods").with("share", share, "limit", limit.String(), "limit_doubled", doubled(limit)).
		seen(run.ref(), "metrics.throttled", share, s.At).seen(run.ref(), "spec.containers["+run.Spec.Name+"].resources.limits.cpu", limit.String(), s.At)
}

func doubled(q *resource.Quantity) string {
	double := q.DeepCopy()
	double.Add(*q)
	return double.String()
}
