package txn

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/dejaq/fasti/kv/replica"
	"github.com/dejaq/fasti/kv/store"
	"github.com/dejaq/fasti/kv/tso"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/catalog"
	"github.com/dejaq/fasti/meta/cluster"
	"github.com/dejaq/fasti/meta/etcd"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// env is a node without SQL: everything below this package, in memory.
type env struct {
	t       testing.TB
	meta    *etcd.Store
	catalog *catalog.Catalog
	cluster *cluster.Cluster
	log     *store.Store
	data    *store.Store
	host    *replica.Host
	oracle  *tso.Oracle
	db      *DB
	tables  int
}

var bg = context.Background()

// newEnv starts a node of three groups; tune changes the options of its DB.
func newEnv(t testing.TB, tune func(*Options)) *env {
	e := &env{t: t}
	var err error
	e.meta, err = etcd.Open(etcd.Options{Dir: t.TempDir(), NoSync: true})
	require.NoError(t, err)
	e.catalog, err = catalog.Open(bg, e.meta, catalog.Options{})
	require.NoError(t, err)
	e.cluster, err = cluster.Open(bg, e.meta, cluster.Options{Groups: 3})
	require.NoError(t, err)
	fs := store.MemFS()
	e.log, err = store.Open(store.Options{Dir: "log", FS: fs, Kind: store.RaftLog})
	require.NoError(t, err)
	e.data, err = store.Open(store.Options{Dir: "data", FS: fs, Kind: store.Data})
	require.NoError(t, err)
	var groups []schema.GroupID
	for _, g := range e.cluster.View().Groups() {
		groups = append(groups, g.ID)
	}
	e.host, err = replica.Open(replica.Options{Log: e.log, Data: e.data, Node: e.cluster.Node(), Epoch: e.cluster.Epoch(), Groups: groups})
	require.NoError(t, err)
	e.oracle = tso.New(e.host.Group(schema.SystemGroup), time.Now)
	e.host.SetOracle(e.oracle)
	o := Options{Host: e.host, Oracle: e.oracle, Cluster: e.cluster, Data: e.data, Node: e.cluster.Node(), Epoch: e.cluster.Epoch()}
	o.SealQuiet, o.SealRows = time.Millisecond, 1 // segments of all that rests for a moment
	if tune != nil {
		tune(&o)
	}
	e.db, err = New(o)
	require.NoError(t, err)
	t.Cleanup(e.close)
	return e
}

func (e *env) close() {
	require.NoError(e.t, e.db.Close())
	e.oracle.Close()
	require.NoError(e.t, e.host.Close())
	require.NoError(e.t, e.data.Close())
	require.NoError(e.t, e.log.Close())
	require.NoError(e.t, e.cluster.Close())
	require.NoError(e.t, e.catalog.Close())
	require.NoError(e.t, e.meta.Close())
}

// table creates a table of the columns ts timestamp, id int8, host text, v int8, with
// slices of one second.
func (e *env) table(change func(*schema.Table)) *schema.Table {
	e.tables++
	t := schema.Table{
		Namespace: "public", Name: fmt.Sprintf("t%d", e.tables), Time: 0, Width: 1e6, Partitions: 1, Replicas: 1,
		Columns: []schema.Column{
			{ID: 1, Name: "ts", Type: types.Of(types.Timestamp)},
			{ID: 2, Name: "id", Type: types.Of(types.Int8)},
			{ID: 3, Name: "host", Type: types.Of(types.Text)},
			{ID: 4, Name: "v", Type: types.Of(types.Int8)},
		},
	}
	if change != nil {
		change(&t)
	}
	for _, o := range t.Key {
		t.Columns[o].NotNull = true
	}
	if len(t.Key) > 0 {
		t.KeyName = t.Name + "_pkey"
	}
	for i := range t.Indexes {
		t.Indexes[i].Name = t.Name + "_" + t.Indexes[i].Name
	}
	made, err := e.catalog.CreateTable(bg, t)
	require.NoError(e.t, err)
	return made
}

// row is a row of the test table; null is the time of a row without one.
type row struct {
	ts, id int64
	host   string
	v      int64
}

const null = math.MinInt64 + 7

func (r row) String() string {
	ts := fmt.Sprint(r.ts)
	if r.ts == null {
		ts = "null"
	}
	return fmt.Sprintf("(%s %d %q %d)", ts, r.id, r.host, r.v)
}

func batchOf(rows []row) *vector.Batch {
	b := vector.NewBuilder(vector.Int64, vector.Int64, vector.Bytes, vector.Int64)
	for _, r := range rows {
		ts := vector.IntDatum(r.ts)
		if r.ts == null {
			ts = vector.NullDatum
		}
		err := b.AppendDatums([]vector.Datum{ts, vector.IntDatum(r.id), vector.StringDatum(r.host), vector.IntDatum(r.v)})
		if err != nil {
			panic(err)
		}
	}
	return b.Batch()
}

// found is a scanned row and its locator.
type found struct {
	row
	locator string
}

