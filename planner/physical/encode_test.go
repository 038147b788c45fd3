package physical

import (
	"encoding/hex"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
)

// gen draws random plans: every kind of node and expression with every field
// set, nil and empty lists included.
type gen struct {
	t      *rapid.T
	tables []*schema.Table
}

func (g *gen) int(lo, hi int) int { return rapid.IntRange(lo, hi).Draw(g.t, "int") }
func (g *gen) bool() bool         { return rapid.Bool().Draw(g.t, "bool") }
func (g *gen) string() string     { return rapid.StringN(0, 5, -1).Draw(g.t, "string") }
func (g *gen) id() function.ID    { return function.ID(g.string()) }

func (g *gen) typ() types.Type {
	return types.Type{ID: types.ID(g.int(0, 20)) | types.ID(g.int(0, 1))<<8, Mod: rapid.Int32().Draw(g.t, "mod")}
}

// drawList draws nil, or up to three elements.
func drawList[T any](g *gen, each func() T) []T {
	n := g.int(-1, 3)
	if n < 0 {
		return nil
	}
	out := make([]T, n)
	for i := range out {
		out[i] = each()
	}
	return out
}

func (g *gen) fields() []Field {
	return drawList(g, func() Field { return Field{g.string(), g.typ()} })
}

func (g *gen) ints() []int { return drawList(g, func() int { return g.int(-1, 1000) }) }

func (g *gen) table() *schema.Table { return g.tables[g.int(0, len(g.tables)-1)] }

func (g *gen) datum() vector.Datum {
	switch g.int(0, 6) {
	case 0:
		return vector.NullDatum
	case 1:
		return vector.IntDatum(rapid.Int64().Draw(g.t, "i"))
	case 2:
		return vector.FloatDatum(rapid.Float64().Draw(g.t, "f"))
	case 3:
		return vector.WordDatum([2]uint64{rapid.Uint64().Draw(g.t, "hi"), rapid.Uint64().Draw(g.t, "lo")})
	case 4:
		return vector.StringDatum(g.string())
	}
	return vector.Datum{}
}

func (g *gen) exprs(depth int) []expr.Expr {
	return drawList(g, func() expr.Expr { return g.expr(depth) })
}

func (g *gen) optional(depth int) expr.Expr {
	if g.bool() {
		return nil
	}
	return g.expr(depth)
}

func (g *gen) expr(depth int) expr.Expr {
	last := 14
	if depth <= 0 {
		last = 3
	}
	sub := func() expr.Expr { return g.expr(depth - 1) }
	switch g.int(1, last) {
	case 1:
		return expr.Column{Index: g.int(0, 100), T: g.typ()}
	case 2:
		return expr.Const{Value: g.datum(), T: g.typ()}
	case 3:
		return expr.Param{N: g.int(1, 9), T: g.typ()}
	case 4:
		return expr.Call{Func: g.id(), Args: g.exprs(depth - 1), T: g.typ(), Pos: g.int(0, 50)}
	case 5:
		return expr.And{Args: g.exprs(depth - 1)}
	case 6:
		return expr.Or{Args: g.exprs(depth - 1)}
	case 7:
		return expr.Not{X: sub()}
	case 8:
		return expr.IsNull{X: sub(), Not: g.bool()}
	case 9:
		return expr.IsTruth{X: sub(), Want: g.bool(), Not: g.bool()}
	case 10:
		return expr.Distinct{L: sub(), R: sub(), Eq: g.id(), Not: g.bool()}
	case 11:
		return expr.In{X: sub(), List: g.exprs(depth - 1), Eq: g.id(), Not: g.bool()}
	case 12:
		return expr.Case{Whens: drawList(g, func() expr.When { return expr.When{Cond: sub(), Then: sub()} }), Else: sub(), T: g.typ()}
	case 13:
		return expr.Coalesce{Args: g.exprs(depth - 1), T: g.typ()}
	}
	return expr.Extreme{Max: g.bool(), Args: g.exprs(depth - 1), Less: g.id(), T: g.typ()}
}

func (g *gen) tableID() schema.TableID { return schema.TableID(g.int(0, 1<<31-1)) }

