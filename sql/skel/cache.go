package skel

import (
	"container/list"
	"sync"
)

// Cache keeps the trees of recently used skeletons, the least recently used
// going first.
type Cache struct {
	maxBytes int

	mu      sync.Mutex
	entries map[string]*list.Element // of *entry, by skeleton; guarded by mu
	recent  list.List                // of *entry, the latest in front; guarded by mu
	bytes   int                      // of all entries; guarded by mu
}

type entry struct {
	skeleton string
	tree     *Tree
}

// skeletonMax is the longest skeleton that is kept: longer ones are seldom met
// twice and would push out many.
const skeletonMax = 64 << 10

// NewCache returns an empty cache that holds at most maxBytes of trees and
// skeletons; 0 means 16 MiB.
func NewCache(maxBytes int) *Cache {
	if maxBytes <= 0 {
		maxBytes = 16 << 20
	}
	return &Cache{maxBytes: maxBytes, entries: map[string]*list.Element{}}
}

// Parse returns the tree of a skeleton. Its only errors are internal ones
// (XX000): sql/shape makes no skeleton that does not parse.
func (c *Cache) Parse(skeleton []byte) (*Tree, error) {
	if c == nil || len(skeleton) > skeletonMax {
		return parse(string(skeleton))
	}
	c.mu.Lock()
	if e, ok := c.entries[string(skeleton)]; ok {
		c.recent.MoveToFront(e)
		tree := e.Value.(*entry).tree
		c.mu.Unlock()
		return tree, nil
	}
	c.mu.Unlock()
	text := string(skeleton)
	tree, err := parse(text)
	if err != nil {
		return nil, err
	}
	c.add(&entry{text, tree})
	return tree, nil
}

// Len returns how many trees are kept and the bytes they count for.
func (c *Cache) Len() (trees, bytes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.entries), c.bytes
}

func (e *entry) bytes() int { return e.tree.bytes + len(e.skeleton) + 128 }

func (c *Cache) add(e *entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.entries[e.skeleton]; ok {
		return // another goroutine was faster
	}
	c.entries[e.skeleton] = c.recent.PushFront(e)
	c.bytes += e.bytes()
	for c.bytes > c.maxBytes && c.recent.Len() > 0 {
		last := c.recent.Remove(c.recent.Back()).(*entry)
		delete(c.entries, last.skeleton)
		c.bytes -= last.bytes()
	}
}