// scan reads a table inside a transaction, all of it unless spec says otherwise, with
// two readers taking turns. It reads twice: with locators, which takes every row from
// its versions, and without, which takes what it can from segments; in whole and in
// selected rows. All must give the same.
func scan(t testing.TB, tx *Txn, s Spec) (rows []found) {
	t.Helper()
	rows, err := tryScan(tx, s)
	require.NoError(t, err)
	return rows
}

// fromSegments counts the shards that scans of tests have read from segments.
var fromSegments atomic.Int64

func tryScan(tx *Txn, s Spec) (rows []found, err error) {
	rows, err = readAll(tx, s, true, false)
	for _, selected := range []bool{false, true} {
		if err != nil {
			return nil, err
		}
		var plain []found
		if plain, err = readAll(tx, s, false, selected); err == nil && !slices.Equal(rowsOf(plain), rowsOf(rows)) {
			err = fmt.Errorf("without locators (selected: %v) %v, with them %v", selected, rowsOf(plain), rowsOf(rows))
		}
	}
	return rows, err
}

func readAll(tx *Txn, s Spec, locators, selected bool) (rows []found, err error) {
	if s.Lo == 0 && s.Hi == 0 {
		s.Lo, s.Hi, s.Nulls = math.MinInt64, math.MaxInt64, true
	}
	s.Columns = []int{3, 0, 2, 1}
	if locators {
		s.Columns = append(s.Columns, Locator)
	}
	sc, err := tx.Scan(bg, s)
	if err != nil {
		return nil, err
	}
	defer func() {
		fromSegments.Add(int64(sc.Segments()))
		if e := sc.Close(); err == nil {
			err = e
		}
	}()
	var readers [2]*Reader
	for i := range readers {
		if readers[i], err = sc.Open(); err != nil {
			return nil, err
		}
		defer readers[i].Close()
	}
	seen := map[uint64]bool{}
	for i, ended := 0, 0; ended < 2; i = 1 - i {
		m, err := readers[i].Next()
		if err != nil {
			return nil, err
		}
		if m == nil {
			ended++
			continue
		}
		ended = 0
		if seen[m.Seq()] {
			return nil, fmt.Errorf("morsel %d twice", m.Seq())
		}
		seen[m.Seq()] = true
		if rows, err = decodeRows(rows, m, len(s.Columns), selected); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(rows, func(a, b found) int { return compareRows(a.row, b.row) })
	return rows, nil
}

// decodeRows appends the rows of m: in one piece, or the even ones and then the odd.
func decodeRows(rows []found, m *Morsel, columns int, selected bool) ([]found, error) {
	var c [5]vector.Vector
	add := func(n int) {
		for j := range n {
			f := found{row{c[1].Int(j), c[3].Int(j), string(c[2].Bytes(j)), c[0].Int(j)}, ""}
			if columns == len(c) {
				f.locator = string(c[4].Bytes(j))
			}
			if c[1].IsNull(j) {
				f.ts = null
			}
			rows = append(rows, f)
		}
	}
	if !selected {
		for j := range columns {
			if err := m.Decode(j, 0, m.Rows(), &c[j]); err != nil {
				return nil, err
			}
		}
		add(m.Rows())
		return rows, nil
	}
	for odd := range 2 {
		var sel []uint16
		for j := odd; j < m.Rows(); j += 2 {
			sel = append(sel, uint16(j))
		}
		if len(sel) == 0 {
			continue
		}
		for j := range columns {
			if err := m.DecodeSel(j, sel, &c[j]); err != nil {
				return nil, err
			}
		}
		add(len(sel))
	}
	return rows, nil
}

func compareRows(a, b row) int {
	if a.ts != b.ts {
		if a.ts < b.ts {
			return -1
		}
		return 1
	}
	if a.id != b.id {
		return int(a.id - b.id)
	}
	if a.v != b.v {
		return int(a.v - b.v)
	}
	if a.host < b.host {
		return -1
	}
	return 1
}

func rowsOf(f []found) []row {
	rows := make([]row, len(f))
	for i := range f {
		rows[i] = f[i].row
	}
	return rows
}

func locatorsOf(f []found) *vector.Vector {
	v := &vector.Vector{Kind: vector.Bytes, Len: len(f)}
	for _, r := range f {
		v.Spans = append(v.Spans, vector.Span{Off: uint32(len(v.Arena)), Len: uint32(len(r.locator))})
		v.Arena = append(v.Arena, r.locator...)
	}
	return v
}

// begin starts a transaction and its first statement.
func (e *env) begin(i Isolation) *Txn {
	tx := e.db.Begin(i)
	require.NoError(e.t, tx.Statement(bg))
	return tx
}

// insert commits rows in a transaction of their own.
func (e *env) insert(tbl *schema.Table, rows ...row) {
	e.t.Helper()
	tx := e.begin(ReadCommitted)
	require.NoError(e.t, tx.Insert(bg, tbl, batchOf(rows)))
	require.NoError(e.t, tx.Commit(bg))
}

// all returns the committed rows of a table.
func (e *env) all(tbl *schema.Table) []row {
	e.t.Helper()
	tx := e.begin(ReadCommitted)
	rows := rowsOf(scan(e.t, tx, Spec{Table: tbl}))
	require.NoError(e.t, tx.Commit(bg))
	return rows
}
