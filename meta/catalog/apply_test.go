package catalog

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/meta/schema"
)

// TestApply makes changes with placeholders, renames, drops of fixed objects and
// names that pass from one object to another, and looks at the view after each.
func TestApply(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	c := newCatalog(t, s)
	defer func() { require.NoError(t, s.Close()) }()
	ctx := t.Context()
	apply := func(ch schema.Change) (*schema.Change, error) {
		ch.At = c.View().DefinitionsRev()
		return c.Apply(ctx, &ch)
	}

	tbl := newTable("a")
	tbl.ID, tbl.Namespace, tbl.Partitions = schema.TableID(schema.NewID+1), "s", 1
	tbl.Columns[0].Sequence = schema.NewID + 2
	made, err := apply(schema.Change{
		Tables: []*schema.Table{&tbl},
		Objects: []*schema.Object{
			{ID: schema.NewID, Kind: schema.NamespaceObject, Name: "s"},
			{ID: schema.NewID + 2, Kind: schema.SequenceObject, Namespace: "s", Name: "q", Sequence: &schema.Sequence{OwnerTable: schema.NewID + 1}},
		},
	})
	require.NoError(t, err)
	v := c.View()
	a, q := v.Table("s", "a"), v.Object(schema.SequenceObject, "s", "q")
	require.Equal(t, made.Tables[0], a)
	require.Equal(t, q.ID, a.Columns[0].Sequence)
	require.Equal(t, schema.ObjectID(a.ID), q.Sequence.OwnerTable)
	require.Equal(t, []string{"fasti", "information_schema", "pg_catalog", "public", "s"}, v.Namespaces())

	_, err = c.Apply(ctx, &schema.Change{At: made.At, Drop: []schema.ObjectID{q.ID}})
	require.ErrorIs(t, err, ErrChanged)
	_, err = apply(schema.Change{Objects: []*schema.Object{{ID: schema.NewID, Kind: schema.SequenceObject, Namespace: "s", Name: "a", Sequence: &schema.Sequence{}}}})
	require.ErrorIs(t, err, ErrObjectExists)
	_, err = apply(schema.Change{Objects: []*schema.Object{{ID: schema.NewID, Kind: schema.SequenceObject, Namespace: "none", Name: "a", Sequence: &schema.Sequence{}}}})
	require.ErrorIs(t, err, ErrNoNamespace)

	// The name of the table goes to the sequence, in one step.
	renamed := q.Clone()
	renamed.Name = "a"
	_, err = apply(schema.Change{Objects: []*schema.Object{renamed}, Drop: []schema.ObjectID{schema.ObjectID(a.ID)}})
	require.NoError(t, err)
	require.Nil(t, c.View().Table("s", "a"))
	require.Equal(t, q.ID, c.View().Relation("s", "a"))

	_, err = apply(schema.Change{Drop: []schema.ObjectID{schema.PublicNamespace}})
	require.NoError(t, err)
	require.Nil(t, c.View().Object(schema.NamespaceObject, "", Public))
	_, err = c.CreateTable(ctx, newTable("x"))
	require.ErrorIs(t, err, ErrNoNamespace)

	want := fmt.Sprint(c.View().Objects(schema.NamespaceObject), c.View().Objects(schema.SequenceObject)[0].Name)
	require.NoError(t, c.Close())
	require.NoError(t, s.Close())
	s = openStore(t, dir)
	c = newCatalog(t, s)
	require.Equal(t, len(want), len(fmt.Sprint(c.View().Objects(schema.NamespaceObject), c.View().Objects(schema.SequenceObject)[0].Name)))
	require.Nil(t, c.View().ObjectByID(schema.PublicNamespace))
}

// TestApplyOnce lets goroutines make changes from the same revision through two
// catalogs: exactly one of each contest succeeds, the others see ErrChanged.
func TestApplyOnce(t *testing.T) {
	s := openStore(t, t.TempDir())
	defer func() { require.NoError(t, s.Close()) }()
	catalogs := []*Catalog{newCatalog(t, s), newCatalog(t, s)}
	at := catalogs[0].View().DefinitionsRev()
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex
		wins int
	)
	for w := range 8 {
		wg.Go(func() {
			_, err := catalogs[w%2].Apply(t.Context(), &schema.Change{At: at, Objects: []*schema.Object{
				{ID: schema.NewID, Kind: schema.NamespaceObject, Name: fmt.Sprint("s", w)},
			}})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				wins++
			} else if !errors.Is(err, ErrChanged) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	require.Equal(t, 1, wins)
}

// TestCounter moves a counter from several goroutines: no value is given twice, and
// a sequence that is gone has none.
func TestCounter(t *testing.T) {
	s := openStore(t, t.TempDir())
	defer func() { require.NoError(t, s.Close()) }()
	c := newCatalog(t, s)
	made, err := c.Apply(t.Context(), &schema.Change{Objects: []*schema.Object{
		{ID: schema.NewID, Kind: schema.SequenceObject, Namespace: Public, Name: "q", Sequence: &schema.Sequence{}},
	}})
	require.NoError(t, err)
	id := made.Objects[0].ID
	var wg sync.WaitGroup
	var mu sync.Mutex
	seen := map[int64]bool{}
	for range 4 {
		wg.Go(func() {
			for range 10 {
				var got int64
				err := c.MoveCounter(t.Context(), id, func(now Counter, _ bool) (Counter, error) {
					got = now.Last + 1
					return Counter{Last: got, Used: true}, nil
				})
				mu.Lock()
				if err != nil || seen[got] {
					t.Error(err, got)
				}
				seen[got] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	n, ok, err := c.Counter(t.Context(), id)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, Counter{Last: 40, Used: true}, n)
	_, err = c.Apply(t.Context(), &schema.Change{At: c.View().DefinitionsRev(), Drop: []schema.ObjectID{id}})
	require.NoError(t, err)
	require.ErrorIs(t, c.MoveCounter(t.Context(), id, func(n Counter, _ bool) (Counter, error) { return n, nil }), ErrNoObject)
}
