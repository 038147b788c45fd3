package mvcc

import (
	"bytes"
	"encoding/binary"

	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/kv/store"
	"github.com/dejaq/fasti/meta/schema"
)

// MaxTimestamp is above every commit timestamp.
const MaxTimestamp schema.Timestamp = 1<<64 - 1

// AppendVersionKey appends the store key of a row's version.
func AppendVersionKey(dst []byte, g schema.GroupID, s schema.ShardID, rowKey []byte, ts schema.Timestamp) []byte {
	return keys.AppendVersion(append(keys.AppendRowPrefix(dst, g, s), rowKey...), ts)
}

// Seeker looks single rows up. It keeps one iterator, so that many look-ups near
// each other are cheap, and uses bloom filters, so that a missing key costs about a
// microsecond. It sees the state of the store when it was made.
type Seeker struct {
	it  *store.Iterator
	key []byte
}

// NewSeeker returns a Seeker over r. The caller closes it.
func NewSeeker(r store.Reader) (*Seeker, error) {
	it, err := r.NewIter(&store.IterOptions{UseL6Filters: true})
	if err != nil {
		return nil, err
	}
	return &Seeker{it: it}, nil
}

// Close releases the Seeker.
func (s *Seeker) Close() error { return s.it.Close() }

// Newest returns the newest version of a row at or below at: its timestamp and its
// value, empty for a tombstone, valid until the next call. ok is false when there
// is none.
func (s *Seeker) Newest(g schema.GroupID, shard schema.ShardID, rowKey []byte, at schema.Timestamp) (ts schema.Timestamp, value []byte, ok bool, err error) {
	s.key = AppendVersionKey(s.key[:0], g, shard, rowKey, at)
	return s.seek()
}

// NewestAt is Newest for a locator, or the store key of an entry: without version.
func (s *Seeker) NewestAt(locator []byte, at schema.Timestamp) (ts schema.Timestamp, value []byte, ok bool, err error) {
	s.key = keys.AppendVersion(append(s.key[:0], locator...), at)
	return s.seek()
}

// NewestOf is Newest for the key that a write goes to.
func (s *Seeker) NewestOf(g schema.GroupID, w *Write, at schema.Timestamp) (ts schema.Timestamp, value []byte, ok bool, err error) {
	s.key = AppendVersionKey(s.key[:0], g, w.Shard, w.Key, at)
	s.key[kindOffset] = byte(w.StoreKind())
	return s.seek()
}

func (s *Seeker) seek() (ts schema.Timestamp, value []byte, ok bool, err error) {
	if !s.it.SeekPrefixGE(s.key) {
		return 0, nil, false, s.it.Error()
	}
	k := s.it.Key()
	prefix := s.key[:len(s.key)-keys.VersionLen]
	if len(k) != len(s.key) || !bytes.Equal(k[:len(prefix)], prefix) {
		return 0, nil, false, nil
	}
	ts = schema.Timestamp(binary.BigEndian.Uint64(k[len(k)-keys.VersionLen+1:]))
	value, err = s.it.ValueAndErr()
	return ts, value, err == nil, err
}

// Empty reports whether a shard of a group has no version at all.
func (s *Seeker) Empty(g schema.GroupID, shard schema.ShardID) (bool, error) {
	s.key = keys.AppendEnd(keys.AppendRowPrefix(s.key[:0], g, shard))
	if !s.it.SeekGE(s.key) {
		return true, s.it.Error()
	}
	n := len(s.key) - 1
	return !bytes.HasPrefix(s.it.Key(), s.key[:n]), nil
}

// Newest returns the newest committed version of a row: its timestamp, and whether
// it is a tombstone; ok is false when the row has none. Who asks for many rows
// keeps a Seeker.
func Newest(r store.Reader, g schema.GroupID, shard schema.ShardID, rowKey []byte) (ts schema.Timestamp, tombstone, ok bool, err error) {
	s, err := NewSeeker(r)
	if err != nil {
		return 0, false, false, err
	}
	defer s.Close()
	ts, value, ok, err := s.Newest(g, shard, rowKey, MaxTimestamp)
	return ts, ok && len(value) == 0, ok, err
}
