// Package jsontest compares what functions over texts answer with what a
// PostgreSQL 15 answered when the file of answers was recorded.
package jsontest

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/sql/sqlerr"
)

// record is the connection string of a PostgreSQL 15 server: with it the tests
// ask the server anew and rewrite their files in testdata.
var record = flag.String("record", "", "connection string of a PostgreSQL 15 to record golden results from")

// Answers returns what a query over $1 answered for each input, from the file or
// from the server: a text, or SQLSTATE, message, detail and context.
func Answers(t *testing.T, file, query string, inputs []string) []string {
	t.Helper()
	if *record != "" {
		conn, err := pgx.Connect(context.Background(), *record)
		require.NoError(t, err)
		defer conn.Close(context.Background())
		var b strings.Builder
		for _, in := range inputs {
			var answer string
			err := conn.QueryRow(context.Background(), query, in).Scan(&answer)
			var pe *pgconn.PgError
			if errors.As(err, &pe) {
				answer = fmt.Sprintf("%s %s|%s|%s", pe.Code, pe.Message, pe.Detail, pe.Where)
			} else {
				require.NoError(t, err)
			}
			fmt.Fprintf(&b, "%q\t%q\n", in, answer)
		}
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o644))
	}
	f, err := os.Open(file)
	require.NoError(t, err, "record it with -record")
	defer f.Close()
	var all []string
	for sc := bufio.NewScanner(f); sc.Scan(); {
		in, answer, _ := strings.Cut(sc.Text(), "\t")
		got, err := strconv.Unquote(in)
		require.NoError(t, err)
		require.Equal(t, inputs[len(all)], got)
		answer, err = strconv.Unquote(answer)
		require.NoError(t, err)
		all = append(all, answer)
	}
	require.Len(t, all, len(inputs))
	return all
}

// ErrorText writes an error as Answers does.
func ErrorText(err error) string {
	var e *sqlerr.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	return fmt.Sprintf("%s %s|%s|%s", e.Code, e.Message, e.Detail, e.Context)
}

// Mutants returns seeds and n texts made of them by taking out, doubling and
// exchanging characters for those of letters; always the same.
func Mutants(seeds []string, letters string, n int) []string {
	all := append([]string(nil), seeds...)
	rng := rand.New(rand.NewPCG(1, 2))
	pool := []rune(letters)
	for range n {
		s := []rune(seeds[rng.IntN(len(seeds))])
		for range 1 + rng.IntN(2) {
			i := rng.IntN(len(s) + 1)
			switch c := pool[rng.IntN(len(pool))]; {
			case rng.IntN(2) == 0 || i == len(s):
				s = append(s[:i:i], append([]rune{c}, s[i:]...)...)
			case rng.IntN(2) == 0:
				s = append(s[:i:i], s[i+1:]...)
			default:
				s[i] = c
			}
		}
		all = append(all, string(s))
	}
	return all
}
