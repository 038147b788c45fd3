package txn

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/kv/mvcc"
	"github.com/dejaq/fasti/kv/segment"
	"github.com/dejaq/fasti/kv/store"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
)

// Locator, in Spec.Columns, asks for the row's locator: bytes by which Update and
// Delete find the row.
const Locator = mvcc.Locator

// Spec says what a scan reads.
type Spec struct {
	Table *schema.Table
	// Columns lists ordinals of Table.Columns, or Locator. Column i of a Morsel is
	// Columns[i].
	Columns []int
	// Lo and Hi restrict a sliced table to the shards that may hold times in
	// [Lo, Hi), µs since 2000-01-01 UTC; math.MaxInt64 as Hi takes +infinity in. The
	// rows of those shards are not filtered.
	Lo, Hi int64
	// Nulls takes in the rows whose time is NULL.
	Nulls bool
	// Key fixes the leading columns of the primary key; only rows that have them
	// are read. Values are of the columns' types and not NULL.
	Key []vector.Datum
	// Index, if not 0, is an index of the table through which rows are looked for: only
	// those in Ranges, which must not overlap, and within a shard in its order. When
	// it cannot be used yet at the statement's timestamp, all rows are read.
	Index  schema.TableID
	Ranges []IndexRange
}

// Scan is a read of a table at the statement's timestamp. Its Readers share the
// work: each row is seen by one of them.
type Scan struct {
	db    *DB
	spec  Spec
	codec *mvcc.Codec
	at    schema.Timestamp
	known int
	kept  int

	// columnar counts the shards that were read from segments.
	columnar atomic.Int64

	units []unit
	next  atomic.Int64 // unit not taken yet
	snap  *store.Snapshot
	own   map[schema.GroupID]*written
	cache pieceCache
	index *indexScan // nil without one

	closeOnce sync.Once
}

// unit is what a worker takes at a time: a range of store keys in neighbouring shards
// of one group.
type unit struct {
	group       schema.GroupID
	first, last schema.ShardID
	from, to    []byte
	point       bool // there is one key only: from, without its end

	block  int64            // of a scan that may read segments: the one that all of it lies in
	shards []schema.ShardID // of such a scan
}

// Scan prepares a read. The scan must be closed before the transaction's next
// statement, commit or rollback.
func (t *Txn) Scan(ctx context.Context, s Spec) (*Scan, error) {
	if err := t.usable(); err != nil {
		return nil, err
	}
	if t.readTS == 0 {
		if err := t.Statement(ctx); err != nil {
			return nil, err
		}
	}
	codec, err := t.db.codec(s.Table)
	if err != nil {
		return nil, err
	}
	sc := &Scan{db: t.db, spec: s, codec: codec, at: t.readTS}
	sc.known = t.view.ShardCount(s.Table.ID)
	indexed := false
	if s.Index != 0 {
		if indexed, err = t.useIndex(ctx, sc); err != nil {
			return nil, err
		}
	}
	if !indexed {
		if err := t.prepareScan(ctx, sc); err != nil {
			return nil, err
		}
	}
	sc.snap = t.db.opts.Data.NewSnapshot()
	if t.db.emptied.since(s.Table.ID, t.moment) {
		// The snapshot may have the rows of some groups only.
		return nil, errors.Join(ErrTableGone, sc.Close())
	}
	return sc, nil
}

// prepareScan finds the units of a scan without an index.
func (t *Txn) prepareScan(ctx context.Context, sc *Scan) error {
	shards, err := t.keep(ctx, sc)
	if err != nil {
		return err
	}
	sc.kept = len(shards)
	if sc.own, err = t.written(sc.spec.Table.ID); err != nil {
		return err
	}
	for _, sh := range shards {
		if err := t.barrier(ctx, sh.Group); err != nil {
			return err
		}
	}
	sc.cut(shards, t.db.opts.UnitShards)
	return nil
}

// keep returns the shards that may hold rows of the scan.
func (t *Txn) keep(ctx context.Context, sc *Scan) ([]schema.Shard, error) {
	s := &sc.spec
	if len(s.Key) > 0 {
		return t.keepKey(ctx, sc)
	}
	if !s.Table.Sliced() {
		return t.view.Shards(s.Table.ID, math.MinInt64, math.MaxInt64, true), nil
	}
	return t.shards(s.Table.ID, s.Lo, s.Hi, s.Nulls), nil
}

