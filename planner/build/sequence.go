package build

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// sequenceRange is a type that a sequence may have, with its range.
type sequenceRange struct {
	id       types.ID
	name     string
	min, max int64
}

func sequenceTypes() []sequenceRange {
	return []sequenceRange{
		{types.Int2, "smallint", math.MinInt16, math.MaxInt16},
		{types.Int4, "integer", math.MinInt32, math.MaxInt32},
		{types.Int8, "bigint", math.MinInt64, math.MaxInt64},
	}
}

func sequenceTypeOf(id types.ID) (sequenceRange, bool) {
	for _, k := range sequenceTypes() {
		if k.id == id {
			return k, true
		}
	}
	return sequenceRange{}, false
}

// sequenceOptions applies options to s, a new sequence (typ is its type when AS
// does not say) or the one that ALTER changes, as init_params does. OWNED BY is the
// caller's.
func sequenceOptions(s *schema.Sequence, options []ast.SequenceOption, typ types.ID, isNew bool) error {
	seen := map[string]*ast.SequenceOption{}
	for i := range options {
		o := &options[i]
		kind := strings.TrimPrefix(o.Kind, "NO ")
		if seen[kind] != nil {
			return sqlerr.New(sqlerr.SyntaxError, "conflicting or redundant options").At(o.Pos)
		}
		seen[kind] = o
	}
	resetMin, resetMax := isNew, isNew
	if o := seen["AS"]; o != nil {
		t, err := Type(o.Type)
		if err != nil {
			return err
		}
		k, ok := sequenceTypeOf(t.ID)
		if !ok {
			return sqlerr.New(sqlerr.InvalidParameterValue, "sequence type must be smallint, integer, or bigint")
		}
		if !isNew {
			for _, k := range sequenceTypes() {
				if k.name == s.Type {
					resetMax = s.Max == k.max
					resetMin = s.Min == k.min
				}
			}
		}
		s.Type = k.name
	} else if isNew {
		k, ok := sequenceTypeOf(typ)
		if !ok {
			return sqlerr.New(sqlerr.InvalidParameterValue, "identity column type must be smallint, integer, or bigint")
		}
		s.Type = k.name
	}
	var kind sequenceRange
	for _, k := range sequenceTypes() {
		if k.name == s.Type {
			kind = k
		}
	}
	value := func(name string) (int64, bool, error) {
		o := seen[name]
		if o == nil || o.Value == nil {
			return 0, false, nil
		}
		n, err := strconv.ParseInt(o.Value.Raw, 10, 64)
		if err != nil {
			return 0, false, sqlerr.New(sqlerr.NumericValueOutOfRange, "value \"%s\" is out of range for type bigint", o.Value.Raw)
		}
		return n, true, nil
	}
	if isNew {
		s.Increment, s.Cache = 1, 1
	}
	n, ok, err := value("INCREMENT")
	switch {
	case err != nil:
		return err
	case ok && n == 0:
		return sqlerr.New(sqlerr.InvalidParameterValue, "INCREMENT must not be zero")
	case ok:
		s.Increment = n
	}
	if o := seen["CYCLE"]; o != nil {
		s.Cycle = o.Kind == "CYCLE"
	}
	bound := func(name string, dst *int64, reset bool, def int64) error {
		n, ok, err := value(name)
		switch o := seen[name]; {
		case err != nil:
			return err
		case ok:
			*dst = n
		case o != nil || reset:
			*dst = def
		}
		if *dst < kind.min || *dst > kind.max {
			return sqlerr.New(sqlerr.InvalidParameterValue, "%s (%d) is out of range for sequence data type %s", name, *dst, kind.name)
		}
		return nil
	}
	maxDefault, minDefault := kind.max, int64(1)
	if s.Increment < 0 {
		maxDefault, minDefault = -1, kind.min
	}
	if err := bound("MAXVALUE", &s.Max, resetMax, maxDefault); err != nil {
		return err
	}
	if err := bound("MINVALUE", &s.Min, resetMin, minDefault); err != nil {
		return err
	}
	if s.Min >= s.Max {
		return sqlerr.New(sqlerr.InvalidParameterValue, "MINVALUE (%d) must be less than MAXVALUE (%d)", s.Min, s.Max)
	}
	within := func(name string, n int64) error {
		if n < s.Min {
			return sqlerr.New(sqlerr.InvalidParameterValue, "%s value (%d) cannot be less than MINVALUE (%d)", name, n, s.Min)
		}
		if n > s.Max {
			return sqlerr.New(sqlerr.InvalidParameterValue, "%s value (%d) cannot be greater than MAXVALUE (%d)", name, n, s.Max)
		}
		return nil
	}
	n, ok, err = value("START")
	switch {
	case err != nil:
		return err
	case ok:
		s.Start = n
	case isNew && s.Increment > 0:
		s.Start = s.Min
	case isNew:
		s.Start = s.Max
	}
	if err := within("START", s.Start); err != nil {
		return err
	}
	n, ok, err = value("RESTART")
	switch {
	case err != nil:
		return err
	case isNew:
		s.Restart = s.Start
	case seen["RESTART"] != nil:
		if !ok {
			n = s.Start
		}
		if err := within("RESTART", n); err != nil {
			return err
		}
		s.Epoch, s.Restart = s.Epoch+1, n
	}
	n, ok, err = value("CACHE")
	switch {
	case err != nil:
		return err
	case ok && n <= 0:
		return sqlerr.New(sqlerr.InvalidParameterValue, "CACHE (%d) must be greater than zero", n)
	case ok:
		s.Cache = n
	}
	return nil
}