func (g *gen) node(depth int) Node {
	kinds := []byte{kindScan, kindVirtualScan, kindInput, kindValues, kindCreateTable, kindChange, kindCreateHypertable, kindTruncate}
	if depth > 0 {
		kinds = nil
		for k := kindScan; k < kindEnd; k++ {
			kinds = append(kinds, k)
		}
	}
	in := func() Node { return g.node(depth - 1) }
	switch rapid.SampledFrom(kinds).Draw(g.t, "kind") {
	case kindScan:
		return &Scan{
			Table: g.table(), Alias: g.string(), Columns: g.ints(), Filter: g.exprs(2), Key: g.exprs(1), Index: g.tableID(), IndexKey: g.exprs(1), Out: g.fields(),
			Bounds: drawList(g, func() Bound { return Bound{BoundOp(g.int(0, 4)), g.expr(1)} }),
		}
	case kindVirtualScan:
		return &VirtualScan{Namespace: g.string(), Name: g.string(), Alias: g.string(), Columns: g.ints(), Out: g.fields()}
	case kindInput:
		return &Input{Out: g.fields()}
	case kindValues:
		return &Values{Rows: drawList(g, func() []expr.Expr { return g.exprs(1) }), Out: g.fields()}
	case kindCreateTable:
		return &CreateTable{Table: g.table(), IfNotExists: g.bool()}
	case kindChange:
		return &Change{
			Change: &schema.Change{At: int64(g.int(0, 9)), Tables: []*schema.Table{g.table()}, Drop: []schema.ObjectID{5}},
			Rows:   drawList(g, func() schema.TableID { return schema.TableID(g.int(1, 9)) }),
		}
	case kindCreateHypertable:
		return &CreateHypertable{Table: g.table(), IfNotExists: g.bool(), Out: g.fields()}
	case kindTruncate:
		return &Truncate{Tables: drawList(g, g.table)}
	case kindFilter:
		return &Filter{Input: in(), Conds: g.exprs(2)}
	case kindProject:
		return &Project{Input: in(), Exprs: g.exprs(2), Out: g.fields()}
	case kindAggregate:
		return &Aggregate{Input: in(), Keys: g.exprs(1), Mode: AggMode(g.int(0, 2)), Out: g.fields(), Aggs: drawList(g, func() Agg {
			return Agg{Func: g.id(), Args: g.exprs(1), Distinct: g.bool(), Filter: g.optional(1), T: g.typ(), Direct: g.exprs(1), Order: drawList(g, func() SortKey { return SortKey{g.expr(1), g.bool(), g.bool()} })}
		})}
	case kindJoin:
		return &Join{Kind: JoinKind(g.int(0, 6)), Left: in(), Right: in(), LeftKeys: g.exprs(1), RightKeys: g.exprs(1), Residual: g.exprs(1), Asof: Asof(g.int(0, 4)), LeftTime: g.optional(1), RightTime: g.optional(1), Out: g.fields()}
	case kindSort:
		return &Sort{Input: in(), Limit: int64(g.int(-1, 100)), Count: g.optional(1), Offset: g.optional(1), Keys: drawList(g, func() SortKey { return SortKey{g.expr(1), g.bool(), g.bool()} })}
	case kindLimit:
		return &Limit{Input: in(), Count: g.optional(1), Offset: g.optional(1)}
	case kindAppend:
		return &Append{All: drawList(g, in), Out: g.fields()}
	case kindGather:
		return &Gather{Input: in()}
	case kindInsert:
		return &Insert{Input: in(), Table: g.table(), Checks: drawList(g, func() Check { return Check{"k", g.expr(1)} }), Returning: g.exprs(1), Out: g.fields()}
	case kindConflict:
		return &Conflict{Input: in(), Table: g.table(), Arbiters: drawList(g, g.tableID), Update: g.bool(), Old: g.ints(), Out: g.fields()}
	case kindCreateIndex:
		return &CreateIndex{Table: g.table()}
	case kindUpsert:
		return &Upsert{Input: in(), Table: g.table(), Checks: drawList(g, func() Check { return Check{"k", g.expr(1)} }), Returning: g.exprs(1), Out: g.fields()}
	case kindUpdate:
		return &Update{Input: in(), Table: g.table(), Checks: drawList(g, func() Check { return Check{"k", g.expr(1)} }), Returning: g.exprs(1), Out: g.fields()}
	case kindDelete:
		return &Delete{Input: in(), Table: g.table(), Returning: g.exprs(1), Out: g.fields()}
	case kindRecursive:
		return &Recursive{ID: g.int(0, 9), Seed: in(), Step: in(), All: g.bool(), Out: g.fields()}
	case kindWorkTable:
		return &WorkTable{ID: g.int(0, 9), Out: g.fields()}
	case kindWith:
		return &With{ID: g.int(0, 9), Name: "w", Query: in(), Input: in()}
	case kindCTEScan:
		return &CTEScan{ID: g.int(0, 9), Name: "w", Alias: "x", Out: g.fields()}
	case kindApply:
		return &Apply{Kind: JoinKind(g.int(0, 6)), Left: in(), Right: in(), Params: g.ints(), First: g.int(1, 9), Residual: g.exprs(1), Memo: g.bool(), Out: g.fields()}
	case kindProjectSet:
		return &ProjectSet{Input: in(), Outer: g.bool(), Ordinality: g.bool(), Out: g.fields(), Calls: drawList(g, func() SetCall {
			return SetCall{Func: g.id(), Args: g.exprs(1), Out: drawList(g, g.typ)}
		})}
	case kindSingleRow:
		return &SingleRow{Input: in()}
	case kindGapFill:
		return &GapFill{
			Input: in(), Time: g.int(0, 9), Keys: g.exprs(1), Bucket: g.expr(1), Step: g.expr(1), Start: g.expr(1), Finish: g.expr(1), Out: g.fields(),
			Fills: drawList(g, func() Fill { return Fill{g.bool(), g.expr(1), g.optional(1), g.bool(), g.typ()} }),
		}
	case kindWindow:
		bound := func() FrameBound { return FrameBound{BoundKind(g.int(0, 4)), g.optional(1)} }
		return &Window{
			Input: in(), Partition: g.exprs(1), Out: g.fields(),
			Order: drawList(g, func() SortKey { return SortKey{g.expr(1), g.bool(), g.bool()} }),
			Calls: drawList(g, func() WindowCall {
				f := Frame{FrameMode(g.int(0, 2)), bound(), bound(), FrameExclude(g.int(0, 3))}
				return WindowCall{g.id(), g.exprs(1), g.optional(1), f, g.typ()}
			}),
		}
	}
	return &DistinctOn{Input: in(), Keys: g.exprs(1)}
}

