package schema

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestInsertLabel: numbers keep the order of the labels wherever labels are put,
// until no number is left; checked after each step by Validate.
func TestInsertLabel(t *testing.T) {
	o := &Object{ID: 16384, Kind: TypeObject, Namespace: "public", Name: "e"}
	o.SetLabels(nil)
	for _, step := range []struct {
		at    int
		label string
		want  string
	}{{0, "m", "m"}, {1, "z", "mz"}, {0, "a", "amz"}, {1, "c", "acmz"}, {4, "~", "acmz~"}} {
		require.True(t, o.InsertLabel(step.at, step.label))
		require.NoError(t, o.Validate())
		joined := ""
		for _, l := range o.Labels {
			joined += l
		}
		require.Equal(t, step.want, joined)
	}
	n := 0
	for o.InsertLabel(1, "x") {
		n++
	}
	require.Equal(t, 19, n)
	require.NoError(t, o.Validate())
	o.SetLabels(slices.Repeat([]string{"l"}, 5000))
	require.NoError(t, o.Validate())
}
