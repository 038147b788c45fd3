package replica

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	pb "go.etcd.io/raft/v3/raftpb"

	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/kv/store"
	"github.com/dejaq/fasti/meta/schema"
)

// Kinds of keys in the data store that only this package knows; doc.go draws them.
const (
	kindMembers keys.Kind = 0x02
	kindBound   keys.Kind = 0x03
	kindFloors  keys.Kind = 0x04
	kindPrep    keys.Kind = 'q'
	kindPack    keys.Kind = 'y'
)

// partBytes is when the versions of one entry are applied in parts: so that a batch
// fits the megabyte of buffer which Pebble keeps for the next one.
const partBytes = 1<<20 - 64<<10

// machine is the replicated state of a group: what the entries of its log, applied
// in order, have made of an empty one. Nothing in it depends on clock, chance, map
// order or leadership (I5).
//
// One goroutine at a time applies. It alone writes the fields, under mu, and only
// after the data store has what they speak of; it may read them without mu.
type machine struct {
	gid  schema.GroupID
	data *store.Store
	// prepGone is called with mu held after a PREP was removed.
	prepGone func(TxnID)
	// closing ends an apply that takes seconds.
	closing atomic.Bool

	mu          sync.Mutex
	applied     uint64 // index of the newest entry applied
	appliedTerm uint64 // its term
	members     *pb.ConfState
	bound       schema.Timestamp // no timestamp at or above it was handed out
	floorOne    schema.Timestamp // of one-phase commits, see dropRecords
	floorTwo    schema.Timestamp // of two-phase commits
	shards      map[schema.ShardID]*shard
	preps       map[TxnID]*prep
	staged      map[TxnID]*chunkSet
	one         map[TxnID]schema.Timestamp // records of one-phase commits
	packs       []pack                     // where they are stored, by rising index
	two         map[TxnID]*decision        // records of two-phase transactions
	newest      schema.Timestamp           // of all records there ever were, or lower after a restart

	// The applier's own.
	batch   *store.Batch
	key     []byte
	touched []*shard // with a delta not yet published
}

// pack is the stored form of the records of one entry.
type pack struct {
	index  uint64
	newest schema.Timestamp
	txns   []TxnID
}

// decision is a record of its own: of a two-phase transaction at its anchor.
type decision struct {
	Outcome
	// decided is the commit timestamp or, of an abort, a timestamp above every
	// attempt that came before it.
	decided      schema.Timestamp
	participants []schema.GroupID
}

// chunkSet is which chunks of a transaction are staged.
type chunkSet struct {
	bits  []uint64
	count uint32
	max   uint32
}

// maxChunks bounds the number of a chunk.
const maxChunks = 1 << 16

func (c *chunkSet) add(n uint32) {
	for int(n/64) >= len(c.bits) {
		c.bits = append(c.bits, 0)
	}
	if b := uint64(1) << (n % 64); c.bits[n/64]&b == 0 {
		c.bits[n/64] |= b
		c.count++
	}
	c.max = max(c.max, n)
}

// complete reports whether exactly the chunks 0 … n-1 are there. A nil set is empty.
func (c *chunkSet) complete(n uint32) bool {
	if c == nil {
		return n == 0
	}
	return c.count == n && c.max == n-1
}

// newMachine loads the state of a group from the data store.
func newMachine(gid schema.GroupID, data *store.Store) (*machine, error) {
	m := &machine{
		gid: gid, data: data, prepGone: func(TxnID) {}, applied: bootIndex, appliedTerm: bootTerm,
		shards: map[schema.ShardID]*shard{}, preps: map[TxnID]*prep{}, staged: map[TxnID]*chunkSet{},
		one: map[TxnID]schema.Timestamp{}, two: map[TxnID]*decision{},
	}
	for _, kind := range []keys.Kind{keys.KindApplied, kindMembers, kindBound, kindFloors, keys.KindChunk, keys.KindShard, kindPrep, keys.KindTxn, kindPack} {
		if err := m.load(kind); err != nil {
			return nil, fmt.Errorf("load group %d: %w", gid, err)
		}
	}
	m.batch = data.NewBatch()
	return m, nil
}

func (m *machine) load(kind keys.Kind) (err error) {
	from, to := keys.KindBounds(m.gid, kind)
	it, err := m.data.NewIter(&store.IterOptions{LowerBound: from, UpperBound: to})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	for ok := it.First(); ok; ok = it.Next() {
		v, err := it.ValueAndErr()
		if err != nil {
			return err
		}
		if err := m.loadKey(kind, it.Key()[5:len(it.Key())-1], v); err != nil {
			return fmt.Errorf("key %x: %w", it.Key(), err)
		}
	}
	return nil
}

