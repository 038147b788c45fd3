// Package recovery kills, floods and fills the real server and looks whether it
// kept its promises.
package recovery

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/e2e/fastitest"
)

// TestKillAfterCopy kills the server with SIGKILL the moment a COPY over many
// slices and groups was acknowledged: all of it must be there after the restart,
// and a COPY that was not acknowledged must be there entirely or not at all.
func TestKillAfterCopy(t *testing.T) {
	dir := t.TempDir()
	s := fastitest.Start(t, "--data", dir)
	c := s.Connect(t)
	ctx := t.Context()
	_, err := c.Exec(ctx, "CREATE TABLE m (ts timestamp, k int, v text)")
	require.NoError(t, err)
	const rows = 60000
	load := func(c *pgx.Conn, k int) error {
		src := make([][]any, rows)
		base := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
		for i := range src {
			src[i] = []any{base.Add(time.Duration(i) * time.Minute), int32(k), fmt.Sprint("value ", i)}
		}
		_, err := c.CopyFrom(ctx, pgx.Identifier{"m"}, []string{"ts", "k", "v"}, pgx.CopyFromRows(src))
		return err
	}
	require.NoError(t, load(c, 1))
	s.Kill()

	start := time.Now()
	s = fastitest.Start(t, "--data", dir)
	require.Less(t, time.Since(start), 30*time.Second, "recovery takes seconds")
	c = s.Connect(t)
	require.EqualValues(t, rows, count(t, c, "SELECT count(*) FROM m WHERE k = 1"))

	done := make(chan error, 1)
	go func() { done <- load(c, 2) }()
	time.Sleep(time.Duration(50+rand.IntN(400)) * time.Millisecond)
	s.Kill()
	acknowledged := <-done == nil
	s = fastitest.Start(t, "--data", dir)
	n := count(t, s.Connect(t), "SELECT count(*) FROM m WHERE k = 2")
	if n != 0 && n != rows || acknowledged && n == 0 {
		t.Fatalf("acknowledged=%v, but %d of %d rows are there", acknowledged, n, rows)
	}
	s.Stop(t)
}

// TestKillDuringInserts kills the server ten times at random moments while 8
// connections insert; each statement writes three rows into different slices, so
// into different groups. After each restart every acknowledged statement is there
// with all its rows, and no statement is there in part.
func TestKillDuringInserts(t *testing.T) {
	dir := t.TempDir()
	s := fastitest.Start(t, "--data", dir)
	_, err := s.Connect(t).Exec(t.Context(), "CREATE TABLE r (ts timestamptz NOT NULL, id int8, part int)")
	require.NoError(t, err)

	var mu sync.Mutex
	acknowledged := map[int64]bool{}
	var next int64
	for round := range 10 {
		ctx, cancel := context.WithCancel(t.Context())
		var clients sync.WaitGroup
		for range 8 {
			clients.Go(func() {
				c, err := pgx.Connect(ctx, s.DSN())
				if err != nil {
					return
				}
				defer func() { _ = c.Close(context.Background()) }()
				for ctx.Err() == nil {
					mu.Lock()
					next++
					id := next
					mu.Unlock()
					base := time.Date(2024, 1, 1, 0, int(id%500)*15, 0, 0, time.UTC)
					_, err := c.Exec(ctx, "INSERT INTO r VALUES ($1, $4, 1), ($2, $4, 2), ($3, $4, 3)",
						base, base.Add(26*time.Hour), base.Add(53*time.Hour), id)
					if err != nil {
						return // the server is gone
					}
					mu.Lock()
					acknowledged[id] = true
					mu.Unlock()
				}
			})
		}
		time.Sleep(time.Duration(100+rand.IntN(300)) * time.Millisecond)
		s.Kill()
		cancel()
		clients.Wait()

		start := time.Now()
		s = fastitest.Start(t, "--data", dir)
		require.Less(t, time.Since(start), 30*time.Second)
		c := s.Connect(t)
		rows, err := c.Query(t.Context(), "SELECT id, count(*), sum(part) FROM r GROUP BY id")
		require.NoError(t, err)
		found := map[int64]bool{}
		for rows.Next() {
			var id, n, sum int64
			require.NoError(t, rows.Scan(&id, &n, &sum))
			if n != 3 || sum != 6 {
				t.Errorf("round %d: statement %d is there in part: %d rows, sum %d", round, id, n, sum)
			}
			found[id] = true
		}
		require.NoError(t, rows.Err())
		mu.Lock()
		for id := range acknowledged {
			if !found[id] {
				t.Errorf("round %d: acknowledged statement %d is lost", round, id)
			}
		}
		t.Logf("round %d: %d acknowledged, %d found", round, len(acknowledged), len(found))
		mu.Unlock()
		if t.Failed() {
			return
		}
	}
	require.NotEmpty(t, acknowledged)
}

