package schema

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/meta/types"
)

// TestValidate breaks a valid table in one way after another.
func TestValidate(t *testing.T) {
	for name, c := range map[string]struct {
		break_ func(*Table)
		want   string // part of the message
	}{
		"no name":           {func(t *Table) { t.Name = "" }, `name ""`},
		"no namespace":      {func(t *Table) { t.Namespace = "" }, `namespace ""`},
		"column twice":      {func(t *Table) { t.Columns[1].Name = "ts" }, `"ts" is empty or repeated`},
		"column id twice":   {func(t *Table) { t.Columns[1].ID = 1 }, "id 1 is 0 or repeated"},
		"column without id": {func(t *Table) { t.Columns[1].ID = 0 }, "id 0 is 0 or repeated"},
		"unknown type":      {func(t *Table) { t.Columns[1].Type = types.Of(types.Unknown) }, "cannot be stored"},
		"void":              {func(t *Table) { t.Columns[1].Type = types.Of(types.Void) }, "cannot be stored"},
		"zero type":         {func(t *Table) { t.Columns[1].Type = types.Type{} }, "cannot be stored"},
		"key beyond":        {func(t *Table) { t.Key[1] = 3 }, "key: ordinal 3"},
		"key twice":         {func(t *Table) { t.Key[1] = 1 }, "key: ordinal 1"},
		"partition_by":      {func(t *Table) { t.PartitionBy[0] = -1 }, "partition_by: ordinal -1"},
		"order_by":          {func(t *Table) { t.OrderBy[1] = 2 }, "order_by: ordinal 2"},
		"time beyond":       {func(t *Table) { t.Time = 3 }, "ordinal 3 of 3"},
		"time of text":      {func(t *Table) { t.Time = 1 }, `"host" of type character varying(32)`},
		"unit of timestamp": {func(t *Table) { t.TimeUnit = 1 }, "with a time unit"},
		"integer, no unit":  {func(t *Table) { t.Columns[0].Type = types.Of(types.Int4) }, "time unit 0"},
		"no partitions":     {func(t *Table) { t.Partitions = 0 }, "0 partitions"},
		"many partitions":   {func(t *Table) { t.Partitions = MaxPartitions + 1 }, "4097 partitions"},
		"negative rows":     {func(t *Table) { t.MaxRows = -1 }, "max_rows -1"},
		"no width":          {func(t *Table) { t.Width = 0 }, "slice of 0"},
		"wide":              {func(t *Table) { t.Width = MaxWidth + 1 }, "slice of"},
		"origin":            {func(t *Table) { t.Origin = math.MaxInt64 }, "infinite"},
		"index, no name":    {func(t *Table) { t.Indexes = []Index{{Keys: []IndexKey{{}}}} }, "the name is empty"},
		"index twice": {func(t *Table) {
			t.Indexes = []Index{{Name: "i", Keys: []IndexKey{{}}}, {Name: "j", Keys: []IndexKey{{}}}}
		}, "id 0 is repeated"},
		"index, no keys":   {func(t *Table) { t.Indexes = []Index{{Name: "i"}} }, "0 keys"},
		"index, no column": {func(t *Table) { t.Indexes = []Index{{Name: "i", Keys: []IndexKey{{Column: 3}}}} }, "key of column 3"},
		"index, no expr":   {func(t *Table) { t.Indexes = []Index{{Name: "i", Keys: []IndexKey{{Column: -1}}}} }, "key of column -1"},
		"constraint":       {func(t *Table) { t.Indexes = []Index{{Name: "i", Constraint: true, Keys: []IndexKey{{}}}} }, "not unique"},
	} {
		t.Run(name, func(t *testing.T) {
			tbl := examples()["full"]
			require.NoError(t, tbl.Validate())
			c.break_(tbl)
			err := tbl.Validate()
			require.ErrorIs(t, err, ErrInvalid)
			require.ErrorContains(t, err, c.want)
		})
	}
}
