package write_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/op/optest"
	"github.com/dejaq/fasti/executor/scan"
	"github.com/dejaq/fasti/executor/scan/scantest"
	"github.com/dejaq/fasti/executor/write"
	"github.com/dejaq/fasti/kv/txn"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/kv/vector/vectortest"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

var (
	columns = optest.Types(types.Int4, types.Text)
	table   = &schema.Table{
		ID: 1, Namespace: "public", Name: "t", Key: []int{0}, KeyName: "t_pkey", Time: -1,
		Columns: []schema.Column{{ID: 1, Name: "id", Type: columns[0]}, {ID: 2, Name: "name", Type: columns[1], NotNull: true}},
	}
	name = expr.Column{Index: 1, T: columns[1]}
)

func rowsOf(from, to int) []optest.Row {
	var rows []optest.Row
	for i := from; i < to; i++ {
		rows = append(rows, optest.Row{vector.IntDatum(int64(i)), vector.StringDatum(fmt.Sprint("name ", i))})
	}
	return rows
}

// Rows come into the table whatever the batches, are counted, and those that
// RETURNING names come back, after the last is written.
func TestInsert(t *testing.T) {
	optest.Sizes(t, func(t *testing.T, r *rand.Rand, q *op.Context) {
		for _, returning := range [][]expr.Expr{nil, {name}} {
			m, rows := scantest.New(), rowsOf(0, 150)
			i, err := write.NewInsert(optest.NewSource(r, columns, rows), columns, m, table, nil, returning)
			require.NoError(t, err)
			if returning != nil {
				require.NoError(t, i.Open(q))
				b, err := i.Next()
				require.NoError(t, err)
				require.LessOrEqual(t, b.Len, q.BatchRows)
				require.Len(t, m.Rows(table), 150, "all is written before the first batch")
				require.NoError(t, i.Close())
				m = scantest.New()
				i, err = write.NewInsert(optest.NewSource(r, columns, rows), columns, m, table, nil, returning)
				require.NoError(t, err)
			}
			got, err := optest.Drain(q, i)
			require.NoError(t, err)
			require.Equal(t, vectortest.Text(rows), vectortest.Text(m.Rows(table)))
			require.Equal(t, int64(150), i.RowsAffected())
			if returning == nil {
				require.Empty(t, got)
				continue
			}
			for k, row := range got {
				require.Equal(t, optest.Row{rows[k][1]}, row)
			}
			require.Len(t, got, 150)
		}
	})
}

// The first row, and in it the first column, that is NULL and may not be is the
// one complained about; the key's columns may not be NULL either.
func TestNotNull(t *testing.T) {
	optest.Sizes(t, func(t *testing.T, r *rand.Rand, q *op.Context) {
		rows := rowsOf(0, 40)
		rows[20][0], rows[20][1], rows[10][1], rows[30][0] = vector.NullDatum, vector.NullDatum, vector.NullDatum, vector.NullDatum
		for at, want := range map[int]string{0: "name|(10, null)", 11: "id|(null, null)", 21: "id|(null, name 30)"} {
			i, err := write.NewInsert(optest.NewSource(r, columns, rows[at:]), columns, scantest.New(), table, nil, nil)
			require.NoError(t, err)
			_, err = optest.Drain(q, i)
			var e *sqlerr.Error
			require.ErrorAs(t, err, &e)
			column, row, _ := strings.Cut(want, "|")
			require.Equal(t, sqlerr.Error{
				Code: "23502", Message: `null value in column "` + column + `" of relation "t" violates not-null constraint`,
				Detail: "Failing row contains " + row + ".", Schema: "public", Table: "t", Column: column,
			}, *e)
		}
	})
}

