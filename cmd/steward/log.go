package main

import (
	"fmt"
	"io"
	"strings"

	"go.elastic.co/ecszap"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"k8s.io/klog/v2"
)

// newLogger logs in the Elastic Common Schema. The audit has a core of its own,
// which is never sampled; this one is not sampled either.
func newLogger(level string, out io.Writer) (*zap.Logger, error) {
	parsed, err := zapcore.ParseLevel(level)
	if err != nil {
		return nil, fmt.Errorf("log.level: %w", err)
	}
	core := ecszap.NewCore(ecszap.NewDefaultEncoderConfig(), zapcore.Lock(zapcore.AddSync(out)), parsed)
	return zap.New(core, zap.AddCaller()), nil
}

// adoptKlog sends what client-go logs by itself to our log. klog is one for the
// whole process, and writes to standard error otherwise.
func adoptKlog(log *zap.Logger) {
	klog.LogToStderr(false)
	klog.SetOutput(lineLog{log.Named("client-go")})
}

// lineLog logs each line that is written to it.
type lineLog struct{ log *zap.Logger }

func (l lineLog) Write(p []byte) (int, error) {
	l.log.Info(strings.TrimSpace(string(p)))
	return len(p), nil
}
