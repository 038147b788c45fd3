package keys

import (
	"encoding/binary"
	"fmt"

	"github.com/dejaq/fasti/kv/invariants"
	"github.com/dejaq/fasti/meta/schema"
)

// Kind is the byte after the group: what the key holds.
type Kind byte

const (
	KindApplied Kind = 0x01
	KindRow     Kind = 0x10
	KindIndex   Kind = 0x11
	KindSegment Kind = 0x31
	KindColumn  Kind = 0x32
	KindChunk   Kind = 'p'
	KindShard   Kind = 's'
	KindTxn     Kind = 'x'
)

// Sizes of the parts of a key, in bytes.
const (
	ShardLen = 16
	TxnLen   = 16
	// RowOffset is where the row key begins in a key of KindRow.
	RowOffset = 4 + 1 + ShardLen
	// VersionLen is what AppendVersion appends: 00, timestamp, 09.
	VersionLen = 1 + 8 + 1
	suffixLen  = 9
)

// AppendPrefix appends the group and the kind.
func AppendPrefix(dst []byte, g schema.GroupID, k Kind) []byte {
	return append(binary.BigEndian.AppendUint32(dst, uint32(g)), byte(k))
}

// AppendShard appends the 16 bytes of s, whose byte order is ShardID.Compare.
func AppendShard(dst []byte, s schema.ShardID) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(s.Table))
	dst = binary.BigEndian.AppendUint64(dst, uint64(s.Start)^1<<63)
	dst = binary.BigEndian.AppendUint16(dst, s.Partition)
	return binary.BigEndian.AppendUint16(dst, s.Sequence)
}

// Shard decodes what AppendShard appended; src has at least ShardLen bytes.
func Shard(src []byte) schema.ShardID {
	_ = src[ShardLen-1]
	return schema.ShardID{
		Table:     schema.TableID(binary.BigEndian.Uint32(src)),
		Start:     int64(binary.BigEndian.Uint64(src[4:]) ^ 1<<63),
		Partition: binary.BigEndian.Uint16(src[12:]),
		Sequence:  binary.BigEndian.Uint16(src[14:]),
	}
}

// AppendRowPrefix appends group, KindRow and shard: what a row key, AppendVersion
// or AppendEnd is to follow.
func AppendRowPrefix(dst []byte, g schema.GroupID, s schema.ShardID) []byte {
	return AppendShard(AppendPrefix(dst, g, KindRow), s)
}

// AppendIndexPrefix appends group, KindIndex and shard: what an entry's key and then
// AppendVersion or AppendEnd is to follow.
func AppendIndexPrefix(dst []byte, g schema.GroupID, s schema.ShardID) []byte {
	return AppendShard(AppendPrefix(dst, g, KindIndex), s)
}

// AppendVersion ends a key of KindRow or KindIndex with a timestamp, which is not 0. Seeking to
// it finds the newest version at or below ts.
func AppendVersion(dst []byte, ts schema.Timestamp) []byte {
	invariants.Check(ts != 0, "keys: version at timestamp 0")
	dst = append(dst, 0)
	dst = binary.BigEndian.AppendUint64(dst, uint64(ts))
	return append(dst, suffixLen)
}

// AppendEnd ends a key that has no timestamp. It sorts before all keys that the
// bytes before it are a prefix of, so it also ends a bound.
func AppendEnd(dst []byte) []byte { return append(dst, 0) }

// AppendAfter appends a bound above every key that begins with prefix, which must
// hold a byte below 0xff.
func AppendAfter(dst, prefix []byte) []byte {
	for n := len(prefix); n > 0; n-- {
		if prefix[n-1] != 0xff {
			dst = append(dst, prefix[:n]...)
			dst[len(dst)-1]++
			return append(dst, 0)
		}
	}
	panic("keys: no key after 0xff…")
}

// Applied is the key of a group's applied state.
func Applied(g schema.GroupID) []byte { return AppendEnd(AppendPrefix(nil, g, KindApplied)) }

// ShardState is the key of a shard's state.
func ShardState(g schema.GroupID, s schema.ShardID) []byte {
	return AppendEnd(AppendShard(AppendPrefix(nil, g, KindShard), s))
}

// Txn is the key of a transaction's record or PREP.
func Txn(g schema.GroupID, txn [TxnLen]byte) []byte {
	return AppendEnd(append(AppendPrefix(nil, g, KindTxn), txn[:]...))
}

// Chunk is the key of a staged write set.
func Chunk(g schema.GroupID, txn [TxnLen]byte, chunk uint32) []byte {
	k := append(AppendPrefix(nil, g, KindChunk), txn[:]...)
	return AppendEnd(binary.BigEndian.AppendUint32(k, chunk))
}

// Bounds returns the half-open range of all keys that begin with the prefix.
func Bounds(prefix []byte) (from, to []byte) {
	return AppendEnd(append([]byte(nil), prefix...)), AppendAfter(nil, prefix)
}

// GroupBounds returns the half-open range of a group.
func GroupBounds(g schema.GroupID) (from, to []byte) {
	return Bounds(binary.BigEndian.AppendUint32(nil, uint32(g)))
}

