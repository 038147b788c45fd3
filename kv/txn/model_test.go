package txn

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
)

// shapes are tables whose keys are judged and whose rows are spread in every way that
// there is.
var shapes = []struct {
	name   string
	change func(*schema.Table)
}{
	{"no key", func(t *schema.Table) {}},
	{"no key, order, cap", func(t *schema.Table) { t.OrderBy, t.MaxRows = []int{2, 0}, 3 }},
	{"no key, partitions", func(t *schema.Table) { t.Partitions, t.PartitionBy = 3, []int{2} }},
	{"no key, no time", func(t *schema.Table) { t.Time, t.Width, t.Partitions = -1, 0, 4 }},
	{"key with time", func(t *schema.Table) { t.Key = []int{1, 0} }},
	{"key with time, cap", func(t *schema.Table) { t.Key, t.MaxRows = []int{0, 1}, 3 }},
	{"key with time, partitions", func(t *schema.Table) { t.Key, t.Partitions, t.PartitionBy = []int{1, 0}, 2, []int{1} }},
	{"key with time, partitions by another column", func(t *schema.Table) { t.Key, t.Partitions, t.PartitionBy = []int{1, 0}, 2, []int{2} }},
	{"key without time", func(t *schema.Table) { t.Key = []int{1} }},
	{"key without time, cap", func(t *schema.Table) { t.Key, t.MaxRows = []int{1}, 2 }},
	{"keyed", func(t *schema.Table) { t.Time, t.Width, t.Partitions, t.Key = -1, 0, 4, []int{1} }},
	{"keyed, cap", func(t *schema.Table) { t.Time, t.Width, t.Partitions, t.Key, t.MaxRows = -1, 0, 2, []int{1}, 2 }},
}

// model is what a table should be.
type model struct {
	tbl  *schema.Table
	now  int // commits so far
	rows map[string]row
	// changed is the commit that last touched a row.
	changed map[string]int
}

// id names a row for ever: by its key, or by v, which no test changes.
func (m *model) id(r row) string {
	if len(m.tbl.Key) == 0 {
		return fmt.Sprint(r.v)
	}
	id := ""
	for _, o := range m.tbl.Key {
		id += fmt.Sprint([]any{r.ts, r.id, r.host, r.v}[o], "/")
	}
	return id
}

// modelTxn is what a transaction should be.
type modelTxn struct {
	tx   *Txn
	iso  Isolation
	base map[string]row // committed at the read timestamp
	at   int            // the commit it is of
	log  []modelWrite
	seen int // writes that the statement sees
	// points are savepoints and how many writes there were.
	points []modelPoint
}

type modelPoint struct {
	mark Mark
	n    int
}

// modelWrite is a write and what must hold for it to commit.
type modelWrite struct {
	id     string
	row    *row // nil: removed
	absent bool // there must be no row, and none removed after at
	checks bool
	at     int
}

// view is what the statement should see.
func (x *modelTxn) view() map[string]row {
	v := maps.Clone(x.base)
	for _, w := range x.log[:x.seen] {
		if w.row == nil {
			delete(v, w.id)
		} else {
			v[w.id] = *w.row
		}
	}
	return v
}

// own returns what the transaction's writes make of a row.
func (x *modelTxn) own(id string) (state keyState) {
	for _, w := range x.log {
		if w.id == id {
			state = keyLive
			if w.row == nil {
				state = keyRemoved
			}
		}
	}
	return state
}

// refusals returns why the transaction cannot commit now.
func (x *modelTxn) refusals(m *model) (duplicate, conflict bool) {
	for _, w := range x.log {
		if !w.checks {
			continue
		}
		_, live := m.rows[w.id]
		switch {
		case w.absent && live:
			duplicate = true
		case m.changed[w.id] > w.at:
			conflict = true
		}
	}
	return duplicate, conflict
}

func (m *model) commit(x *modelTxn) {
	if len(x.log) == 0 {
		return
	}
	m.now++
	m.rows = maps.Clone(m.rows)
	for _, w := range x.log {
		m.changed[w.id] = m.now
		if w.row == nil {
			delete(m.rows, w.id)
		} else {
			m.rows[w.id] = *w.row
		}
	}
}

