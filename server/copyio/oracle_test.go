package copyio

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"
)

// Gives the PostgreSQL that FASTI_PG names all data of testdata/postgres.jsonl again
// and writes down what comes of it; nothing should change. It uses a table e.
func TestOracle(t *testing.T) {
	dsn := os.Getenv("FASTI_PG")
	if dsn == "" {
		t.Skip("FASTI_PG names no PostgreSQL")
	}
	ctx := t.Context()
	c, err := pgx.Connect(ctx, dsn)
	require.NoError(t, err)
	defer c.Close(ctx)
	old, err := os.ReadFile("testdata/postgres.jsonl")
	require.NoError(t, err)
	in := json.NewDecoder(bytes.NewReader(old))
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	for {
		var g goldenCase
		err := in.Decode(&g)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		_, err = c.Exec(ctx, "drop table if exists e; create table e("+g.Columns+")", pgx.QueryExecModeSimpleProtocol)
		require.NoError(t, err)
		outs := g.Out
		g = goldenCase{Columns: g.Columns, Options: g.Options, Data: g.Data}
		_, err = c.PgConn().CopyFrom(ctx, bytes.NewReader(g.Data), "copy e from stdin ("+g.Options+")")
		var pe *pgconn.PgError
		if errors.As(err, &pe) {
			g.Code, g.Message, g.Detail, g.Hint, g.Context = pe.Code, pe.Message, pe.Detail, pe.Hint, pe.Where
			require.NoError(t, enc.Encode(g))
			continue
		}
		require.NoError(t, err)
		to := func(options string) string {
			var rows bytes.Buffer
			_, err := c.PgConn().CopyTo(ctx, &rows, "copy (select * from e order by ctid) to stdout"+options)
			require.NoError(t, err)
			return rows.String()
		}
		g.Rows = to("")
		for o := range outs {
			if g.Out == nil {
				g.Out = map[string]string{}
			}
			g.Out[o] = to(" (" + o + ")")
		}
		require.NoError(t, enc.Encode(g))
	}
	require.NoError(t, os.WriteFile("testdata/postgres.jsonl", out.Bytes(), 0o644))
}