// KindBounds returns the half-open range of one kind in a group.
func KindBounds(g schema.GroupID, k Kind) (from, to []byte) {
	return Bounds(AppendPrefix(nil, g, k))
}

// Segment is the key of the header of a segment: the columnar copy of the shards of
// a table whose ranges lie in one block, named by its start.
func Segment(g schema.GroupID, t schema.TableID, block int64) []byte {
	return AppendEnd(appendBlock(nil, g, KindSegment, t, block))
}

// AppendColumn appends the key of one column of one row group of a segment in its
// generation gen.
func AppendColumn(dst []byte, g schema.GroupID, t schema.TableID, block int64, gen uint32, c schema.ColumnID, rows uint16) []byte {
	dst = binary.BigEndian.AppendUint32(appendBlock(dst, g, KindColumn, t, block), gen)
	dst = binary.BigEndian.AppendUint16(dst, uint16(c))
	return AppendEnd(binary.BigEndian.AppendUint16(dst, rows))
}

// ColumnBounds returns the half-open range of the columns of a segment in its
// generations [from, to).
func ColumnBounds(g schema.GroupID, t schema.TableID, block int64, from, to uint32) (lo, hi []byte) {
	bound := func(gen uint32) []byte {
		return AppendEnd(binary.BigEndian.AppendUint32(appendBlock(nil, g, KindColumn, t, block), gen))
	}
	return bound(from), bound(to)
}

func appendBlock(dst []byte, g schema.GroupID, k Kind, t schema.TableID, block int64) []byte {
	dst = binary.BigEndian.AppendUint32(AppendPrefix(dst, g, k), uint32(t))
	return binary.BigEndian.AppendUint64(dst, uint64(block)^1<<63)
}

// TableBounds returns the half-open range of a table's keys of KindRow, KindIndex, KindShard,
// KindSegment or KindColumn in a group.
func TableBounds(g schema.GroupID, k Kind, t schema.TableID) (from, to []byte) {
	return Bounds(binary.BigEndian.AppendUint32(AppendPrefix(nil, g, k), uint32(t)))
}

// ShardBounds returns the half-open range of a shard's rows.
func ShardBounds(g schema.GroupID, s schema.ShardID) (from, to []byte) {
	return Bounds(AppendRowPrefix(nil, g, s))
}

// ChunkBounds returns the half-open range of a transaction's staged chunks.
func ChunkBounds(g schema.GroupID, txn [TxnLen]byte) (from, to []byte) {
	return Bounds(append(AppendPrefix(nil, g, KindChunk), txn[:]...))
}

// Key is a decoded key. Which fields count depends on Kind.
type Key struct {
	Group schema.GroupID
	Kind  Kind
	Shard schema.ShardID   // KindRow, KindIndex, KindShard
	Row   []byte           // KindRow: the row key, KindIndex: the entry's; aliases the key
	TS    schema.Timestamp // KindRow, KindIndex
	Txn   [TxnLen]byte     // KindTxn, KindChunk
	Chunk uint32           // KindChunk
}

// FormatError says why bytes are no key or no value of a key.
type FormatError struct {
	Reason string
	Bytes  []byte // what was decoded; aliases the caller's slice
}

func (e *FormatError) Error() string { return fmt.Sprintf("keys: %s in %x", e.Reason, e.Bytes) }

// Decode takes a whole key apart. It returns a *FormatError for bytes that are none
// of those that doc.go draws.
func Decode(key []byte) (Key, error) {
	bad := func(reason string) (Key, error) { return Key{}, &FormatError{reason, key} }
	if len(key) < 6 {
		return bad("short key")
	}
	k := Key{Group: schema.GroupID(binary.BigEndian.Uint32(key)), Kind: Kind(key[4])}
	body := key[5:]
	if k.Kind == KindRow || k.Kind == KindIndex {
		n := len(body) - VersionLen
		if n <= ShardLen {
			return bad("short row key")
		}
		if body[n] != 0 || body[len(body)-1] != suffixLen {
			return bad("row key without version")
		}
		k.Shard, k.Row = Shard(body), body[ShardLen:n]
		k.TS = schema.Timestamp(binary.BigEndian.Uint64(body[n+1:]))
		return k, nil
	}
	if body[len(body)-1] != 0 {
		return bad("key without end")
	}
	body = body[:len(body)-1]
	want := 0
	switch k.Kind {
	case KindApplied:
	case KindShard:
		want = ShardLen
	case KindTxn:
		want = TxnLen
	case KindChunk:
		want = TxnLen + 4
	case KindSegment:
		want = 4 + 8
	case KindColumn:
		want = 4 + 8 + 4 + 2 + 2
	default:
		return bad("unknown kind")
	}
	if len(body) != want {
		return bad("wrong length")
	}
	switch k.Kind {
	case KindShard:
		k.Shard = Shard(body)
	case KindTxn:
		copy(k.Txn[:], body)
	case KindChunk:
		copy(k.Txn[:], body)
		k.Chunk = binary.BigEndian.Uint32(body[TxnLen:])
	}
	return k, nil
}
