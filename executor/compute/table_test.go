package compute

import (
	"testing"

	"github.com/dejaq/fasti/sql/function"
	"github.com/stretchr/testify/require"
)

// Goal: the binder can choose nothing that cannot run, and no kernel is dead.
// Method: the table of signatures against the table of entries, both ways.
func TestEverySignatureHasAnEntry(t *testing.T) {
	for _, s := range function.All() {
		e, ok := entryOf(s.ID)
		if s.Kind == function.Aggregate || s.Kind == function.Window || s.Kind == function.OrderedSet {
			require.False(t, ok, "%s looks at many rows", s.ID)
			continue
		}
		if s.Kind == function.Window || s.Kind == function.OrderedSet {
			continue
		}
		if s.Kind == function.SetReturning {
			require.False(t, ok, "%s gives sets", s.ID)
			require.NotNil(t, setEntries()[s.ID], "%s", s.ID)
			continue
		}
		if !ok {
			t.Errorf("%s has no entry", s.ID)
			continue
		}
		require.False(t, e.Kernel != nil && e.Bind != nil, "%s", s.ID)
		require.True(t, e.Same || e.Kernel != nil || e.Bind != nil, "%s", s.ID)
		// A bulk kernel of many rows that may fail looks for the guilty one,
		// which only makes sense when the program has set the NULLs.
		require.True(t, s.Strict || s.Total || e.Rows, "%s", s.ID)
	}
	for id := range setEntries() {
		require.NotNil(t, function.ByID(id), "%s", id)
	}
	for id := range entries() {
		require.NotNil(t, function.ByID(id), "%s", id)
	}
}
