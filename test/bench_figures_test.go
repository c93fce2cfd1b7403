package test

import (
	"fmt"
	"os"
	"slices"
	"time"
)

// measured are the figures of one step, by name, in the order of the report.
type measured struct {
	names  []string
	values map[string]float64
}

func (m *measured) set(name string, value float64) {
	m.names = append(m.names, name)
	m.values[name] = value
}

func (m *measured) times(name string, took []time.Duration) {
	slices.Sort(took)
	m.set(name+" p50 ms", milliseconds(median(took)))
	m.set(name+" p99 ms", milliseconds(took[len(took)*99/100]))
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// printSteps writes every figure at each size, and by how much it grew from one
// to the next, where the pods double.
func printSteps(steps []*measured) {
	fmt.Fprintf(os.Stdout, "\n%-40s", "pods")
	for _, pods := range crowdSteps {
		fmt.Fprintf(os.Stdout, "%10d        ", pods)
	}
	fmt.Fprintln(os.Stdout)
	for _, name := range steps[0].names {
		fmt.Fprintf(os.Stdout, "%-40s%10.4g        ", name, steps[0].values[name])
		for i, m := range steps[1:] {
			fmt.Fprintf(os.Stdout, "%10.4g (x%.2f)", m.values[name], m.values[name]/steps[i].values[name])
		}
		fmt.Fprintln(os.Stdout)
	}
	const memory = "serving: MiB RSS"
	first, last := steps[0], steps[len(steps)-1]
	pods := crowdSteps[len(crowdSteps)-1] - crowdSteps[0]
	fmt.Fprintf(os.Stdout, "%-40s%10.2f\n", memory+" for 1,000 more pods", (last.values[memory]-first.values[memory])*1000/float64(pods))
}
