package build

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// Defaults of the options of CREATE TABLE (architecture, section 4).
const (
	defaultWidth           = 15 * 60 * 1000000 // µs
	defaultMaxRows         = 1000000           // of a sliced table; a keyed one has no cap
	defaultReplicas        = 1
	defaultKeyedPartitions = 8
	maxPartitions          = 4096
	maxReplicas            = 7
)

// knownOptions are listed when an option is not one of them.
const knownOptions = "time_column, time_unit, slice, max_rows, partitions, partition_by, order_by, replicas, retention"

// options are the options as written; what is nil or 0 was not given.
type options struct {
	timeColumn           *string
	timeUnit             string
	slice                *option
	maxRows              *int64
	partitions           int
	partitionBy, orderBy []string
	replicas             int
	partitionByPos       int
}

// option is the value of an option and where it stands.
type option struct {
	text string
	num  bool
	pos  int
}

// tableOptions reads WITH (…) and applies it to t, whose columns and key are
// known.
func (b *binder) tableOptions(t *schema.Table, list []ast.Option) error {
	var o options
	hypertable, timescale := false, false
	seen := map[string]bool{}
	for _, w := range list {
		name := strings.TrimPrefix(w.Name, "timescaledb.")
		if name == w.Name {
			name = strings.TrimPrefix(w.Name, "tsdb.")
		}
		timescale = timescale || name != w.Name
		if seen[name] {
			return sqlerr.New(sqlerr.InvalidParameterValue, "parameter \"%s\" specified more than once", w.Name).At(w.Pos)
		}
		seen[name] = true
		v, err := optionValue(w)
		if err != nil {
			return err
		}
		if name != w.Name {
			if name == "hypertable" {
				hypertable, err = v.boolean(w.Name)
			} else {
				err = o.timescale(name, v, w)
			}
		} else {
			err = o.set(name, v)
		}
		if err != nil {
			return err
		}
	}
	if timescale && !hypertable {
		return sqlerr.New(sqlerr.InvalidParameterValue, "timescaledb options require tsdb.hypertable")
	}
	return b.applyOptions(t, &o)
}

// optionValue takes the text of a literal, a bare word or a typed literal.
func optionValue(w ast.Option) (*option, error) {
	e := w.Value
	if c, ok := e.(*ast.Cast); ok {
		e = c.X
	}
	switch e := e.(type) {
	case nil:
		return nil, nil
	case *ast.Const:
		switch e.Kind {
		case ast.True:
			return &option{text: "true", pos: e.Pos}, nil
		case ast.False:
			return &option{text: "false", pos: e.Pos}, nil
		case ast.Integer, ast.Decimal:
			return &option{text: e.Raw, num: true, pos: e.Pos}, nil
		case ast.String:
			return &option{text: e.Raw, pos: e.Pos}, nil
		}
	case *ast.ColumnRef:
		return &option{text: dotted(e.Parts), pos: e.Pos}, nil
	}
	return nil, sqlerr.New(sqlerr.InvalidParameterValue, "invalid value for parameter \"%s\"", w.Name).At(w.Pos)
}

func (v *option) boolean(name string) (bool, error) {
	if v == nil {
		return true, nil
	}
	switch strings.ToLower(v.text) {
	case "true", "on", "1", "yes", "t", "y":
		return true, nil
	case "false", "off", "0", "no", "f", "n":
		return false, nil
	}
	return false, sqlerr.New(sqlerr.InvalidParameterValue, "invalid value for boolean option \"%s\": %s", name, v.text).At(v.pos)
}

func (v *option) integer(name string, low, high int64) (int64, error) {
	if v == nil {
		return 0, sqlerr.New(sqlerr.InvalidParameterValue, "parameter \"%s\" requires a value", name)
	}
	n, err := strconv.ParseInt(strings.TrimSpace(v.text), 10, 64)
	if err != nil {
		return 0, sqlerr.New(sqlerr.InvalidParameterValue, "invalid value for integer option \"%s\": %s", name, v.text).At(v.pos)
	}
	if n < low || n > high {
		return 0, sqlerr.New(sqlerr.InvalidParameterValue, "value %s out of bounds for option \"%s\"", v.text, name).
			WithDetail("Valid values are between \"%d\" and \"%d\".", low, high).At(v.pos)
	}
	return n, nil
}

