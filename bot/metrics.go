package bot

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics count what goes in and out. All names begin with steward_slack_.
type metrics struct {
	received   *prometheus.CounterVec // by kind: slash_commands, interactive, events_api
	duplicates prometheus.Counter
	refused    *prometheus.CounterVec // by reason: signature, timestamp, body, team, rate
	ack        prometheus.Histogram
	calls      *prometheus.CounterVec // by method and result: ok, retried, failed
	sockets    prometheus.Gauge
	panics     prometheus.Counter
}

func newMetrics(register prometheus.Registerer) *metrics {
	m := &metrics{
		received: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "steward_slack_received_total", Help: "Payloads received from Slack and acknowledged, duplicates left out.",
		}, []string{"kind"}),
		duplicates: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "steward_slack_duplicates_total", Help: "Payloads that Slack delivered again: acknowledged, and not done twice.",
		}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "steward_slack_refused_total", Help: "What was turned away: wrong signature, too old, of another team, or too much of one person.",
		}, []string{"reason"}),
		ack: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "steward_slack_ack_seconds", Help: "Time from receiving a payload to acknowledging it. Slack gives up after 3 s.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 3},
		}),
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "steward_slack_calls_total", Help: "Calls of Slack's Web API.",
		}, []string{"method", "result"}),
		sockets: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "steward_slack_connections", Help: "Socket Mode connections that are open now.",
		}),
		panics: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "steward_slack_panics_total", Help: "Handlers that panicked. The person got an answer; the log has the stack.",
		}),
	}
	register.MustRegister(m.received, m.duplicates, m.refused, m.ack, m.calls, m.sockets, m.panics)
	return m
}

func (m *metrics) acked(kind string, since time.Time) {
	m.received.WithLabelValues(kind).Inc()
	m.ack.Observe(time.Since(since).Seconds())
}
