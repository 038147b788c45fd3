package build

import (
	"strings"

	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// hypertableForm is a statement that calls create_hypertable and nothing else.
type hypertableForm struct {
	call *ast.FuncCall
	name string // of the output column
	from bool   // SELECT * FROM create_hypertable(…): the result as columns
}

// hypertableCall recognises SELECT create_hypertable(…) and SELECT * FROM
// create_hypertable(…); nil for anything else.
func hypertableCall(s *ast.Select) *hypertableForm {
	is := func(e ast.Expr) *ast.FuncCall {
		f, ok := e.(*ast.FuncCall)
		if !ok || f.Name.Parts[len(f.Name.Parts)-1] != "create_hypertable" {
			return nil
		}
		return f
	}
	if s.With != nil || len(s.Targets) != 1 || s.Where != nil || len(s.GroupBy) > 0 || s.Having != nil {
		return nil
	}
	switch len(s.From) {
	case 0:
		if f := is(s.Targets[0].Expr); f != nil {
			name := s.Targets[0].Alias
			if name == "" {
				name = "create_hypertable"
			}
			return &hypertableForm{call: f, name: name}
		}
	case 1:
		r, ok := s.From[0].(*ast.FuncRef)
		if !ok || len(r.Funcs) != 1 {
			return nil
		}
		if star, ok := s.Targets[0].Expr.(*ast.Star); !ok || star.Of != nil {
			return nil
		}
		if f := is(r.Funcs[0]); f != nil {
			return &hypertableForm{call: f, from: true}
		}
	}
	return nil
}

// hypertable binds create_hypertable: both TimescaleDB's first signature
// (relation, time_column_name, partitioning_column, number_partitions, …) and
// the one with dimensions (relation, by_range(…)).
func (b *binder) hypertable(f *hypertableForm) (*Statement, error) {
	call := f.call
	var pos []ast.Expr
	named := map[string]ast.Expr{}
	for _, a := range call.Args {
		if a.Name == "" {
			pos = append(pos, a.Expr)
		} else {
			named[a.Name] = a.Expr
		}
	}
	params := []string{"relation", "time_column_name", "partitioning_column", "number_partitions"}
	ranged := false
	if len(pos) > 1 {
		_, ranged = pos[1].(*ast.FuncCall)
	}
	if _, ok := named["dimension"]; ok {
		ranged = true
	}
	if ranged {
		params = []string{"relation", "dimension"}
	}
	if len(pos) > len(params) {
		return nil, sqlerr.NotSupported("argument %d of create_hypertable by position", len(params)+1).At(pos[len(params)].Offset())
	}
	for i, e := range pos {
		named[params[i]] = e
	}
	rel, err := hypertableText("relation", named["relation"], call.Pos)
	if err != nil {
		return nil, err
	}
	t, err := b.writable(ast.Name{Pos: named["relation"].Offset(), Parts: identifierParts(rel)})
	if err != nil {
		return nil, err
	}
	o := options{replicas: t.Replicas}
	if t.MaxRows != 0 {
		o.maxRows = &t.MaxRows
	}
	plan := &physical.CreateHypertable{}
	for name, e := range named {
		if err := o.hypertable(name, e, plan); err != nil {
			return nil, err
		}
	}
	if o.timeColumn == nil {
		return nil, sqlerr.New(sqlerr.InvalidParameterValue, "time_column_name cannot be NULL").At(call.Pos)
	}
	c := *t
	c.Partitions, c.PartitionBy, c.OrderBy = 0, nil, nil
	if i := c.Column(*o.timeColumn); i < 0 {
		return nil, sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" does not exist", *o.timeColumn)
	} else if id := c.Columns[i].Type.ID; id >= types.Int2 && id <= types.Int8 && o.timeUnit == "" {
		// TimescaleDB leaves the unit of an integer column open; slices need one.
		o.timeUnit = "us"
	}
	if err := b.applyOptions(&c, &o); err != nil {
		return nil, err
	}
	plan.Table = &c
	text := types.Of(types.Text)
	switch {
	case !f.from:
		plan.Out = []physical.Field{{Name: f.name, Type: text}}
	case ranged:
		plan.Out = []physical.Field{{Name: "hypertable_id", Type: types.Of(types.Int4)}, {Name: "created", Type: types.Of(types.Bool)}}
	default:
		plan.Out = []physical.Field{
			{Name: "hypertable_id", Type: types.Of(types.Int4)},
			{Name: "schema_name", Type: types.Of(types.Name)},
			{Name: "table_name", Type: types.Of(types.Name)},
			{Name: "created", Type: types.Of(types.Bool)},
		}
	}
	st := &Statement{Plan: plan, Tag: "SELECT", Rows: true, Writes: true}
	for _, x := range plan.Out {
		st.Out = append(st.Out, logical.Col{Name: x.Name, T: x.Type})
	}
	return st, nil
}

