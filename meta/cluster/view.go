package cluster

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/dejaq/fasti/meta/etcd"
	"github.com/dejaq/fasti/meta/schema"
)

// View is the cluster at one revision of the metadata store. It never changes,
// and neither may a caller change what it returns.
type View struct {
	rev    int64
	id     string
	groups []*Group // by id
	nodes  []*Node  // by id
	status map[schema.GroupID]*status
	tables map[schema.TableID]*tableShards
}

// status is a group's status as stored, and put together once all of it is here.
type status struct {
	head   *GroupStatus // without Shards; nil while only pages are here
	modRev int64        // of the head's key
	pages  [maxStatusPages][]ShardCount
	whole  *GroupStatus
}

// Rev returns the revision of the metadata store that the view shows.
func (v *View) Rev() int64 { return v.rev }

// ClusterID returns the id of the cluster, a uuid.
func (v *View) ClusterID() string { return v.id }

// Groups returns all groups in order of their ids, the system group first.
func (v *View) Groups() []*Group { return v.groups }

// Group returns the group with the id, nil if there is none.
func (v *View) Group(id schema.GroupID) *Group {
	i, ok := slices.BinarySearchFunc(v.groups, id, func(g *Group, id schema.GroupID) int { return cmp.Compare(g.ID, id) })
	if !ok {
		return nil
	}
	return v.groups[i]
}

// GroupStatus returns the newest report about a group, nil if there is none.
func (v *View) GroupStatus(id schema.GroupID) *GroupStatus {
	if s := v.status[id]; s != nil {
		return s.whole
	}
	return nil
}

// Nodes returns all nodes in order of their ids.
func (v *View) Nodes() []*Node { return v.nodes }

// Node returns the node with the id, nil if there is none.
func (v *View) Node(id schema.NodeID) *Node {
	i, ok := slices.BinarySearchFunc(v.nodes, id, func(n *Node, id schema.NodeID) int { return cmp.Compare(n.ID, id) })
	if !ok {
		return nil
	}
	return v.nodes[i]
}

// Tables returns the ids of the tables that have shards, in order. One that the
// catalog does not know has been dropped halfway: finish it with DropTable.
func (v *View) Tables() []schema.TableID {
	return slices.Sorted(maps.Keys(v.tables))
}

// Shards returns the shards of a table whose range intersects [lo, hi), in µs
// since 2000-01-01 UTC, and if nulls those of the rows without a time; of a keyed
// table all. hi = math.MaxInt64 means no bound and includes the rows at infinity, as
// lo = math.MinInt64 includes those at -infinity. Shards that are being dropped and
// those of key homes (ShardID.Index) are left out. The order is that of
// ShardID.Compare; the slice belongs to the caller.
func (v *View) Shards(table schema.TableID, lo, hi int64, nulls bool) []schema.Shard {
	return v.AppendShards(nil, table, lo, hi, nulls)
}

// AppendShards appends what Shards returns.
func (v *View) AppendShards(dst []schema.Shard, table schema.TableID, lo, hi int64, nulls bool) []schema.Shard {
	if t := v.tables[table]; t != nil {
		return t.appendRange(dst, lo, hi, nulls)
	}
	return dst
}

// AllShards returns every shard of a table, those of key homes and those that are
// being dropped too, in order.
func (v *View) AllShards(table schema.TableID) []schema.Shard {
	t := v.tables[table]
	if t == nil {
		return nil
	}
	var all []schema.Shard
	for _, list := range [][]*run{t.keyed, t.null, t.sliced} {
		for _, r := range list {
			all = append(all, r.shards...)
		}
	}
	slices.SortFunc(all, compareShards)
	return all
}

// ShardCount returns how many shards a table has for its rows, without those that
// are being dropped: what Shards returns at most.
func (v *View) ShardCount(table schema.TableID) int {
	if t := v.tables[table]; t != nil {
		return t.live
	}
	return 0
}