// set takes one of our options.
func (o *options) set(name string, v *option) error {
	switch name {
	case "time_column", "time_unit", "slice", "max_rows", "partitions", "partition_by", "order_by", "replicas", "retention":
		if v == nil {
			return sqlerr.New(sqlerr.InvalidParameterValue, "parameter \"%s\" requires a value", name)
		}
	}
	var err error
	var n int64
	switch name {
	case "time_column":
		s := identifier(v.text)
		o.timeColumn = &s
	case "time_unit":
		o.timeUnit = strings.ToLower(v.text)
		if !slices.Contains([]string{"s", "ms", "us", "ns"}, o.timeUnit) {
			return sqlerr.New(sqlerr.InvalidParameterValue, "invalid value for option \"time_unit\": %s", v.text).
				WithDetail("Valid values are \"s\", \"ms\", \"us\" and \"ns\".").At(v.pos)
		}
	case "slice":
		o.slice = v
	case "max_rows":
		n, err = v.integer(name, 0, 1<<40)
		o.maxRows = &n
	case "partitions":
		n, err = v.integer(name, 1, maxPartitions)
		o.partitions = int(n)
	case "partition_by":
		o.partitionBy, o.partitionByPos = identifiers(v.text), v.pos
	case "order_by":
		o.orderBy = identifiers(v.text)
	case "replicas":
		n, err = v.integer(name, 1, maxReplicas)
		if o.replicas = int(n); err == nil && n > 1 {
			err = sqlerr.NotSupported("more than one replica of a table").At(v.pos)
		}
	case "retention":
		return sqlerr.NotSupported("option \"retention\"").At(v.pos) // nothing would enforce it
	default:
		return sqlerr.New(sqlerr.InvalidParameterValue, "unrecognized parameter \"%s\"", name).
			WithHint("Known parameters are %s.", knownOptions)
	}
	return err
}

// timescale takes an option in TimescaleDB's spelling.
func (o *options) timescale(name string, v *option, w ast.Option) error {
	switch name {
	case "partition_column":
		return o.set("time_column", v)
	case "chunk_interval":
		return o.set("slice", v)
	case "associated_schema", "associated_table_prefix", "segmentby", "orderby", "enable_columnstore", "columnstore",
		"compress", "compress_segmentby", "compress_orderby", "create_default_indexes", "sparse_index", "index":
		return sqlerr.NotSupported("option %s", w.Name).At(w.Pos)
	}
	return sqlerr.New(sqlerr.InvalidParameterValue, "unrecognized parameter \"%s\"", w.Name).
		WithHint("Known parameters are tsdb.hypertable, tsdb.partition_column, tsdb.chunk_interval, %s.", knownOptions)
}

// identifier folds a name as SQL does: quoted as it stands, else lower case.
func identifier(s string) string {
	s = strings.TrimSpace(s)
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return strings.ReplaceAll(s[1:len(s)-1], `""`, `"`)
	}
	return strings.ToLower(s)
}

