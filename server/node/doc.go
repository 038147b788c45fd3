// Package node builds a Fasti node bottom up and stops it top down. It is the
// only place that wires the layers together; cmd/fasti calls it, and so does a
// program that embeds a node:
//
//	n, err := node.Start(ctx, node.Options{Config: config.Default()})
//	…
//	conn, err := pgx.Connect(ctx, n.DSN())
//	…
//	err = n.Close(ctx)
package node
