package clients

import (
	"context"
	"fmt"
	"net"
	"os"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/server/config"
	"github.com/dejaq/fasti/server/node"
)

// startNode starts a node in this process, so that the race detector sees it. Its
// Close fails when something of a statement is left: an iterator, a snapshot.
func startNode(t *testing.T) *node.Node {
	t.Helper()
	c := config.Default()
	c.Memory, c.SQL, c.HTTP, c.RPC, c.Cache = true, "127.0.0.1:0", "", "", 64<<20
	n, err := node.Start(t.Context(), node.Options{Config: c})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, n.Close(context.Background())) })
	return n
}

func connect(t *testing.T, n *node.Node) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), n.DSN())
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}

func run(t *testing.T, c *pgx.Conn, sql string) {
	t.Helper()
	_, err := c.PgConn().Exec(t.Context(), sql).ReadAll()
	require.NoError(t, err, sql)
}

// code returns the SQLSTATE that a simple query fails with, "" when it does not.
func code(t *testing.T, c *pgx.Conn, sql string) string {
	t.Helper()
	_, err := c.PgConn().Exec(t.Context(), sql).ReadAll()
	if err == nil {
		return ""
	}
	var e *pgconn.PgError
	require.ErrorAs(t, err, &e)
	return e.Code
}

// TestFailedStatements: statements that fail in the middle of their rows, in both
// protocols and inside EXECUTE and COPY, leave nothing open; the node says so when it
// closes.
func TestFailedStatements(t *testing.T) {
	n := startNode(t)
	c := connect(t, n)
	run(t, c, "CREATE TABLE f (a int8 PRIMARY KEY, t text); INSERT INTO f SELECT g, repeat('x', 50) FROM generate_series(1, 20000) g")
	run(t, c, "PREPARE p AS SELECT t, 1 / (a - 15000) FROM f ORDER BY a")
	for _, sql := range []string{
		"SELECT t, 1 / (a - 15000) FROM f", "SELECT t, 1 / (a - 15000) FROM f ORDER BY t", "EXECUTE p",
		"COPY (SELECT t, 1 / (a - 15000) FROM f) TO STDOUT", "INSERT INTO f SELECT a + 100000 + 1 / (a - 15000) FROM f",
		"UPDATE f SET t = (1 / (a - 15000))::text", "BEGIN; SELECT t, 1 / (a - 15000) FROM f",
	} {
		require.Equal(t, "22012", code(t, c, sql), sql)
	}
	run(t, c, "ROLLBACK")
	r := c.PgConn().ExecParams(t.Context(), "SELECT t, 1 / (a - $1::int8) FROM f", [][]byte{[]byte("15000")}, nil, nil, nil).Read()
	require.Error(t, r.Err)
}

// frontend is a connection that speaks messages.
func frontend(t *testing.T, n *node.Node) (*pgproto3.Frontend, net.Conn) {
	t.Helper()
	c, err := startUp(n.DSN())
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	require.NoError(t, c.SetDeadline(time.Now().Add(30*time.Second)))
	return pgproto3.NewFrontend(c, c), c
}

// ready reads up to ReadyForQuery and returns the first values of the rows, and the
// error.
func ready(t *testing.T, f *pgproto3.Frontend) (rows []string, failed *pgproto3.ErrorResponse) {
	t.Helper()
	for {
		m, err := f.Receive()
		require.NoError(t, err)
		switch m := m.(type) {
		case *pgproto3.DataRow:
			rows = append(rows, string(m.Values[0]))
		case *pgproto3.ErrorResponse:
			e := *m
			failed = &e
		case *pgproto3.ReadyForQuery:
			return rows, failed
		}
	}
}

