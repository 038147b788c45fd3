package replica

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dejaq/fasti/kv/mvcc"
	"github.com/dejaq/fasti/kv/store"
	"github.com/dejaq/fasti/meta/schema"
)

// entryGen draws entries as leaders write them, for a few transactions, shards and
// keys, so that they meet: retries, late and stale ones included.
type entryGen struct {
	t     *rapid.T
	index uint64
	term  uint64
	ts    schema.Timestamp
}

func (e *entryGen) txn() TxnID { return NewTxnID(1, 1, uint64(rapid.IntRange(1, 6).Draw(e.t, "txn"))) }

func (e *entryGen) now() schema.Timestamp {
	e.ts += schema.Timestamp(rapid.IntRange(1, 3).Draw(e.t, "step"))
	return e.ts
}

func (e *entryGen) writes() []byte {
	if rapid.IntRange(0, 4).Draw(e.t, "empty") == 0 {
		return nil
	}
	var w mvcc.WriteSet
	for range rapid.IntRange(1, 3).Draw(e.t, "blocks") {
		w.Begin(sh(rapid.IntRange(1, 2).Draw(e.t, "table"), rapid.IntRange(0, 2).Draw(e.t, "shard")), e.ts)
		for range rapid.IntRange(1, 4).Draw(e.t, "writes") {
			k := mvcc.WriteKind(rapid.IntRange(0, 4).Draw(e.t, "kind"))
			var v []byte
			if k.HasValue() {
				v = []byte{byte(rapid.IntRange(1, 200).Draw(e.t, "value"))}
			}
			w.Add(k, mvcc.Absent, []byte{'k', byte(rapid.IntRange(0, 5).Draw(e.t, "key"))}, v)
		}
	}
	return w.Bytes()
}

// entry returns the data of the next entry and the term it came into the log in.
func (e *entryGen) entry() (data []byte, term uint64) {
	e.index++
	if rapid.IntRange(0, 9).Draw(e.t, "new term") == 0 {
		e.term++
		return nil, e.term
	}
	eval := e.term
	if rapid.IntRange(0, 14).Draw(e.t, "stale") == 0 {
		eval--
	}
	cmd := command(rapid.IntRange(int(cmdCommit), int(cmdBound)).Draw(e.t, "command"))
	b := appendHeader(nil, cmd, eval, e.index)
	attempt := schema.Timestamp(rapid.IntRange(0, int(e.ts)).Draw(e.t, "attempt"))
	staged := uint32(rapid.IntRange(0, 2).Draw(e.t, "staged"))
	switch cmd {
	case cmdCommit:
		n := rapid.IntRange(1, 3).Draw(e.t, "items")
		b = binary.AppendUvarint(b, uint64(n))
		for range n {
			b = appendCommitItem(b, &commitItem{e.txn(), e.now(), staged, e.writes()})
		}
	case cmdStage:
		txn := e.txn()
		b = append(b, txn[:]...)
		b = binary.LittleEndian.AppendUint32(b, uint32(rapid.IntRange(0, 2).Draw(e.t, "chunk")))
		b = append(b, e.writes()...)
	case cmdPrepare:
		p := &prep{txn: e.txn(), readTS: e.ts, attemptTS: attempt, anchor: 1, participants: []schema.GroupID{1, 2}, staged: staged}
		b = appendPrep(b, p, e.writes())
	case cmdDecide, cmdResolve:
		o := Outcome{Committed: rapid.Bool().Draw(e.t, "commit"), TS: e.now()}
		b = appendOutcome(b, e.txn(), o)
	case cmdOpenShards:
		b = appendOpenShards(b, []ShardOpen{
			{sh(1, rapid.IntRange(0, 2).Draw(e.t, "open 1")), 0},
			{sh(2, rapid.IntRange(0, 2).Draw(e.t, "open 2")), int64(rapid.IntRange(0, 5).Draw(e.t, "cap"))},
		}, int64(e.index))
	case cmdDropTable:
		b = binary.AppendUvarint(b, uint64(rapid.IntRange(1, 4).Draw(e.t, "drop")))
	case cmdDropRecords:
		d := &dropRecords{one: attempt, two: attempt / 2, resolved: []TxnID{e.txn()}}
		b = appendDropRecords(b, d)
	case cmdBound:
		b = appendTS(b, e.now())
	}
	return b, e.term
}

