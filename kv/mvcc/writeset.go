package mvcc

import (
	"encoding/binary"

	"github.com/dejaq/fasti/kv/invariants"
	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/kv/store"
	"github.com/dejaq/fasti/meta/schema"
)

const (
	writeSetFormat = 1
	blockHeader    = keys.ShardLen + 8 + 4 + 4
)

// WriteSet is an encoded write set that grows at its end. The zero value is empty.
type WriteSet struct {
	buf   []byte
	block int // offset of the open block's header, 0 for none
	count int // writes in all blocks
}

// Len returns the bytes of the encoded set, 0 when it has no writes.
func (w *WriteSet) Len() int { return len(w.buf) }

// Count returns how many writes the set has.
func (w *WriteSet) Count() int { return w.count }

// Bytes returns the encoded set, nil when it is empty. It aliases the set, which
// must not grow while the caller uses it unless the caller only reads what is there
// now; the header of the open block may change.
func (w *WriteSet) Bytes() []byte { return w.buf }

// Reset empties the set and keeps its memory, which nobody else may use any more.
func (w *WriteSet) Reset() { w.buf, w.block, w.count = w.buf[:0], 0, 0 }

// Grow makes room for so many more bytes.
func (w *WriteSet) Grow(n int) {
	if cap(w.buf)-len(w.buf) < n {
		b := make([]byte, len(w.buf), max(len(w.buf)+n, 2*cap(w.buf)))
		copy(b, w.buf)
		w.buf = b
	}
}

// Begin opens a block: the writes that follow are of this shard and checked at ts.
// It does nothing when the open block has both already.
func (w *WriteSet) Begin(s schema.ShardID, ts schema.Timestamp) {
	if w.block > 0 {
		h := w.buf[w.block:]
		if keys.Shard(h) == s && binary.LittleEndian.Uint64(h[keys.ShardLen:]) == uint64(ts) {
			return
		}
	}
	if len(w.buf) == 0 {
		w.buf = append(w.buf, writeSetFormat)
	}
	w.block = len(w.buf)
	w.buf = keys.AppendShard(w.buf, s)
	w.buf = binary.LittleEndian.AppendUint64(w.buf, uint64(ts))
	w.buf = append(w.buf, 0, 0, 0, 0, 0, 0, 0, 0)
}

// EndBlock makes the next Begin open a block whatever it is given. A set may be cut
// between blocks.
func (w *WriteSet) EndBlock() { w.block = 0 }

// indexBit marks a write of an index's entry.
const indexBit = 0x80

// Add appends a write to the open block. Tombstones and locks have no value.
func (w *WriteSet) Add(k WriteKind, c Check, key, value []byte) {
	w.add(byte(k)|byte(c)<<4, k, key, value)
}

// AddEntry is Add of an entry of an index. It counts no rows, so k is Replace or
// Retract.
func (w *WriteSet) AddEntry(k WriteKind, c Check, key, value []byte) {
	invariants.Check(k == Replace || k == Retract, "mvcc: %v of an entry", k)
	w.add(byte(k)|byte(c)<<4|indexBit, k, key, value)
}

func (w *WriteSet) add(op byte, k WriteKind, key, value []byte) {
	invariants.Check(k.HasValue() == (len(value) > 0), "mvcc: %v with a value of %d bytes", k, len(value))
	w.buf = append(w.buf, op)
	w.buf = binary.AppendUvarint(w.buf, uint64(len(key)))
	if k.HasValue() {
		w.buf = binary.AppendUvarint(w.buf, uint64(len(value)))
	}
	w.buf = append(append(w.buf, key...), value...)
	w.added(1)
}

// added counts n writes that were appended to the open block.
func (w *WriteSet) added(n int) {
	invariants.Check(w.block > 0, "mvcc: write outside a block")
	h := w.buf[w.block+keys.ShardLen+8:]
	binary.LittleEndian.PutUint32(h, uint32(len(w.buf)-w.block-blockHeader))
	binary.LittleEndian.PutUint32(h[4:], binary.LittleEndian.Uint32(h[4:])+uint32(n))
	w.count += n
}

// Append appends all blocks of another set.
func (w *WriteSet) Append(o *WriteSet) {
	if len(o.buf) == 0 {
		return
	}
	if len(w.buf) == 0 {
		w.buf = append(w.buf, writeSetFormat)
	}
	w.block = 0
	w.buf = append(w.buf, o.buf[1:]...)
	w.count += o.count
}

// Block is the head of a block of writes, and where they are.
type Block struct {
	Shard   schema.ShardID
	CheckTS schema.Timestamp
	Count   int
	Offset  int    // of the first write, in the set
	Writes  []byte // aliases the set
}

// NextBlock decodes the block at offset off of an encoded set, 0 for the first. It
// returns the offset of the next one, len(ws) at the end. It checks the head, not
// the writes.
func NextBlock(ws []byte, off int) (b Block, next int, err error) {
	if off == 0 {
		if ws[0] != writeSetFormat {
			return b, 0, &CorruptError{0, "write set of another format than 1"}
		}
		off = 1
	}
	h := ws[off:]
	if len(h) < blockHeader {
		return b, 0, &CorruptError{off, "short block header"}
	}
	b.Shard = keys.Shard(h)
	b.CheckTS = schema.Timestamp(binary.LittleEndian.Uint64(h[keys.ShardLen:]))
	n := int(binary.LittleEndian.Uint32(h[keys.ShardLen+8:]))
	b.Count = int(binary.LittleEndian.Uint32(h[keys.ShardLen+12:]))
	b.Offset = off + blockHeader
	if n > len(ws)-b.Offset {
		return b, 0, &CorruptError{off, "block longer than the write set"}
	}
	if b.Count < 1 || b.Count > n {
		return b, 0, &CorruptError{off, "number of writes does not fit the block"}
	}
	b.Writes = ws[b.Offset : b.Offset+n : b.Offset+n]
	return b, b.Offset + n, nil
}

