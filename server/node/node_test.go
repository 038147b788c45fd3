package node

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/server/config"
)

// TestDirectory: a directory is made, locked and recognised; what is not Fasti's,
// is newer or damaged is refused with one sentence.
func TestDirectory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data")
	d, err := openDirectory(path)
	require.NoError(t, err)
	_, err = openDirectory(path)
	require.EqualError(t, err, "data directory "+path+" is in use by another process")
	require.NoError(t, d.close())
	d, err = openDirectory(path)
	require.NoError(t, err)
	require.NoError(t, d.close())

	format := filepath.Join(path, formatFile)
	require.NoError(t, os.WriteFile(format, []byte("fasti 99\n"), 0o600))
	_, err = openDirectory(path)
	require.EqualError(t, err, "data directory "+path+" has format 99, this version of Fasti knows formats up to 1")
	require.NoError(t, os.WriteFile(format, []byte("xyz"), 0o600))
	_, err = openDirectory(path)
	require.ErrorContains(t, err, "is damaged")

	foreign := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(foreign, "letter.txt"), nil, 0o600))
	_, err = openDirectory(foreign)
	require.ErrorContains(t, err, "it is not Fasti's")

	t.Setenv("TMPDIR", t.TempDir())
	killed, err := temporaryDirectory()
	require.NoError(t, err)
	held, err := temporaryDirectory()
	require.NoError(t, err)
	require.NoError(t, killed.lock.Close())
	m, err := temporaryDirectory()
	require.NoError(t, err)
	require.NoDirExists(t, killed.path, "left by a process that was killed")
	require.DirExists(t, held.path)
	require.NoError(t, m.close())
	require.NoDirExists(t, m.path)
	require.NoError(t, held.close())
}

// TestRestart starts a node on disk twice: the second finds what the first stored,
// under the same cluster id.
func TestRestart(t *testing.T) {
	c := config.Default()
	c.Data, c.SQL, c.HTTP, c.RPC, c.Cache = t.TempDir(), "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0", 32<<20
	start := func() *Node {
		n, err := Start(t.Context(), Options{Config: c})
		require.NoError(t, err)
		return n
	}
	n := start()
	first := n.cluster.ID()
	conn, err := pgx.Connect(t.Context(), n.DSN())
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "CREATE TABLE t (a int PRIMARY KEY); INSERT INTO t VALUES (1), (2)")
	require.NoError(t, err)
	r, err := http.Get("http://" + n.HTTP() + "/readyz")
	require.NoError(t, err)
	require.Equal(t, 200, r.StatusCode)
	require.NoError(t, r.Body.Close())
	require.NoError(t, conn.Close(t.Context()))
	require.NoError(t, n.Close(t.Context()))

	n = start()
	require.Equal(t, first, n.cluster.ID())
	conn, err = pgx.Connect(t.Context(), n.DSN())
	require.NoError(t, err)
	var rows int
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM t").Scan(&rows))
	require.Equal(t, 2, rows)
	require.NoError(t, conn.Close(t.Context()))
	require.NoError(t, n.Close(t.Context()))
}

// TestStartFails: a port that is taken is an error, and nothing stays behind.
func TestStartFails(t *testing.T) {
	c := config.Default()
	c.Memory, c.SQL, c.HTTP, c.RPC = true, "127.0.0.1:0", "", ""
	n, err := Start(t.Context(), Options{Config: c})
	require.NoError(t, err)
	c.SQL = n.SQL()
	_, err = Start(t.Context(), Options{Config: c})
	require.ErrorContains(t, err, "address already in use")
	require.NoError(t, n.Close(t.Context()))
}
