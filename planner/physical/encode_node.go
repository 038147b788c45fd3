package physical

import (
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/sql/expr"
)

// Kinds of nodes in encoded plans: append only.
const (
	kindScan byte = iota + 1
	kindVirtualScan
	kindInput
	kindValues
	kindFilter
	kindProject
	kindAggregate
	kindJoin
	kindSort
	kindLimit
	kindAppend
	kindGather
	kindInsert
	kindUpdate
	kindDelete
	kindCreateTable
	kindChange
	kindCreateHypertable
	kindTruncate
	kindProjectSet
	kindSingleRow
	kindDistinctOn
	kindWindow
	kindConflict
	kindUpsert
	kindCreateIndex
	kindGapFill
	kindApply
	kindRecursive
	kindWorkTable
	kindWith
	kindCTEScan
	kindEnd
)

// newNode returns an empty node of a kind, nil for none.
func newNode(kind byte) Node {
	switch kind {
	case kindScan:
		return &Scan{}
	case kindVirtualScan:
		return &VirtualScan{}
	case kindInput:
		return &Input{}
	case kindValues:
		return &Values{}
	case kindFilter:
		return &Filter{}
	case kindProject:
		return &Project{}
	case kindAggregate:
		return &Aggregate{}
	case kindJoin:
		return &Join{}
	case kindSort:
		return &Sort{}
	case kindLimit:
		return &Limit{}
	case kindAppend:
		return &Append{}
	case kindGather:
		return &Gather{}
	case kindInsert:
		return &Insert{}
	case kindUpdate:
		return &Update{}
	case kindDelete:
		return &Delete{}
	case kindCreateTable:
		return &CreateTable{}
	case kindCreateHypertable:
		return &CreateHypertable{}
	case kindTruncate:
		return &Truncate{}
	case kindProjectSet:
		return &ProjectSet{}
	case kindSingleRow:
		return &SingleRow{}
	case kindDistinctOn:
		return &DistinctOn{}
	case kindApply:
		return &Apply{}
	case kindRecursive:
		return &Recursive{}
	case kindWorkTable:
		return &WorkTable{}
	case kindWith:
		return &With{}
	case kindCTEScan:
		return &CTEScan{}
	case kindWindow:
		return &Window{}
	case kindGapFill:
		return &GapFill{}
	case kindChange:
		return &Change{}
	case kindConflict:
		return &Conflict{}
	case kindUpsert:
		return &Upsert{}
	case kindCreateIndex:
		return &CreateIndex{}
	}
	return nil
}

func kindOf(n Node) byte {
	switch n.(type) {
	case *Scan:
		return kindScan
	case *VirtualScan:
		return kindVirtualScan
	case *Input:
		return kindInput
	case *Values:
		return kindValues
	case *Filter:
		return kindFilter
	case *Project:
		return kindProject
	case *Aggregate:
		return kindAggregate
	case *Join:
		return kindJoin
	case *Sort:
		return kindSort
	case *Limit:
		return kindLimit
	case *Append:
		return kindAppend
	case *Gather:
		return kindGather
	case *Insert:
		return kindInsert
	case *Update:
		return kindUpdate
	case *Delete:
		return kindDelete
	case *CreateTable:
		return kindCreateTable
	case *CreateHypertable:
		return kindCreateHypertable
	case *Truncate:
		return kindTruncate
	case *ProjectSet:
		return kindProjectSet
	case *SingleRow:
		return kindSingleRow
	case *DistinctOn:
		return kindDistinctOn
	case *Apply:
		return kindApply
	case *Recursive:
		return kindRecursive
	case *WorkTable:
		return kindWorkTable
	case *With:
		return kindWith
	case *CTEScan:
		return kindCTEScan
	case *Window:
		return kindWindow
	case *GapFill:
		return kindGapFill
	case *Change:
		return kindChange
	case *Conflict:
		return kindConflict
	case *Upsert:
		return kindUpsert
	case *CreateIndex:
		return kindCreateIndex
	}
	panic("physical: node without a kind")
}

