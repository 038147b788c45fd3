package catalog

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dejaq/fasti/meta/etcd"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
)

// openStore opens a metadata store whose manager is this test.
func openStore(t testing.TB, dir string) *etcd.Store {
	t.Helper()
	s, err := etcd.Open(etcd.Options{Dir: dir, NoSync: true})
	require.NoError(t, err)
	_, _, err = s.ClaimNext(t.Context(), 1)
	require.NoError(t, err)
	return s
}

// newCatalog opens a catalog that lasts as long as the test. Its clock stands at
// 2000-01-01 00:00:01 UTC.
func newCatalog(t testing.TB, s *etcd.Store) *Catalog {
	t.Helper()
	c, err := Open(t.Context(), s, Options{Now: func() time.Time { return time.Unix(946684801, 0) }})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

// newTable returns a keyed table of one column.
func newTable(name string) schema.Table {
	return schema.Table{Name: name, Time: -1, Columns: []schema.Column{{Name: "a", Type: types.Of(types.Int4), NotNull: true}}, Key: []int{0}}
}

// TestCatalog runs testdata/catalog against one store. Its commands:
//
//	create name=N [namespace=N] [sliced] [broken]   creates a table
//	update id=N [version=N] [name=N] [partitions=N] updates it from the given
//	                                                version, default: the newest
//	drop id=N
//	shard id=N                                      puts a shard's key
//	reopen                                          closes and opens everything
//	show                                            the view and the stored keys
func TestCatalog(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	c := newCatalog(t, s)
	defer func() { require.NoError(t, s.Close()) }()
	ctx := t.Context()
	datadriven.RunTest(t, "testdata/catalog", func(t *testing.T, d *datadriven.TestData) string {
		id := uint64(0)
		d.MaybeScanArgs(t, "id", &id)
		tbl := c.View().TableByID(schema.TableID(id))
		switch d.Cmd {
		case "create":
			var name string
			d.ScanArgs(t, "name", &name)
			nt := newTable(name)
			d.MaybeScanArgs(t, "namespace", &nt.Namespace)
			if d.HasArg("sliced") {
				nt.Columns = append(nt.Columns, schema.Column{Name: "ts", Type: types.Of(types.Timestamp)})
				nt.Key, nt.Time = nil, 1
			}
			if d.HasArg("broken") {
				nt.Time = 5
			}
			got, err := c.CreateTable(ctx, nt)
			if err != nil {
				return err.Error()
			}
			require.Same(t, got, c.View().Table(got.Namespace, got.Name))
			return fmt.Sprintf("%+v", *got)
		case "update":
			change := &schema.Table{ID: schema.TableID(id), Namespace: Public, Partitions: 1, Time: -1}
			if tbl != nil {
				change = tbl.Clone()
			}
			d.MaybeScanArgs(t, "version", &change.Version)
			d.MaybeScanArgs(t, "name", &change.Name)
			d.MaybeScanArgs(t, "partitions", &change.Partitions)
			if err := c.UpdateTable(ctx, change); err != nil {
				return err.Error()
			}
		case "drop":
			if err := c.DropTable(ctx, schema.TableID(id)); err != nil {
				return err.Error()
			}
		case "shard":
			_, err := s.Txn(ctx, etcd.Txn{Then: []etcd.Op{etcd.Put(ShardsPrefix(tbl.ID)+"0", nil)}})
			require.NoError(t, err)
		case "reopen":
			require.NoError(t, c.Close())
			require.NoError(t, s.Close())
			s = openStore(t, dir)
			c = newCatalog(t, s)
		case "show":
		default:
			d.Fatalf(t, "unknown command %q", d.Cmd)
		}
		return show(t, s, c)
	})
}

// show prints the view in its order by name, then the stored keys.
func show(t *testing.T, s *etcd.Store, c *Catalog) string {
	var b strings.Builder
	for _, tbl := range c.View().Tables() {
		fmt.Fprintf(&b, "%d %s.%s version=%d\n", tbl.ID, tbl.Namespace, tbl.Name, tbl.Version)
	}
	kvs, _, err := s.List(t.Context(), "/t/", "/tn/", "/id/")
	require.NoError(t, err)
	b.WriteString("keys:")
	for _, kv := range kvs {
		b.WriteString(" " + kv.Key)
		if !strings.HasPrefix(kv.Key, "/t/") {
			b.WriteString("=" + string(kv.Value))
		}
	}
	return b.String()
}

// TestConcurrentDDL lets goroutines create the same names and change the same
// table: of each contest there is exactly one winner, and ids are never shared.
func TestConcurrentDDL(t *testing.T) {
	s := openStore(t, t.TempDir())
	defer func() { require.NoError(t, s.Close()) }()
	// Two catalogs, as on two nodes, so that views lag behind each other.
	catalogs := []*Catalog{newCatalog(t, s), newCatalog(t, s)}
	ctx := t.Context()
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex
		wins = make(map[string]int)
		ids  = make(map[schema.TableID]string)
	)
	for w := range 8 {
		wg.Go(func() {
			for i := range 6 {
				name := fmt.Sprint("t", i)
				got, err := catalogs[w%2].CreateTable(ctx, newTable(name))
				mu.Lock()
				if err == nil {
					wins[name]++
					if ids[got.ID] != "" {
						t.Errorf("id %d given to %s and %s", got.ID, ids[got.ID], name)
					}
					ids[got.ID] = name
				} else if !errors.Is(err, ErrTableExists) {
					t.Error(err)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for i := range 6 {
		require.Equal(t, 1, wins[fmt.Sprint("t", i)])
	}

	start := catalogs[0].View().Table(Public, "t0")
	updates := 0
	for w := range 8 {
		wg.Go(func() {
			change := start.Clone()
			change.MaxRows = int64(w)
			err := catalogs[w%2].UpdateTable(ctx, change)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				updates++
			} else if !errors.Is(err, ErrChanged) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	require.Equal(t, 1, updates)
	for _, c := range catalogs {
		_, err := c.mirror.WaitNewest(ctx)
		require.NoError(t, err)
		require.Equal(t, start.Version+1, c.View().TableByID(start.ID).Version)
	}
	drops := 0
	for w := range 8 {
		wg.Go(func() {
			err := catalogs[w%2].DropTable(ctx, start.ID)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				drops++
			} else if !errors.Is(err, ErrNoTable) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	require.Equal(t, 1, drops)
}

// TestViewMatchesModel applies random histories of events, some in one step,
// and compares the view with one made of the same keys at once, in all its answers.
func TestViewMatchesModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		stored := make(map[schema.TableID]etcd.KV)
		view := &View{}
		for rev := int64(1); rev <= 40; rev++ {
			before, list := view, fmt.Sprint(view.Tables())
			var events []etcd.Event
			for range rapid.IntRange(0, 3).Draw(t, "events") {
				id := schema.TableID(rapid.IntRange(1, 12).Draw(t, "id"))
				kv, exists := stored[id]
				if exists && rapid.Bool().Draw(t, "drop") {
					delete(stored, id)
					events = append(events, etcd.Event{Key: kv.Key, Deleted: true, ModRev: rev})
					continue
				}
				tbl := newTable(fmt.Sprint(rapid.IntRange(0, 20).Draw(t, "name"), "-", id))
				tbl.ID, tbl.Namespace, tbl.Partitions, tbl.Columns[0].ID = id, Public, 1, 1
				kv = etcd.KV{Key: Key(id), Value: schema.AppendTable(nil, &tbl), ModRev: rev}
				stored[id] = kv
				events = append(events, etcd.Event{Key: kv.Key, Value: kv.Value, ModRev: rev})
			}
			var err error
			view, err = apply(view, events, rev)
			require.NoError(t, err)
			require.Equal(t, list, fmt.Sprint(before.Tables()), "an old view never changes")
			require.Equal(t, len(events) == 0, view.TablesRev() == before.TablesRev())
			require.Equal(t, rev, view.Rev())

			var kvs []etcd.KV
			for _, kv := range stored {
				kvs = append(kvs, kv)
			}
			fresh, err := reset(kvs, rev)
			require.NoError(t, err)
			require.Equal(t, len(stored), len(view.Tables()))
			for i, want := range fresh.Tables() {
				require.Equal(t, want, view.Tables()[i])
				require.Equal(t, want, view.TableByID(want.ID))
				require.Equal(t, want, view.Table(want.Namespace, want.Name))
				require.Equal(t, stored[want.ID].ModRev, view.modRev(want.ID))
			}
			require.Nil(t, view.TableByID(99))
			require.Nil(t, view.Table(Public, "none"))
		}
	})
}

// TestFenced checks that DDL is refused once another node is the manager.
func TestFenced(t *testing.T) {
	s := openStore(t, t.TempDir())
	defer func() { require.NoError(t, s.Close()) }()
	c := newCatalog(t, s)
	tbl, err := c.CreateTable(t.Context(), newTable("a"))
	require.NoError(t, err)
	_, err = s.Txn(t.Context(), etcd.Txn{Then: []etcd.Op{etcd.Put("/mgr", []byte("2/7"))}})
	require.NoError(t, err)
	_, err = c.CreateTable(t.Context(), newTable("b"))
	require.ErrorIs(t, err, etcd.ErrNotManager)
	require.ErrorIs(t, c.DropTable(t.Context(), tbl.ID), etcd.ErrNotManager)
	require.ErrorIs(t, c.UpdateTable(t.Context(), tbl), etcd.ErrNotManager)
	require.Same(t, tbl, c.View().Table(Public, "a"))
}

// TestUnknownOutcome makes the first transaction of each kind report that its
// outcome is unknown although it took place: the second look must find it done
// rather than done by somebody else.
func TestUnknownOutcome(t *testing.T) {
	s := openStore(t, t.TempDir())
	defer func() { require.NoError(t, s.Close()) }()
	c := newCatalog(t, s)
	ctx := t.Context()
	// twice runs decide's transaction itself, then lets it appear uncertain.
	twice := func(decide func(ctx context.Context, v *View, uncertain bool) (etcd.Txn, bool, error)) error {
		calls := 0
		return c.change(ctx, func(ctx context.Context, v *View, _ bool) (etcd.Txn, bool, error) {
			calls++
			txn, done, err := decide(ctx, v, calls > 1)
			if calls == 1 {
				require.NoError(t, err)
				require.False(t, done)
				res, err := s.Txn(ctx, txn)
				require.NoError(t, err)
				require.True(t, res.OK)
				return etcd.Txn{}, false, etcd.ErrUncertain
			}
			require.Equal(t, 2, calls)
			return txn, done, err
		})
	}
	nt := newTable("a")
	c.fill(&nt)
	require.NoError(t, twice(c.decideCreate(&nt)))
	stored := c.View().Table(Public, "a")
	require.NotNil(t, stored)

	renamed := stored.Clone()
	renamed.Name = "b"
	require.NoError(t, twice(c.decideUpdate(renamed)))
	require.Nil(t, c.View().Table(Public, "a"))
	require.Equal(t, stored.Version+1, c.View().Table(Public, "b").Version)
	require.NoError(t, twice(decideDrop(stored.ID)))
	require.Empty(t, c.View().Tables())
}

// TestNamespaces checks what a binder asks.
func TestNamespaces(t *testing.T) {
	v := &View{}
	require.Equal(t, []string{"fasti", "information_schema", "pg_catalog", "public"}, v.Namespaces())
	for name, want := range map[string][2]bool{"public": {false, true}, "fasti": {true, true}, "x": {false, false}} {
		virtual, ok := v.Namespace(name)
		require.Equal(t, want, [2]bool{virtual, ok}, name)
	}
}

// TestCorrupt checks that a descriptor under a wrong key or of a newer version
// fails the view instead of vanishing from it.
func TestCorrupt(t *testing.T) {
	tbl := newTable("a")
	tbl.ID, tbl.Namespace, tbl.Partitions, tbl.Columns[0].ID = 7, Public, 1, 1
	value := schema.AppendTable(nil, &tbl)
	for key, value := range map[string][]byte{"/t/8": value, "/t/x": value, "/t/7": value[1:]} {
		_, err := reset([]etcd.KV{{Key: key, Value: value}}, 1)
		require.ErrorIs(t, err, schema.ErrCorrupt)
		_, err = apply(&View{}, []etcd.Event{{Key: key, Value: value}}, 1)
		require.ErrorIs(t, err, schema.ErrCorrupt)
	}
}

// Indexes get ids of the tables' counter and share their names with tables; names and
// ids come and go with the descriptor (I1).
func TestIndexNames(t *testing.T) {
	s := openStore(t, t.TempDir())
	defer func() { require.NoError(t, s.Close()) }()
	c := newCatalog(t, s)
	key := []schema.IndexKey{{Column: 0}}
	a := newTable("a")
	a.Indexes = []schema.Index{{Name: "i", Keys: key, State: schema.IndexReady}}
	made, err := c.CreateTable(t.Context(), a)
	require.NoError(t, err)
	require.NotEqual(t, made.Indexes[0].ID, made.ID)
	require.GreaterOrEqual(t, made.Indexes[0].ID, FirstTableID)
	of, x := c.View().Index(Public, "i")
	require.Same(t, made, of)
	require.Same(t, &made.Indexes[0], x)

	b := newTable("b")
	b.Indexes = []schema.Index{{Name: "i", Keys: key}}
	_, err = c.CreateTable(t.Context(), b)
	require.ErrorIs(t, err, ErrTableExists)
	_, err = c.CreateTable(t.Context(), newTable("i"))
	require.ErrorIs(t, err, ErrTableExists)

	next := made.Clone()
	next.Indexes = append(next.Indexes[:0], schema.Index{Name: "j", Keys: key})
	require.NoError(t, c.UpdateTable(t.Context(), next))
	require.Greater(t, next.Indexes[0].ID, made.Indexes[0].ID)
	_, err = c.CreateTable(t.Context(), b)
	require.NoError(t, err)
	_, err = c.CreateTable(t.Context(), newTable("j"))
	require.ErrorIs(t, err, ErrTableExists)
	require.NoError(t, c.DropTable(t.Context(), made.ID))
	_, err = c.CreateTable(t.Context(), newTable("j"))
	require.NoError(t, err)
}
