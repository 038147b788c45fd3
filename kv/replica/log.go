package replica

import (
	"encoding/binary"
	"fmt"
	"math"
	"sync/atomic"

	"go.etcd.io/raft/v3"
	pb "go.etcd.io/raft/v3/raftpb"

	"github.com/dejaq/fasti/kv/store"
	"github.com/dejaq/fasti/meta/schema"
)

// Every replica starts from this state, as if it had received a raft snapshot of
// an empty group, so that no election is needed to agree on the first members.
const (
	bootIndex = 10
	bootTerm  = 1
)

// Kinds of keys in the log store, behind the group.
const (
	logBoot      = 'c' // replica id, first members
	logEntry     = 'e' // index → term, type, data
	logHard      = 'h' // term, vote, commit
	logTruncated = 't' // index, term of the last entry dropped
)

const (
	entryKeySize    = 4 + 1 + 8
	entryHeaderSize = 8 + 1
	// entryOverhead is what an entry costs above its data, roughly.
	entryOverhead = 32
	// bytesStep is the distance of the marks from which truncation learns how many
	// bytes it drops.
	bytesStep = 1 << 20
)

func appendLogKey(dst []byte, gid schema.GroupID, kind byte) []byte {
	return append(binary.BigEndian.AppendUint32(dst, uint32(gid)), kind)
}

func appendEntryKey(dst []byte, gid schema.GroupID, index uint64) []byte {
	return binary.BigEndian.AppendUint64(appendLogKey(dst, gid, logEntry), index)
}

func appendUint64s(dst []byte, vs ...uint64) []byte {
	for _, v := range vs {
		dst = binary.LittleEndian.AppendUint64(dst, v)
	}
	return dst
}

// takeUint64s splits the exact encoding of len(out) integers.
func takeUint64s(b []byte, out ...*uint64) error {
	if len(b) != 8*len(out) {
		return fmt.Errorf("replica: %d bytes where %d integers are expected", len(b), len(out))
	}
	for i, p := range out {
		*p = binary.LittleEndian.Uint64(b[8*i:])
	}
	return nil
}

// groupLog is the raft log of one group in the shared log store. It belongs to the
// group's worker; only the atomic fields may be read by others.
//
// Invariant L1: the entries first … last are in the store or in a batch that the
// worker applies before it lets raft run again, and the newest of them, in one
// run, in the cache.
type groupLog struct {
	db  *store.Store
	gid schema.GroupID
	// replica is this replica's id in the group.
	replica uint64
	hard    pb.HardState
	conf    *pb.ConfState // as of the applied index at Open
	cache   entryCache
	// truncTerm is the term of entry first-1.
	truncTerm uint64

	first, last atomic.Uint64
	bytes       atomic.Int64 // of entries held, roughly
	marks       []byteMark
	sinceMark   int64
}

// byteMark says that the entries after the previous mark and up to index hold so
// many bytes.
type byteMark struct {
	index uint64
	bytes int64
}

var _ raft.Storage = (*groupLog)(nil)

// openLog loads what the store holds of a group's log. A group that it does not
// know is added to boot with voters as its members and itself as replica.
func openLog(db *store.Store, gid schema.GroupID, cacheBytes int, boot *store.Batch, replica uint64, voters []uint64) (*groupLog, error) {
	l := &groupLog{db: db, gid: gid, cache: entryCache{max: cacheBytes}}
	v, err := getCopy(db, appendLogKey(nil, gid, logBoot))
	switch {
	case err == store.ErrNotFound:
		return l, l.bootstrap(boot, replica, voters)
	case err != nil:
		return nil, err
	}
	if l.replica, l.conf, err = decodeBoot(v); err != nil {
		return nil, err
	}
	var truncated, term, vote, commit uint64
	if v, err = getCopy(db, appendLogKey(nil, gid, logTruncated)); err != nil {
		return nil, fmt.Errorf("truncated state: %w", err)
	}
	if err = takeUint64s(v, &truncated, &l.truncTerm); err != nil {
		return nil, err
	}
	if v, err = getCopy(db, appendLogKey(nil, gid, logHard)); err != nil {
		return nil, fmt.Errorf("hard state: %w", err)
	}
	if err = takeUint64s(v, &term, &vote, &commit); err != nil {
		return nil, err
	}
	l.hard = pb.HardState{Term: &term, Vote: &vote, Commit: &commit}
	l.first.Store(truncated + 1)
	l.last.Store(truncated)
	from, to := appendEntryKey(nil, gid, truncated+1), appendEntryKey(nil, gid, math.MaxUint64)
	it, err := db.NewIter(&store.IterOptions{LowerBound: from, UpperBound: to})
	if err != nil {
		return nil, err
	}
	if it.Last() {
		l.last.Store(binary.BigEndian.Uint64(it.Key()[5:]))
	}
	if err := it.Close(); err != nil {
		return nil, err
	}
	n, err := db.DiskUsage(from, to)
	if err != nil {
		return nil, err
	}
	l.bytes.Store(int64(n))
	l.marks = append(l.marks, byteMark{l.last.Load(), int64(n)})
	return l, nil
}

