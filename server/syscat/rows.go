package syscat

import (
	"fmt"
	"strings"

	"github.com/dejaq/fasti/kv/replica"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/cluster"
	"github.com/dejaq/fasti/meta/schema"
)

// fastiOID is the OID of fasti.tables; the others follow. PostgreSQL gives none of
// its own built-in objects the OIDs from 14000 to 16383.
const fastiOID = 16000

// fastiTables are the relations of namespace fasti.
func fastiTables() []fastiTable {
	return []fastiTable{
		{
			"tables", (*Tables).tableRows, "table_schema text, table_name text, table_id int4, time_column text, origin timestamp, " +
				"slice interval, max_rows int8, partitions int4, partition_by text, order_by text, primary_key text, replicas int4, " +
				"retention interval, shards int8, rows int8, bytes int8",
		},
		{
			"shards", (*Tables).shardRows, "table_schema text, table_name text, range_start timestamp, range_end timestamp, " +
				"partition int4, sequence int4, group_id int4, state text, rows int8, bytes int8, leader int4, replicas text",
		},
		{
			"groups", (*Tables).groupRows, "group_id int4, state text, leader int4, term int8, last_index int8, committed_index int8, " +
				"applied_index int8, durable_index int8, log_bytes int8, shards int4, prepared int4, replicas text",
		},
		{"nodes", (*Tables).nodeRows, "node_id int4, name text, state text, version text, sql text, rpc text, roles text, boot_epoch int8, groups_led int4"},
	}
}

// fastiTable is a relation of namespace fasti; rows computes all of its rows.
type fastiTable struct {
	name    string
	rows    func(*Tables) [][]vector.Datum
	columns string
}

// source reads the rows behind every commit that was acknowledged before, like
// any read.
func (f fastiTable) source() source {
	return source{live: true, rows: func(r *Reader, e *emitter) error {
		ts, rev, err := r.oracle.Now(r.q.Go, 1)
		if err != nil {
			return err
		}
		if _, err := r.cluster.WaitRev(r.q.Go, rev); err != nil {
			return err
		}
		for _, g := range r.host.Groups() {
			if err := g.ReadBarrier(r.q.Go, ts); err != nil {
				return err
			}
		}
		for _, row := range f.rows(r.Tables) {
			values := make([]any, len(row))
			for i, d := range row {
				values[i] = d
			}
			e.add(values...)
		}
		return nil
	}}
}

func text(s string) vector.Datum { return vector.StringDatum(s) }

func number[T ~int | ~int32 | ~int64 | ~uint16 | ~uint32 | ~uint64](n T) vector.Datum {
	return vector.IntDatum(int64(n))
}

// orNull is NULL for the zero that means "none".
func orNull(none bool, d vector.Datum) vector.Datum {
	if none {
		return vector.NullDatum
	}
	return d
}

func micros(us int64) vector.Datum { return vector.WordDatum(vector.Interval{Micros: us}.Word()) }

func columnNames(t *schema.Table, ordinals []int) vector.Datum {
	names := make([]string, len(ordinals))
	for i, o := range ordinals {
		names[i] = t.Columns[o].Name
	}
	return orNull(len(names) == 0, text(strings.Join(names, ", ")))
}

func (t *Tables) tableRows() [][]vector.Datum {
	stats := t.stats(0)
	var rows [][]vector.Datum
	for _, d := range t.catalog.View().Tables() {
		shards := t.cluster.View().Shards(d.ID, minTime, maxTime, true)
		var count, bytes int64
		for _, s := range shards {
			count += stats[s.ID].Rows
			bytes += stats[s.ID].Bytes
		}
		timeColumn := vector.NullDatum
		if d.Sliced() {
			timeColumn = text(d.Columns[d.Time].Name)
		}
		rows = append(rows, []vector.Datum{
			text(d.Namespace), text(d.Name), number(d.ID), timeColumn,
			orNull(!d.Sliced(), number(d.Origin)), orNull(!d.Sliced(), micros(d.Width)),
			orNull(d.MaxRows == 0, number(d.MaxRows)), number(d.Partitions),
			columnNames(d, d.PartitionBy), columnNames(d, d.OrderBy), columnNames(d, d.Key),
			number(d.Replicas), orNull(d.Retention == 0, micros(d.Retention)),
			number(len(shards)), number(count), number(bytes),
		})
	}
	return rows
}