// shards returns the shards of a sliced table that may hold times in [lo, hi).
func (t *Txn) shards(id schema.TableID, lo, hi int64, nulls bool) []schema.Shard {
	if lo >= hi && lo != math.MaxInt64 {
		lo, hi = math.MinInt64, math.MinInt64 // no time at all
	}
	return t.view.Shards(id, lo, hi, nulls)
}

// keepKey is keep of a scan that fixes a part of the key.
func (t *Txn) keepKey(ctx context.Context, sc *Scan) ([]schema.Shard, error) {
	s := &sc.spec
	tbl := s.Table
	sp := newSpread(tbl, sc.codec)
	fixed := func(o int) (vector.Datum, bool) {
		i := slices.Index(tbl.Key, o)
		if i < 0 || i >= len(s.Key) {
			return vector.Datum{}, false
		}
		return s.Key[i], true
	}
	lo, hi := int64(math.MinInt64), int64(math.MaxInt64)
	timed := !tbl.Sliced()
	at := place{}
	if tbl.Sliced() {
		lo, hi = s.Lo, s.Hi
		if d, ok := fixed(tbl.Time); ok {
			us := sp.instant(d.I)
			timed = true
			at.start = tbl.SliceStart(us)
			lo, hi = max(lo, at.start), min(hi, tbl.SliceEnd(at.start))
			if us == math.MaxInt64 {
				hi = s.Hi
			}
		}
	}
	partition := tbl.Partitions == 1
	if !partition && len(sp.hashed) > 0 {
		partition = true
		var buf []byte
		for _, o := range sp.hashed {
			d, ok := fixed(o)
			if !ok {
				partition = false
				break
			}
			buf = keys.AppendNullable(buf, tbl.Columns[o].Type, d)
		}
		if partition {
			at.partition = sp.partitionOf(buf)
		}
	}
	if len(s.Key) == len(tbl.Key) && (sp.homing == homeIndex || timed && partition) {
		return t.keepHome(ctx, sc, &sp, at)
	}
	shards := t.shards(tbl.ID, lo, hi, s.Nulls && !sp.timed)
	if partition && tbl.Partitions > 1 {
		shards = slices.DeleteFunc(shards, func(sh schema.Shard) bool {
			return sh.ID.Partition != at.partition && sh.ID.Partition != schema.NullPartition
		})
	}
	return shards, nil
}

// keepHome looks a whole key up at its home and returns the shard of its row, none if
// it has no row.
func (t *Txn) keepHome(ctx context.Context, sc *Scan, sp *spread, at place) ([]schema.Shard, error) {
	key := sc.codec.AppendKeyPrefix(nil, sc.spec.Key)
	home := sp.home(at, key)
	first := t.view.Slice(sc.spec.Table.ID, home.start, home.partition)
	if len(first) == 0 || first[0].State == schema.ShardDropping {
		return nil, nil
	}
	if sp.homing == homePlace && len(first) == 1 {
		return first, nil
	}
	h := first[0]
	if err := t.barrier(ctx, h.Group); err != nil {
		return nil, err
	}
	value, err := t.homeValue(sc.spec.Table.ID, h, key)
	if err != nil {
		return nil, err
	}
	if len(value) == 0 {
		return nil, nil
	}
	if !mvcc.IsStub(value) {
		return []schema.Shard{h}, nil
	}
	id, err := mvcc.StubShard(value)
	if err != nil {
		return nil, err
	}
	sh, ok := t.view.Shard(id)
	if !ok || sh.State == schema.ShardDropping {
		return nil, nil
	}
	return []schema.Shard{sh}, nil
}

// homeValue returns what the statement sees of a key at its home, empty for nothing.
func (t *Txn) homeValue(table schema.TableID, home schema.Shard, key []byte) (value []byte, err error) {
	own, err := t.written(table)
	if err != nil {
		return nil, err
	}
	if w := own[home.Group]; w != nil {
		locator := append(keys.AppendRowPrefix(nil, home.Group, home.ID), key...)
		from, to := keys.Bounds(locator)
		var cache pieceCache
		o, err := w.overlay(&cache, t.db.opts.Data.Reader(), home.ID, home.ID, from, to)
		if err != nil {
			return nil, err
		}
		if v, ok := o.Get(locator); ok {
			return v, nil
		}
	}
	seek, err := mvcc.NewSeeker(t.db.opts.Data.Reader())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, seek.Close()) }()
	_, v, _, err := seek.Newest(home.Group, home.ID, key, t.readTS)
	return slices.Clone(v), err
}