// ownedBy resolves OWNED BY table.column.
func (b *binder) ownedBy(s *schema.Sequence, options []ast.SequenceOption, namespace string) error {
	for _, o := range options {
		if o.Kind != "OWNED BY" {
			continue
		}
		parts := o.Name.Parts
		if len(parts) == 0 {
			s.OwnerTable, s.OwnerColumn = 0, 0
			return nil
		}
		if len(parts) == 1 {
			return sqlerr.New(sqlerr.SyntaxError, "invalid OWNED BY option").WithHint("Specify OWNED BY table.column or OWNED BY NONE.")
		}
		t, virtual, err := b.lookupTable(ast.Name{Parts: parts[:len(parts)-1]})
		switch {
		case err != nil:
			return noPos(err)
		case virtual:
			return systemTable(t.Name)
		case t.Namespace != namespace:
			return sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "sequence must be in same schema as table it is linked to")
		}
		i := t.Column(parts[len(parts)-1])
		if i < 0 {
			return sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", parts[len(parts)-1], t.Name)
		}
		s.OwnerTable, s.OwnerColumn = schema.ObjectID(t.ID), t.Columns[i].ID
	}
	return nil
}

// createSequence binds CREATE SEQUENCE.
func (b *binder) createSequence(s *ast.CreateSequence) (*Statement, error) {
	switch {
	case s.Temp:
		return nil, sqlerr.NotSupported("temporary sequence")
	case s.Unlogged:
		return nil, sqlerr.NotSupported("UNLOGGED sequence")
	}
	ns, name, err := b.creationName(s.Name)
	if err != nil {
		return nil, err
	}
	c := b.change()
	st := c.statement("CREATE SEQUENCE")
	if b.view().Relation(ns, name) != 0 {
		if !s.IfNotExists {
			return nil, sqlerr.New(sqlerr.DuplicateTable, "relation \"%s\" already exists", name)
		}
		st.notice("relation \"%s\" already exists, skipping", name)
		st.Notices[0].Code = sqlerr.DuplicateTable
		return st, nil
	}
	o := &schema.Object{Kind: schema.SequenceObject, Namespace: ns, Name: name, Owner: b.user(), Sequence: &schema.Sequence{}}
	if err := sequenceOptions(o.Sequence, s.Options, types.Int8, true); err != nil {
		return nil, err
	}
	if err := b.ownedBy(o.Sequence, s.Options, ns); err != nil {
		return nil, err
	}
	c.addObject(o)
	return st, nil
}

// ownSequence makes the sequence of a serial or identity column.
func (b *binder) ownSequence(c *change, t *schema.Table, i int, options []ast.SequenceOption, identity bool) error {
	col := &t.Columns[i]
	name := freeName(joinNames(t.Name, col.Name, "seq"), func(n string) bool {
		if b.view().Relation(t.Namespace, n) != 0 {
			return true
		}
		for _, o := range c.plan.Change.Objects {
			if o.Name == n && o.Namespace == t.Namespace {
				return true
			}
		}
		return false
	})
	o := &schema.Object{Kind: schema.SequenceObject, Namespace: t.Namespace, Name: name, Owner: t.Owner, Sequence: &schema.Sequence{
		OwnerTable: schema.ObjectID(t.ID), OwnerColumn: col.ID, Identity: identity,
	}}
	for _, x := range options {
		if x.Kind == "SEQUENCE NAME" {
			o.Name = x.Name.Parts[len(x.Name.Parts)-1]
		}
	}
	if err := sequenceOptions(o.Sequence, options, col.Type.ID, true); err != nil {
		return err
	}
	c.addObject(o)
	col.Sequence, col.NotNull = o.ID, true
	return nil
}

// joinNames is makeObjectName: name1_name2_label cut to 63 bytes, the longer of the
// names first.
func joinNames(a, b, label string) string {
	const maxName = 63
	for len(a)+len(b)+len(label)+2 > maxName {
		if len(a) > len(b) {
			a = a[:len(a)-1]
		} else {
			b = b[:len(b)-1]
		}
	}
	return strings.ToValidUTF8(a, "") + "_" + strings.ToValidUTF8(b, "") + "_" + label
}

// sequenceArgs returns how many arguments a function over sequences takes; ok is
// false for any other function.
func sequenceArgs(name string) (least, most int, ok bool) {
	switch name {
	case "nextval", "currval":
		return 1, 1, true
	case "setval":
		return 2, 3, true
	case "lastval":
		return 0, 0, true
	}
	return 0, 0, false
}