func testTables() []*schema.Table {
	return []*schema.Table{
		{
			ID: 7, Namespace: "public", Name: "cpu", Version: 3, Time: 0, Width: 900000000, Partitions: 1, Replicas: 3, Origin: 5,
			Columns: []schema.Column{
				{ID: 1, Name: "ts", Type: types.Of(types.Timestamptz), NotNull: true},
				{ID: 2, Name: "host", Type: types.VarcharN(3), Default: "'x'"},
			},
			Key: []int{0, 1}, KeyName: "cpu_pkey",
		},
		{ID: 8, Namespace: "public", Name: "k", Time: -1, Partitions: 8, Columns: []schema.Column{{ID: 1, Name: "a", Type: types.Of(types.Int4)}}},
	}
}

// Invariant 4 of the architecture: decode(encode(p)) = p, for random plans. Tables
// come back equal, and the same table as one pointer.
func TestEncodeRoundTrip(t *testing.T) {
	tables := testTables()
	rapid.Check(t, func(t *rapid.T) {
		g := &gen{t: t, tables: tables}
		n := g.node(3)
		back, err := Decode(Encode(n))
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(n, back) {
			t.Fatalf("%#v\ncame back as\n%#v", n, back)
		}
	})
}

// A field that encode.go forgot would come back zero whatever it was: for every
// kind of node and expression set each exported field to something and compare.
func TestEncodeKnowsEveryField(t *testing.T) {
	one := expr.Expr(expr.Column{Index: 1, T: types.Of(types.Int4)})
	fill := func(v reflect.Value, zero bool) {
		for i := range v.NumField() {
			f := v.Field(i)
			switch x := f.Addr().Interface().(type) {
			case *Node:
				*x = &Input{Out: []Field{}}
			case *[]Node:
				*x = []Node{&Input{}}
			case **schema.Table:
				*x = testTables()[0]
			case *[]*schema.Table:
				*x = testTables()
			case *[]RowCheck:
				*x = []RowCheck{{&Input{Out: []Field{}}, "c", "m", "s", "t", "a", "k"}}
			case *[]MissingValue:
				*x = []MissingValue{{0, 0, one}}
			case *[]Check:
				*x = []Check{{"c", one}}
			case **schema.Change:
				*x = &schema.Change{At: 1, Tables: testTables(), Drop: []schema.ObjectID{3}}
			case *[]schema.TableID:
				*x = []schema.TableID{4}
			case *expr.Expr:
				*x = one
			case *[]expr.Expr:
				*x = []expr.Expr{one}
			case *[][]expr.Expr:
				*x = [][]expr.Expr{{one}}
			case *[]expr.When:
				*x = []expr.When{{Cond: one, Then: one}}
			case *[]Field:
				*x = []Field{{"a", types.VarcharN(4)}}
			case *[]int:
				*x = []int{5}
			case *[]Bound:
				*x = []Bound{{Greater, one}}
			case *[]Agg:
				*x = []Agg{{"sum(int4)", []expr.Expr{one}, true, one, types.Of(types.Int8), []SortKey{{one, true, true}}, []expr.Expr{one}}}
			case *[]WindowCall:
				f := Frame{GroupsFrame, FrameBound{Following, one}, FrameBound{CurrentRow, one}, ExcludeTies}
				*x = []WindowCall{{"sum(int4)", []expr.Expr{one}, one, f, types.Of(types.Int8)}}
			case *[]SetCall:
				*x = []SetCall{{"f(int4)", []expr.Expr{one}, []types.Type{types.Of(types.Int8)}}}
			case *[]Fill:
				*x = []Fill{{true, one, one, true, types.Of(types.Int8)}}
			case *[]SortKey:
				*x = []SortKey{{one, true, true}}
			case *types.Type:
				*x = types.VarcharN(5)
			case *vector.Datum:
				*x = vector.Datum{Null: true, I: 1, F: 2, W: [2]uint64{3, 4}, S: "5"}
			default:
				switch f.Kind() {
				case reflect.String:
					f.SetString("s")
				case reflect.Bool:
					f.SetBool(true)
				case reflect.Int, reflect.Int64:
					f.SetInt(3)
				case reflect.Uint32:
					f.SetUint(7)
				case reflect.Uint8:
					f.SetUint(1)
				default:
					t.Fatalf("field of type %v: teach the test", f.Type())
				}
			}
			require.False(t, f.IsZero() && zero)
		}
	}
	for k := kindScan; k < kindEnd; k++ {
		n := newNode(k)
		fill(reflect.ValueOf(n).Elem(), true)
		back, err := Decode(Encode(n))
		require.NoError(t, err, "%T", n)
		require.Equal(t, n, back)
	}
	for k := exprColumn; k < exprEnd; k++ {
		v := reflect.New(reflect.TypeOf(newExpr(k))).Elem()
		fill(v, true)
		n := &Filter{Input: &Input{}, Conds: []expr.Expr{v.Interface().(expr.Expr)}}
		back, err := Decode(Encode(n))
		require.NoError(t, err, "%v", v.Type())
		require.Equal(t, n, back)
	}
}

