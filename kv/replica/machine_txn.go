package replica

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/kv/store"
	"github.com/dejaq/fasti/meta/schema"
)

// commit applies a cmdCommit: the transactions of one group-commit batch, each
// with its own timestamp and fate, and one packed record for all of them. The floor
// is not looked at: the leader has, and from then until now it has let no other
// request of the transaction pass (leader.enter), so there is no record that could
// have been dropped meanwhile.
func (m *machine) commit(index uint64, body []byte, res *result) (func(), error) {
	r := reader{b: body}
	n := r.count(commitItemSize)
	res.commits = make([]commitResult, n)
	p := pack{index: index}
	var tss []schema.Timestamp
	var staged []TxnID
	for i := range n {
		c := r.commitItem()
		if r.err != nil {
			return nil, r.err
		}
		if o, err, known := m.fate(c.txn, 0, 0); known {
			res.commits[i] = commitResult{o.TS, err}
			continue
		}
		if m.preps[c.txn] != nil || !m.staged[c.txn].complete(c.staged) {
			res.commits[i].err = ErrTxnUnknown
			continue
		}
		res.commits[i].ts = c.ts
		if err := m.putTxn(c.txn, c.staged, c.ws, c.ts); err != nil {
			return nil, err
		}
		if c.staged > 0 {
			if err := m.deleteChunks(c.txn); err != nil {
				return nil, err
			}
			staged = append(staged, c.txn)
		}
		p.txns, tss = append(p.txns, c.txn), append(tss, c.ts)
		p.newest = max(p.newest, c.ts)
	}
	if err := r.done(); err != nil || len(p.txns) == 0 {
		return nil, err
	}
	if err := m.putPack(&p, tss); err != nil {
		return nil, err
	}
	return func() {
		for i, t := range p.txns {
			m.one[t] = tss[i]
		}
		m.packs = append(m.packs, p)
		m.newest = max(m.newest, p.newest)
		for _, t := range staged {
			delete(m.staged, t)
		}
	}, nil
}

// fate returns what is known of a transaction without looking at its writes: a
// record, or that it may have had one.
func (m *machine) fate(txn TxnID, attempt, floor schema.Timestamp) (o Outcome, err error, known bool) {
	if o, ok := m.record(txn); ok {
		if !o.Committed {
			err = ErrAborted
		}
		return o, err, true
	}
	if attempt != 0 && attempt < floor {
		return Outcome{}, ErrExpired, true
	}
	return Outcome{}, nil, false
}

// stageChunk applies a cmdStage: transaction, chunk u32, writes.
func (m *machine) stageChunk(body []byte, res *result) (func(), error) {
	r := reader{b: body}
	txn, chunk := r.txn(), r.uint32()
	if r.err != nil {
		return nil, r.err
	}
	ws := r.b
	if _, ok := m.record(txn); ok || m.preps[txn] != nil {
		res.err = ErrTxnUnknown // it comes too late
		return nil, nil
	}
	op := m.batch.SetDeferred(5+keys.TxnLen+4+1, len(ws))
	k := append(keys.AppendPrefix(op.Key[:0], m.gid, keys.KindChunk), txn[:]...)
	keys.AppendEnd(binary.BigEndian.AppendUint32(k, chunk))
	copy(op.Value, ws)
	if err := op.Finish(); err != nil {
		return nil, err
	}
	return func() { m.stage(txn, chunk) }, nil
}

// prepare applies a cmdPrepare. One that comes again changes nothing.
func (m *machine) prepare(body []byte, res *result) (func(), error) {
	p, _, err := decodePrep(body)
	if err != nil {
		return nil, err
	}
	if o, err, known := m.fate(p.txn, 0, 0); known { // the floor: see commit
		res.outcome, res.err = o, err
		return nil, nil
	}
	if m.preps[p.txn] != nil {
		return nil, nil
	}
	if !m.staged[p.txn].complete(p.staged) {
		res.err = ErrTxnUnknown
		return nil, nil
	}
	if err := m.batch.Set(m.prepKey(p.txn), body, nil); err != nil {
		return nil, err
	}
	return func() { m.preps[p.txn] = p }, nil
}

// decide applies a cmdDecide at the anchor: the first decision in the log stands.
// Writes that lie in the PREP become versions at once; staged ones, which may be
// many, wait for a cmdResolve.
func (m *machine) decide(body []byte, res *result) (func(), error) {
	txn, o, err := decodeOutcome(body)
	if err != nil {
		return nil, err
	}
	if old, ok := m.record(txn); ok {
		res.outcome = old
		return nil, nil
	}
	p := m.preps[txn]
	if o.Committed && p == nil {
		res.err = ErrTxnUnknown
		return nil, nil
	}
	d := &decision{Outcome: o, decided: o.TS}
	if !o.Committed {
		d.TS = 0
	}
	res.outcome = d.Outcome
	if p != nil {
		d.participants = p.participants
	}
	done := p == nil || p.staged == 0
	if done && p != nil && o.Committed {
		ws, closer, err := m.prepWrites(p)
		if err != nil {
			return nil, err
		}
		if err := errors.Join(m.putVersions(ws, o.TS), closer()); err != nil {
			return nil, err
		}
	}
	if done && p != nil {
		if err := m.batch.Delete(m.prepKey(txn), nil); err != nil {
			return nil, err
		}
	}
	if err := m.putDecision(txn, d); err != nil {
		return nil, err
	}
	return func() {
		m.two[txn] = d
		m.newest = max(m.newest, d.decided)
		if done {
			m.dropPrep(txn)
		}
	}, nil
}

