package node_test

import (
	"context"
	"fmt"
	"log"

	"github.com/jackc/pgx/v5"

	"github.com/dejaq/fasti/server/config"
	"github.com/dejaq/fasti/server/node"
)

// A program that embeds a node: it starts one in memory, without listening
// anywhere, and talks to it with an ordinary driver over an in-process connection.
func Example() {
	ctx := context.Background()
	c := config.Default()
	c.Memory, c.SQL, c.HTTP, c.RPC = true, "", "", ""
	n, err := node.Start(ctx, node.Options{Config: c})
	if err != nil {
		log.Fatal(err)
	}
	defer func() {
		if err := n.Close(ctx); err != nil {
			log.Fatal(err)
		}
	}()

	driver, err := pgx.ParseConfig("postgres://me@in-process/fasti?sslmode=disable")
	if err != nil {
		log.Fatal(err)
	}
	driver.DialFunc = n.DialFunc
	driver.LookupFunc = func(_ context.Context, host string) ([]string, error) { return []string{host}, nil }
	conn, err := pgx.ConnectConfig(ctx, driver)
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()

	_, err = conn.Exec(ctx, `CREATE TABLE job (due timestamptz NOT NULL, name text)`)
	if err != nil {
		log.Fatal(err)
	}
	_, err = conn.Exec(ctx, `INSERT INTO job VALUES ('2030-01-01', 'new year'), ('2030-05-01', 'may')`)
	if err != nil {
		log.Fatal(err)
	}
	var name string
	if err := conn.QueryRow(ctx, `SELECT name FROM job WHERE due < $1`, "2030-02-01").Scan(&name); err != nil {
		log.Fatal(err)
	}
	fmt.Println(name)
	// Output: new year
}