func (l *groupLog) bootstrap(b *store.Batch, replica uint64, voters []uint64) error {
	term, vote, commit := uint64(bootTerm), uint64(0), uint64(bootIndex)
	l.replica, l.conf = replica, &pb.ConfState{Voters: voters}
	l.hard = pb.HardState{Term: &term, Vote: &vote, Commit: &commit}
	l.truncTerm = bootTerm
	l.first.Store(bootIndex + 1)
	l.last.Store(bootIndex)
	for _, kv := range []struct {
		kind  byte
		value []byte
	}{
		{logBoot, encodeBoot(replica, l.conf)},
		{logTruncated, appendUint64s(nil, bootIndex, bootTerm)},
		{logHard, appendUint64s(nil, term, vote, commit)},
	} {
		if err := b.Set(appendLogKey(nil, l.gid, kv.kind), kv.value, nil); err != nil {
			return err
		}
	}
	return nil
}

// append adds entries, which follow each other and the log or replace its end, and
// a hard state, nil for none, to a batch.
func (l *groupLog) append(b *store.Batch, ents []*pb.Entry, hard *pb.HardState) error {
	for _, e := range ents {
		d := b.SetDeferred(entryKeySize, entryHeaderSize+len(e.Data))
		appendEntryKey(d.Key[:0], l.gid, e.GetIndex())
		binary.LittleEndian.PutUint64(d.Value, e.GetTerm())
		d.Value[8] = byte(e.GetType())
		copy(d.Value[entryHeaderSize:], e.Data)
		if err := d.Finish(); err != nil {
			return err
		}
		l.addBytes(e.GetIndex(), int64(entryOverhead+len(e.Data)))
	}
	if n := len(ents); n > 0 {
		last := ents[n-1].GetIndex()
		if old := l.last.Load(); last < old {
			if err := b.DeleteRange(appendEntryKey(nil, l.gid, last+1), appendEntryKey(nil, l.gid, old+1), nil); err != nil {
				return err
			}
		}
		l.cache.append(ents)
		l.last.Store(last)
	}
	if hard != nil {
		d := b.SetDeferred(5, 24)
		appendLogKey(d.Key[:0], l.gid, logHard)
		appendUint64s(d.Value[:0], hard.GetTerm(), hard.GetVote(), hard.GetCommit())
		return d.Finish()
	}
	return nil
}

func (l *groupLog) addBytes(index uint64, n int64) {
	l.bytes.Add(n)
	if l.sinceMark += n; l.sinceMark >= bytesStep {
		l.marks = append(l.marks, byteMark{index, l.sinceMark})
		l.sinceMark = 0
	}
}

// truncate drops the entries up to and including index, which is applied and
// durable in the data store. The batch need not be synced: what it deletes is not
// needed, and comes back with the old truncated state if it is lost.
func (l *groupLog) truncate(b *store.Batch, index uint64) error {
	term, err := l.Term(index)
	if err != nil {
		return fmt.Errorf("truncate at %d: %w", index, err)
	}
	// Each range begins where the one before ended: ranges with one common start
	// would be split at every end (pebble #2415).
	if err := b.DeleteRange(appendEntryKey(nil, l.gid, l.first.Load()), appendEntryKey(nil, l.gid, index+1), nil); err != nil {
		return err
	}
	if err := b.Set(appendLogKey(nil, l.gid, logTruncated), appendUint64s(nil, index, term), nil); err != nil {
		return err
	}
	l.first.Store(index + 1)
	l.truncTerm = term
	l.cache.dropBelow(index + 1)
	i := 0
	for ; i < len(l.marks) && l.marks[i].index <= index; i++ {
		l.bytes.Add(-l.marks[i].bytes)
	}
	l.marks = append(l.marks[:0], l.marks[i:]...)
	if index == l.last.Load() {
		l.bytes.Store(0)
		l.marks, l.sinceMark = l.marks[:0], 0
	}
	return nil
}

// InitialState implements raft.Storage.
func (l *groupLog) InitialState() (*pb.HardState, *pb.ConfState, error) { return &l.hard, l.conf, nil }

// FirstIndex implements raft.Storage.
func (l *groupLog) FirstIndex() (uint64, error) { return l.first.Load(), nil }

// LastIndex implements raft.Storage.
func (l *groupLog) LastIndex() (uint64, error) { return l.last.Load(), nil }