// loadKey takes one stored key: what stands between its kind and its end.
func (m *machine) loadKey(kind keys.Kind, key, v []byte) error {
	r := reader{b: v}
	switch kind {
	case keys.KindApplied:
		m.applied, m.appliedTerm = r.uint64(), r.uint64()
	case kindMembers:
		var err error
		_, m.members, err = decodeBoot(v)
		return err
	case kindBound:
		m.bound = r.ts()
	case kindFloors:
		m.floorOne, m.floorTwo = r.ts(), r.ts()
	case keys.KindChunk:
		if len(key) != keys.TxnLen+4 {
			return errors.New("length of a chunk's key")
		}
		m.stage(TxnID(key[:keys.TxnLen]), binary.BigEndian.Uint32(key[keys.TxnLen:]))
		return nil
	case keys.KindShard:
		if len(key) != keys.ShardLen {
			return errors.New("length of a shard's key")
		}
		s, err := decodeShard(keys.Shard(key), v)
		m.shards[s.id] = s
		return err
	case kindPrep:
		p, _, err := decodePrep(v)
		if err == nil {
			m.preps[p.txn] = p
		}
		return err
	case keys.KindTxn:
		if len(key) != keys.TxnLen {
			return errors.New("length of a record's key")
		}
		d, err := decodeDecision(v)
		if err == nil {
			m.two[TxnID(key)] = d
			m.newest = max(m.newest, d.decided)
		}
		return err
	case kindPack:
		if len(key) != 8 {
			return errors.New("length of a pack's key")
		}
		return m.loadPack(binary.BigEndian.Uint64(key), v)
	}
	return r.done()
}

func (m *machine) stage(txn TxnID, chunk uint32) {
	c := m.staged[txn]
	if c == nil {
		c = &chunkSet{}
		m.staged[txn] = c
	}
	c.add(chunk)
}

// close releases what the applier holds.
func (m *machine) close() error { return m.batch.Close() }

// errStale refuses an entry that its leader evaluated in another term than the one
// in which it came into the log: what it was checked against may no longer hold.
var errStale = fmt.Errorf("%w: the term ended", ErrNotLeader)

// result tells what an applied entry did.
type result struct {
	cmd          command
	term, number uint64 // which proposal it was
	err          error  // nothing was done, and why
	outcome      Outcome
	commits      []commitResult // of cmdCommit, in the order of its items
}

// commitResult is the fate of one transaction of a cmdCommit.
type commitResult struct {
	ts  schema.Timestamp
	err error
}

// apply applies the entry after m.applied. When the data store has its effects,
// it publishes them and calls done, both in one critical section of mu. An error
// means that this replica cannot go on.
func (m *machine) apply(index, term uint64, data []byte, done func(*result)) error {
	if index != m.applied+1 {
		return fmt.Errorf("replica: entry %d of group %d applied after %d", index, m.gid, m.applied)
	}
	res, publish := &result{}, func() {}
	if len(data) > 0 {
		cmd, eval, number, body, err := decodeHeader(data)
		if err != nil {
			return err
		}
		res.cmd, res.term, res.number = cmd, eval, number
		if eval != term {
			res.err = errStale
		} else if p, err := m.command(index, cmd, body, res); err != nil {
			return fmt.Errorf("apply %s at %d of group %d: %w", cmd, index, m.gid, err)
		} else if p != nil {
			publish = p
		}
	}
	return m.finish(index, term, func() { publish(); done(res) })
}

// command adds the effects of a command to m.batch and returns what publishes them
// in memory, nil if there are none.
func (m *machine) command(index uint64, cmd command, body []byte, res *result) (func(), error) {
	switch cmd {
	case cmdCommit:
		return m.commit(index, body, res)
	case cmdStage:
		return m.stageChunk(body, res)
	case cmdPrepare:
		return m.prepare(body, res)
	case cmdDecide:
		return m.decide(body, res)
	case cmdResolve:
		return m.resolve(body, res)
	case cmdOpenShards:
		return m.openShards(body)
	case cmdDropTable:
		return m.dropTable(body)
	case cmdDropRecords:
		return m.dropRecords(body)
	case cmdBound:
		return m.setBound(body)
	}
	return nil, fmt.Errorf("unknown %s", cmd)
}

// setMembers applies a change of the group's members.
func (m *machine) setMembers(index, term uint64, members *pb.ConfState) error {
	m.key = keys.AppendEnd(keys.AppendPrefix(m.key[:0], m.gid, kindMembers))
	if err := m.batch.Set(m.key, encodeBoot(0, members), nil); err != nil {
		return err
	}
	return m.finish(index, term, func() { m.members = members })
}

// finish adds the applied state to the batch, applies it and publishes (I1).
func (m *machine) finish(index, term uint64, publish func()) error {
	if err := m.putShards(); err != nil {
		return err
	}
	op := m.batch.SetDeferred(6, 16)
	keys.AppendEnd(keys.AppendPrefix(op.Key[:0], m.gid, keys.KindApplied))
	appendUint64s(op.Value[:0], index, term)
	if err := op.Finish(); err != nil {
		return err
	}
	if err := m.applyBatch(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.applied, m.appliedTerm = index, term
	m.publishShards()
	publish()
	return nil
}

func (m *machine) applyBatch() error {
	if err := m.data.Apply(m.batch, false); err != nil {
		return err
	}
	m.batch.Reset()
	return nil
}

// setBound raises the oracle's bound: body is the bound.
func (m *machine) setBound(body []byte) (func(), error) {
	r := reader{b: body}
	bound := r.ts()
	if err := r.done(); err != nil || bound <= m.bound {
		return nil, err
	}
	m.key = keys.AppendEnd(keys.AppendPrefix(m.key[:0], m.gid, kindBound))
	if err := m.batch.Set(m.key, appendTS(nil, bound), nil); err != nil {
		return nil, err
	}
	return func() { m.bound = bound }, nil
}
