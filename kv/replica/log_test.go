package replica

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.etcd.io/raft/v3"
	pb "go.etcd.io/raft/v3/raftpb"
	"pgregory.net/rapid"

	"github.com/dejaq/fasti/kv/store"
	"github.com/dejaq/fasti/meta/schema"
)

func entry(index, term uint64, size int) *pb.Entry {
	typ := pb.EntryNormal
	e := &pb.Entry{Index: &index, Term: &term, Type: &typ}
	if size > 0 {
		e.Data = bytes.Repeat([]byte{byte(index)}, size)
	}
	return e
}

// The log answers raft as a plain list of entries would (raft.Storage), whatever was
// appended, replaced, truncated and reopened, with a cache too small for it; another
// group in the same store is not disturbed.
func TestLogMatchesModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		db, err := store.Open(store.Options{Dir: "l", FS: store.MemFS(), Kind: store.RaftLog, MemTableSize: 64 << 10})
		require.NoError(rt, err)
		defer func() { require.NoError(rt, db.Close()) }()
		cache := rapid.IntRange(1, 4000).Draw(rt, "cache")
		open := func(gid schema.GroupID) *groupLog {
			b := db.NewBatch()
			defer b.Close()
			l, err := openLog(db, gid, cache, b, 1, []uint64{1, 2})
			require.NoError(rt, err)
			require.NoError(rt, db.Apply(b, true))
			return l
		}
		apply := func(f func(b *store.Batch) error) {
			b := db.NewBatch()
			defer b.Close()
			require.NoError(rt, f(b))
			require.NoError(rt, db.Apply(b, true))
		}
		l, other := open(1), open(2)
		apply(func(b *store.Batch) error { return other.append(b, []*pb.Entry{entry(11, 1, 3)}, nil) })
		// model[i] is entry i+10; the first one stands for what was truncated.
		model := []*pb.Entry{entry(10, 1, 0)}
		first := uint64(10)
		term := uint64(1)
		for range rapid.IntRange(1, 25).Draw(rt, "steps") {
			last := first + uint64(len(model)) - 1
			switch rapid.IntRange(0, 5).Draw(rt, "step") {
			case 0, 1, 2: // append, perhaps over the end
				from := last + 1
				if rapid.IntRange(0, 3).Draw(rt, "replace") == 0 {
					from = uint64(rapid.IntRange(int(first)+1, int(last)+1).Draw(rt, "from"))
					term++
				}
				model = model[:from-first]
				var ents []*pb.Entry
				for i := range rapid.IntRange(1, 6).Draw(rt, "entries") {
					ents = append(ents, entry(from+uint64(i), term, rapid.IntRange(0, 300).Draw(rt, "size")))
				}
				hard := &pb.HardState{Term: &term, Vote: &term, Commit: &from}
				apply(func(b *store.Batch) error { return l.append(b, ents, hard) })
				model = append(model, ents...)
			case 3:
				to := uint64(rapid.IntRange(int(first), int(last)).Draw(rt, "truncate"))
				if to == first {
					continue
				}
				apply(func(b *store.Batch) error { return l.truncate(b, to) })
				model, first = model[to-first:], to
			case 4:
				l = open(1)
			}
		}
		last := first + uint64(len(model)) - 1
		gotFirst, _ := l.FirstIndex()
		gotLast, _ := l.LastIndex()
		require.Equal(rt, []uint64{first + 1, last}, []uint64{gotFirst, gotLast})
		for i := first; i <= last; i++ {
			got, err := l.Term(i)
			require.NoError(rt, err)
			require.Equal(rt, model[i-first].GetTerm(), got)
		}
		_, err = l.Term(last + 1)
		require.Equal(rt, raft.ErrUnavailable, err)
		_, err = l.Term(first - 1)
		require.Equal(rt, raft.ErrCompacted, err)
		_, err = l.Entries(first, last+1, 1)
		require.Equal(rt, raft.ErrCompacted, err)
		if first < last {
			lo := uint64(rapid.IntRange(int(first)+1, int(last)).Draw(rt, "lo"))
			hi := uint64(rapid.IntRange(int(lo)+1, int(last)+1).Draw(rt, "hi"))
			limit := uint64(rapid.IntRange(0, 2000).Draw(rt, "limit"))
			got, err := l.Entries(lo, hi, limit)
			require.NoError(rt, err)
			require.NotEmpty(rt, got)
			size := uint64(0)
			for i, e := range got {
				want := model[lo-first+uint64(i)]
				require.Equal(rt, fmt.Sprint(want), fmt.Sprint(e))
				size += uint64(len(e.Data))
			}
			require.True(rt, len(got) == 1 || size <= limit)
			all, err := l.Entries(lo, hi, 1<<30)
			require.NoError(rt, err)
			require.Len(rt, all, int(hi-lo))
		}
		require.Equal(rt, uint64(11), open(2).last.Load())
		if first == last {
			require.GreaterOrEqual(rt, l.bytes.Load(), int64(0))
		}
	})
}

