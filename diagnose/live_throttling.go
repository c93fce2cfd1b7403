package diagnose

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	names "github.com/prometheus/common/model"
	corev1 "k8s.io/api/core/v1"
)

// The counters of a kubelet's /metrics/cadvisor that tell how much a CPU limit
// holds a container back, since it was started, and its highest memory.
const (
	periodsTotal   = "container_cpu_cfs_periods_total"
	throttledTotal = "container_cpu_cfs_throttled_periods_total"
	memoryPeak     = "container_memory_max_usage_bytes"
)

// lineBytes bounds one line of metrics.
const lineBytes = 64 << 10

// throttling reads the counters of all containers of a node.
func (l *live) throttling(ctx context.Context, node *corev1.Node) ([]Usage, error) {
	body, err := l.kubelets.Get(ctx, node, "/metrics/cadvisor")
	if err != nil {
		return nil, err
	}
	defer body.Close()
	held, err := readThrottling(io.LimitReader(body, kubeletLimit))
	if err != nil {
		return nil, fmt.Errorf("reading the metrics of the kubelet of %s: %w", node.Name, err)
	}
	return held, nil
}

// readThrottling picks the few lines that matter out of very many, and has only
// those parsed.
func readThrottling(from io.Reader) ([]Usage, error) {
	var kept bytes.Buffer
	lines := bufio.NewScanner(from)
	lines.Buffer(make([]byte, 0, 4<<10), lineBytes)
	for lines.Scan() {
		name, _, _ := bytes.Cut(lines.Bytes(), []byte("{"))
		if slices.Contains([]string{periodsTotal, throttledTotal, memoryPeak}, string(name)) {
			kept.Write(lines.Bytes())
			kept.WriteByte('\n')
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	parser := expfmt.NewTextParser(names.UTF8Validation)
	families, err := parser.TextToMetricFamilies(&kept)
	if err != nil {
		return nil, err
	}
	periods, throttled, peak := perContainer(families[periodsTotal]), perContainer(families[throttledTotal]), perContainer(families[memoryPeak])
	var held []Usage
	for of, n := range periods {
		u := Usage{Namespace: of[0], Pod: of[1], Container: of[2], PeakBytes: int64(peak[of])}
		if n > 0 {
			share := throttled[of] / n
			u.Throttled = &share
		}
		held = append(held, u)
	}
	slices.SortFunc(held, func(a, b Usage) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Pod, b.Pod), cmp.Compare(a.Container, b.Container))
	})
	return held, nil
}

// perContainer gives the values of a family by namespace, pod and container.
// What is measured of whole pods has no container.
func perContainer(family *dto.MetricFamily) map[[3]string]float64 {
	values := map[[3]string]float64{}
	for _, metric := range family.GetMetric() {
		labels := map[string]string{}
		for _, pair := range metric.GetLabel() {
			labels[pair.GetName()] = pair.GetValue()
		}
		if labels["container"] != "" && labels["container"] != "POD" {
			values[[3]string{labels["namespace"], labels["pod"], labels["container"]}] = metric.GetUntyped().GetValue()
		}
	}
	return values
}
