package store

import "github.com/cockroachdb/pebble/v2/vfs"

// The file systems a store may lie on. CrashableFS is in memory and can be cloned
// as a crash would leave it: CrashClone(CrashCloneCfg{UnsyncedDataPercent, RNG}).
type (
	FS            = vfs.FS
	CrashableFS   = vfs.MemFS
	CrashCloneCfg = vfs.CrashCloneCfg
)

// DiskFS returns the operating system's files.
func DiskFS() FS { return vfs.Default }

// MemFS returns a new, empty file system in memory.
func MemFS() FS { return vfs.NewMem() }

// NewCrashableMem returns a new, empty file system in memory that remembers what
// was synced.
func NewCrashableMem() *CrashableFS { return vfs.NewCrashableMem() }
