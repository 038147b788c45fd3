package hash

import "math/bits"

// none is the number of a key that is not there.
const none = ^uint32(0)

// mix hashes one word; all bits of the result depend on all bits of x.
func mix(x, seed uint64) uint64 {
	hi, lo := bits.Mul64(x^seed, 0xD6E8FEB86659FD93)
	return hi ^ lo
}

// pair is a key of two words. (An array would be kept in memory, not registers.)
type pair struct{ lo, hi uint64 }

// hash returns the hash of k.
func (k pair) hash(seed uint64) uint64 {
	h, l := bits.Mul64(k.lo^seed, k.hi^0x9E3779B97F4A7C15)
	return mix(h^l, k.lo+seed)
}

// slotsMin is the smallest table: a query of few groups pays for no more.
const slotsMin = 64

// wordTable maps words to numbers. Slots are searched linearly; at most half
// of them are taken, so a search ends at a free one.
type wordTable struct {
	slots []wordSlot // a power of two; nil before the first insert
	taken int
	seed  uint64
}

// wordSlot is free when id is 0, else id-1 is the number of key.
type wordSlot struct {
	key uint64
	id  uint32
}

// find returns the number of key, none when it is absent.
func (t *wordTable) find(key uint64) uint32 {
	if len(t.slots) == 0 {
		return none
	}
	mask := uint64(len(t.slots) - 1)
	for p := mix(key, t.seed) & mask; ; p = (p + 1) & mask {
		s := &t.slots[p]
		if s.key == key || s.id == 0 {
			return s.id - 1 // none when free
		}
	}
}

// insert adds key, which is absent, under a number.
func (t *wordTable) insert(key uint64, id uint32) {
	if t.taken*2 >= len(t.slots) {
		t.grow()
	}
	t.put(key, id+1)
	t.taken++
}

func (t *wordTable) put(key uint64, id uint32) {
	mask := uint64(len(t.slots) - 1)
	p := mix(key, t.seed) & mask
	for t.slots[p].id != 0 {
		p = (p + 1) & mask
	}
	t.slots[p] = wordSlot{key, id}
}

func (t *wordTable) grow() {
	old := t.slots
	t.slots = make([]wordSlot, grown(len(old)))
	for _, s := range old {
		if s.id != 0 {
			t.put(s.key, s.id)
		}
	}
}

// grown returns the next size of a table: small ones grow faster.
func grown(n int) int {
	switch {
	case n == 0:
		return slotsMin
	case n < 1<<14:
		return 4 * n
	}
	return 2 * n
}

func (t *wordTable) bytes() int64 { return int64(len(t.slots)) * 16 }

// pairTable maps pairs of words to numbers.
type pairTable struct {
	slots []uint64 // high half of the hash <<32 | place in keys + 1; 0 is free
	keys  []pair
	ids   []uint32 // of the keys; nil while number = place
	seed  uint64
}

// find returns the number of key, none when it is absent.
func (t *pairTable) find(key pair) uint32 {
	if len(t.slots) == 0 {
		return none
	}
	h := key.hash(t.seed)
	mask := uint64(len(t.slots) - 1)
	for p := h & mask; ; p = (p + 1) & mask {
		s := t.slots[p]
		if s == 0 {
			return none
		}
		if s>>32 == h>>32 && t.keys[uint32(s)-1] == key {
			if t.ids != nil {
				return t.ids[uint32(s)-1]
			}
			return uint32(s) - 1
		}
	}
}

// insert adds key, which is absent, under a number.
func (t *pairTable) insert(key pair, id uint32) {
	if len(t.keys)*2 >= len(t.slots) {
		t.grow()
	}
	if t.ids == nil && id != uint32(len(t.keys)) {
		t.ids = make([]uint32, len(t.keys), 2*len(t.keys)+8)
		for i := range t.ids {
			t.ids[i] = uint32(i)
		}
	}
	if t.ids != nil {
		t.ids = append(t.ids, id)
	}
	t.keys = append(t.keys, key)
	t.put(key, uint32(len(t.keys)))
}

func (t *pairTable) put(key pair, place uint32) {
	h := key.hash(t.seed)
	mask := uint64(len(t.slots) - 1)
	p := h & mask
	for t.slots[p] != 0 {
		p = (p + 1) & mask
	}
	t.slots[p] = h>>32<<32 | uint64(place)
}

func (t *pairTable) grow() {
	t.slots = make([]uint64, grown(len(t.slots)))
	for i, k := range t.keys {
		t.put(k, uint32(i+1))
	}
}

func (t *pairTable) bytes() int64 {
	return int64(len(t.slots))*8 + int64(cap(t.keys))*16 + int64(cap(t.ids))*4
}
