package syscat

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Goal: the archive fits the relations that it describes. Method: every member with
// a relation's name is read as rows of that relation.
func TestArchive(t *testing.T) {
	all := relations()
	require.Len(t, all, 208)
	for n, rel := range all {
		s, err := rel.archived()
		require.NoError(t, err, "%s", n.name)
		require.Len(t, s.columns, len(rel.def.Columns))
	}
	s, err := all[name{pgCatalog, "pg_type"}].archived()
	require.NoError(t, err)
	require.NotEmpty(t, s.indexOf(all[name{pgCatalog, "pg_type"}].def.Column("typname")).texts["int4"])
}
