package syscat

import (
	"strings"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/replica"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/catalog"
	"github.com/dejaq/fasti/meta/cluster"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// Tables is the set of system tables of a node. It is immutable.
type Tables struct {
	catalog *catalog.Catalog
	cluster *cluster.Cluster
	host    *replica.Host
	oracle  replica.Oracle
	tables  map[string]*table
}

// table is one system table; rows computes all of its rows.
type table struct {
	def  *schema.Table
	rows func(*Tables) [][]vector.Datum
}

// New returns the system tables over the given sources.
func New(c *catalog.Catalog, cl *cluster.Cluster, h *replica.Host, o replica.Oracle) *Tables {
	t := &Tables{catalog: c, cluster: cl, host: h, oracle: o, tables: map[string]*table{}}
	for _, d := range []struct {
		name    string
		rows    func(*Tables) [][]vector.Datum
		columns string
	}{
		{"tables", (*Tables).tableRows, "table_schema text, table_name text, table_id int4, time_column text, origin timestamp, " +
			"slice interval, max_rows int8, partitions int4, partition_by text, order_by text, primary_key text, replicas int4, " +
			"retention interval, shards int8, rows int8, bytes int8"},
		{"shards", (*Tables).shardRows, "table_schema text, table_name text, range_start timestamp, range_end timestamp, " +
			"partition int4, sequence int4, group_id int4, state text, rows int8, bytes int8, leader int4, replicas text"},
		{"groups", (*Tables).groupRows, "group_id int4, state text, leader int4, term int8, last_index int8, committed_index int8, " +
			"applied_index int8, durable_index int8, log_bytes int8, shards int4, prepared int4, replicas text"},
		{"nodes", (*Tables).nodeRows, "node_id int4, name text, state text, version text, sql text, rpc text, roles text, boot_epoch int8, groups_led int4"},
	} {
		t.tables[d.name] = &table{define(catalog.Fasti, d.name, d.columns), d.rows}
	}
	return t
}

// define makes the descriptor of a system table from "name type, …".
func define(namespace, name, columns string) *schema.Table {
	def := &schema.Table{Namespace: namespace, Name: name, Time: -1, Partitions: 1}
	for i, c := range strings.Split(columns, ", ") {
		column, udt, _ := strings.Cut(c, " ")
		for _, t := range types.All() {
			if t.Udt() == udt {
				def.Columns = append(def.Columns, schema.Column{ID: schema.ColumnID(i + 1), Name: column, Type: t})
			}
		}
	}
	return def
}

// Table returns the descriptor of a system table, nil if there is none of this
// name.
func (t *Tables) Table(namespace, name string) *schema.Table {
	if d, ok := t.tables[name]; ok && namespace == catalog.Fasti {
		return d.def
	}
	return nil
}

// Rows returns all rows of a system table, every column in order. Like any read
// they show every commit that was acknowledged before.
func (t *Tables) Rows(q *op.Context, namespace, name string) ([][]vector.Datum, error) {
	if t.Table(namespace, name) == nil {
		return nil, sqlerr.New(sqlerr.UndefinedTable, "relation %q does not exist", namespace+"."+name)
	}
	ts, rev, err := t.oracle.Now(q.Go, 1)
	if err != nil {
		return nil, err
	}
	if _, err := t.cluster.WaitRev(q.Go, rev); err != nil {
		return nil, err
	}
	for _, g := range t.host.Groups() {
		if err := g.ReadBarrier(q.Go, ts); err != nil {
			return nil, err
		}
	}
	return t.tables[name].rows(t), nil
}
