package txn

import (
	"bytes"
	"slices"
	"sync"

	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/kv/mvcc"
	"github.com/dejaq/fasti/kv/store"
	"github.com/dejaq/fasti/meta/schema"
)

// cacheBytes bounds the staged pieces that one scan keeps in memory.
const cacheBytes = 32 << 20

// written is what a statement sees of its own transaction's writes to one table in one
// group. It does not change while the scan lives.
type written struct {
	list *list
	// index: the entries of indexes count, instead of rows.
	index bool
	parts []part
}

// part is the seen piece of a list, or what is seen of it.
type part struct {
	piece *piece
	chunk int
	end   int    // bytes seen; 0: all
	ws    []byte // the seen bytes, when they were in memory as the scan began

	blocks []block // of the table, in order
}

// written returns what the current statement sees of the transaction's writes to a
// table, by group. Groups without any are not in it.
func (t *Txn) written(id schema.TableID) (map[schema.GroupID]*written, error) {
	if t.tables[id] == nil {
		return nil, nil
	}
	var all map[schema.GroupID]*written
	for _, l := range t.lists {
		w := &written{list: l}
		for i := 0; i < len(l.pieces) && i <= l.seen; i++ {
			p := part{piece: l.pieces[i], chunk: i}
			if i == l.seen {
				if p.end = l.seenBytes; p.end == 0 {
					break
				}
			}
			l.mu.Lock()
			if !p.piece.off {
				p.ws = p.piece.ws.Bytes()
				if p.end > 0 {
					p.ws = p.ws[:p.end:p.end]
				}
			}
			l.mu.Unlock()
			if err := p.find(id); err != nil {
				return nil, err
			}
			if len(p.blocks) > 0 {
				w.parts = append(w.parts, p)
			}
		}
		if len(w.parts) > 0 {
			if all == nil {
				all = make(map[schema.GroupID]*written)
			}
			all[l.group.ID()] = w
		}
	}
	return all, nil
}

// find lists the blocks of a table.
func (p *part) find(id schema.TableID) error {
	if p.piece.blocks != nil {
		for _, b := range p.piece.blocks {
			if b.shard.Table == id && (p.end == 0 || b.offset < p.end) {
				p.blocks = append(p.blocks, b)
			}
		}
		return nil
	}
	var last schema.ShardID
	for off := 0; off < len(p.ws); {
		at := max(off, 1)
		b, next, err := mvcc.NextBlock(p.ws, off)
		if err != nil {
			return err
		}
		if n := len(p.blocks); b.Shard.Table == id && (n == 0 || last != b.Shard) {
			p.blocks = append(p.blocks, block{b.Shard, at})
		}
		last, off = b.Shard, next
	}
	return nil
}

// pieceCache keeps pieces that were read back from their group, first come. Readers
// share it.
type pieceCache struct {
	mu   sync.Mutex
	m    map[*piece][]byte
	size int
}

// bytes returns the seen bytes of a part.
func (c *pieceCache) bytes(l *list, p *part, r store.Reader) ([]byte, error) {
	if p.ws != nil {
		return p.ws, nil
	}
	c.mu.Lock()
	ws := c.m[p.piece]
	c.mu.Unlock()
	if ws == nil {
		var err error
		if ws, err = l.bytes(p.piece, p.chunk, r); err != nil {
			return nil, err
		}
		c.mu.Lock()
		if c.size+len(ws) <= cacheBytes {
			if c.m == nil {
				c.m = make(map[*piece][]byte)
			}
			c.m[p.piece] = ws
			c.size += len(ws)
		}
		c.mu.Unlock()
	}
	if p.end > 0 {
		ws = ws[:p.end]
	}
	return ws, nil
}

// touches reports whether there are writes to shards in [first, last].
func (w *written) touches(first, last schema.ShardID) bool {
	for i := range w.parts {
		for _, b := range w.parts[i].blocks {
			if b.shard.Compare(first) >= 0 && b.shard.Compare(last) <= 0 {
				return true
			}
		}
	}
	return false
}

// overlay returns the newest writes of each key of [from, to), bounds of store keys in
// the shards first … last; nil if there are none.
func (w *written) overlay(c *pieceCache, r store.Reader, first, last schema.ShardID, from, to []byte) (*mvcc.Overlay, error) {
	from, to = from[:len(from)-1], to[:len(to)-1] // as locators are: without an end
	var entries []mvcc.OverlayEntry
	var arena []byte
	var prefix []byte
	for i := range w.parts {
		p := &w.parts[i]
		var ws []byte
		for _, b := range p.blocks {
			if b.shard.Compare(first) < 0 || b.shard.Compare(last) > 0 {
				continue
			}
			if ws == nil {
				var err error
				if ws, err = c.bytes(w.list, p, r); err != nil {
					return nil, err
				}
			}
			prefix = keys.AppendRowPrefix(prefix[:0], w.list.group.ID(), b.shard)
			if w.index {
				prefix = keys.AppendIndexPrefix(prefix[:0], w.list.group.ID(), b.shard)
			}
			it := mvcc.ReadWritesAt(ws, b.offset)
			for it.Next() && it.Write.Shard == b.shard {
				k := &it.Write
				if k.Kind == mvcc.Lock || k.Index != w.index {
					continue
				}
				if cap(arena)-len(arena) < len(prefix)+len(k.Key) {
					arena = make([]byte, 0, max(32<<10, len(prefix)+len(k.Key)))
				}
				n := len(arena)
				arena = append(append(arena, prefix...), k.Key...)
				key := arena[n:len(arena):len(arena)]
				if bytes.Compare(key, from) < 0 || bytes.Compare(key, to) >= 0 {
					arena = arena[:n]
					continue
				}
				entries = append(entries, mvcc.OverlayEntry{Key: key, Value: k.Value})
			}
			if err := it.Err(); err != nil {
				return nil, err
			}
		}
	}
	if len(entries) == 0 {
		return nil, nil
	}
	slices.SortStableFunc(entries, func(a, b mvcc.OverlayEntry) int { return bytes.Compare(a.Key, b.Key) })
	n := 0
	for i := range entries {
		if i+1 < len(entries) && bytes.Equal(entries[i].Key, entries[i+1].Key) {
			continue // a later write follows
		}
		entries[n] = entries[i]
		n++
	}
	return mvcc.NewOverlay(entries[:n]), nil
}
