package main

import (
	"fmt"
	"io"

	"go.elastic.co/ecszap"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
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