// A log that outgrows its bound is flushed away: the data store is flushed, the log
// truncated behind what is durable, and a restart has little to apply. When writes
// end, the rest is flushed too.
func TestTruncation(t *testing.T) {
	fs := store.MemFS()
	n := openNode(t, fs, nodeOptions{groups: 2, edit: func(o *Options) {
		o.LogBytesMax, o.FlushIdle = 1<<20, 50*time.Millisecond
	}})
	n.openShards(0, 1, 2)
	value := string(bytes.Repeat([]byte("v"), 32<<10))
	for i := range 100 {
		n.mustCommit(1, insert(fmt.Sprint(i), value))
	}
	for i := range 300 {
		n.mustCommit(2, insert(fmt.Sprint(i), "v"))
	}
	eventually(t, "flushed and truncated", func() bool {
		a, b := n.g(1).Info(), n.g(2).Info()
		return a.Durable == a.Applied && b.Durable == b.Applied && b.First > bootIndex+250 && a.LogBytes+b.LogBytes < 8<<20
	})
	n.close()
	n = openNode(t, fs, nodeOptions{groups: 2, epoch: 2, oracle: n.oracle})
	defer n.close()
	for i := range 100 {
		require.Equal(t, value, n.get(1, n.oracle.now(), fmt.Sprint(i)))
	}
	i := n.g(2).Info()
	require.Greater(t, i.First, uint64(bootIndex+250))
	require.True(t, i.Leading)
	require.Equal(t, i.Replica, i.Leader)
	require.Equal(t, []ReplicaInfo{{ID: 1, Match: i.Last, Active: true}}, i.Replicas)
}

// Stores of different nodes or ages do not pass for one: data ahead of the log and a
// log that begins behind the data are refused.
func TestOpenRefusesMismatch(t *testing.T) {
	fs := store.MemFS()
	n := openNode(t, fs, nodeOptions{groups: 1, edit: func(o *Options) { o.truncateMin = 1; o.LogBytesMax = 1 }})
	n.openShards(0, 1)
	for i := range 20 {
		n.mustCommit(1, insert(fmt.Sprint(i), "v"))
	}
	eventually(t, "truncated", func() bool { return n.g(1).Info().First > bootIndex+5 })
	n.close()
	for _, lost := range []string{"raft", "data"} {
		open := func(dir string, kind store.Kind) *store.Store {
			if dir == lost {
				dir = "new " + dir
			}
			s, err := store.Open(store.Options{Dir: dir, FS: fs, Kind: kind})
			require.NoError(t, err)
			return s
		}
		log, data := open("raft", store.RaftLog), open("data", store.Data)
		_, err := Open(Options{Log: log, Data: data, Node: 1, Epoch: 2, Groups: []schema.GroupID{0, 1}})
		require.ErrorContains(t, err, "is lost or of another node")
		require.NoError(t, log.Close())
		require.NoError(t, data.Close())
	}
	_, err := Open(Options{})
	require.Error(t, err)
}

// A change of members goes through the log into raft and the state: a learner that
// nobody has heard of does not disturb the only voter, also after a restart.
func TestMembers(t *testing.T) {
	fs := store.MemFS()
	n := openNode(t, fs, nodeOptions{groups: 1})
	n.openShards(0, 1)
	g := n.g(1)
	kind, id := pb.ConfChangeAddLearnerNode, uint64(2)
	g.post(func(in *letters) {
		in.calls = append(in.calls, func() {
			_ = g.raft.ProposeConfChange(&pb.ConfChangeV2{Changes: []*pb.ConfChangeSingle{{Type: &kind, NodeId: &id}}})
		})
	})
	eventually(t, "the learner is known", func() bool { return len(g.Info().Replicas) == 2 })
	n.mustCommit(1, insert("a", "1"))
	n.close()
	n = openNode(t, fs, nodeOptions{groups: 1, epoch: 2, oracle: n.oracle})
	defer n.close()
	n.mustCommit(1, insert("b", "1"))
	i := n.g(1).Info()
	require.Len(t, i.Replicas, 2)
	require.True(t, i.Replicas[1].Learner)
	require.False(t, i.Replicas[1].Active)
}