// TestSuspendedPortals: a portal that is suspended in a block goes on with the rows
// of its own snapshot, and what its transaction had written before it, whatever is
// written meanwhile, here and elsewhere; several portals at once.
func TestSuspendedPortals(t *testing.T) {
	n := startNode(t)
	c := connect(t, n)
	const rows = 30000
	run(t, c, fmt.Sprintf("CREATE TABLE s (a int8 PRIMARY KEY, b int8); INSERT INTO s SELECT g, g FROM generate_series(1, %d) g", rows))
	run(t, c, "CREATE TABLE m (ts timestamp, a int8); INSERT INTO m SELECT '2026-01-01'::timestamp + g * interval '1 minute', g FROM generate_series(1, 5000) g")
	for name, sql := range map[string]string{
		"scan":      "SELECT a FROM s",
		"join":      "SELECT s.a FROM s JOIN s r ON r.a = s.b",
		"sort":      "SELECT a FROM s ORDER BY b DESC",
		"aggregate": "SELECT a FROM s GROUP BY a",
	} {
		t.Run(name, func(t *testing.T) {
			f, _ := frontend(t, n)
			f.Send(&pgproto3.Query{String: "BEGIN; INSERT INTO s VALUES (0, 0)"})
			f.Send(&pgproto3.Parse{Name: "q", Query: sql})
			for _, p := range []string{"p1", "p2"} {
				f.Send(&pgproto3.Bind{DestinationPortal: p, PreparedStatement: "q"})
			}
			f.Send(&pgproto3.Sync{})
			require.NoError(t, f.Flush())
			for range 2 {
				_, failed := ready(t, f)
				require.Nil(t, failed)
			}
			seen := map[string]map[string]bool{"p1": {}, "p2": {}}
			for i := 0; ; i++ {
				got := 0
				for p := range seen {
					f.Send(&pgproto3.Execute{Portal: p, MaxRows: 7001})
					f.Send(&pgproto3.Sync{})
					require.NoError(t, f.Flush())
					keys, failed := ready(t, f)
					require.Nil(t, failed)
					for _, k := range keys {
						require.False(t, seen[p][k], "row %s twice", k)
						seen[p][k] = true
					}
					got += len(keys)
				}
				if got == 0 {
					break
				}
				// Rows that neither portal may see.
				f.Send(&pgproto3.Query{String: fmt.Sprintf("INSERT INTO s SELECT %d + g, g FROM generate_series(1, 3000) g", 1000000*(i+1))})
				require.NoError(t, f.Flush())
				_, failed := ready(t, f)
				require.Nil(t, failed)
				run(t, c, fmt.Sprintf("INSERT INTO s VALUES (%d, 1); DELETE FROM s WHERE a = %d", 500000+i, 500000+i))
			}
			for p := range seen {
				require.Len(t, seen[p], rows+1, p)
				require.True(t, seen[p]["0"], p)
			}
			f.Send(&pgproto3.Query{String: "ROLLBACK"})
			require.NoError(t, f.Flush())
			_, failed := ready(t, f)
			require.Nil(t, failed)
		})
	}
}

// TestConflicts: statements that are alone are run again until they succeed and are
// counted once; a string that also changes a setting is not run again, and its
// setting lives or dies with it.
func TestConflicts(t *testing.T) {
	n := startNode(t)
	c := connect(t, n)
	run(t, c, "CREATE TABLE n (a int8 PRIMARY KEY, v int8); INSERT INTO n VALUES (1, 0)")
	var wg sync.WaitGroup
	const workers, rounds = 6, 60
	added := make([]int, workers)
	for w := range workers {
		k := connect(t, n)
		wg.Add(1)
		go func() {
			defer wg.Done()
			name := ""
			for i := range rounds {
				sql := "UPDATE n SET v = v + 1 WHERE a = 1 RETURNING v"
				next := name
				if w%2 == 0 {
					next = strconv.Itoa(i)
					sql = "SET application_name = '" + next + "'; " + sql
				}
				results, err := k.PgConn().Exec(context.Background(), sql).ReadAll()
				if err == nil {
					added[w]++
					name = next
					if got := len(results[len(results)-1].Rows); got != 1 {
						t.Errorf("%d rows", got)
					}
				} else if w%2 != 0 {
					t.Errorf("a statement alone fails: %v", err)
				}
				var is string
				if err := k.QueryRow(context.Background(), "SHOW application_name").Scan(&is); err != nil || is != name {
					t.Errorf("application_name is %q, not %q: %v", is, name, err)
				}
			}
		}()
	}
	wg.Wait()
	total := 0
	for _, a := range added {
		total += a
	}
	var v int
	require.NoError(t, c.QueryRow(t.Context(), "SELECT v FROM n").Scan(&v))
	require.Equal(t, total, v)
}

