package hash_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/executor/hash"
	"github.com/dejaq/fasti/executor/op/optest"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/kv/vector/vectortest"
	"github.com/dejaq/fasti/meta/types"
)

// Rows of any forms come back, those with equal keys from one file; under another
// seed the rows of one file go apart.
func TestPartitions(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	ids := []types.ID{types.Int4, types.Text, types.UUID, types.Float8}
	ts := optest.Types(ids...)
	keys := []types.Type{ts[0], ts[1], ts[2]}
	write := func(seed uint64, rows []optest.Row) (files [hash.Parts][]optest.Row) {
		p := hash.NewPartitions(optest.Space(t, -1), optest.Kinds(ts), keys, seed)
		for len(rows) > 0 {
			n := min(len(rows), 1+r.IntN(50))
			b := vectortest.Mix(r, vectortest.Batch(optest.Kinds(ts), rows[:n]))
			require.NoError(t, p.Append(b, b.Cols[:3], b.Rows()))
			rows = rows[n:]
		}
		require.NoError(t, p.Finish())
		for i := range files {
			if f := p.File(i); f != nil {
				in := f.Reader()
				for b, err := in.Next(); b != nil; b, err = in.Next() {
					require.NoError(t, err)
					files[i] = append(files[i], vectortest.Rows(b)...)
				}
			}
		}
		require.NoError(t, p.Close())
		return files
	}
	var rows []optest.Row
	for range 2000 {
		row := optest.Row{
			vector.IntDatum(int64(r.IntN(5)) - 2), vector.StringDatum([]string{"", "a", "a longer text", "a longer texu"}[r.IntN(4)]),
			vector.WordDatum([2]uint64{uint64(r.IntN(3)), 0}), vector.FloatDatum(1),
		}
		if i := r.IntN(12); i < 3 {
			row[i] = vector.NullDatum
		}
		rows = append(rows, row)
	}
	files := write(1, rows)
	where, all := map[string]int{}, 0
	for i, part := range files {
		all += len(part)
		require.Less(t, len(part), len(rows)/4)
		for _, line := range vectortest.Text(part) {
			at, seen := where[line]
			require.True(t, !seen || at == i, "%s in files %d and %d", line, at, i)
			where[line] = i
		}
	}
	require.Equal(t, len(rows), all)
	used := 0
	for _, part := range write(2, files[0]) {
		used += min(len(part), 1)
	}
	require.Greater(t, used, 1)
}
