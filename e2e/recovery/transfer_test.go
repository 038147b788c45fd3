package recovery

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/e2e/fastitest"
)

// TestTransfers moves money between accounts in different groups from 8
// connections while the server is killed three times. No snapshot ever shows
// another sum, and every acknowledged transfer is counted exactly once: each also
// increments the counter of its client in the same transaction.
func TestTransfers(t *testing.T) {
	const accounts, clients = 20, 8
	dir := t.TempDir()
	s := fastitest.Start(t, "--data", dir)
	_, err := s.Connect(t).Exec(t.Context(), `CREATE TABLE account (id int PRIMARY KEY, v int8);
		CREATE TABLE done (client int PRIMARY KEY, n int8);
		INSERT INTO account SELECT i, 100 FROM generate_series(0, 19) i;
		INSERT INTO done SELECT i, 0 FROM generate_series(0, 7) i`)
	require.NoError(t, err)

	// What a client knows: acknowledged transfers, and those whose outcome it
	// never heard of.
	var acknowledged, unknown [clients]int64
	var conflicts atomic.Int64
	for range 3 {
		ctx, cancel := context.WithCancel(t.Context())
		var wait sync.WaitGroup
		for client := range clients {
			wait.Go(func() {
				c, err := pgx.Connect(ctx, s.DSN())
				if err != nil {
					return
				}
				defer func() { _ = c.Close(context.Background()) }()
				for ctx.Err() == nil {
					err := transfer(ctx, c, client, rand.IntN(accounts), rand.IntN(accounts))
					var pg *pgconn.PgError
					switch {
					case err == nil:
						acknowledged[client]++
					case errors.As(err, &pg) && pg.Code == "40001":
						conflicts.Add(1)
						if _, err := c.Exec(ctx, "ROLLBACK"); err != nil {
							return
						}
					default:
						unknown[client]++
						return
					}
				}
			})
		}
		wait.Go(func() {
			c, err := pgx.Connect(ctx, s.DSN())
			if err != nil {
				return
			}
			defer func() { _ = c.Close(context.Background()) }()
			for ctx.Err() == nil {
				var sum int64
				if err := c.QueryRow(ctx, "SELECT sum(v)::int8 FROM account").Scan(&sum); err != nil {
					return
				}
				if sum != accounts*100 {
					t.Errorf("a snapshot shows the sum %d", sum)
					return
				}
			}
		})
		time.Sleep(time.Second)
		s.Kill()
		cancel()
		wait.Wait()
		s = fastitest.Start(t, "--data", dir)
	}
	c := s.Connect(t)
	require.EqualValues(t, accounts*100, count(t, c, "SELECT sum(v)::int8 FROM account"))
	var total int64
	for client := range clients {
		n := count(t, c, "SELECT n FROM done WHERE client = $1", client)
		if n < acknowledged[client] || n > acknowledged[client]+unknown[client] {
			t.Errorf("client %d: %d transfers counted, %d acknowledged, %d unknown", client, n, acknowledged[client], unknown[client])
		}
		total += n
	}
	t.Logf("%d transfers, %d conflicts", total, conflicts.Load())
	require.NotZero(t, total)
}

func transfer(ctx context.Context, c *pgx.Conn, client, from, to int) error {
	tx, err := c.Begin(ctx)
	if err != nil {
		return err
	}
	for _, step := range []struct {
		sql string
		arg int
	}{
		{"UPDATE account SET v = v - 1 WHERE id = $1", from},
		{"UPDATE account SET v = v + 1 WHERE id = $1", to},
		{"UPDATE done SET n = n + 1 WHERE client = $1", client},
	} {
		if _, err := tx.Exec(ctx, step.sql, step.arg); err != nil {
			return err
		}
	}
	return tx.Commit(ctx)
}
