package replica

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/kv/mvcc"
	"github.com/dejaq/fasti/kv/store"
	"github.com/dejaq/fasti/meta/schema"
)

// TestMachine applies entries to the state of one group and shows what they did.
// Each command is one entry of term 2; txn=N names a transaction, ts=N a timestamp:
//
//	open shard=N [max=N]            opens shard N of table 1
//	drop table=N
//	stage txn=N chunk=N             lines: writes
//	commit txn=N ts=N [staged=N] [term=N]   lines: writes
//	prepare txn=N [staged=N]        lines: writes
//	decide txn=N ts=N | abort       resolve txn=N ts=N | abort
//	drop-records one=N two=N [resolved=N]
//	bound ts=N
//	reopen                          loads the state anew
//
// A write is "shard key value", "-" for a tombstone. The answer is the refusal or
// the outcome, then the state: versions, shards, PREPs, chunks, records.
func TestMachine(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		r := openReplica(t, store.MemFS(), 0)
		defer func() { r.close() }()
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd == "reopen" {
				before := r.m.state()
				r.close()
				r = openReplica(t, r.fs, 0)
				require.Equal(t, before, r.m.state())
				return r.show(t)
			}
			s := scriptEntry{d: d, t: t}
			data := s.encode()
			var res *result
			require.NoError(t, r.m.apply(r.m.applied+1, 2, data, func(x *result) { res = x }))
			return s.answer(res) + r.show(t)
		})
	})
}

// scriptEntry reads a command of TestMachine.
type scriptEntry struct {
	t *testing.T
	d *datadriven.TestData
}

func (s *scriptEntry) num(name string) uint64 {
	var v uint64
	s.d.MaybeScanArgs(s.t, name, &v)
	return v
}

func (s *scriptEntry) txn() TxnID { return NewTxnID(0, 0, s.num("txn")) }

func (s *scriptEntry) writes() []byte {
	var w mvcc.WriteSet
	for line := range strings.Lines(s.d.Input) {
		f := strings.Fields(line)
		shard := 0
		_, err := fmt.Sscan(f[0], &shard)
		require.NoError(s.t, err)
		w.Begin(sh(1, shard), 1)
		if f[2] == "-" {
			w.Add(mvcc.Delete, mvcc.Unchanged, []byte(f[1]), nil)
		} else {
			w.Add(mvcc.Insert, mvcc.Absent, []byte(f[1]), []byte(f[2]))
		}
	}
	return w.Bytes()
}

func (s *scriptEntry) encode() []byte {
	term := uint64(2)
	s.d.MaybeScanArgs(s.t, "term", &term)
	head := func(c command) []byte { return appendHeader(nil, c, term, 1) }
	txn, ts, staged := s.txn(), schema.Timestamp(s.num("ts")), uint32(s.num("staged"))
	switch s.d.Cmd {
	case "open":
		return appendOpenShards(head(cmdOpenShards), []ShardOpen{{sh(1, int(s.num("shard"))), int64(s.num("max"))}}, 1)
	case "drop":
		return binary.AppendUvarint(head(cmdDropTable), s.num("table"))
	case "stage":
		b := append(head(cmdStage), txn[:]...)
		b = binary.LittleEndian.AppendUint32(b, uint32(s.num("chunk")))
		return append(b, s.writes()...)
	case "commit":
		return appendCommitItem(binary.AppendUvarint(head(cmdCommit), 1), &commitItem{txn, ts, staged, s.writes()})
	case "prepare":
		return appendPrep(head(cmdPrepare), &prep{txn: txn, anchor: 7, participants: []schema.GroupID{7, 8}, staged: staged}, s.writes())
	case "decide":
		return appendOutcome(head(cmdDecide), txn, Outcome{!s.d.HasArg("abort"), ts})
	case "resolve":
		return appendOutcome(head(cmdResolve), txn, Outcome{!s.d.HasArg("abort"), ts})
	case "drop-records":
		d := &dropRecords{one: schema.Timestamp(s.num("one")), two: schema.Timestamp(s.num("two"))}
		if n := s.num("resolved"); n != 0 {
			d.resolved = []TxnID{NewTxnID(0, 0, n)}
		}
		return appendDropRecords(head(cmdDropRecords), d)
	case "bound":
		return appendTS(head(cmdBound), ts)
	}
	s.d.Fatalf(s.t, "unknown command %s", s.d.Cmd)
	return nil
}

func (s *scriptEntry) answer(r *result) string {
	switch {
	case r.err != nil:
		return fmt.Sprintf("refused: %v\n", r.err)
	case len(r.commits) > 0 && r.commits[0].err != nil:
		return fmt.Sprintf("refused: %v\n", r.commits[0].err)
	case len(r.commits) > 0:
		return fmt.Sprintf("committed at %d\n", r.commits[0].ts)
	case r.cmd == cmdDecide && r.outcome.Committed:
		return fmt.Sprintf("committed at %d\n", r.outcome.TS)
	case r.cmd == cmdDecide:
		return "aborted\n"
	}
	return ""
}

// show renders the state, one line per thing, keys as they are stored.
func (r *replicaState) show(t *testing.T) string {
	var b strings.Builder
	from, to := keys.GroupBounds(7)
	it, err := r.s.NewIter(&store.IterOptions{LowerBound: from, UpperBound: to})
	require.NoError(t, err)
	defer func() { require.NoError(t, it.Close()) }()
	for ok := it.First(); ok; ok = it.Next() {
		key, body := it.Key(), it.Key()[5:len(it.Key())-1]
		kind := keys.Kind(key[4])
		switch kind {
		case keys.KindRow:
			k, err := keys.Decode(key)
			require.NoError(t, err)
			value := string(it.Value())
			if value == "" {
				value = "-"
			}
			fmt.Fprintf(&b, "row    shard %d: %s@%d = %s\n", k.Shard.Start, k.Row, k.TS, value)
		case keys.KindChunk:
			fmt.Fprintf(&b, "chunk  txn %d: %d, %d bytes\n", body[15], body[19], len(it.Value()))
		case kindPrep:
			p, ws, err := decodePrep(it.Value())
			require.NoError(t, err)
			fmt.Fprintf(&b, "PREP   txn %d: %d chunks, %d bytes\n", body[15], p.staged, len(ws))
		case keys.KindTxn:
			d, err := decodeDecision(it.Value())
			require.NoError(t, err)
			fmt.Fprintf(&b, "record txn %d: committed %v at %d, decided %d, participants %d\n", body[15], d.Committed, d.TS, d.decided, d.participants)
		case kindPack:
			fmt.Fprintf(&b, "pack   entry %d: %x\n", binary.BigEndian.Uint64(body), it.Value())
		case keys.KindShard:
			s, err := decodeShard(keys.Shard(body), it.Value())
			require.NoError(t, err)
			fmt.Fprintf(&b, "shard  %d: %s, rows %d of %d, bytes %d, newest %d\n", s.id.Start, s.stat().State, s.rows, s.maxRows, s.bytes, s.lastTS)
		case keys.KindApplied:
			fmt.Fprintf(&b, "applied %d\n", binary.LittleEndian.Uint64(it.Value()))
		default:
			fmt.Fprintf(&b, "kind   %02x: %x\n", byte(kind), it.Value())
		}
	}
	return b.String()
}
