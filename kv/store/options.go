package store

import (
	"fmt"
	"log/slog"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/cockroachkvs"
	"github.com/cockroachdb/pebble/v2/sstable"
)

// Kind is what a store holds. It decides key order, log and tuning, and must be
// the same at every Open of a directory.
type Kind uint8

const (
	Data Kind = iota
	RaftLog
)

func (k Kind) String() string { return [...]string{"data", "raftlog"}[k] }

// Options opens a Store. Dir is required.
type Options struct {
	// Dir is the store's own directory; it is created when missing.
	Dir string
	// FS is where Dir lies. Default: the disk.
	FS FS
	// Kind is what the store holds.
	Kind Kind
	// Cache is shared by the stores of a node; the caller closes it after them.
	// Default: one of 256 MiB of the store's own.
	Cache *Cache
	// MemTableSize is the most bytes of one memtable. Default 64 MiB. Tests make
	// it small so that a few writes are flushed and compacted.
	MemTableSize uint64
	// Logger receives what Pebble says. Default: nothing.
	Logger *slog.Logger
	// OnFatal is called once, from any goroutine, when the store can no longer
	// keep its promises (S4). A node ends its process here. Default: panic.
	OnFatal func(error)
	// OnFlush is called after each flush that made data durable, from a goroutine
	// of Pebble; it must return soon and must not call the store. Default: nothing.
	OnFlush func()
}

// formatVersion is pinned by name: the zero value would be Pebble's oldest, and
// FormatNewest would change with the module.
const formatVersion = pebble.FormatValueSeparation

const (
	memTableSize = 64 << 20
	ownCache     = 256 << 20
	// memTables bounds the memory that writers may run ahead of flushes.
	memTables      = 4
	blockSize      = 32 << 10
	indexBlockSize = 256 << 10
	filterBits     = 10
	tableSizeL0    = 16 << 20
	tableSizeMax   = 64 << 20
	// l0StopWrites is far above what compactions let grow; a load is slowed by
	// memTables instead.
	l0StopWrites = 1000
	// writeAhead is how many bytes a file may have written but not synced before
	// Pebble asks the kernel to write them out, so that a sync finds little to do.
	writeAhead = 512 << 10
)

// pebbleOptions returns the engine's options. Every experimental one is here, so
// that a new version of Pebble is checked in one place.
func (o *Options) pebbleOptions(s *Store) (*pebble.Options, error) {
	if o.Dir == "" {
		return nil, fmt.Errorf("store: no directory")
	}
	if o.MemTableSize == 0 {
		o.MemTableSize = memTableSize
	}
	p := &pebble.Options{
		FS:                          o.FS,
		FormatMajorVersion:          formatVersion,
		MemTableSize:                o.MemTableSize,
		MemTableStopWritesThreshold: memTables,
		L0StopWritesThreshold:       l0StopWrites,
		BytesPerSync:                writeAhead,
		Logger:                      logger{s},
		EventListener:               s.listener(),
		CompactionConcurrencyRange:  func() (int, int) { return 1, 2 },
	}
	p.Experimental.EnableDeleteOnlyCompactionExcises = func() bool { return true }
	for i := range p.Levels {
		l := &p.Levels[i]
		l.BlockSize = blockSize
		l.IndexBlockSize = indexBlockSize
		// Row versions need MinLZ (92 → 34 MB per million rows); packed chunks
		// that shrink by less than 12 % are stored raw anyway.
		l.Compression = func() *sstable.CompressionProfile { return sstable.FastestCompression }
	}
	for i, size := 0, int64(tableSizeL0); i < len(p.TargetFileSizes); i++ {
		p.TargetFileSizes[i] = size
		size = min(2*size, tableSizeMax)
	}
	switch o.Kind {
	case Data:
		p.DisableWAL = true
		p.Comparer = &cockroachkvs.Comparer
		p.KeySchema = cockroachkvs.KeySchema.Name
		p.KeySchemas = sstable.MakeKeySchemas(&cockroachkvs.KeySchema)
		for i := range p.Levels {
			// On the last level too: the absence of a primary key is the common
			// case, and readers that want it set UseL6Filters.
			p.Levels[i].FilterPolicy = bloom.FilterPolicy(filterBits)
		}
	case RaftLog:
		p.WALBytesPerSync = writeAhead
	default:
		return nil, fmt.Errorf("store: kind %d", o.Kind)
	}
	return p, nil
}