// Term implements raft.Storage.
func (l *groupLog) Term(i uint64) (uint64, error) {
	switch first := l.first.Load(); {
	case i == first-1:
		return l.truncTerm, nil
	case i < first:
		return 0, raft.ErrCompacted
	case i > l.last.Load():
		return 0, raft.ErrUnavailable
	}
	if e := l.cache.get(i); e != nil {
		return e.GetTerm(), nil
	}
	v, c, err := l.db.Get(appendEntryKey(nil, l.gid, i))
	if err != nil {
		return 0, fmt.Errorf("entry %d of group %d: %w", i, l.gid, err)
	}
	defer c.Close()
	if len(v) < entryHeaderSize {
		return 0, fmt.Errorf("entry %d of group %d: %d bytes", i, l.gid, len(v))
	}
	return binary.LittleEndian.Uint64(v), nil
}

// Entries implements raft.Storage.
func (l *groupLog) Entries(lo, hi, maxSize uint64) ([]*pb.Entry, error) {
	if lo < l.first.Load() {
		return nil, raft.ErrCompacted
	}
	if hi > l.last.Load()+1 {
		return nil, raft.ErrUnavailable
	}
	var out []*pb.Entry
	size := uint64(0)
	if lo < l.cache.first() {
		var err error
		if out, size, err = l.read(lo, min(hi, l.cache.first()), maxSize); err != nil {
			return nil, err
		}
		lo += uint64(len(out))
		if lo < l.cache.first() {
			return out, nil
		}
	}
	for ; lo < hi; lo++ {
		e := l.cache.get(lo)
		if size += uint64(entryOverhead + len(e.Data)); size > maxSize && len(out) > 0 {
			break
		}
		out = append(out, e)
	}
	return out, nil
}

// read returns entries from the store, at least one, and their size.
func (l *groupLog) read(lo, hi, maxSize uint64) (out []*pb.Entry, size uint64, err error) {
	it, err := l.db.NewIter(&store.IterOptions{LowerBound: appendEntryKey(nil, l.gid, lo), UpperBound: appendEntryKey(nil, l.gid, hi)})
	if err != nil {
		return nil, 0, err
	}
	defer func() {
		if e := it.Close(); err == nil {
			err = e
		}
	}()
	for ok := it.First(); ok; ok = it.Next() {
		v, err := it.ValueAndErr()
		if err != nil {
			return nil, 0, err
		}
		if size += uint64(entryOverhead + len(v)); size > maxSize && len(out) > 0 {
			return out, size, nil
		}
		index := binary.BigEndian.Uint64(it.Key()[5:])
		if index != lo+uint64(len(out)) || len(v) < entryHeaderSize {
			return nil, 0, fmt.Errorf("log of group %d: entry %d missing or damaged", l.gid, lo+uint64(len(out)))
		}
		term, typ := binary.LittleEndian.Uint64(v), pb.EntryType(v[8])
		e := &pb.Entry{Index: &index, Term: &term, Type: &typ}
		if len(v) > entryHeaderSize {
			e.Data = append([]byte(nil), v[entryHeaderSize:]...)
		}
		out = append(out, e)
	}
	if len(out) == 0 {
		return nil, 0, fmt.Errorf("log of group %d: entry %d missing", l.gid, lo)
	}
	return out, size, nil
}

// Snapshot implements raft.Storage. A replica that needs one waits until raft
// snapshots exist.
func (l *groupLog) Snapshot() (*pb.Snapshot, error) {
	return nil, raft.ErrSnapshotTemporarilyUnavailable
}

// encodeBoot encodes the replica's id and a configuration.
func encodeBoot(replica uint64, c *pb.ConfState) []byte {
	b := binary.AppendUvarint(nil, replica)
	for _, ids := range [][]uint64{c.Voters, c.Learners, c.VotersOutgoing, c.LearnersNext} {
		b = binary.AppendUvarint(b, uint64(len(ids)))
		for _, id := range ids {
			b = binary.AppendUvarint(b, id)
		}
	}
	if c.GetAutoLeave() {
		return append(b, 1)
	}
	return append(b, 0)
}

func decodeBoot(b []byte) (replica uint64, c *pb.ConfState, err error) {
	r := reader{b: b}
	replica = r.uvarint()
	c = &pb.ConfState{}
	for _, ids := range []*[]uint64{&c.Voters, &c.Learners, &c.VotersOutgoing, &c.LearnersNext} {
		n := r.uvarint()
		for ; n > 0 && r.err == nil; n-- {
			*ids = append(*ids, r.uvarint())
		}
	}
	if r.byte() == 1 {
		leave := true
		c.AutoLeave = &leave
	}
	return replica, c, r.done()
}

// getCopy returns a copy of a value, or store.ErrNotFound.
func getCopy(s *store.Store, key []byte) ([]byte, error) {
	v, c, err := s.Get(key)
	if err != nil {
		return nil, err
	}
	out := append([]byte(nil), v...)
	return out, c.Close()
}