// cut makes units of the shards, which are in order.
func (s *Scan) cut(shards []schema.Shard, most int) {
	if len(shards) == 0 {
		return
	}
	// Small enough that all workers find work until the end, large enough that
	// seeking does not show.
	most = max(1, min(most, len(shards)/64))
	prefix := s.codec.AppendKeyPrefix(nil, s.spec.Key)
	byGroup := make(map[schema.GroupID]int) // open unit
	null := schema.ShardID{Table: s.spec.Table.ID, Partition: schema.NullPartition}
	sizes := make([]int, 0, len(shards))
	columns := s.readsColumns()
	for j, sh := range shards {
		i, ok := byGroup[sh.Group]
		block := segment.Block(s.spec.Table, sh.ID.Start)
		if ok && columns && s.units[i].block != block {
			ok = false
		}
		if s.spec.Table.Partitions <= 1 && j > 0 && shards[j-1].Group != sh.Group {
			ok = false // keeps the order; where partitions alternate, it would cost too much
		}
		if ok && sizes[i] < most && len(s.spec.Key) == 0 && s.joins(s.units[i].last, sh.ID, null) {
			s.units[i].last = sh.ID
			sizes[i]++
			if columns {
				s.units[i].shards = append(s.units[i].shards, sh.ID)
			}
			continue
		}
		byGroup[sh.Group] = len(s.units)
		u := unit{group: sh.Group, first: sh.ID, last: sh.ID, block: block}
		if columns {
			u.shards = append(make([]schema.ShardID, 0, min(most, len(shards)-j)), sh.ID)
		}
		s.units = append(s.units, u)
		sizes = append(sizes, 1)
	}
	for i := range s.units {
		u := &s.units[i]
		if len(prefix) > 0 {
			u.point = len(s.spec.Key) == len(s.spec.Table.Key)
			u.from, u.to = keys.Bounds(append(keys.AppendRowPrefix(nil, u.group, u.first), prefix...))
			continue
		}
		u.from, _ = keys.ShardBounds(u.group, u.first)
		_, u.to = keys.ShardBounds(u.group, u.last)
	}
}

// joins reports whether all rows between two shards of one group belong to the scan:
// only the rows without a time may lie between, unasked for.
func (s *Scan) joins(a, b, null schema.ShardID) bool {
	return s.spec.Nulls || !(a.Compare(null) < 0 && null.Compare(b) < 0)
}

// Shards returns how many shards the scan reads, and how many the table has.
func (s *Scan) Shards() (kept, known int) { return s.kept, s.known }

// Segments returns how many shards were read from segments so far.
func (s *Scan) Segments() int { return int(s.columnar.Load()) }

// Close releases the scan. Its Readers must be closed.
func (s *Scan) Close() (err error) {
	s.closeOnce.Do(func() { err = s.snap.Close() })
	return err
}

// Reader is one worker's part of a scan, and belongs to one goroutine.
type Reader struct {
	scan *Scan
	rows *mvcc.Scanner
	unit int     // the one being read
	part uint64  // morsels read of it
	more bool    // a scanner stands in the unit, or in a source of it
	m    *Morsel // nil after Close

	index    *indexReader // reads entries; nil without an index
	columnar *columnar    // nil when the scan may not read segments
	sources  []source     // of the unit, that are left
}

// Open returns a Reader; the caller closes it. Several goroutines may call it.
func (s *Scan) Open() (*Reader, error) {
	withKeys := slices.ContainsFunc(s.spec.Columns, func(o int) bool { return o == Locator || s.codec.NeedsKey(o) })
	rows, err := mvcc.NewScanner(s.snap, s.codec, s.at, withKeys)
	if err != nil {
		return nil, err
	}
	r := &Reader{scan: s, rows: rows, m: s.db.morsels.Get().(*Morsel)}
	r.m.columns = s.spec.Columns
	switch {
	case s.index != nil:
		entries, err := mvcc.NewScanner(s.snap, s.codec, s.at, true)
		if err != nil {
			return nil, errors.Join(err, r.Close())
		}
		r.index = &indexReader{entries: entries}
	case s.readsColumns():
		if r.columnar, err = newColumnar(s); err != nil {
			return nil, errors.Join(err, rows.Close())
		}
	}
	return r, nil
}

