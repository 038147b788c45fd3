package hash

import (
	"encoding/binary"
	"hash/maphash"
	"math"

	"github.com/dejaq/fasti/kv/vector"
)

// textTable maps byte strings to numbers: by length into one of three tables.
type textTable struct {
	short wordTable // up to 7 bytes
	mid   pairTable // 8 to 15 bytes
	long  longTable
}

func newTextTable(seed uint64) textTable {
	return textTable{
		short: wordTable{seed: seed}, mid: pairTable{seed: seed, ids: []uint32{}},
		long: longTable{seed: maphash.MakeSeed()},
	}
}

// word returns up to 8 bytes of an arena from off on, little-endian, zero above.
func word(arena []byte, off, n uint32) uint64 {
	if int(off)+8 <= len(arena) {
		w := binary.LittleEndian.Uint64(arena[off:])
		return w & (1<<(8*n&63) - 1 | -uint64(n>>3)) // n = 8 keeps all
	}
	var w uint64
	for i := range n {
		w |= uint64(arena[off+i]) << (8 * i)
	}
	return w
}

// shortKey and midKey make one key of a value and its length, so that "a" and
// "a\x00" differ.
func shortKey(arena []byte, s vector.Span) uint64 {
	return word(arena, s.Off, s.Len) | uint64(s.Len)<<56
}

func midKey(arena []byte, s vector.Span) pair {
	return pair{word(arena, s.Off, 8), word(arena, s.Off+8, s.Len-8) | uint64(s.Len)<<56}
}

func (t *textTable) find(arena []byte, s vector.Span) uint32 {
	switch {
	case s.Len < 8:
		return t.short.find(shortKey(arena, s))
	case s.Len < 16:
		return t.mid.find(midKey(arena, s))
	}
	return t.long.find(arena[s.Off : s.Off+s.Len])
}

// insert adds an absent value under a number. The only error is
// vector.ErrTooLarge.
func (t *textTable) insert(arena []byte, s vector.Span, id uint32) error {
	switch {
	case s.Len < 8:
		t.short.insert(shortKey(arena, s), id)
	case s.Len < 16:
		t.mid.insert(midKey(arena, s), id)
	default:
		return t.long.insert(arena[s.Off:s.Off+s.Len], id)
	}
	return nil
}

func (t *textTable) bytes() int64 { return t.short.bytes() + t.mid.bytes() + t.long.bytes() }

// longTable maps long byte strings to numbers.
type longTable struct {
	slots []uint64 // high half of the hash <<32 | place + 1; 0 is free
	spans []vector.Span
	ids   []uint32 // by place
	arena []byte
	seed  maphash.Seed
}

func (t *longTable) find(key []byte) uint32 {
	if len(t.slots) == 0 {
		return none
	}
	h := maphash.Bytes(t.seed, key)
	mask := uint64(len(t.slots) - 1)
	for p := h & mask; ; p = (p + 1) & mask {
		s := t.slots[p]
		if s == 0 {
			return none
		}
		if s>>32 == h>>32 {
			at := t.spans[uint32(s)-1]
			if string(t.arena[at.Off:at.Off+at.Len]) == string(key) {
				return t.ids[uint32(s)-1]
			}
		}
	}
}

func (t *longTable) insert(key []byte, id uint32) error {
	if len(t.arena)+len(key) > math.MaxUint32 {
		return vector.ErrTooLarge
	}
	if len(t.spans)*2 >= len(t.slots) {
		t.slots = make([]uint64, grown(len(t.slots)))
		for i, at := range t.spans {
			t.put(t.arena[at.Off:at.Off+at.Len], uint32(i+1))
		}
	}
	t.spans = append(t.spans, vector.Span{Off: uint32(len(t.arena)), Len: uint32(len(key))})
	t.arena = append(t.arena, key...)
	t.ids = append(t.ids, id)
	t.put(key, uint32(len(t.spans)))
	return nil
}

func (t *longTable) put(key []byte, place uint32) {
	h := maphash.Bytes(t.seed, key)
	mask := uint64(len(t.slots) - 1)
	p := h & mask
	for t.slots[p] != 0 {
		p = (p + 1) & mask
	}
	t.slots[p] = h>>32<<32 | uint64(place)
}

func (t *longTable) bytes() int64 {
	return int64(len(t.slots)+cap(t.spans))*8 + int64(cap(t.ids))*4 + int64(cap(t.arena))
}
