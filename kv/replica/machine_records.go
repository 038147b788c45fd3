package replica

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/meta/schema"
)

// Records answer a request that comes again. A one-phase commit has its record in
// the pack of the entry that committed it, a two-phase transaction one of its own,
// at its anchor. Both are dropped when they are older than a floor, which the
// leader raises by cmdDropRecords: so there are at most those of the last minutes,
// and, because the leader raises it sooner when a group has many, at most so many.

// record returns the decision about a transaction, if the group holds one.
func (m *machine) record(txn TxnID) (Outcome, bool) {
	if ts, ok := m.one[txn]; ok {
		return Outcome{Committed: true, TS: ts}, true
	}
	if d := m.two[txn]; d != nil {
		return d.Outcome, true
	}
	return Outcome{}, false
}

// putPack stores the records of one entry: uvarint count, then transaction and
// commit timestamp of each, under the index of the entry.
func (m *machine) putPack(p *pack, tss []schema.Timestamp) error {
	const size = 16 + 8
	n := len(binary.AppendUvarint(nil, uint64(len(p.txns))))
	op := m.batch.SetDeferred(5+8+1, n+size*len(p.txns))
	appendPackKey(op.Key[:0], m.gid, p.index)
	v := binary.AppendUvarint(op.Value[:0], uint64(len(p.txns)))
	for i, t := range p.txns {
		v = appendTS(append(v, t[:]...), tss[i])
	}
	return op.Finish()
}

func (m *machine) loadPack(index uint64, v []byte) error {
	r := reader{b: v}
	p := pack{index: index}
	for range r.count(16 + 8) {
		t, ts := r.txn(), r.ts()
		m.one[t] = ts
		p.txns = append(p.txns, t)
		p.newest = max(p.newest, ts)
	}
	m.packs = append(m.packs, p)
	m.newest = max(m.newest, p.newest)
	return r.done()
}

func appendPackKey(dst []byte, gid schema.GroupID, index uint64) []byte {
	return keys.AppendEnd(binary.BigEndian.AppendUint64(keys.AppendPrefix(dst, gid, kindPack), index))
}

// putDecision stores a record: 'C' or 'A', the two timestamps, the participants.
func (m *machine) putDecision(txn TxnID, d *decision) error {
	v := []byte{'A'}
	if d.Committed {
		v[0] = 'C'
	}
	v = appendGroups(appendTS(appendTS(v, d.TS), d.decided), d.participants)
	m.key = appendTxnKey(m.key[:0], m.gid, keys.KindTxn, txn)
	return m.batch.Set(m.key, v, nil)
}

func decodeDecision(v []byte) (*decision, error) {
	r := reader{b: v}
	d := &decision{}
	switch r.byte() {
	case 'C':
		d.Committed = true
	case 'A':
	default:
		r.fail("unknown kind of record")
	}
	d.TS, d.decided, d.participants = r.ts(), r.ts(), r.groups()
	return d, r.done()
}

// dropRecords applies a cmdDropRecords. Floors only rise.
func (m *machine) dropRecords(body []byte) (func(), error) {
	d, err := decodeDropRecords(body)
	if err != nil {
		return nil, err
	}
	one, two := max(d.one, m.floorOne), max(d.two, m.floorTwo)
	packs := 0
	for packs < len(m.packs) && m.packs[packs].newest < one {
		packs++
	}
	if packs > 0 {
		// From the oldest pack there is, not from 0: ranges with a common start
		// would be split at every end (pebble #2415).
		from := appendPackKey(nil, m.gid, m.packs[0].index)
		if err := m.batch.DeleteRange(from, appendPackKey(nil, m.gid, m.packs[packs-1].index+1), nil); err != nil {
			return nil, err
		}
	}
	var gone []TxnID
	for _, t := range d.resolved {
		if r := m.two[t]; r != nil && r.Committed && r.decided < two {
			gone = append(gone, t)
		}
	}
	for t, r := range m.two {
		if !r.Committed && r.decided < two {
			gone = append(gone, t)
		}
	}
	// In one order on every replica, though it makes no difference to the store.
	slices.SortFunc(gone, func(a, b TxnID) int { return bytes.Compare(a[:], b[:]) })
	for _, t := range gone {
		m.key = appendTxnKey(m.key[:0], m.gid, keys.KindTxn, t)
		if err := m.batch.Delete(m.key, nil); err != nil {
			return nil, err
		}
	}
	m.key = keys.AppendEnd(keys.AppendPrefix(m.key[:0], m.gid, kindFloors))
	if err := m.batch.Set(m.key, appendTS(appendTS(nil, one), two), nil); err != nil {
		return nil, err
	}
	return func() {
		m.floorOne, m.floorTwo = one, two
		for _, p := range m.packs[:packs] {
			for _, t := range p.txns {
				delete(m.one, t)
			}
		}
		m.packs = slices.Delete(m.packs, 0, packs)
		for _, t := range gone {
			delete(m.two, t)
		}
	}, nil
}