// The range of every time there is.
const (
	minTime = vector.TimeNegInfinity
	maxTime = vector.TimeInfinity
)

func (t *Tables) shardRows() [][]vector.Datum {
	stats := t.stats(0)
	groups := map[schema.GroupID]group{}
	for _, g := range t.host.Groups() {
		groups[g.ID()] = t.group(g.Info())
	}
	var rows [][]vector.Datum
	view := t.cluster.View()
	for _, d := range t.catalog.View().Tables() {
		for _, s := range view.Shards(d.ID, minTime, maxTime, true) {
			state := s.State
			stat, live := stats[s.ID]
			if live && state != schema.ShardDropping {
				state = stat.State
			}
			unbounded := !d.Sliced() || s.ID.Partition == schema.NullPartition
			g := groups[s.Group]
			rows = append(rows, []vector.Datum{
				text(d.Namespace), text(d.Name),
				orNull(unbounded, number(s.ID.Start)), orNull(unbounded, number(s.End)),
				orNull(s.ID.Partition == schema.NullPartition, number(s.ID.Partition)), number(s.ID.Sequence),
				number(s.Group), text(state.String()), number(stat.Rows), number(stat.Bytes),
				g.leader, g.replicas,
			})
		}
	}
	return rows
}

// stats asks the leaders for the figures of a table's shards, of all for 0.
func (t *Tables) stats(table schema.TableID) map[schema.ShardID]replica.ShardStat {
	stats := map[schema.ShardID]replica.ShardStat{}
	for _, g := range t.host.Groups() {
		for _, s := range g.Shards(table) {
			stats[s.ID] = s
		}
	}
	return stats
}

// group is what the replicas of a group look like now.
type group struct{ leader, replicas vector.Datum }

// group describes the replicas of a group: "node 1: leader at 42; node 2: insync,
// 3 behind".
func (t *Tables) group(info replica.GroupInfo) group {
	nodes := map[uint64]schema.NodeID{}
	if g := t.cluster.View().Group(info.ID); g != nil {
		for _, r := range g.Replicas {
			nodes[r.ID] = r.Node
		}
	}
	var parts []string
	for _, r := range info.Replicas {
		part := fmt.Sprintf("node %d: ", nodes[r.ID])
		switch behind := int64(info.Last) - int64(r.Match); {
		case r.ID == info.Leader:
			part += fmt.Sprintf("leader at %d", info.Last)
		case !r.Active:
			part += cluster.ReplicaDead.String()
		case behind <= 0:
			part += cluster.ReplicaInSync.String()
		default:
			part += fmt.Sprintf("%v, %d behind", cluster.ReplicaLagging, behind)
		}
		if r.Learner {
			part += " (learner)"
		}
		parts = append(parts, part)
	}
	leader := nodes[info.Leader]
	return group{orNull(leader == 0, number(leader)), text(strings.Join(parts, "; "))}
}

func (t *Tables) groupRows() [][]vector.Datum {
	view := t.cluster.View()
	var rows [][]vector.Datum
	for _, h := range t.host.Groups() {
		info := h.Info()
		state := cluster.GroupSystem
		if g := view.Group(info.ID); g != nil {
			state = g.State
		}
		g := t.group(info)
		rows = append(rows, []vector.Datum{
			number(info.ID), text(state.String()), g.leader, number(info.Term), number(info.Last), number(info.Committed),
			number(info.Applied), number(info.Durable), number(info.LogBytes), number(info.Shards), number(info.Prepared), g.replicas,
		})
	}
	return rows
}

func (t *Tables) nodeRows() [][]vector.Datum {
	led := 0
	for _, g := range t.host.Groups() {
		if g.Info().Leading {
			led++
		}
	}
	var rows [][]vector.Datum
	for _, n := range t.cluster.View().Nodes() {
		var roles []string
		if n.Data {
			roles = append(roles, "data")
		}
		if n.Meta {
			roles = append(roles, "meta")
		}
		groups := vector.NullDatum
		if n.ID == t.cluster.Node() {
			groups = number(led)
		}
		rows = append(rows, []vector.Datum{
			number(n.ID), text(n.Name), text(n.State.String()), text(n.Version), text(n.SQL), text(n.RPC),
			text(strings.Join(roles, ",")), number(n.Epoch), groups,
		})
	}
	return rows
}
