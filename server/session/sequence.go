package session

import (
	"context"
	"errors"
	"sync"

	"github.com/dejaq/fasti/meta/catalog"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// prefetched is how many values of a sequence a node takes from the store at once,
// at least: each time costs a write of the metadata store. What is left of them is
// lost when the node ends, as in PostgreSQL, which logs 32 ahead.
const prefetched = 32

// counters are the values of sequences that a node has taken and not given out. The
// zero value is ready.
type counters struct {
	mu   sync.Mutex
	have map[schema.ObjectID]*taken // guarded by mu
}

// taken is a run of values: next, next + step, …; left of them.
type taken struct {
	epoch      uint32
	next, step int64
	left       int64
}

// next gives n values of a sequence to give, in order.
func (c *counters) next(ctx context.Context, cat *catalog.Catalog, o *schema.Object, n int, give func(i int, v int64)) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.have == nil {
		c.have = map[schema.ObjectID]*taken{}
	}
	s := o.Sequence
	r := c.have[o.ID]
	if r == nil || r.epoch != s.Epoch || r.step != s.Increment {
		r = &taken{epoch: s.Epoch, step: s.Increment}
		c.have[o.ID] = r
	}
	for i := range n {
		if r.left == 0 {
			want := max(prefetched, s.Cache, int64(n-i))
			err := cat.MoveCounter(ctx, o.ID, func(now catalog.Counter, ok bool) (catalog.Counter, error) {
				var err error
				r.next, r.left, err = advance(o, now, ok, want)
				return catalog.Counter{Epoch: s.Epoch, Last: r.next + (r.left-1)*s.Increment, Used: true}, err
			})
			if err != nil {
				r.left = 0
				return err
			}
		}
		give(i, r.next)
		r.left--
		if r.left > 0 {
			r.next += r.step
		}
	}
	return nil
}

// advance returns the next run of at most want values behind now.
func advance(o *schema.Object, now catalog.Counter, ok bool, want int64) (first, n int64, err error) {
	s := o.Sequence
	if !ok || now.Epoch != s.Epoch {
		now = catalog.Counter{Last: s.Restart}
	}
	first = now.Last
	up := s.Increment > 0
	if now.Used {
		switch {
		case up && now.Last <= s.Max-s.Increment, !up && now.Last >= s.Min-s.Increment:
			first = now.Last + s.Increment
		case up && !s.Cycle:
			return 0, 0, sqlerr.New(sqlerr.SequenceLimitExceeded, "nextval: reached maximum value of sequence \"%s\" (%d)", o.Name, s.Max)
		case !s.Cycle:
			return 0, 0, sqlerr.New(sqlerr.SequenceLimitExceeded, "nextval: reached minimum value of sequence \"%s\" (%d)", o.Name, s.Min)
		case up:
			first = s.Min
		default:
			first = s.Max
		}
	}
	// What fits behind first; the differences are counted unsigned, they may not
	// fit int64.
	room := (uint64(s.Max) - uint64(first)) / uint64(max(s.Increment, 1))
	if !up {
		room = (uint64(first) - uint64(s.Min)) / -uint64(s.Increment)
	}
	return first, int64(min(uint64(want-1), room)) + 1, nil
}

// forget gives up what was taken of a sequence.
func (c *counters) forget(id schema.ObjectID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.have, id)
}

// sequences is what a session knows of sequences; it implements op.Sequences.
type sequences struct {
	session *Session
	current map[schema.ObjectID]int64 // currval
	last    schema.ObjectID           // of lastval; 0: none
}

func (q *sequences) find(id uint32) (*schema.Object, error) {
	o := q.session.engine.Catalog.View().ObjectByID(schema.ObjectID(id))
	if o == nil || o.Kind != schema.SequenceObject {
		return nil, sqlerr.New(sqlerr.UndefinedTable, "could not open relation with OID %d", id)
	}
	return o, nil
}

// Next gives n values of the sequence.
func (q *sequences) Next(ctx context.Context, id uint32, n int, give func(i int, v int64)) error {
	o, err := q.find(id)
	if err != nil {
		return err
	}
	var last int64
	e := q.session.engine
	err = e.counters.next(ctx, e.Catalog, o, n, func(i int, v int64) {
		last = v
		give(i, v)
	})
	if err != nil {
		if errors.Is(err, catalog.ErrNoObject) {
			return sqlerr.New(sqlerr.UndefinedTable, "relation \"%s\" does not exist", o.Name)
		}
		return err
	}
	if n > 0 {
		q.note(o.ID, last)
	}
	return nil
}

func (q *sequences) note(id schema.ObjectID, v int64) {
	if q.current == nil {
		q.current = map[schema.ObjectID]int64{}
	}
	q.current[id], q.last = v, id
}

// Current is currval.
func (q *sequences) Current(id uint32) (int64, error) {
	o, err := q.find(id)
	if err != nil {
		return 0, err
	}
	v, ok := q.current[o.ID]
	if !ok {
		return 0, sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "currval of sequence \"%s\" is not yet defined in this session", o.Name)
	}
	return v, nil
}

// Last is lastval.
func (q *sequences) Last() (int64, error) {
	if v, ok := q.current[q.last]; ok && q.session.engine.Catalog.View().ObjectByID(q.last) != nil {
		return v, nil
	}
	return 0, sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "lastval is not yet defined in this session")
}

// Set is setval: v is the last value, or with called false the one that comes next.
func (q *sequences) Set(ctx context.Context, id uint32, v int64, called bool) error {
	o, err := q.find(id)
	if err != nil {
		return err
	}
	s := o.Sequence
	if v < s.Min || v > s.Max {
		return sqlerr.New(sqlerr.NumericValueOutOfRange, "setval: value %d is out of bounds for sequence \"%s\" (%d..%d)", v, o.Name, s.Min, s.Max)
	}
	e := q.session.engine
	defer e.counters.forget(o.ID)
	err = e.Catalog.MoveCounter(ctx, o.ID, func(catalog.Counter, bool) (catalog.Counter, error) {
		return catalog.Counter{Epoch: s.Epoch, Last: v, Used: called}, nil
	})
	if err == nil && called {
		q.noteSet(o.ID, v)
	}
	return err
}

// noteSet is what setval does to currval: lastval stays with the last nextval.
func (q *sequences) noteSet(id schema.ObjectID, v int64) {
	last := q.last
	q.note(id, v)
	q.last = last
}
