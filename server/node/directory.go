package node

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// The data directory:
//
//	FASTI   "fasti <format>\n": the version of the layout
//	LOCK    held by flock while a process uses the directory
//	etcd/   metadata
//	raft/   the replication groups' logs
//	data/   rows
const (
	formatFile    = "FASTI"
	lockFile      = "LOCK"
	formatVersion = 1
)

// directory is a locked data directory.
type directory struct {
	path      string
	lock      *os.File
	temporary bool // removed on close
}

// openDirectory makes or checks the directory and locks it.
func openDirectory(path string) (*directory, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(path, lockFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	d := &directory{path: path, lock: lock}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = lock.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("data directory %s is in use by another process", path)
		}
		return nil, fmt.Errorf("lock data directory %s: %w", path, err)
	}
	if err := d.checkFormat(); err != nil {
		_ = lock.Close()
		return nil, err
	}
	return d, nil
}

// temporaryDirectory is the directory of a node in memory: etcd needs files, which
// it does not sync then.
func temporaryDirectory() (*directory, error) {
	sweepTemporary()
	path, err := os.MkdirTemp("", temporaryPrefix)
	if err != nil {
		return nil, err
	}
	d, err := openDirectory(path)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(path))
	}
	d.temporary = true
	return d, nil
}

// temporaryPrefix begins the names of temporary directories.
const temporaryPrefix = "fasti-memory-"

// sweepTemporary removes the temporary directories of processes that were killed:
// those whose lock nobody holds. One that is just being made has no lock file yet.
func sweepTemporary() {
	paths, _ := filepath.Glob(filepath.Join(os.TempDir(), temporaryPrefix+"*"))
	for _, path := range paths {
		lock, err := os.Open(filepath.Join(path, lockFile))
		if err != nil {
			continue
		}
		if syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			if _, err := os.Stat(filepath.Join(path, formatFile)); err == nil {
				_ = os.RemoveAll(path)
			}
		}
		_ = lock.Close()
	}
}

// checkFormat reads the format file, or writes it into a directory that is new.
func (d *directory) checkFormat() error {
	name := filepath.Join(d.path, formatFile)
	content, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		entries, err := os.ReadDir(d.path)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if e.Name() != lockFile && e.Name() != formatFile+".tmp" {
				return fmt.Errorf("data directory %s holds %q but no %s file: it is not Fasti's", d.path, e.Name(), formatFile)
			}
		}
		return writeSynced(d.path, formatFile, fmt.Sprintf("fasti %d\n", formatVersion))
	}
	if err != nil {
		return err
	}
	text, ok := strings.CutPrefix(strings.TrimSpace(string(content)), "fasti ")
	version, err := strconv.Atoi(text)
	switch {
	case !ok || err != nil || version < 1:
		return fmt.Errorf("data directory %s is damaged: its %s file says %q", d.path, formatFile, content)
	case version > formatVersion:
		return fmt.Errorf("data directory %s has format %d, this version of Fasti knows formats up to %d", d.path, version, formatVersion)
	}
	return nil
}

// sub returns the path of a part of the directory.
func (d *directory) sub(name string) string { return filepath.Join(d.path, name) }

func (d *directory) close() error {
	err := d.lock.Close()
	if d.temporary {
		err = errors.Join(err, os.RemoveAll(d.path))
	}
	return err
}

// writeSynced writes a file so that after a crash it is whole or not there.
func writeSynced(dir, name, content string) error {
	tmp := filepath.Join(dir, name+".tmp")
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp, filepath.Join(dir, name)); err != nil {
		return err
	}
	parent, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(parent.Sync(), parent.Close())
}