// Writes iterates over an encoded write set:
//
//	for it := mvcc.ReadWrites(ws); it.Next(); { use it.Write }
//	if err := it.Err(); …
type Writes struct {
	Write Write
	ws    []byte
	off   int // of the next block
	block []byte
	pos   int // of the next write in block
	left  int // writes of block not yet returned
	base  int // offset of block in ws
	err   error
}

// ReadWrites returns an iterator over an encoded set, which may be empty.
func ReadWrites(ws []byte) *Writes { return &Writes{ws: ws} }

// ReadWritesAt is ReadWrites from the block at an offset on.
func ReadWritesAt(ws []byte, off int) *Writes { return &Writes{ws: ws, off: off} }

// Next advances; it returns false at the end and on an error.
func (it *Writes) Next() bool {
	if it.err != nil {
		return false
	}
	if it.left == 0 {
		if it.pos != len(it.block) {
			return it.fail("bytes behind the last write of a block")
		}
		if it.off >= len(it.ws) {
			return false
		}
		var b Block
		if b, it.off, it.err = NextBlock(it.ws, it.off); it.err != nil {
			return false
		}
		it.block, it.pos, it.left, it.base = b.Writes, 0, b.Count, b.Offset
		it.Write.Shard, it.Write.CheckTS = b.Shard, b.CheckTS
	}
	n, err := decodeWrite(it.block[it.pos:], &it.Write)
	if err != "" {
		return it.fail(err)
	}
	it.pos += n
	it.left--
	return true
}

// Err returns the *CorruptError that ended the iteration, if one did.
func (it *Writes) Err() error { return it.err }

// Offset returns where the current write ends in the set.
func (it *Writes) Offset() int { return it.base + it.pos }

func (it *Writes) fail(reason string) bool {
	it.err = &CorruptError{it.base + it.pos, reason}
	return false
}

// decodeWrite decodes the write at the start of src and returns its length, or the
// reason why there is none.
func decodeWrite(src []byte, w *Write) (n int, reason string) {
	if len(src) < 2 {
		return 0, "short write"
	}
	w.Kind, w.Check, w.Index = WriteKind(src[0]&15), Check(src[0]&^indexBit>>4), src[0]&indexBit != 0
	if w.Kind >= writeKinds || w.Check >= checks {
		return 0, "unknown kind of write"
	}
	klen, n := uvarint(src, 1)
	vlen := 0
	if w.Kind.HasValue() {
		vlen, n = uvarint(src, n)
	}
	if n < 0 || klen > len(src)-n || vlen > len(src)-n-klen {
		return 0, "write longer than its block"
	}
	if klen == 0 || w.Kind.HasValue() != (vlen > 0) {
		return 0, "empty key or value"
	}
	w.Key = src[n : n+klen : n+klen]
	w.Value = src[n+klen : n+klen+vlen : n+klen+vlen]
	return n + klen + vlen, ""
}

// uvarint decodes a length at src[off:] and returns the offset behind it, -1 when
// there is none. It accepts off < 0 and passes it on.
func uvarint(src []byte, off int) (v, next int) {
	if off < 0 || off >= len(src) {
		return 0, -1
	}
	if c := src[off]; c < 0x80 {
		return int(c), off + 1
	}
	u, n := binary.Uvarint(src[off:])
	if n <= 0 || u > 1<<31-1 {
		return 0, -1
	}
	return int(u), off + n
}

// kindOffset is where a store key has its kind, behind the group.
const kindOffset = 4

// StoreKind returns the kind of the store key that the write goes to.
func (w *Write) StoreKind() keys.Kind {
	if w.Index {
		return keys.KindIndex
	}
	return keys.KindRow
}

// ApplyWrites puts the versions of an encoded write set at ts into b. Locks put
// nothing. On an error b holds a part of them and must not be applied.
func ApplyWrites(b *store.Batch, g schema.GroupID, ws []byte, ts schema.Timestamp) error {
	var prefix [keys.RowOffset]byte
	var version [keys.VersionLen]byte
	keys.AppendVersion(version[:0], ts)
	var shard schema.ShardID
	first := true
	it := ReadWrites(ws)
	for it.Next() {
		w := &it.Write
		if w.Kind == Lock {
			continue
		}
		if first || w.Shard != shard {
			shard, first = w.Shard, false
			keys.AppendRowPrefix(prefix[:0], g, shard)
		}
		op := b.SetDeferred(keys.RowOffset+len(w.Key)+keys.VersionLen, len(w.Value))
		copy(op.Key, prefix[:])
		op.Key[kindOffset] = byte(w.StoreKind())
		copy(op.Key[keys.RowOffset:], w.Key)
		copy(op.Key[keys.RowOffset+len(w.Key):], version[:])
		copy(op.Value, w.Value)
		if err := op.Finish(); err != nil {
			return err
		}
	}
	return it.Err()
}
