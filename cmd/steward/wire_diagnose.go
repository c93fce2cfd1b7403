package main

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/steward-bot/steward/diagnose"
	"github.com/steward-bot/steward/internal/redact"
	"github.com/steward-bot/steward/internal/settings"
)

// diagnoseOptions are how a process that serves takes its snapshots.
func diagnoseOptions(s settings.Settings, key []byte, log *zap.Logger) diagnose.Options {
	options := diagnose.Options{Log: log.Named("diagnose"), HashKey: key, Caches: true, SecretNamespaces: secretNamespaces(s)}
	if s.Diagnose.RedactEmails {
		options.Hide = redact.Emails
	}
	return options
}

// usePlaybooks puts the administrators' playbooks in force. Those that are
// wrong at the start keep steward from starting; those that become wrong later
// are told by a log line and a metric, and the ones before stay in force.
func (p *product) usePlaybooks(s settings.Settings) error {
	if err := p.diagnose.UsePlaybooks(s.Diagnose.Playbooks); err != nil {
		return fmt.Errorf("diagnose.playbooks: %w", err)
	}
	p.metrics.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "steward_playbooks_refused",
		Help: "1 while the playbooks in their folder are not right, so that those before them stay in force.",
	}, func() float64 {
		if p.diagnose.PlaybooksErr() != nil {
			return 1
		}
		return 0
	}))
	return nil
}