// hypertable takes one argument of create_hypertable.
func (o *options) hypertable(name string, e ast.Expr, plan *physical.CreateHypertable) error {
	if c, ok := e.(*ast.Const); ok && c.Kind == ast.Null {
		return nil
	}
	v, err := optionValue(ast.Option{Pos: e.Offset(), Name: name, Value: e})
	if name != "dimension" && err != nil {
		return err
	}
	switch name {
	case "relation", "create_default_indexes":
	case "time_column_name":
		s := v.text
		o.timeColumn = &s
	case "chunk_time_interval":
		o.slice = v
	case "partitioning_column":
		o.partitionBy = []string{v.text}
	case "number_partitions":
		return o.set("partitions", v)
	case "if_not_exists":
		plan.IfNotExists, err = v.boolean(name)
	case "migrate_data":
		var yes bool
		if yes, err = v.boolean(name); yes {
			return sqlerr.NotSupported("migrate_data in create_hypertable").At(e.Offset())
		}
	case "dimension":
		return o.dimension(e)
	default:
		return sqlerr.NotSupported("argument \"%s\" of create_hypertable", name).At(e.Offset())
	}
	return err
}

// dimension takes by_range(column, interval) or by_hash(column, number).
func (o *options) dimension(e ast.Expr) error {
	f, ok := e.(*ast.FuncCall)
	if !ok || len(f.Args) < 1 || len(f.Args) > 3 {
		return sqlerr.New(sqlerr.InvalidParameterValue, "invalid dimension").At(e.Offset())
	}
	col, err := hypertableText("column_name", f.Args[0].Expr, f.Pos)
	if err != nil {
		return err
	}
	switch name := f.Name.Parts[len(f.Name.Parts)-1]; name {
	case "by_range":
		o.timeColumn = &col
		for _, a := range f.Args[1:] {
			if a.Name == "partition_func" || len(f.Args) > 2 {
				return sqlerr.NotSupported("partition_func in by_range").At(f.Pos)
			}
			v, err := optionValue(ast.Option{Pos: f.Pos, Name: "partition_interval", Value: a.Expr})
			if err != nil {
				return err
			}
			o.slice = v
		}
		return nil
	case "by_hash":
		return sqlerr.NotSupported("by_hash as the first dimension of create_hypertable").At(f.Pos)
	}
	return sqlerr.New(sqlerr.InvalidParameterValue, "invalid dimension").At(e.Offset())
}

func hypertableText(name string, e ast.Expr, pos int) (string, error) {
	if c, ok := e.(*ast.Cast); ok {
		e = c.X
	}
	if c, ok := e.(*ast.Const); ok && c.Kind == ast.String {
		return c.Raw, nil
	}
	if e != nil {
		pos = e.Offset()
	}
	return "", sqlerr.New(sqlerr.InvalidParameterValue, "%s of create_hypertable must be a string literal", name).At(pos)
}

// identifierParts splits the text of a regclass at its dots.
func identifierParts(s string) []string {
	var out []string
	for _, p := range strings.Split(s, ".") {
		out = append(out, identifier(p))
	}
	return out
}