// Slice returns all shards of one slice and partition in order of their
// sequence, whatever their state; of a keyed table start is 0, of the rows without
// a time start is 0 and partition schema.NullPartition. The slice belongs to the
// view.
func (v *View) Slice(table schema.TableID, start int64, partition uint16) []schema.Shard {
	t := v.tables[table]
	if t == nil {
		return nil
	}
	runs := t.holding(start, partition)
	if len(runs) == 1 {
		return runs[0].slice(start, partition)
	}
	// Runs of several widths may share a start.
	var all []schema.Shard
	for _, r := range runs {
		all = append(all, r.slice(start, partition)...)
	}
	slices.SortFunc(all, compareShards)
	return all
}

// Shard returns the shard with the id.
func (v *View) Shard(id schema.ShardID) (schema.Shard, bool) {
	s, _, ok := v.locate(id)
	return s, ok
}

// locate returns a shard and its run.
func (v *View) locate(id schema.ShardID) (s schema.Shard, in *run, ok bool) {
	t := v.tables[id.Table]
	if t == nil {
		return schema.Shard{}, nil, false
	}
	for _, r := range t.holding(id.Start, id.Partition) {
		if s, ok := r.find(id); ok {
			return s, r, true
		}
	}
	return schema.Shard{}, nil, false
}

// TableRows returns the rows and bytes of a table as last reported by the
// leaders of the groups; ok is false when nothing has been reported.
func (v *View) TableRows(table schema.TableID) (rows, bytes int64, ok bool) {
	for _, s := range v.status {
		if s.whole == nil {
			continue
		}
		counts := s.whole.Shards
		from, _ := slices.BinarySearchFunc(counts, table, func(c ShardCount, id schema.TableID) int { return cmp.Compare(c.ID.Table, id) })
		for _, c := range counts[from:] {
			if c.ID.Table != table {
				break
			}
			rows, bytes, ok = rows+c.Rows, bytes+c.Bytes, true
		}
	}
	return rows, bytes, ok
}

// reset makes the view of everything; see etcd.Feed.
func reset(kvs []etcd.KV, rev int64) (*View, error) {
	events := make([]etcd.Event, len(kvs))
	for i, kv := range kvs {
		events[i] = etcd.Event{Key: kv.Key, Value: kv.Value, ModRev: kv.ModRev}
	}
	return apply(&View{}, events, rev)
}

// apply makes the view after the events; see etcd.Feed.
func apply(old *View, events []etcd.Event, rev int64) (*View, error) {
	e := edit{View: *old}
	e.rev = rev
	for i := range events {
		if err := e.event(&events[i]); err != nil {
			return nil, fmt.Errorf("cluster: %s: %w", events[i].Key, err)
		}
	}
	e.finish()
	v := e.View
	return &v, nil
}

// edit is a view in the making. It copies a collection before the first change.
type edit struct {
	View
	ownGroups, ownNodes, ownTables bool
	// ownStatus holds the groups whose status has changed.
	ownStatus map[schema.GroupID]bool
}

func (e *edit) event(ev *etcd.Event) error {
	switch {
	case strings.HasPrefix(ev.Key, shardPrefix):
		return e.shardEvent(ev)
	case strings.HasPrefix(ev.Key, statusPrefix):
		return e.statusEvent(ev)
	case strings.HasPrefix(ev.Key, groupPrefix):
		id, err := parseNumber(ev.Key, groupPrefix, 32)
		if err != nil {
			return err
		}
		if !e.ownGroups {
			e.groups, e.ownGroups = slices.Clone(e.groups), true
		}
		var g *Group
		if !ev.Deleted {
			if g, err = decodeGroup(schema.GroupID(id), ev.Value); err != nil {
				return err
			}
		}
		e.groups = replace(e.groups, schema.GroupID(id), g, func(g *Group) schema.GroupID { return g.ID })
	case strings.HasPrefix(ev.Key, nodePrefix):
		id, err := parseNumber(ev.Key, nodePrefix, 16)
		if err != nil {
			return err
		}
		if !e.ownNodes {
			e.nodes, e.ownNodes = slices.Clone(e.nodes), true
		}
		var n *Node
		if !ev.Deleted {
			if n, err = decodeNode(schema.NodeID(id), ev.Value); err != nil {
				return err
			}
		}
		e.nodes = replace(e.nodes, schema.NodeID(id), n, func(n *Node) schema.NodeID { return n.ID })
	case ev.Key == clusterKey && !ev.Deleted:
		var err error
		e.id, err = decodeClusterID(ev.Value)
		return err
	}
	return nil
}

