package syscat

import (
	"sync"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/catalog"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// Reader reads the system tables for one statement: with its catalog view, and
// with what its session tells. It may be used by the statement's goroutines at
// once.
type Reader struct {
	*Tables
	*snapshot
	session Session
	q       *op.Context
	search  []string // the search path
}

// snapshot is what follows from one catalog view: the rows of the catalogs, made
// when they are first asked for.
type snapshot struct {
	view *catalog.View

	mu   sync.Mutex
	rows map[*relation]*rowset
}

// Reader returns a reader over a catalog view.
func (t *Tables) Reader(view *catalog.View, session Session) *Reader {
	s := t.last.Load()
	if s == nil || s.view != view {
		s = &snapshot{view: view, rows: map[*relation]*rowset{}}
		t.last.Store(s)
	}
	return &Reader{Tables: t, snapshot: s, session: session}
}

// Scan is a values.Provider.
func (r *Reader) Scan(q *op.Context, namespace, table string, ordinals []int) ([]*vector.Vector, int, error) {
	rel := r.relations[name{namespace, table}]
	if rel == nil {
		return nil, 0, sqlerr.New(sqlerr.UndefinedTable, "relation \"%s.%s\" does not exist", namespace, table)
	}
	r = r.with(q)
	s, err := r.of(rel)
	if err != nil {
		return nil, 0, err
	}
	return s.window(rel, ordinals), s.rows, nil
}

// with returns a reader that reads for q.
func (r *Reader) with(q *op.Context) *Reader {
	c := *r
	c.q, c.search = q, q.Session.SearchPath
	return &c
}

// of returns the rows of a relation: those of the archive, then its source's.
func (r *Reader) of(rel *relation) (*rowset, error) {
	fixed, err := rel.archived()
	if err != nil || rel.source.rows == nil {
		return fixed, err
	}
	if rel.live {
		return r.make(rel, fixed)
	}
	r.mu.Lock()
	s := r.snapshot.rows[rel]
	r.mu.Unlock()
	if s != nil {
		return s, nil
	}
	// Two statements may make the same rows at once; making them may need those
	// of other relations, so the lock is not held meanwhile.
	if s, err = r.make(rel, fixed); err != nil {
		return nil, err
	}
	r.mu.Lock()
	r.snapshot.rows[rel] = s
	r.mu.Unlock()
	return s, nil
}

func (r *Reader) make(rel *relation, fixed *rowset) (*rowset, error) {
	e := newEmitter(rel, rel.source.columns)
	e.addAll(fixed)
	if err := rel.source.rows(r, e); err != nil {
		return nil, err
	}
	return e.done()
}