// state renders what a machine has in memory, in order.
func (m *machine) state() (out []string) {
	for id, s := range m.shards {
		out = append(out, fmt.Sprintf("shard %v %+v", id, s.stat()))
	}
	for t, p := range m.preps {
		out = append(out, fmt.Sprintf("prep %v %+v", t, *p))
	}
	for t, c := range m.staged {
		out = append(out, fmt.Sprintf("staged %v %+v", t, *c))
	}
	for t, ts := range m.one {
		out = append(out, fmt.Sprintf("one %v %d", t, ts))
	}
	for t, d := range m.two {
		out = append(out, fmt.Sprintf("two %v %+v", t, *d))
	}
	slices.Sort(out)
	return append(out, fmt.Sprintf("%d %d bound %d floors %d %d packs %+v", m.applied, m.appliedTerm, m.bound, m.floorOne, m.floorTwo, m.packs))
}

// Two replicas that apply one log hold the same bytes and give the same results
// (I5), whatever the size of their memtables and wherever one of them was closed and
// opened again between; and what is loaded equals what was in memory.
func TestReplicasEqual(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a, b := openReplica(rt, store.MemFS(), 0), openReplica(rt, store.MemFS(), 64<<10)
		// Rapid ends a check anywhere, when its data runs out.
		defer func() { a.close(); b.close() }()
		e := &entryGen{t: rt, index: bootIndex, term: 2, ts: 100}
		for range rapid.IntRange(1, 60).Draw(rt, "entries") {
			data, term := e.entry()
			var ra, rb *result
			require.NoError(rt, a.m.apply(e.index, term, data, func(r *result) { ra = r }))
			require.NoError(rt, b.m.apply(e.index, term, data, func(r *result) { rb = r }))
			require.Equal(rt, ra, rb)
			if rapid.IntRange(0, 9).Draw(rt, "restart") == 0 {
				before := b.m.state()
				b.close()
				b = openReplica(rt, b.fs, 64<<10)
				require.Equal(rt, before, b.m.state())
			}
		}
		require.Equal(rt, a.m.state(), b.m.state())
		require.Equal(rt, dump(t, a.s, 7), dump(t, b.s, 7))
	})
}

// replicaState is a machine with its store.
type replicaState struct {
	fs store.FS
	s  *store.Store
	m  *machine
}

func openReplica(t require.TestingT, fs store.FS, memtable uint64) *replicaState {
	s, err := store.Open(store.Options{Dir: "d", FS: fs, Kind: store.Data, MemTableSize: memtable})
	require.NoError(t, err)
	m, err := newMachine(7, s)
	require.NoError(t, err)
	return &replicaState{fs, s, m}
}

func (r *replicaState) close() {
	if err := errors.Join(r.m.close(), r.s.Close()); err != nil {
		panic(err)
	}
}

// A shard's counts equal what a scan of its keys finds: rows are the keys whose
// newest version is not a tombstone, when the kinds of the writes are true.
func TestShardCounts(t *testing.T) {
	n := openNode(t, store.MemFS(), nodeOptions{groups: 1})
	defer n.close()
	n.openShards(0, 1)
	rows := map[string]bool{}
	for i := range 200 {
		key := fmt.Sprint(i * 7 % 31)
		switch {
		case !rows[key]:
			n.mustCommit(1, insert(key, "1"))
		case i%3 == 0:
			n.mustCommit(1, update(key, "2"), write{mvcc.Lock, mvcc.Unchanged, "other", ""})
		default:
			n.mustCommit(1, remove(key))
		}
		rows[key] = !rows[key] || i%3 == 0
	}
	want, bytes := int64(0), int64(0)
	for _, live := range rows {
		if live {
			want++
		}
	}
	for _, kv := range dump(t, n.data, 1) {
		if len(kv) > 10 && kv[8:10] == "10" {
			bytes += int64(len(kv)-1) / 2
		}
	}
	st, _ := n.g(1).Shard(sh(1, 0))
	require.Equal(t, want, st.Rows)
	require.Equal(t, bytes, st.Bytes)
}