func identifiers(s string) []string {
	var out []string
	for _, p := range strings.Split(s, ",") {
		if p = identifier(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// applyOptions fills in t: options given, then what follows from them.
func (b *binder) applyOptions(t *schema.Table, o *options) error {
	if err := timeColumn(t, o); err != nil {
		return err
	}
	var err error
	t.Replicas = max(o.replicas, 0)
	if t.Replicas == 0 {
		t.Replicas = defaultReplicas
	}
	if t.Time >= 0 {
		t.Width = defaultWidth
		t.MaxRows = defaultMaxRows
		if o.slice != nil {
			if t.Width, err = b.duration(t, "slice", o.slice); err != nil {
				return err
			}
		}
	} else {
		for _, x := range []struct {
			name string
			v    *option
		}{{"slice", o.slice}} {
			if x.v != nil {
				return sqlerr.New(sqlerr.InvalidParameterValue, "option \"%s\" requires a time column", x.name).At(x.v.pos)
			}
		}
	}
	if o.maxRows != nil {
		t.MaxRows = *o.maxRows
	}
	return partitioning(t, o)
}

// timeColumn chooses the column that slices t (architecture, section 4).
func timeColumn(t *schema.Table, o *options) error {
	isTime := func(i int, dates bool) bool {
		switch t.Columns[i].Type.ID {
		case types.Timestamp, types.Timestamptz:
			return true
		case types.Date:
			return dates
		}
		return false
	}
	t.Time = -1
	switch {
	case o.timeColumn != nil && *o.timeColumn == "":
	case o.timeColumn != nil:
		t.Time = t.Column(*o.timeColumn)
		if t.Time < 0 {
			return sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" named in time_column does not exist", *o.timeColumn)
		}
		if len(t.Key) > 0 && !slices.Contains(t.Key, t.Time) {
			return sqlerr.NotSupported("primary key without the time column \"%s\"", *o.timeColumn).
				WithHint("Add column \"%s\" to the primary key, or use time_column = '' for a table that is not sliced by time.", *o.timeColumn)
		}
	case len(t.Key) > 0:
		for _, k := range t.Key {
			if isTime(k, true) {
				t.Time = k
				break
			}
		}
	default:
		for i := range t.Columns {
			if isTime(i, false) && (t.Time < 0 || t.Columns[i].NotNull && !t.Columns[t.Time].NotNull) {
				t.Time = i
			}
		}
	}
	t.TimeUnit = 0
	if t.Time < 0 {
		if o.timeUnit != "" {
			return sqlerr.New(sqlerr.InvalidParameterValue, "option \"time_unit\" requires an integer time column")
		}
		return nil
	}
	c := t.Columns[t.Time]
	switch c.Type.ID {
	case types.Int2, types.Int4, types.Int8:
		if o.timeUnit == "" {
			return sqlerr.New(sqlerr.InvalidParameterValue, "integer time column \"%s\" requires option \"time_unit\"", c.Name).
				WithHint("Use time_unit = 's', 'ms', 'us' or 'ns'.")
		}
		t.TimeUnit = map[string]int64{"s": 1000000, "ms": 1000, "us": 1, "ns": -1000}[o.timeUnit]
	case types.Date, types.Timestamp, types.Timestamptz:
		if o.timeUnit != "" {
			return sqlerr.New(sqlerr.InvalidParameterValue, "option \"time_unit\" requires an integer time column").
				WithDetail("Column \"%s\" is of type %s.", c.Name, c.Type.Plain())
		}
	default:
		return sqlerr.New(sqlerr.DatatypeMismatch, "time column \"%s\" cannot be of type %s", c.Name, c.Type.Plain()).
			WithHint("Use a date, timestamp, timestamp with time zone or integer column.")
	}
	return nil
}

// duration reads an interval of fixed length in µs; for an integer time column
// a number counts its units.
func (b *binder) duration(t *schema.Table, name string, v *option) (int64, error) {
	bad := func(detail string) error {
		return sqlerr.New(sqlerr.InvalidParameterValue, "invalid value for option \"%s\": %s", name, v.text).WithDetail("%s", detail).At(v.pos)
	}
	if v.num {
		n, err := strconv.ParseInt(v.text, 10, 64)
		if err != nil || n <= 0 || n > 1<<53 {
			return 0, bad("A positive number of units of the time column is expected.")
		}
		switch {
		case t.TimeUnit > 0:
			n *= t.TimeUnit
		case t.TimeUnit < 0:
			n /= -t.TimeUnit
		}
		if n <= 0 {
			return 0, bad("The interval is shorter than a microsecond.")
		}
		return n, nil
	}
	d, err := value.Parse(types.Of(types.Interval), v.text, b.o.Values)
	if err != nil {
		return 0, at(err, v.pos)
	}
	return fixedLength(vector.IntervalOf(d.W), bad)
}

func fixedLength(iv vector.Interval, bad func(string) error) (int64, error) {
	const day = 24 * 3600 * 1000000
	if iv.Months != 0 {
		return 0, bad("Months and years have no fixed length; use days.")
	}
	us := int64(iv.Days)*day + iv.Micros
	if us <= 0 || iv.Days > 1<<20 {
		return 0, bad("A positive interval is expected.")
	}
	return us, nil
}

// partitioning sets the hash partitions and the order inside a shard.
func partitioning(t *schema.Table, o *options) error {
	cols := func(option string, names []string) ([]int, error) {
		var out []int
		for _, n := range names {
			i := t.Column(n)
			if i < 0 {
				return nil, sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" named in %s does not exist", n, option)
			}
			if slices.Contains(out, i) {
				return nil, sqlerr.New(sqlerr.DuplicateColumn, "column \"%s\" appears twice in %s", n, option)
			}
			out = append(out, i)
		}
		return out, nil
	}
	var err error
	if t.PartitionBy, err = cols("partition_by", o.partitionBy); err != nil {
		return err
	}
	for _, i := range t.PartitionBy {
		if len(t.Key) > 0 && !slices.Contains(t.Key, i) {
			return sqlerr.NotSupported("primary key without the partition column \"%s\"", t.Columns[i].Name)
		}
	}
	t.Partitions = o.partitions
	switch {
	case t.Partitions > 0:
	case t.Time < 0:
		t.Partitions = defaultKeyedPartitions
	default:
		t.Partitions = 1
	}
	if len(t.PartitionBy) == 0 {
		for _, k := range t.Key {
			if t.Time < 0 || k != t.Time && t.Partitions > 1 {
				t.PartitionBy = append(t.PartitionBy, k)
			}
		}
	}
	if t.Time >= 0 && t.Partitions > 1 && len(t.PartitionBy) == 0 {
		return sqlerr.New(sqlerr.InvalidParameterValue, "option \"partitions\" requires option \"partition_by\" for this table")
	}
	if len(o.orderBy) > 0 && len(t.Key) > 0 {
		return sqlerr.NotSupported("option \"order_by\" of a table with a primary key")
	}
	if t.OrderBy, err = cols("order_by", o.orderBy); err != nil {
		return err
	}
	if len(o.orderBy) == 0 && len(t.Key) == 0 && t.Time >= 0 {
		t.OrderBy = []int{t.Time}
	}
	return nil
}
