package store

import (
	"errors"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

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

// FailSyncs returns fs whose syncs of files fail as on a full disk while fail is
// true: for tests of what a node does then.
func FailSyncs(fs FS, fail *atomic.Bool) FS {
	return errorfs.Wrap(fs, errorfs.InjectorFunc(func(op errorfs.Op) error {
		switch op.Kind {
		case errorfs.OpFileSync, errorfs.OpFileSyncData, errorfs.OpFileSyncTo:
			if fail.Load() {
				return errNoSpace
			}
		}
		return nil
	}))
}

var errNoSpace = errors.New("no space left on device")