// sequenceCall binds nextval and its relatives: the sequence is a literal, which is
// resolved here.
func (b *binder) sequenceCall(name string, e *ast.FuncCall, sc *scope) (expr.Expr, error) {
	if least, most, _ := sequenceArgs(name); len(e.Args) < least || len(e.Args) > most {
		return nil, sqlerr.New(sqlerr.UndefinedFunction, "function %s with %d arguments does not exist", name, len(e.Args)).At(e.Pos)
	}
	if name == "lastval" {
		return expr.Call{Func: function.MakeID("fasti_lastval", nil, false), T: types.Of(types.Int8), Pos: e.Pos + 1}, nil
	}
	o, err := b.sequenceOf(name, e.Args[0].Expr)
	if err != nil {
		return nil, err
	}
	if b.depends != nil {
		*b.depends = append(*b.depends, schema.Dependency{ID: o.ID})
	}
	args := []expr.Expr{expr.Const{Value: vector.IntDatum(int64(int32(o.ID))), T: types.Of(types.OID)}}
	ids := []types.ID{types.OID}
	for i, a := range e.Args[1:] {
		x, err := b.bind(a.Expr, sc)
		if err != nil {
			return nil, err
		}
		want := []types.ID{types.Int8, types.Bool}[i]
		x, ok, err := b.coerce(x, types.Of(want), function.Implicit, loc(a.Expr))
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, sqlerr.New(sqlerr.UndefinedFunction, "function %s with these arguments does not exist", name).At(e.Pos)
		}
		args, ids = append(args, x), append(ids, want)
	}
	return expr.Call{Func: function.MakeID("fasti_"+name, ids, false), Args: args, T: types.Of(types.Int8), Pos: e.Pos + 1}, nil
}

// sequenceOf finds the sequence that a literal names.
func (b *binder) sequenceOf(function string, e ast.Expr) (*schema.Object, error) {
	if c, ok := e.(*ast.Cast); ok {
		e = c.X
	}
	k, ok := e.(*ast.Const)
	if !ok || k.Kind != ast.String {
		return nil, sqlerr.NotSupported("%s of a sequence that is not a literal", function).At(e.Offset())
	}
	if id, err := strconv.ParseUint(k.Raw, 10, 32); err == nil {
		if o := b.view().ObjectByID(schema.ObjectID(id)); o != nil && o.Kind == schema.SequenceObject {
			return o, nil
		}
		return nil, sqlerr.New(sqlerr.UndefinedTable, "could not open relation with OID %d", id)
	}
	n := ast.Name{Pos: k.Pos, Parts: identifierParts(k.Raw)}
	if len(n.Parts) > 1 && !b.isNamespace(n.Parts[len(n.Parts)-2]) {
		return nil, sqlerr.New(sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", n.Parts[len(n.Parts)-2])
	}
	r, err := b.relation(n)
	if err != nil {
		return nil, noPos(err)
	}
	if r.object == nil || r.object.Kind != schema.SequenceObject {
		return nil, sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is not a sequence", r.name())
	}
	return r.object, nil
}

// sequenceDefault is the default of a serial or identity column.
func sequenceDefault(c schema.Column) expr.Expr {
	return expr.Call{
		Func: function.MakeID("fasti_nextval", []types.ID{types.OID}, false), T: types.Of(types.Int8),
		Args: []expr.Expr{expr.Const{Value: vector.IntDatum(int64(int32(c.Sequence))), T: types.Of(types.OID)}},
	}
}

// serialType returns the type that a serial stands for.
func serialType(n ast.TypeName) (types.ID, bool) {
	if len(n.Name.Parts) != 1 {
		return 0, false
	}
	switch n.Name.Parts[0] {
	case "serial", "serial4":
		return types.Int4, true
	case "bigserial", "serial8":
		return types.Int8, true
	case "smallserial", "serial2":
		return types.Int2, true
	}
	return 0, false
}

// alterSequence binds ALTER SEQUENCE with options.
func (b *binder) alterSequence(c *change, o *schema.Object, options []ast.SequenceOption) error {
	n := c.object(o)
	if n.Sequence.Identity {
		for _, x := range options {
			if x.Kind == "OWNED BY" {
				return sqlerr.New(sqlerr.FeatureNotSupported, "cannot change ownership of identity sequence").
					WithDetail("Sequence \"%s\" is linked to table \"%s\".", o.Name, b.tableName(o.Sequence.OwnerTable))
			}
		}
	}
	if err := sequenceOptions(n.Sequence, options, types.Int8, false); err != nil {
		return err
	}
	return b.ownedBy(n.Sequence, options, n.Namespace)
}

func (b *binder) tableName(id schema.ObjectID) string {
	if t := b.view().TableByID(schema.TableID(id)); t != nil {
		return t.Name
	}
	return fmt.Sprint(id)
}