func (e *edit) shardEvent(ev *etcd.Event) error {
	table, id, n, err := parseRunKey(ev.Key)
	if err != nil {
		return err
	}
	c := chunk{n: n, modRev: ev.ModRev}
	if !ev.Deleted {
		if c.shards, err = decodeRun(table, ev.Value); err != nil {
			return err
		}
	}
	if !e.ownTables {
		e.tables, e.ownTables = maps.Clone(e.tables), true
		if e.tables == nil {
			e.tables = make(map[schema.TableID]*tableShards)
		}
	}
	t := e.tables[table]
	if t == nil {
		t = &tableShards{ordered: true}
	}
	if t = t.with(id, c); t.empty() {
		delete(e.tables, table)
	} else {
		e.tables[table] = t
	}
	return nil
}

func (e *edit) statusEvent(ev *etcd.Event) error {
	name, page, paged := strings.Cut(strings.TrimPrefix(ev.Key, statusPrefix), "/")
	n, err := strconv.ParseUint(name, 10, 32)
	if err != nil {
		return schema.ErrCorrupt
	}
	id := schema.GroupID(n)
	if e.ownStatus == nil {
		e.status = maps.Clone(e.status)
		if e.status == nil {
			e.status = make(map[schema.GroupID]*status)
		}
		e.ownStatus = make(map[schema.GroupID]bool)
	}
	if !e.ownStatus[id] {
		s := new(status)
		if old := e.status[id]; old != nil {
			*s = *old
		}
		e.status[id], e.ownStatus[id] = s, true
	}
	s := e.status[id]
	if paged {
		p, err := strconv.ParseUint(page, 10, 8)
		if err != nil || p >= maxStatusPages {
			return schema.ErrCorrupt
		}
		s.pages[p] = nil
		if !ev.Deleted {
			s.pages[p], err = decodeCounts(ev.Value)
		}
		return err
	}
	s.head, s.modRev = nil, ev.ModRev
	if !ev.Deleted {
		s.head, err = decodeStatus(id, ev.Value)
	}
	return err
}

// finish puts the changed statuses together.
func (e *edit) finish() {
	for id := range e.ownStatus {
		s := e.status[id]
		if s.head == nil {
			delete(e.status, id)
			continue
		}
		whole := *s.head
		whole.Shards = slices.Concat(s.pages[:]...)
		s.whole = &whole
	}
}

// replace returns list, which is in order of id, with v in place of the element
// of that id, or without it if v is nil.
func replace[T any, ID cmp.Ordered](list []*T, id ID, v *T, idOf func(*T) ID) []*T {
	i, found := slices.BinarySearchFunc(list, id, func(e *T, id ID) int { return cmp.Compare(idOf(e), id) })
	switch {
	case found && v == nil:
		return slices.Delete(list, i, i+1)
	case found:
		list[i] = v
	case v != nil:
		return slices.Insert(list, i, v)
	}
	return list
}

func parseNumber(key, prefix string, bits int) (uint64, error) {
	n, err := strconv.ParseUint(strings.TrimPrefix(key, prefix), 10, bits)
	if err != nil {
		return 0, schema.ErrCorrupt
	}
	return n, nil
}