// The store's duplicate key becomes PostgreSQL's error, names quoted where they
// must be; other errors stay what they are.
func TestDuplicateKey(t *testing.T) {
	q := optest.Context(t, op.Options{})
	i, err := write.NewInsert(optest.NewSource(nil, columns, append(rowsOf(0, 3), rowsOf(1, 2)...)), columns, scantest.New(), table, nil, nil)
	require.NoError(t, err)
	_, err = optest.Drain(q, i)
	var e *sqlerr.Error
	require.ErrorAs(t, err, &e)
	require.ErrorIs(t, err, txn.ErrDuplicateKey)
	e.Cause = nil
	require.Equal(t, sqlerr.Error{
		Code: "23505", Message: `duplicate key value violates unique constraint "t_pkey"`, Detail: "Key (id)=(1) already exists.",
		Schema: "public", Table: "t", Constraint: "t_pkey",
	}, *e)

	odd := &schema.Table{Name: "o", KeyName: "o_pkey", Key: []int{1, 0, 2}, Columns: []schema.Column{
		{Name: "a b", Type: columns[1]}, {Name: "Order", Type: types.Of(types.Timestamptz)}, {Name: "user", Type: types.Of(types.Numeric)},
	}}
	err = write.Error(fmt.Errorf("commit: %w", &txn.DuplicateKeyError{Table: odd, Key: []vector.Datum{vector.IntDatum(0), vector.StringDatum("x, y"), vector.NullDatum}}), value.Default())
	require.ErrorAs(t, err, &e)
	require.Equal(t, `Key ("Order", "a b", "user")=(2000-01-01 00:00:00+00, x, y, null) already exists.`, e.Detail)
	require.Equal(t, txn.ErrUnknown, write.Error(txn.ErrUnknown, value.Default()))
}

// changes reads the table with its locators, joined with n copies of each row.
func changes(t *testing.T, m *scantest.Mem, copies int) ([]types.Type, []optest.Row) {
	n := &physical.Scan{Table: table, Columns: []int{-1, 0, 1}, Out: []physical.Field{{Type: types.Of(types.Bytea)}, {Type: columns[0]}, {Type: columns[1]}}}
	s, err := scan.New(scan.NewSource(m, n), true)
	require.NoError(t, err)
	rows, err := optest.Drain(optest.Context(t, op.Options{}), s)
	require.NoError(t, err)
	var all []optest.Row
	for c := range copies {
		for _, row := range rows {
			all = append(all, optest.Row{row[0], row[1], vector.StringDatum(fmt.Sprint(row[2].S, " copy ", c))})
		}
	}
	return append(optest.Types(types.Bytea), columns...), all
}

// UPDATE and DELETE change each row once, by the first row that names it, and
// count what they changed.
func TestUpdateAndDelete(t *testing.T) {
	optest.Sizes(t, func(t *testing.T, r *rand.Rand, q *op.Context) {
		for copies := 1; copies <= 3; copies++ {
			m := scantest.New()
			require.NoError(t, m.Insert(context.Background(), table, vectortest.Batch(optest.Kinds(columns), rowsOf(0, 50))))
			ts, rows := changes(t, m, copies)
			u, err := write.NewUpdate(optest.NewSource(r, ts, rows), ts, m, table, nil, []expr.Expr{expr.Column{Index: 2, T: columns[1]}}, copies > 1)
			require.NoError(t, err)
			got, err := optest.Drain(q, u)
			require.NoError(t, err)
			require.Len(t, got, 50)
			require.Equal(t, int64(50), u.RowsAffected())
			for i, row := range m.Rows(table) {
				require.Equal(t, fmt.Sprintf("name %d copy 0", i), row[1].S)
			}

			ts, rows = changes(t, m, copies)
			d, err := write.NewDelete(optest.NewSource(r, ts, append(rows[:20], rows[10:30]...)), ts, m, table, []expr.Expr{expr.Column{Index: 1, T: columns[0]}}, true)
			require.NoError(t, err)
			got, err = optest.Drain(q, d)
			require.NoError(t, err)
			require.Len(t, got, 30)
			require.Equal(t, int64(30), d.RowsAffected())
			require.Len(t, m.Rows(table), 20)
		}
	})
}

// Cancelled anywhere, a write gives its memory back.
func TestWriteCancel(t *testing.T) {
	optest.Cancel(t, 3, func() op.Operator {
		i, err := write.NewInsert(optest.NewSource(nil, columns, rowsOf(0, 60)), columns, scantest.New(), table, nil, []expr.Expr{name})
		require.NoError(t, err)
		return i
	})
}