// The bytes of one plan are fixed: a change here is a change of the protocol
// between nodes, and needs a new version.
func TestEncodeGolden(t *testing.T) {
	n := &Sort{
		Input: &Scan{
			Table: testTables()[1], Alias: "k", Columns: []int{0},
			Filter: []expr.Expr{expr.Call{
				Func: ">(int4,int4)", T: expr.Bool, Pos: 12,
				Args: []expr.Expr{expr.Column{Index: 0, T: types.Of(types.Int4)}, expr.Const{Value: vector.IntDatum(5), T: types.Of(types.Int4)}},
			}},
			Out: []Field{{"a", types.Of(types.Int4)}},
		},
		Keys: []SortKey{{Expr: expr.Column{Index: 0, T: types.Of(types.Int4)}, Desc: true}}, Limit: 10,
	}
	want, err := os.ReadFile("testdata/plan.hex")
	if os.Getenv("REWRITE") != "" {
		require.NoError(t, os.WriteFile("testdata/plan.hex", []byte(hex.EncodeToString(Encode(n))+"\n"), 0o644))
		return
	}
	require.NoError(t, err)
	require.Equal(t, strings.TrimSpace(string(want)), hex.EncodeToString(Encode(n)))
}

// Any bytes decode or are ErrCorrupt; what decodes encodes to an equal plan.
func FuzzDecode(f *testing.F) {
	f.Add(Encode(&Filter{Input: &Scan{Table: testTables()[0]}, Conds: []expr.Expr{expr.Not{X: expr.Const{T: expr.Bool}}}}))
	f.Add(Encode(&Append{All: []Node{&Values{Rows: [][]expr.Expr{{}}}, &Input{}}}))
	f.Fuzz(func(t *testing.T, src []byte) {
		n, err := Decode(src)
		if err != nil {
			if !errors.Is(err, ErrCorrupt) {
				t.Fatalf("not ErrCorrupt: %v", err)
			}
			return
		}
		if _, err := Decode(Encode(n)); err != nil {
			t.Fatal(err)
		}
	})
}