// Random transactions beside each other, over tables of every shape, read and write
// what a map says, at their read timestamps, with their own writes and savepoints; and
// commit exactly when nobody was faster (X2 – X4). Once with all writes in memory and
// once with every piece staged.
func TestModel(t *testing.T) {
	var envs []*env
	for _, stage := range []int{4 << 20, 1} {
		envs = append(envs, newEnv(t, func(o *Options) { o.StageBytes, o.UnitShards = stage, 2 }))
	}
	rapid.Check(t, func(t *rapid.T) {
		shape := shapes[rapid.IntRange(0, len(shapes)-1).Draw(t, "shape")]
		e := envs[rapid.IntRange(0, 1).Draw(t, "staged")]
		t.Log(shape.name)
		runModel(t, e, e.table(func(tbl *schema.Table) {
			shape.change(tbl)
			if rapid.Bool().Draw(t, "indexes") {
				tbl.Indexes = testIndexes()
			}
		}))
	})
}

// testIndexes are indexes with entries of every homing: in the row's shard, in the
// first one of its place, and in shards of homes. v is never changed and never twice,
// so the unique ones refuse nothing.
func testIndexes() []schema.Index {
	key := func(o int) schema.IndexKey { return schema.IndexKey{Column: o} }
	desc := schema.IndexKey{Column: 2, Desc: true, NullsFirst: true}
	return []schema.Index{
		{Name: "host", Keys: []schema.IndexKey{desc}, State: schema.IndexReady},
		{Name: "v", Unique: true, Keys: []schema.IndexKey{key(3)}, State: schema.IndexReady},
		{Name: "all", Unique: true, Keys: []schema.IndexKey{key(0), key(1), key(2), key(3)}, State: schema.IndexReady},
	}
}

// checkIndexes compares what is found through each index with the rows that there
// should be: all of them, those of one host, and those in a range of v.
func checkIndexes(t *rapid.T, tx *Txn, tbl *schema.Table, want []row) {
	if len(tbl.Indexes) == 0 {
		return
	}
	host, v := rapid.SampledFrom([]string{"a", "b", ""}).Draw(t, "host"), rapid.Int64Range(0, 30).Draw(t, "v")
	for i, c := range []struct {
		index string
		keep  func(row) bool
		rng   IndexRange
	}{
		{"host", func(row) bool { return true }, IndexRange{}},
		{"v", func(row) bool { return true }, IndexRange{}},
		{"all", func(row) bool { return true }, IndexRange{}},
		{"host", func(r row) bool { return r.host == host }, IndexRange{Equal: []vector.Datum{vector.StringDatum(host)}}},
		{"host", func(r row) bool { return r.host < host }, IndexRange{Hi: &IndexBound{vector.StringDatum(host), true}}},
		{"host", func(r row) bool { return r.host >= host }, IndexRange{Lo: &IndexBound{vector.StringDatum(host), false}}},
		{"v", func(r row) bool { return r.v == v }, IndexRange{Equal: []vector.Datum{vector.IntDatum(v)}}},
		{"v", func(r row) bool { return r.v > v && r.v <= v+5 }, IndexRange{Lo: &IndexBound{vector.IntDatum(v), true}, Hi: &IndexBound{vector.IntDatum(v + 5), false}}},
	} {
		rows, err := tryScan(tx, Spec{Table: tbl, Index: tbl.IndexNamed(tbl.Name + "_" + c.index).ID, Ranges: []IndexRange{c.rng}})
		require.NoError(t, err)
		some := slices.DeleteFunc(slices.Clone(want), func(r row) bool { return !c.keep(r) })
		require.Equal(t, fmt.Sprint(some), fmt.Sprint(rowsOf(rows)), "%d: index %s", i, c.index)
	}
}

