package store

import "github.com/cockroachdb/pebble/v2"

// openFiles bounds the table readers kept open by the stores of one cache.
const openFiles = 4096

// Cache holds decoded blocks and open files for all stores of a node.
type Cache struct {
	blocks *pebble.Cache
	files  *pebble.FileCache
}

// NewCache returns a cache of so many bytes. Pebble takes the memtables of its
// stores out of them, up to Options.MemTableSize each and more while flushes lag: a
// cache not well above that keeps no block at all. It is closed after the stores
// that use it.
func NewCache(bytes int64) *Cache {
	return &Cache{blocks: pebble.NewCache(bytes), files: pebble.NewFileCache(4, openFiles)}
}

// Close releases the cache; a nil one has nothing to release.
func (c *Cache) Close() {
	if c == nil {
		return
	}
	c.files.Unref()
	c.blocks.Unref()
}
