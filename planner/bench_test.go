package planner

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dejaq/fasti/sql/parse"
)

// BenchmarkPlan measures planning without parsing.
func BenchmarkPlan(b *testing.B) {
	c := newCatalog(b)
	var rows []string
	for i := range 1000 {
		rows = append(rows, fmt.Sprintf("('2024-01-01 00:00:%02d', 'host%d', %d.5, %d)", i%60, i, i, i))
	}
	for _, q := range []struct{ name, sql string }{
		{"point", "select usage from cpu where ts = $1 and host = $2"},
		{"groupby", "select time_bucket('1h', ts), host, avg(usage) from cpu where ts >= now() - interval '1 day' group by 1, 2 order by 1"},
		{"join", "select o.city, count(*) from flights f join airports o on f.origin = o.code where f.delay > 60 group by 1 order by 2 desc limit 10"},
		{"insert/rows=1", "insert into cpu values ($1, $2, $3, $4)"},
		{"insert/rows=1000", "insert into cpu values " + strings.Join(rows, ", ")},
	} {
		st, err := parse.Parse(q.sql, parse.Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(q.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Plan(st[0].AST, Options{Catalog: c}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
