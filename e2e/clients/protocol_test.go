package clients

import (
	"flag"
	"path/filepath"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/e2e/fastitest"
)

var (
	record = flag.Bool("record", false, "ask PostgreSQL 15 for the replies of testdata/*.protocol")
	differ = flag.Bool("differ", false, "write our replies below PostgreSQL's where they are not the same")
)

// TestProtocol plays scripts of messages against the real server and compares every
// reply with what PostgreSQL 15 has answered: kinds, SQLSTATEs, messages, positions,
// tags, shapes and rows.
func TestProtocol(t *testing.T) {
	files, err := filepath.Glob("testdata/*.protocol")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			all, err := readScenarios(path)
			require.NoError(t, err)
			if *record {
				dsn := fastitest.StartPostgres(t)
				c, err := pgx.Connect(t.Context(), dsn)
				require.NoError(t, err)
				_, err = c.Exec(t.Context(), "ALTER DATABASE postgres SET timezone = 'UTC'")
				require.NoError(t, err)
				require.NoError(t, c.Close(t.Context()))
				for _, s := range all {
					s.reply, err = s.play(dsn)
					require.NoError(t, err)
				}
				require.NoError(t, writeScenarios(path, all))
				return
			}
			server := fastitest.Start(t, "--memory")
			for _, s := range all {
				t.Run(s.name, func(t *testing.T) {
					want := s.reply
					if s.differ != nil {
						want = s.differ
					}
					got, err := s.play(server.DSN())
					require.NoError(t, err)
					if *differ {
						s.differ = nil
						if !slices.Equal(got, s.reply) {
							s.differ = got
						}
						return
					}
					require.Equal(t, want, got)
				})
			}
			if *differ {
				require.NoError(t, writeScenarios(path, all))
			}
		})
	}
}