func count(t *testing.T, c *pgx.Conn, query string, args ...any) (n int64) {
	t.Helper()
	require.NoError(t, c.QueryRow(t.Context(), query, args...).Scan(&n))
	return n
}

// TestShutdown: SIGTERM lets a running statement finish, tells idle clients why
// they are dropped, and exits with 0. The data is there afterwards.
func TestShutdown(t *testing.T) {
	dir := t.TempDir()
	s := fastitest.Start(t, "--data", dir)
	idle, busy := s.Connect(t), s.Connect(t)
	_, err := busy.Exec(t.Context(), "CREATE TABLE n (i int8 PRIMARY KEY); INSERT INTO n SELECT g FROM generate_series(1, 1500) g")
	require.NoError(t, err)
	done := make(chan error, 1)
	go func() {
		_, err := busy.Exec(t.Context(), "SELECT count(*) FROM n a, n b WHERE a.i + b.i = -1")
		done <- err
	}()
	time.Sleep(50 * time.Millisecond)
	s.Stop(t)
	require.NoError(t, <-done, "a running statement is finished first")
	var pg *pgconn.PgError
	_, err = idle.Exec(t.Context(), "SELECT 1")
	if errors.As(err, &pg) {
		require.Equal(t, "57P01", pg.Code)
	}
	require.Error(t, err)

	s = fastitest.Start(t, "--data", dir)
	require.EqualValues(t, 1500, count(t, s.Connect(t), "SELECT count(*) FROM n"))
}

// TestDirectoryInUse: a second server on the same directory is refused with one
// sentence and exit code 1, and harms nothing.
func TestDirectoryInUse(t *testing.T) {
	dir := t.TempDir()
	s := fastitest.Start(t, "--data", dir)
	_, err := fastitest.TryStart(t, "--data", dir)
	require.ErrorContains(t, err, "exit status 1")
	require.ErrorContains(t, err, "is in use by another process")
	require.NoError(t, s.Connect(t).Ping(t.Context()))
}

// TestSecondSignal: a second SIGTERM ends the process at once, although a
// statement is running.
func TestSecondSignal(t *testing.T) {
	s := fastitest.Start(t, "--memory")
	c := s.Connect(t)
	_, err := c.Exec(t.Context(), "CREATE TABLE n (i int8 PRIMARY KEY); INSERT INTO n SELECT g FROM generate_series(1, 4000) g")
	require.NoError(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = c.Exec(context.Background(), "SELECT count(*) FROM n a, n b, n c WHERE a.i + b.i + c.i = -1")
	}()
	time.Sleep(100 * time.Millisecond)
	require.NoError(t, s.Signal(syscall.SIGTERM))
	time.Sleep(200 * time.Millisecond)
	require.NoError(t, s.Signal(syscall.SIGTERM))
	err = s.Wait(8 * time.Second) // below the 10 s that a drain may take
	require.Error(t, err)
	require.False(t, strings.Contains(err.Error(), "still running"), "%v", err)
	<-done
}
