package parse

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/sql/skel"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// FuzzParse gives any text: it parses or there is an error of the kinds a text can
// have, with a position inside the text. An internal error is a bug. The cache is
// shared, so a tree that a statement spoils would show in the next.
func FuzzParse(f *testing.F) {
	for _, list := range corpus(f) {
		for _, sql := range list {
			f.Add(sql)
		}
	}
	cache := skel.NewCache(0)
	f.Fuzz(func(t *testing.T, sql string) {
		stmts, err := Parse(sql, Options{Skeletons: cache})
		if err == nil {
			for _, s := range stmts {
				require.Equal(t, s.Source, sql[s.Pos:s.Pos+len(s.Source)])
				require.NotNil(t, s.AST)
			}
			return
		}
		var e *sqlerr.Error
		require.ErrorAs(t, err, &e)
		require.NotEqual(t, sqlerr.InternalError, e.Code, e.Message)
		require.GreaterOrEqual(t, e.Pos, 0)
		require.LessOrEqual(t, e.Pos, len(sql)+1)
	})
}