// TestFailedCommit: a COMMIT that fails answers the error, ends the block and undoes
// its settings, as a Sync does for an implicit transaction.
func TestFailedCommit(t *testing.T) {
	n := startNode(t)
	a, b := connect(t, n), connect(t, n)
	run(t, a, "CREATE TABLE k (a int8 PRIMARY KEY, v int8); INSERT INTO k VALUES (1, 0)")
	run(t, a, "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT v FROM k; SET application_name = 'mine'")
	run(t, b, "UPDATE k SET v = 1")
	failed := code(t, a, "UPDATE k SET v = v + 10")
	if failed == "" {
		require.Equal(t, byte('T'), a.PgConn().TxStatus())
		failed = code(t, a, "COMMIT")
	} else {
		run(t, a, "COMMIT")
	}
	require.Equal(t, "40001", failed)
	require.Equal(t, byte('I'), a.PgConn().TxStatus())
	var v, name string
	require.NoError(t, a.QueryRow(t.Context(), "SELECT v::text, current_setting('application_name') FROM k").Scan(&v, &name))
	require.Equal(t, "1", v)
	require.Empty(t, name)
}

// TestHungUp: clients that vanish in the middle of a result, of a COPY and of a block
// leave nothing behind: their transactions end and their locks with them.
func TestHungUp(t *testing.T) {
	n := startNode(t)
	c := connect(t, n)
	run(t, c, "CREATE TABLE h (a int8 PRIMARY KEY, t text); INSERT INTO h SELECT g, repeat('x', 1000) FROM generate_series(1, 20000) g")
	for _, sql := range []string{"SELECT * FROM h", "COPY h FROM STDIN", "BEGIN; UPDATE h SET t = 'y'", "COPY h TO STDOUT"} {
		f, conn := frontend(t, n)
		f.Send(&pgproto3.Query{String: sql})
		require.NoError(t, f.Flush())
		_, err := f.Receive()
		require.NoError(t, err)
		require.NoError(t, conn.Close())
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	_, err := c.Exec(ctx, "TRUNCATE h") // waits for the writers of h
	require.NoError(t, err)
	_, err = c.Exec(ctx, "DROP TABLE h")
	require.NoError(t, err)
}

// TestNeverReads: clients that ask for much and read nothing, in results, COPY and
// pipelines, cost the server no memory beyond their buffers; when they go, all of it
// ends.
func TestNeverReads(t *testing.T) {
	n := startNode(t)
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	for _, sql := range []string{
		"SELECT g, repeat('x', 1000) FROM generate_series(1, 100000000) g",
		"COPY (SELECT g, repeat('x', 1000) FROM generate_series(1, 100000000) g) TO STDOUT",
		"SELECT repeat('x', 1000)",
	} {
		f, conn := frontend(t, n)
		f.Send(&pgproto3.Query{String: sql})
		require.NoError(t, f.Flush())
		// The pipeline fills the sockets in both directions.
		require.NoError(t, conn.SetWriteDeadline(time.Now().Add(500*time.Millisecond)))
		var err error
		for err == nil {
			f.Send(&pgproto3.Query{String: "SELECT repeat('x', 1000)"})
			err = f.Flush()
		}
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		require.Less(t, heap(), before+32<<20, sql)
		require.NoError(t, conn.Close())
	}
}