// Entries that are damaged, of an unknown format or out of order stop the replica
// instead of being skipped.
func TestApplyRefusesDamage(t *testing.T) {
	s, err := store.Open(store.Options{Dir: "d", FS: store.MemFS(), Kind: store.Data})
	require.NoError(t, err)
	m, err := newMachine(7, s)
	require.NoError(t, err)
	none := func(*result) { t.Fatal("published") }
	head := func(c command) []byte { return appendHeader(nil, c, 2, 1) }
	for name, data := range map[string][]byte{
		"short":           {1, 2, 3},
		"unknown format":  append([]byte{9}, head(cmdStage)[1:]...),
		"unknown command": head(77),
		"empty stage":     head(cmdStage),
		"empty commit":    head(cmdCommit),
		"long decide":     append(head(cmdDecide), make([]byte, 26)...),
		"huge count":      append(head(cmdOpenShards), 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 15),
	} {
		require.Error(t, m.apply(bootIndex+1, 2, data, none), name)
		m.batch.Reset()
	}
	require.Error(t, m.apply(bootIndex+2, 2, nil, none), "gap")
	require.NoError(t, errors.Join(m.close(), s.Close()))
}

// No bytes make a decoder of entries or of stored state panic.
func FuzzDecode(f *testing.F) {
	f.Add(appendPrep(nil, &prep{participants: []schema.GroupID{1, 2}, tables: []TableVersion{{1, 2}}}, []byte("ws")))
	f.Add(appendOpenShards(nil, []ShardOpen{{sh(1, 2), 3}}, 4))
	f.Add(appendOutcome(nil, TxnID{}, Outcome{true, 5}))
	f.Add(appendDropRecords(nil, &dropRecords{1, 2, []TxnID{{}}}))
	f.Add(appendShardState(nil, &shard{maxRows: 1}))
	f.Add([]byte{1, 2, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, ws, err := decodePrep(b); err == nil {
			require.NotNil(t, p)
			_ = ws
		}
		_, _, _ = decodeOutcome(b)
		_, _, _ = decodeOpenShards(b)
		_, _ = decodeDropRecords(b)
		_, _ = decodeShard(sh(1, 1), b)
		_, _ = decodeDecision(b)
		_, _, _ = decodeBoot(b)
		_, _, _, _, _ = decodeHeader(b)
		r := reader{b: b}
		for range r.count(commitItemSize) {
			r.commitItem()
		}
	})
}

// An entry that came into the log in another term than the one in which its leader
// evaluated it does nothing but move the applied index (I4).
func TestStaleEntry(t *testing.T) {
	r := openReplica(t, store.MemFS(), 0)
	defer r.close()
	r.m.shards[sh(1, 0)] = &shard{id: sh(1, 0)}
	commit := func(eval uint64) []byte {
		b := binary.AppendUvarint(appendHeader(nil, cmdCommit, eval, 1), 1)
		return appendCommitItem(b, &commitItem{NewTxnID(1, 1, 1), 5, 0, set(sh(1, 0), 1, insert("a", "1"))})
	}
	var got *result
	require.NoError(t, r.m.apply(11, 3, commit(2), func(r *result) { got = r }))
	require.ErrorIs(t, got.err, ErrNotLeader)
	require.Empty(t, r.m.one)
	require.Len(t, dump(t, r.s, 7), 1)
	require.Equal(t, uint64(11), r.m.applied)
	require.NoError(t, r.m.apply(12, 3, commit(3), func(r *result) { got = r }))
	require.NoError(t, got.err)
	require.Equal(t, int64(1), r.m.shards[sh(1, 0)].rows)
}
