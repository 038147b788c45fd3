package cluster

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dejaq/fasti/meta/schema"
)

// TestRoundTrip checks decode(encode(x)) = x for the records of this package.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := &Node{
			ID: 3, Name: rapid.String().Draw(t, "name"), State: NodeState(rapid.IntRange(0, 2).Draw(t, "state")),
			Epoch: rapid.Uint64Range(0, maxEpoch).Draw(t, "epoch"), StartedUs: rapid.Int64().Draw(t, "started"),
			Zone: rapid.String().Draw(t, "zone"), Version: rapid.String().Draw(t, "version"),
			SQL: rapid.String().Draw(t, "sql"), RPC: rapid.String().Draw(t, "rpc"),
			Data: rapid.Bool().Draw(t, "data"), Meta: rapid.Bool().Draw(t, "meta"),
		}
		gotNode, err := decodeNode(3, appendNode(nil, n))
		require.NoError(t, err)
		require.Equal(t, n, gotNode)

		g := &Group{ID: 4, State: GroupState(rapid.IntRange(0, 2).Draw(t, "gstate")), Generation: rapid.Uint64().Draw(t, "generation")}
		s := &GroupStatus{Group: 4, Leader: 9, Term: rapid.Uint64().Draw(t, "term"), Applied: rapid.Uint64().Draw(t, "applied")}
		for range rapid.IntRange(0, 4).Draw(t, "replicas") {
			id, node := rapid.Uint64().Draw(t, "id"), schema.NodeID(rapid.Uint16().Draw(t, "node"))
			g.Replicas = append(g.Replicas, Replica{ID: id, Node: node, Learner: rapid.Bool().Draw(t, "learner")})
			s.Replicas = append(s.Replicas, ReplicaStatus{Replica: id, Node: node, Match: rapid.Uint64().Draw(t, "match"), State: ReplicaState(rapid.IntRange(0, 3).Draw(t, "rstate"))})
		}
		gotGroup, err := decodeGroup(4, appendGroup(nil, g))
		require.NoError(t, err)
		require.Equal(t, g, gotGroup)
		gotStatus, err := decodeStatus(4, appendStatus(nil, s))
		require.NoError(t, err)
		require.Equal(t, s, gotStatus)

		counts := make([]ShardCount, rapid.IntRange(0, 5).Draw(t, "counts"))
		for i := range counts {
			size := rapid.Int64Range(0, 1<<62)
			counts[i] = ShardCount{
				ID:   schema.ShardID{Table: schema.TableID(rapid.Uint32().Draw(t, "table")), Start: rapid.Int64().Draw(t, "start"), Partition: rapid.Uint16().Draw(t, "partition"), Sequence: rapid.Uint16().Draw(t, "sequence")},
				Rows: size.Draw(t, "rows"), Bytes: size.Draw(t, "bytes"), MinTime: rapid.Int64().Draw(t, "min"), MaxTime: rapid.Int64().Draw(t, "max"),
			}
		}
		gotCounts, err := decodeCounts(appendCounts(nil, counts))
		require.NoError(t, err)
		require.Equal(t, counts, gotCounts)
	})
}

// FuzzDecode feeds any body behind a right checksum to every decoder: it is
// refused as corrupt, or what it means survives a round trip.
func FuzzDecode(f *testing.F) {
	shards := []schema.Shard{{ID: schema.ShardID{Table: 5, Start: -10}, Group: 3}, {ID: schema.ShardID{Table: 5, Start: 10, Sequence: 1}, End: 20, State: schema.ShardFull}}
	for i, record := range [][]byte{
		appendRun(nil, shards),
		appendGroup(nil, &Group{Generation: 1, Replicas: []Replica{{1, 1, false}}}),
		appendNode(nil, &Node{Name: "a", Epoch: 300}),
		appendStatus(nil, &GroupStatus{Leader: 1, Replicas: []ReplicaStatus{{1, 1, 1, 1}}}),
		appendCounts(nil, []ShardCount{{ID: shards[1].ID, Rows: 5}}),
	} {
		f.Add(uint8(i), record[1:len(record)-4])
	}
	f.Fuzz(func(t *testing.T, kind uint8, body []byte) {
		record := schema.AppendRecord(nil, 1, func(b []byte) []byte { return append(b, body...) })
		decoders := []func([]byte) (any, []byte, error){
			func(b []byte) (any, []byte, error) { v, err := decodeRun(5, b); return v, appendRun(nil, v), err },
			func(b []byte) (any, []byte, error) { return again(b, 1, decodeGroup, appendGroup) },
			func(b []byte) (any, []byte, error) { return again(b, 1, decodeNode, appendNode) },
			func(b []byte) (any, []byte, error) { return again(b, 1, decodeStatus, appendStatus) },
			func(b []byte) (any, []byte, error) { v, err := decodeCounts(b); return v, appendCounts(nil, v), err },
		}
		decode := decoders[int(kind)%len(decoders)]
		got, encoded, err := decode(record)
		if err != nil {
			require.ErrorIs(t, err, schema.ErrCorrupt)
			return
		}
		back, _, err := decode(encoded)
		require.NoError(t, err)
		require.Equal(t, got, back)
	})
}

// again decodes a record and encodes it once more.
func again[ID, T any](b []byte, id ID, decode func(ID, []byte) (*T, error), encode func([]byte, *T) []byte) (any, []byte, error) {
	v, err := decode(id, b)
	if err != nil {
		return nil, nil, err
	}
	return v, encode(nil, v), nil
}