func runModel(t *rapid.T, e *env, tbl *schema.Table) {
	m := &model{tbl: tbl, rows: map[string]row{}, changed: map[string]int{}}
	var open []*modelTxn
	nextV := int64(0)
	drawRow := func() row {
		nextV++
		r := row{
			rapid.Int64Range(-2, 3).Draw(t, "slice") * 1e6, rapid.Int64Range(1, 6).Draw(t, "id"),
			rapid.SampledFrom([]string{"a", "b", ""}).Draw(t, "host"), nextV,
		}
		if rapid.IntRange(0, 9).Draw(t, "null time") == 0 && !slices.Contains(tbl.Key, 0) {
			r.ts = null
		}
		return r
	}
	statement := func(x *modelTxn) {
		require.NoError(t, x.tx.Statement(bg))
		if x.iso == ReadCommitted || x.base == nil {
			x.base, x.at = m.rows, m.now
		}
		x.seen = len(x.log)
	}
	drop := func(x *modelTxn) { open = slices.DeleteFunc(open, func(o *modelTxn) bool { return o == x }) }
	finish := func(x *modelTxn, commit bool) {
		drop(x)
		if !commit {
			require.NoError(t, x.tx.Rollback(bg))
			return
		}
		duplicate, conflict := x.refusals(m)
		err := x.tx.Commit(bg)
		switch {
		case !duplicate && !conflict:
			require.NoError(t, err)
			m.commit(x)
		case errors.Is(err, ErrDuplicateKey):
			require.True(t, duplicate, "%v", err)
		default:
			require.ErrorIs(t, err, ErrConflict)
			require.True(t, conflict, "%v", err)
		}
	}
	// check compares a scan with the model, and returns its rows.
	check := func(x *modelTxn) (rows []found, view map[string]row) {
		view = x.view()
		spec := Spec{Table: tbl}
		rows, err := tryScan(x.tx, spec)
		require.NoError(t, err)
		want := slices.SortedFunc(maps.Values(view), compareRows)
		require.Equal(t, fmt.Sprint(want), fmt.Sprint(rowsOf(rows)))
		checkIndexes(t, x.tx, tbl, want)
		if len(tbl.Key) > 0 {
			n := rapid.IntRange(1, len(tbl.Key)).Draw(t, "key columns")
			r := drawRow()
			all := []int64{r.ts, r.id}
			for _, o := range tbl.Key[:n] {
				spec.Key = append(spec.Key, vector.IntDatum(all[o]))
			}
			found, err := tryScan(x.tx, spec)
			require.NoError(t, err)
			want = slices.DeleteFunc(want, func(w row) bool {
				return slices.ContainsFunc(tbl.Key[:n], func(o int) bool { return []int64{w.ts, w.id}[o] != all[o] })
			})
			require.Equal(t, fmt.Sprint(want), fmt.Sprint(rowsOf(found)), "key %v", spec.Key)
		}
		return rows, view
	}
	// write adds what the model knows of a write.
	remove := func(x *modelTxn, id string) {
		x.log = append(x.log, modelWrite{id: id, checks: true, at: x.at})
	}
	add := func(x *modelTxn, r row) (ok bool) {
		id := m.id(r)
		w := modelWrite{id: id, row: &r, at: x.at}
		if len(tbl.Key) > 0 {
			switch x.own(id) {
			case keyLive:
				return false
			case keyUntouched:
				if _, live := m.rows[id]; live {
					return false
				}
				w.absent, w.checks = true, true
			}
		}
		x.log = append(x.log, w)
		return true
	}
	// wrote ends a write that failed or not, as the model says.
	wrote := func(x *modelTxn, ok bool, err error) {
		if ok {
			require.NoError(t, err)
			return
		}
		require.ErrorIs(t, err, ErrDuplicateKey)
		var d *DuplicateKeyError
		require.ErrorAs(t, err, &d)
		require.Len(t, d.Key, len(tbl.Key))
		if len(x.points) == 0 {
			finish(x, false)
			return
		}
		p := x.points[len(x.points)-1]
		require.NoError(t, x.tx.RollbackTo(p.mark))
		x.log = x.log[:p.n]
		x.seen = min(x.seen, p.n)
	}
	for range rapid.IntRange(1, 25).Draw(t, "steps") {
		var x *modelTxn
		if len(open) < 3 {
			x = &modelTxn{iso: Isolation(rapid.IntRange(0, 1).Draw(t, "isolation"))}
			x.tx = e.db.Begin(x.iso)
			open = append(open, x)
		} else {
			x = rapid.SampledFrom(open).Draw(t, "transaction")
		}
		statement(x)
		if d, c := x.refusals(m); (d || c) && x.iso == ReadCommitted {
			// It cannot commit, and its own writes lie over rows of others.
			finish(x, true)
			continue
		}
		rows, _ := check(x)
		switch op := rapid.IntRange(0, 9).Draw(t, "op"); {
		case op <= 3:
			var batch []row
			ok := true
			for range rapid.IntRange(1, 7).Draw(t, "rows") {
				r := drawRow()
				batch = append(batch, r)
				ok = ok && add(x, r)
			}
			wrote(x, ok, x.tx.Insert(bg, tbl, batchOf(batch)))
		case op <= 5 && len(rows) > 0:
			var some []found
			var batch []row
			for _, f := range rows {
				if rapid.Bool().Draw(t, "update") {
					some = append(some, f)
				}
			}
			if len(some) == 0 {
				break
			}
			// Moved rows go away first and come back after, all of a batch at once.
			var moved []row
			for _, f := range some {
				r := drawRow()
				r.v = f.v
				if rapid.Bool().Draw(t, "stay") {
					r.ts, r.id = f.ts, f.id
				}
				batch = append(batch, r)
				if m.id(r) != m.id(f.row) {
					remove(x, m.id(f.row))
					moved = append(moved, r)
					continue
				}
				x.log = append(x.log, modelWrite{id: m.id(r), row: &r, checks: true, at: x.at})
			}
			ok := true
			for _, r := range moved {
				ok = ok && add(x, r)
			}
			wrote(x, ok, x.tx.Update(bg, tbl, locatorsOf(some), batchOf(batch), batchOf(rowsOf(some))))
		case op <= 6 && len(rows) > 0:
			var sel []uint16
			for i, f := range rows {
				if rapid.Bool().Draw(t, "delete") {
					sel = append(sel, uint16(i))
					remove(x, m.id(f.row))
				}
			}
			if sel != nil {
				require.NoError(t, x.tx.Delete(bg, tbl, locatorsOf(rows), vector.Rows{N: len(rows), Sel: sel}, batchOf(rowsOf(rows))))
			}
		case op == 7 && len(x.points) < 3:
			x.points = append(x.points, modelPoint{x.tx.Savepoint(), len(x.log)})
		case op == 8 && len(x.points) > 0:
			i := rapid.IntRange(0, len(x.points)-1).Draw(t, "savepoint")
			p := x.points[i]
			x.points = x.points[:i+1]
			require.NoError(t, x.tx.RollbackTo(p.mark))
			x.log = x.log[:p.n]
			x.seen = min(x.seen, p.n)
		default:
			finish(x, rapid.IntRange(0, 4).Draw(t, "commit") > 0)
		}
		if slices.Contains(open, x) && rapid.Bool().Draw(t, "again") {
			check(x) // the statement does not see its own writes
		}
	}
	for len(open) > 0 {
		finish(open[0], true)
	}
	x := &modelTxn{tx: e.db.Begin(ReadCommitted)}
	statement(x)
	open = append(open, x)
	check(x)
	finish(x, true)
	checkShards(t, e, tbl, len(m.rows))
}

// checkShards asserts that the groups count the rows right and no shard is over the
// cap.
func checkShards(t require.TestingT, e *env, tbl *schema.Table, want int) {
	var rows, reserved int64
	deadline := time.Now().Add(5 * time.Second)
	for again := true; again; time.Sleep(time.Millisecond) {
		rows, reserved = 0, 0
		for _, s := range e.cluster.View().AllShards(tbl.ID) {
			st, ok := e.host.Group(s.Group).Shard(s.ID)
			require.True(t, ok)
			rows, reserved = rows+st.Rows, reserved+st.Reserved
			if tbl.MaxRows > 0 {
				require.LessOrEqual(t, st.Rows, tbl.MaxRows)
			}
		}
		again = (int(rows) != want || reserved != 0) && time.Now().Before(deadline)
	}
	require.EqualValues(t, want, rows)
	require.Zero(t, reserved)
}
