package replica

import pb "go.etcd.io/raft/v3/raftpb"

// entryCache keeps the newest entries of a group's log in memory: raft asks for
// each of them at least once more, to apply it and to send it to followers.
type entryCache struct {
	// ents[head:] are the entries held, with indexes in one run; nil before head.
	ents []*pb.Entry
	head int
	// bytes is their size, at most max after append unless there is only one.
	bytes, max int
	// next is the index after the last entry held.
	next uint64
}

// first returns the index of the oldest entry held; one beyond every entry of the
// log if there is none.
func (c *entryCache) first() uint64 {
	if c.head == len(c.ents) {
		return 1<<64 - 1
	}
	return c.next - uint64(len(c.ents)-c.head)
}

// get returns the entry with an index, nil if it is not held.
func (c *entryCache) get(index uint64) *pb.Entry {
	if index < c.first() || index >= c.next {
		return nil
	}
	return c.ents[len(c.ents)-int(c.next-index)]
}

// append adds entries at the end, replacing those from the first new index on, and
// drops the oldest.
func (c *entryCache) append(ents []*pb.Entry) {
	from := ents[0].GetIndex()
	for c.head < len(c.ents) && c.next > from {
		c.next--
		c.bytes -= entrySize(c.ents[len(c.ents)-1])
		c.ents[len(c.ents)-1] = nil
		c.ents = c.ents[:len(c.ents)-1]
	}
	if c.next != from {
		c.reset()
	}
	for _, e := range ents {
		c.bytes += entrySize(e)
	}
	c.ents = append(c.ents, ents...)
	c.next = ents[len(ents)-1].GetIndex() + 1
	for c.bytes > c.max && c.head < len(c.ents)-1 {
		c.drop()
	}
	c.compact()
}

// dropBelow drops the entries with smaller indexes.
func (c *entryCache) dropBelow(index uint64) {
	for c.head < len(c.ents) && c.first() < index {
		c.drop()
	}
	c.compact()
}

func (c *entryCache) drop() {
	c.bytes -= entrySize(c.ents[c.head])
	c.ents[c.head] = nil
	c.head++
}

func (c *entryCache) reset() {
	clear(c.ents)
	c.ents, c.head, c.bytes = c.ents[:0], 0, 0
}

// compact moves the entries to the front when more than half the slice is unused,
// so that a move costs each entry once on average.
func (c *entryCache) compact() {
	if c.head <= len(c.ents)/2 {
		return
	}
	n := copy(c.ents, c.ents[c.head:])
	clear(c.ents[n:])
	c.ents, c.head = c.ents[:n], 0
}

func entrySize(e *pb.Entry) int { return entryOverhead + len(e.Data) }
