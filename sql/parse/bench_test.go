package parse

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dejaq/fasti/sql/skel"
)

// doubleGroupby is a query of the TSBS kind: a CTE, a join, two groupings.
const doubleGroupby = `WITH cpu_avg AS (
  SELECT time_bucket('3600 seconds', time) AS hour, tags_id, avg(usage_user) AS mean_usage_user, avg(usage_system) AS mean_usage_system,
         avg(usage_idle) AS mean_usage_idle, avg(usage_nice) AS mean_usage_nice, avg(usage_iowait) AS mean_usage_iowait
  FROM cpu
  WHERE time >= '2016-01-01 12:47:30.894865 +0000' AND time < '2016-01-02 00:47:30.894865 +0000'
  GROUP BY 1, 2
)
SELECT hour, tags.hostname, mean_usage_user, mean_usage_system, mean_usage_idle, mean_usage_nice, mean_usage_iowait
FROM cpu_avg JOIN tags ON cpu_avg.tags_id = tags.id
ORDER BY hour, tags.hostname`

// rows returns an INSERT of n rows of four literals.
func rows(n int) string {
	var b strings.Builder
	b.WriteString("INSERT INTO cpu (ts, host, usage, load) VALUES ")
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "('2026-01-01 00:00:%02d', 'host_%d', %d.5, %d)", i%60, i%100, i%100, i)
	}
	return b.String()
}

// BenchmarkParse measures whole texts, with a cache of skeletons and without.
func BenchmarkParse(b *testing.B) {
	for _, bm := range []struct{ name, sql string }{
		{"point", "SELECT abalance FROM pgbench_accounts WHERE aid = 12345"},
		{"insert", "INSERT INTO cpu (ts, host, usage) VALUES ('2026-01-01 00:00:00', 'host_1', 17.5)"},
		{"insertParams", "INSERT INTO cpu (ts, host, usage) VALUES ($1, $2, $3)"},
		{"doubleGroupby", doubleGroupby},
		{"rows=1000", rows(1000)},
		{"begin", "BEGIN"},
	} {
		for _, cached := range []bool{true, false} {
			b.Run(fmt.Sprintf("%s/cached=%t", bm.name, cached), func(b *testing.B) {
				var o Options
				if cached {
					o.Skeletons = skel.NewCache(0)
				}
				b.SetBytes(int64(len(bm.sql)))
				b.ReportAllocs()
				for b.Loop() {
					if _, err := Parse(bm.sql, o); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