func (c *coder) node(v *Node) {
	if !c.enter() {
		return
	}
	defer func() { c.depth-- }()
	var kind byte
	if !c.reading {
		kind = kindOf(*v)
	}
	enum(c, &kind, kindEnd)
	if c.err != nil {
		return
	}
	if c.reading {
		if *v = newNode(kind); *v == nil {
			c.fail("node of kind %d", kind)
			return
		}
	}
	switch n := (*v).(type) {
	case *Scan:
		c.table(&n.Table)
		c.string(&n.Alias)
		c.ints(&n.Columns)
		c.exprs(&n.Filter)
		list(c, &n.Bounds, func(b *Bound) {
			enum(c, &b.Op, Greater+1)
			c.expr(&b.Value)
		})
		c.exprs(&n.Key)
		c.tableID(&n.Index)
		c.exprs(&n.IndexKey)
		c.fields(&n.Out)
	case *VirtualScan:
		c.string(&n.Namespace)
		c.string(&n.Name)
		c.string(&n.Alias)
		c.ints(&n.Columns)
		c.fields(&n.Out)
	case *Input:
		c.fields(&n.Out)
	case *Values:
		list(c, &n.Rows, func(r *[]expr.Expr) { c.exprs(r) })
		c.fields(&n.Out)
	case *Filter:
		c.node(&n.Input)
		c.exprs(&n.Conds)
	case *Project:
		c.node(&n.Input)
		c.exprs(&n.Exprs)
		c.fields(&n.Out)
	case *Aggregate:
		c.node(&n.Input)
		c.exprs(&n.Keys)
		list(c, &n.Aggs, func(a *Agg) {
			c.id(&a.Func)
			c.exprs(&a.Args)
			c.bool(&a.Distinct)
			c.optional(&a.Filter)
			c.typ(&a.T)
			c.sortKeys(&a.Order)
			c.exprs(&a.Direct)
		})
		enum(c, &n.Mode, Final+1)
		c.fields(&n.Out)
	case *Join:
		enum(c, &n.Kind, AntiNull+1)
		c.node(&n.Left)
		c.node(&n.Right)
		c.exprs(&n.LeftKeys)
		c.exprs(&n.RightKeys)
		c.exprs(&n.Residual)
		enum(c, &n.Asof, After+1)
		c.optional(&n.LeftTime)
		c.optional(&n.RightTime)
		c.fields(&n.Out)
	case *Sort:
		c.node(&n.Input)
		c.sortKeys(&n.Keys)
		c.int64(&n.Limit)
		c.optional(&n.Count)
		c.optional(&n.Offset)
	case *Limit:
		c.node(&n.Input)
		c.optional(&n.Count)
		c.optional(&n.Offset)
		c.exprs(&n.Ties)
	case *Append:
		list(c, &n.All, func(x *Node) { c.node(x) })
		c.fields(&n.Out)
	case *Gather:
		c.node(&n.Input)
	case *Insert:
		c.node(&n.Input)
		c.table(&n.Table)
		c.checks(&n.Checks)
		c.exprs(&n.Returning)
		c.fields(&n.Out)
	case *Conflict:
		c.node(&n.Input)
		c.table(&n.Table)
		list(c, &n.Arbiters, c.tableID)
		c.bool(&n.Update)
		c.ints(&n.Old)
		c.fields(&n.Out)
	case *CreateIndex:
		c.table(&n.Table)
	case *Upsert:
		c.node(&n.Input)
		c.table(&n.Table)
		c.checks(&n.Checks)
		c.exprs(&n.Returning)
		c.fields(&n.Out)
	case *Update:
		c.node(&n.Input)
		c.table(&n.Table)
		c.checks(&n.Checks)
		c.exprs(&n.Returning)
		c.fields(&n.Out)
	case *Delete:
		c.node(&n.Input)
		c.table(&n.Table)
		c.exprs(&n.Returning)
		c.fields(&n.Out)
	case *CreateTable:
		c.table(&n.Table)
		c.bool(&n.IfNotExists)
	case *CreateHypertable:
		c.table(&n.Table)
		c.bool(&n.IfNotExists)
		c.fields(&n.Out)
	case *Truncate:
		c.tableList(&n.Tables)
	case *ProjectSet:
		c.node(&n.Input)
		list(c, &n.Calls, func(s *SetCall) {
			c.id(&s.Func)
			c.exprs(&s.Args)
			list(c, &s.Out, c.typ)
		})
		c.bool(&n.Outer)
		c.bool(&n.Ordinality)
		c.fields(&n.Out)
	case *SingleRow:
		c.node(&n.Input)
	case *Recursive:
		small(c, &n.ID)
		c.node(&n.Seed)
		c.node(&n.Step)
		c.bool(&n.All)
		c.fields(&n.Out)
	case *WorkTable:
		small(c, &n.ID)
		c.fields(&n.Out)
	case *With:
		small(c, &n.ID)
		c.string(&n.Name)
		c.node(&n.Query)
		c.node(&n.Input)
	case *CTEScan:
		small(c, &n.ID)
		c.string(&n.Name)
		c.string(&n.Alias)
		c.fields(&n.Out)
	case *Apply:
		enum(c, &n.Kind, AntiNull+1)
		c.node(&n.Left)
		c.node(&n.Right)
		c.ints(&n.Params)
		small(c, &n.First)
		c.exprs(&n.Residual)
		c.bool(&n.Memo)
		c.fields(&n.Out)
	case *DistinctOn:
		c.node(&n.Input)
		c.exprs(&n.Keys)
	case *Window:
		c.window(n)
	case *GapFill:
		c.gapFill(n)
	case *Change:
		c.change(&n.Change)
		list(c, &n.Rows, func(id *schema.TableID) { number(c, id) })
		list(c, &n.Checks, func(k *RowCheck) {
			c.node(&k.Input)
			for _, s := range []*string{&k.Code, &k.Message, &k.Schema, &k.Table, &k.Column, &k.Constraint} {
				c.string(s)
			}
		})
		list(c, &n.Missing, func(m *MissingValue) {
			small(c, &m.Table)
			small(c, &m.Column)
			c.expr(&m.Value)
			if c.reading && (m.Table < 0 || m.Table >= len(n.Change.Tables) || m.Column < 0 || m.Column >= len(n.Change.Tables[m.Table].Columns)) {
				c.fail("missing value of no column")
			}
		})
	}
}

func (c *coder) checks(v *[]Check) {
	list(c, v, func(k *Check) {
		c.string(&k.Name)
		c.expr(&k.Cond)
	})
}
