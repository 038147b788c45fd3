package etcd

import (
	"context"
	"log/slog"
	"strings"

	"go.uber.org/zap/zapcore"
)

// slogCore is a zap core that hands what etcd logs at warn and above to slog.
// Fields become attributes; zap itself exits or panics after a fatal entry.
type slogCore struct {
	logger *slog.Logger
	fields []zapcore.Field // from With
}

var _ zapcore.Core = (*slogCore)(nil)

// Enabled implements zapcore.LevelEnabler.
func (c *slogCore) Enabled(l zapcore.Level) bool { return l >= zapcore.WarnLevel }

// With implements zapcore.Core.
func (c *slogCore) With(fields []zapcore.Field) zapcore.Core {
	return &slogCore{logger: c.logger, fields: append(c.fields[:len(c.fields):len(c.fields)], fields...)}
}

// Check implements zapcore.Core.
func (c *slogCore) Check(e zapcore.Entry, ce *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if !c.Enabled(e.Level) {
		return ce
	}
	return ce.AddCore(e, c)
}

// Write implements zapcore.Core.
func (c *slogCore) Write(e zapcore.Entry, fields []zapcore.Field) error {
	enc := zapcore.NewMapObjectEncoder()
	attrs := make([]slog.Attr, 0, 1+len(c.fields)+len(fields))
	attrs = append(attrs, slog.String("event", e.Message))
	for _, f := range append(c.fields[:len(c.fields):len(c.fields)], fields...) {
		f.AddTo(enc)
		if v, ok := enc.Fields[f.Key]; ok {
			attrs = append(attrs, slog.Any(f.Key, v))
		}
	}
	if expected(e.Message, enc.Fields["error"]) {
		return nil
	}
	level := slog.LevelWarn
	if e.Level >= zapcore.ErrorLevel {
		level = slog.LevelError
	}
	c.logger.LogAttrs(context.Background(), level, "metadata store", attrs...)
	return nil
}

// Sync implements zapcore.Core; slog has no buffer of ours.
func (c *slogCore) Sync() error { return nil }

// expected tells what every start of a store like ours prints and what says
// nothing: that it has no listeners and no users, and, at the very first start, that
// the storage version is looked for before the first write has recorded a term.
func expected(message string, err any) bool {
	switch message {
	case "Running http and grpc server on single port. This is not recommended for production.",
		"simple token is not cryptographically signed":
		return true
	case "Failed to detect schema version", "failed to update storage version":
		text, _ := err.(string)
		return strings.HasSuffix(text, "missing term information")
	}
	return false
}
