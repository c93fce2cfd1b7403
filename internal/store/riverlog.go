package store

import (
	"context"
	"log/slog"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// quiet gives River, which logs by slog, a voice in our log: its warnings and
// errors as they are, everything else as debug.
func quiet(log *zap.Logger) *slog.Logger {
	return slog.New(&riverLog{core: log.Named("river").Core()})
}

type riverLog struct {
	core zapcore.Core
}

func level(l slog.Level) zapcore.Level {
	switch {
	case l >= slog.LevelError:
		return zapcore.ErrorLevel
	case l >= slog.LevelWarn:
		return zapcore.WarnLevel
	}
	return zapcore.DebugLevel
}

// Enabled tells whether the level is logged at all.
func (h *riverLog) Enabled(_ context.Context, l slog.Level) bool { return h.core.Enabled(level(l)) }

// Handle writes one record.
func (h *riverLog) Handle(_ context.Context, r slog.Record) error {
	entry := zapcore.Entry{Level: level(r.Level), Time: r.Time, LoggerName: "river", Message: r.Message}
	var fields []zapcore.Field
	r.Attrs(func(a slog.Attr) bool {
		fields = append(fields, field(a))
		return true
	})
	if checked := h.core.Check(entry, nil); checked != nil {
		checked.Write(fields...)
	}
	return nil
}

// WithAttrs adds attributes to every record.
func (h *riverLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	fields := make([]zapcore.Field, len(attrs))
	for i, a := range attrs {
		fields[i] = field(a)
	}
	return &riverLog{core: h.core.With(fields)}
}

// WithGroup is not used by River; names stay flat.
func (h *riverLog) WithGroup(string) slog.Handler { return h }

func field(a slog.Attr) zapcore.Field { return zap.Any("river."+a.Key, a.Value.Resolve().Any()) }
