package txn

import (
	"hash/maphash"

	"github.com/dejaq/fasti/kv/mvcc"
)

// keySet remembers for the primary keys that a transaction has written whether they
// have a row now. It knows keys by 128 bits of a hash that is keyed at random, so
// that two of a million keys are mistaken for each other with a probability below
// 10⁻²⁶, whoever chose them.
type keySet struct {
	seeds [2]maphash.Seed
	slots []keySlot // a power of two, at most 3/4 full
	n     int
}

// keySlot is a key; {0, 0} is none.
type keySlot struct {
	a uint64
	b uint64 // the lowest bit says that the key has a row
}

// keyState is what a transaction knows of a key by its own writes.
type keyState uint8

const (
	keyUntouched keyState = iota
	keyRemoved
	keyLive
)

func newKeySet() *keySet {
	return &keySet{seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}}
}

// set gives a key a state, live or removed, and returns the one that it had.
func (s *keySet) set(key []byte, live bool) keyState {
	if 4*s.n >= 3*len(s.slots) {
		s.grow()
	}
	a, b := maphash.Bytes(s.seeds[0], key)|1, maphash.Bytes(s.seeds[1], key)&^1
	bit := uint64(0)
	if live {
		bit = 1
	}
	mask := uint64(len(s.slots) - 1)
	for i := a >> 1 & mask; ; i = (i + 1) & mask {
		switch k := &s.slots[i]; {
		case k.a == 0:
			*k = keySlot{a, b | bit}
			s.n++
			return keyUntouched
		case k.a == a && k.b&^1 == b:
			old := keyRemoved
			if k.b&1 != 0 {
				old = keyLive
			}
			k.b = b | bit
			return old
		}
	}
}

func (s *keySet) grow() {
	old := s.slots
	s.slots = make([]keySlot, max(64, 2*len(old)))
	mask := uint64(len(s.slots) - 1)
	for _, k := range old {
		if k.a == 0 {
			continue
		}
		i := k.a >> 1 & mask
		for s.slots[i].a != 0 {
			i = (i + 1) & mask
		}
		s.slots[i] = k
	}
}

// ownKeys returns the key set of the table, made anew from what is left of the writes
// after a rollback to a savepoint.
func (w *table) ownKeys() (*keySet, error) {
	if !w.stale {
		return w.keys, nil
	}
	w.keys = newKeySet()
	for _, l := range w.t.lists {
		for i, p := range l.pieces {
			open := l.open && i == len(l.pieces)-1
			if !open && !p.has(w.tbl.ID) {
				continue
			}
			ws, err := l.bytes(p, i, w.t.db.opts.Data.Reader())
			if err != nil {
				return nil, err
			}
			it := mvcc.ReadWrites(ws)
			for it.Next() {
				// One home knows all about a key, in order.
				if k := &it.Write; k.Shard.Table == w.tbl.ID && w.route.isHome(k.Shard) && k.Kind != mvcc.Lock && !k.Index {
					w.keys.set(k.Key, !k.Kind.Tombstone())
				}
			}
			if err := it.Err(); err != nil {
				return nil, err
			}
		}
	}
	w.stale = false
	return w.keys, nil
}