// Next returns the next rows, nil at the end. A morsel is of one unit, so that Seq
// orders the morsels of all Readers.
func (r *Reader) Next() (*Morsel, error) {
	r.m.rows.Reset()
	r.m.window.columnar = nil
	for {
		switch {
		case r.more:
			var err error
			if r.index != nil {
				r.more, err = r.fillByIndex()
			} else {
				r.more, err = r.rows.Fill(&r.m.rows)
			}
			if err != nil {
				return nil, err
			}
			if r.m.rows.Rows() > 0 {
				return r.give(), nil
			}
		case len(r.sources) == 0:
			n := int(r.scan.next.Add(1)) - 1
			if n >= len(r.scan.units) {
				r.scan.next.Store(int64(len(r.scan.units))) // no overflow by idle readers
				return nil, nil
			}
			if err := r.seek(n); err != nil {
				return nil, err
			}
		case r.sources[0].header == nil:
			r.rows.Seek(r.sources[0].from, r.sources[0].to, nil)
			r.sources, r.more = r.sources[1:], true
		case r.columnar.next(&r.sources[0], &r.m.window):
			return r.give(), nil
		default:
			r.sources = r.sources[1:]
		}
	}
}

// give numbers the morsel.
func (r *Reader) give() *Morsel {
	r.m.seq = uint64(r.unit)<<32 | r.part
	r.part++
	return r.m
}

func (r *Reader) seek(n int) (err error) {
	u := &r.scan.units[n]
	r.unit, r.part, r.more, r.sources = n, 0, true, r.sources[:0]
	var o *mvcc.Overlay
	own := r.scan.own
	if r.index != nil {
		own = r.scan.index.own
	}
	touched := false
	if w := own[u.group]; w != nil && w.touches(u.first, u.last) {
		touched = true
		if o, err = w.overlay(&r.scan.cache, r.scan.snap, u.first, u.last, u.from, u.to); err != nil {
			return err
		}
	}
	switch {
	case r.index != nil:
		r.index.entries.Seek(u.from, u.to, o)
	case u.point:
		r.rows.SeekKey(u.from[:len(u.from)-1], o)
	case touched || r.columnar == nil:
		r.rows.Seek(u.from, u.to, o)
	default:
		r.more = false
		r.sources, err = r.columnar.sources(u, r.sources)
	}
	return err
}

// Close releases the Reader and its last morsel.
func (r *Reader) Close() error {
	if r.m == nil {
		return nil
	}
	r.m.columns = nil
	r.m.rows.Reset()
	r.m.window = window{}
	r.scan.db.morsels.Put(r.m)
	r.m = nil
	err := r.rows.Close()
	if r.index != nil {
		err = errors.Join(r.index.entries.Close(), err)
	}
	if r.columnar != nil {
		err = errors.Join(err, r.columnar.reader.Close())
	}
	return err
}

// Morsel is a run of at most vector.MaxRows rows. It is valid until the Reader's
// next call.
type Morsel struct {
	rows    mvcc.Morsel
	window  window // of a segment, instead of rows
	columns []int
	seq     uint64
}

// Rows returns the number of rows, 1 … vector.MaxRows.
func (m *Morsel) Rows() int {
	if m.window.columnar != nil {
		return m.window.rows
	}
	return m.rows.Rows()
}

// Seq numbers the morsels of a scan: in the order of shard and row key, if the table
// has one partition; else in that order within each group.
func (m *Morsel) Seq() uint64 { return m.seq }

// Decode gives rows [from, to) of column col (an index into Spec.Columns) in out,
// whose memory it uses again. Text may alias the morsel.
func (m *Morsel) Decode(col, from, to int, out *vector.Vector) error {
	if m.window.columnar != nil {
		return m.window.decode(col, from, to, out)
	}
	return m.rows.Decode(m.columns[col], from, to, out)
}

// DecodeSel is Decode of the named rows: row rows[i] becomes row i of out.
func (m *Morsel) DecodeSel(col int, rows []uint16, out *vector.Vector) error {
	if m.window.columnar != nil {
		return m.window.decodeSel(col, rows, out)
	}
	return m.rows.DecodeSel(m.columns[col], rows, out)
}