// resolve applies a cmdResolve. The versions come first, part by part; the PREP,
// the chunks and the applied index go with the last part (I2).
func (m *machine) resolve(body []byte, res *result) (func(), error) {
	txn, o, err := decodeOutcome(body)
	if err != nil {
		return nil, err
	}
	if old, ok := m.record(txn); ok {
		o = old // the record of the anchor is right by definition
	}
	res.outcome = o
	p := m.preps[txn]
	if p == nil {
		// Without a PREP there can be nothing to commit here; chunks of a
		// transaction that was given up can.
		if o.Committed || m.staged[txn] == nil {
			return nil, nil
		}
		return func() { delete(m.staged, txn) }, m.deleteChunks(txn)
	}
	if o.Committed {
		ws, closer, err := m.prepWrites(p)
		if err != nil {
			return nil, err
		}
		// Chunks were written before what the PREP carries.
		err = m.putTxn(txn, p.staged, ws, o.TS)
		if err = errors.Join(err, closer()); err != nil {
			return nil, err
		}
	}
	if err := m.deleteChunks(txn); err != nil {
		return nil, err
	}
	if err := m.batch.Delete(m.prepKey(txn), nil); err != nil {
		return nil, err
	}
	return func() {
		delete(m.staged, txn)
		m.dropPrep(txn)
	}, nil
}

func (m *machine) dropPrep(txn TxnID) {
	if m.preps[txn] != nil {
		delete(m.preps, txn)
		m.prepGone(txn)
	}
}

// putTxn adds all versions of a transaction: of its chunks, then of ws.
func (m *machine) putTxn(txn TxnID, staged uint32, ws []byte, ts schema.Timestamp) error {
	if staged > 0 {
		err := m.eachChunk(txn, func(_ uint32, chunk []byte) error { return m.putVersions(chunk, ts) })
		if err != nil {
			return err
		}
	}
	return m.putVersions(ws, ts)
}

// prepKey returns the key of a PREP, valid until the next call.
func (m *machine) prepKey(txn TxnID) []byte {
	m.key = appendTxnKey(m.key[:0], m.gid, kindPrep, txn)
	return m.key
}

func appendTxnKey(dst []byte, gid schema.GroupID, kind keys.Kind, txn TxnID) []byte {
	return keys.AppendEnd(append(keys.AppendPrefix(dst, gid, kind), txn[:]...))
}

// eachChunk calls f with the staged chunks of a transaction in order; ws is valid
// until f returns. Leader and applier use it.
func (m *machine) eachChunk(txn TxnID, f func(chunk uint32, ws []byte) error) (err error) {
	from, to := keys.ChunkBounds(m.gid, txn)
	it, err := m.data.NewIter(&store.IterOptions{LowerBound: from, UpperBound: to})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	for ok := it.First(); ok; ok = it.Next() {
		if m.closing.Load() {
			// What is half done is done again after the next Open (I2).
			return ErrClosed
		}
		v, err := it.ValueAndErr()
		if err != nil {
			return err
		}
		if err := f(binary.BigEndian.Uint32(it.Key()[5+keys.TxnLen:]), v); err != nil {
			return err
		}
	}
	return nil
}

// deleteChunks removes the staged chunks of a transaction, one by one: they are few.
func (m *machine) deleteChunks(txn TxnID) error {
	c := m.staged[txn]
	if c == nil {
		return nil
	}
	for i := range c.max + 1 {
		if c.bits[i/64]&(1<<(i%64)) == 0 {
			continue
		}
		op := m.batch.DeleteDeferred(5 + keys.TxnLen + 4 + 1)
		k := append(keys.AppendPrefix(op.Key[:0], m.gid, keys.KindChunk), txn[:]...)
		keys.AppendEnd(binary.BigEndian.AppendUint32(k, i))
		if err := op.Finish(); err != nil {
			return err
		}
	}
	return nil
}

// prepWrites returns the writes inside a PREP, valid until closer is called.
// Leader and applier use it.
func (m *machine) prepWrites(p *prep) (ws []byte, closer func() error, err error) {
	if !p.inline {
		return nil, func() error { return nil }, nil
	}
	v, c, err := m.data.Get(appendTxnKey(nil, m.gid, kindPrep, p.txn))
	if err != nil {
		return nil, nil, fmt.Errorf("PREP of %s: %w", p.txn, err)
	}
	if _, ws, err = decodePrep(v); err != nil {
		return nil, nil, errors.Join(err, c.Close())
	}
	return ws, c.Close, nil
}
