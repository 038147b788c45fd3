package schema

import (
	"errors"
	"fmt"
	"math"

	"github.com/dejaq/fasti/meta/types"
)

// ErrInvalid is wrapped by every error of Validate.
var ErrInvalid = errors.New("schema: invalid table")

// MaxPartitions bounds Table.Partitions; NullPartition lies above it.
const MaxPartitions = 4096

// MaxWidth bounds Table.Width in µs, so that the arithmetic of slices cannot
// overflow: about 73,000 years.
const MaxWidth = math.MaxInt64 / 4

// Validate checks what every reader of a descriptor relies on: ordinals are in
// range and not repeated, names and column ids are unique, the time column has a
// type that can be one, and counts are in their ranges.
func (t *Table) Validate() error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%w %q: %s", ErrInvalid, t.Name, fmt.Sprintf(format, args...))
	}
	if t.Name == "" || t.Namespace == "" {
		return bad("name %q in namespace %q", t.Name, t.Namespace)
	}
	ids, names := make(map[ColumnID]bool), make(map[string]bool)
	for i := range t.Columns {
		c := &t.Columns[i]
		switch {
		case c.Name == "" || names[c.Name]:
			return bad("column name %q is empty or repeated", c.Name)
		case c.ID == 0 || ids[c.ID]:
			return bad("column %q: id %d is 0 or repeated", c.Name, c.ID)
		case !storable(c.Type.ID):
			return bad("column %q: type %d cannot be stored", c.Name, c.Type.ID)
		}
		ids[c.ID], names[c.Name] = true, true
	}
	for _, list := range []struct {
		what     string
		ordinals []int
	}{{"key", t.Key}, {"partition_by", t.PartitionBy}, {"order_by", t.OrderBy}} {
		seen := make(map[int]bool)
		for _, o := range list.ordinals {
			if o < 0 || o >= len(t.Columns) || seen[o] {
				return bad("%s: ordinal %d is out of range or repeated", list.what, o)
			}
			seen[o] = true
		}
	}
	switch {
	case t.Time < -1 || t.Time >= len(t.Columns):
		return bad("time column: ordinal %d of %d columns", t.Time, len(t.Columns))
	case t.Partitions < 1 || t.Partitions > MaxPartitions:
		return bad("%d partitions, want 1 to %d", t.Partitions, MaxPartitions)
	case t.MaxRows < 0 || t.Replicas < 0 || t.Retention < 0:
		return bad("max_rows %d, replicas %d, retention %d: none may be negative", t.MaxRows, t.Replicas, t.Retention)
	case t.Sliced() && (t.Width < 1 || t.Width > MaxWidth):
		return bad("slice of %d µs, want 1 to %d", t.Width, int64(MaxWidth))
	case t.Sliced() && (t.Origin == math.MinInt64 || t.Origin == math.MaxInt64):
		return bad("origin %d is infinite", t.Origin)
	}
	if err := t.validateIndexes(); err != nil {
		return bad("%v", err)
	}
	if !t.Sliced() {
		return nil
	}
	switch c := &t.Columns[t.Time]; c.Type.ID {
	case types.Date, types.Timestamp, types.Timestamptz:
		if t.TimeUnit != 0 {
			return bad("time column %q of type %s with a time unit", c.Name, c.Type)
		}
	case types.Int2, types.Int4, types.Int8:
		switch t.TimeUnit {
		case 1, 1e3, 1e6, -1000:
		default:
			return bad("time column %q: time unit %d", c.Name, t.TimeUnit)
		}
	default:
		return bad("time column %q of type %s", c.Name, c.Type)
	}
	return nil
}

// storable reports whether a column may have the type.
func storable(id types.ID) bool {
	return id.Valid() && !id.IsPseudo()
}
