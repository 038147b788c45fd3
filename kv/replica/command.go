package replica

import (
	"encoding/binary"
	"fmt"

	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/meta/schema"
)

// command is the kind of an entry. The numbers are on disk.
type command byte

const (
	cmdCommit      command = 1 // commits transactions of one group
	cmdStage       command = 2 // stores a chunk
	cmdPrepare     command = 3
	cmdDecide      command = 4
	cmdResolve     command = 5
	cmdOpenShards  command = 6
	cmdDropTable   command = 7
	cmdDropRecords command = 8
	cmdBound       command = 9 // oracle's bound
)

func (c command) String() string {
	if c >= cmdCommit && c <= cmdBound {
		return [...]string{
			"commit", "stage", "prepare", "decide", "resolve", "open shards",
			"drop table", "drop records", "bound",
		}[c-1]
	}
	return fmt.Sprintf("command %d", byte(c))
}

// headerSize is the length of what appendHeader writes:
//
//	offset  bytes  field
//	0       1      format 1
//	1       1      command
//	2       8      term in which the leader evaluated it, u64 LE
//	10      8      proposal number, u64 LE: with the term it finds the waiting caller
//	18      …      the command
const headerSize = 18

const entryFormat = 1

// maxEntry bounds an entry: a write set or chunk and what is around it.
const maxEntry = MaxInline + 64<<10

func appendHeader(dst []byte, c command, term, number uint64) []byte {
	dst = append(dst, entryFormat, byte(c))
	return appendUint64s(dst, term, number)
}

func decodeHeader(data []byte) (c command, term, number uint64, body []byte, err error) {
	if len(data) < headerSize || data[0] != entryFormat {
		return 0, 0, 0, nil, fmt.Errorf("replica: entry of %d bytes in an unknown format", len(data))
	}
	return command(data[1]), binary.LittleEndian.Uint64(data[2:]), binary.LittleEndian.Uint64(data[10:]), data[headerSize:], nil
}

// commitItem is one transaction of a cmdCommit: uvarint count, then for each
// transaction, commit timestamp, u32 chunks, blob of writes.
type commitItem struct {
	txn    TxnID
	ts     schema.Timestamp
	staged uint32
	ws     []byte
}

const commitItemSize = 16 + 8 + 4 + 1

func appendCommitItem(dst []byte, c *commitItem) []byte {
	dst = append(dst, c.txn[:]...)
	dst = appendTS(dst, c.ts)
	dst = binary.LittleEndian.AppendUint32(dst, c.staged)
	return appendBlob(dst, c.ws)
}

func (r *reader) commitItem() (c commitItem) {
	c.txn, c.ts, c.staged, c.ws = r.txn(), r.ts(), r.uint32(), r.blob()
	return c
}

// prep is a prepared transaction: what cmdPrepare carries and the PREP stores,
// but for the writes.
type prep struct {
	txn          TxnID
	readTS       schema.Timestamp
	attemptTS    schema.Timestamp
	anchor       schema.GroupID
	participants []schema.GroupID
	tables       []TableVersion // checked when the anchor decides
	staged       uint32
	inline       bool // there are writes in the PREP itself
}

func appendPrep(dst []byte, p *prep, ws []byte) []byte {
	dst = append(dst, p.txn[:]...)
	dst = appendTS(dst, p.readTS)
	dst = appendTS(dst, p.attemptTS)
	dst = binary.AppendUvarint(dst, uint64(p.anchor))
	dst = appendGroups(dst, p.participants)
	dst = binary.AppendUvarint(dst, uint64(len(p.tables)))
	for _, t := range p.tables {
		dst = binary.AppendUvarint(dst, uint64(t.Table))
		dst = binary.AppendUvarint(dst, uint64(t.Version))
	}
	dst = binary.LittleEndian.AppendUint32(dst, p.staged)
	return appendBlob(dst, ws)
}

func decodePrep(b []byte) (p *prep, ws []byte, err error) {
	r := reader{b: b}
	p = &prep{txn: r.txn(), readTS: r.ts(), attemptTS: r.ts(), anchor: schema.GroupID(r.uvarint())}
	p.participants = r.groups()
	p.tables = make([]TableVersion, r.count(2))
	for i := range p.tables {
		p.tables[i] = TableVersion{schema.TableID(r.uvarint()), uint32(r.uvarint())}
	}
	p.staged, ws = r.uint32(), r.blob()
	p.inline = len(ws) > 0
	return p, ws, r.done()
}

func appendGroups(dst []byte, gs []schema.GroupID) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(gs)))
	for _, g := range gs {
		dst = binary.AppendUvarint(dst, uint64(g))
	}
	return dst
}

func (r *reader) groups() []schema.GroupID {
	gs := make([]schema.GroupID, r.count(1))
	for i := range gs {
		gs[i] = schema.GroupID(r.uvarint())
	}
	return gs
}

// outcome of a transaction: cmdDecide and cmdResolve are the transaction, a byte
// and the timestamp.
func appendOutcome(dst []byte, txn TxnID, o Outcome) []byte {
	dst = append(dst, txn[:]...)
	if o.Committed {
		dst = append(dst, 1)
	} else {
		dst = append(dst, 0)
	}
	return appendTS(dst, o.TS)
}

func decodeOutcome(b []byte) (txn TxnID, o Outcome, err error) {
	r := reader{b: b}
	txn = r.txn()
	o.Committed = r.byte() == 1
	o.TS = r.ts()
	return txn, o, r.done()
}

func appendOpenShards(dst []byte, shards []ShardOpen, rev int64) []byte {
	dst = appendUint64s(dst, uint64(rev))
	dst = binary.AppendUvarint(dst, uint64(len(shards)))
	for _, s := range shards {
		dst = keys.AppendShard(dst, s.ID)
		dst = appendUint64s(dst, uint64(s.MaxRows))
	}
	return dst
}

func decodeOpenShards(b []byte) (shards []ShardOpen, rev int64, err error) {
	r := reader{b: b}
	rev = int64(r.uint64())
	shards = make([]ShardOpen, r.count(keys.ShardLen+8))
	for i := range shards {
		if id := r.bytes(keys.ShardLen); id != nil {
			shards[i] = ShardOpen{keys.Shard(id), int64(r.uint64())}
		}
	}
	return shards, rev, r.done()
}

// dropRecords is a cmdDropRecords: records of one-phase commits below one, of
// aborts below two, and of the commits listed, which all participants have
// resolved, are dropped; requests with attempts below the floors are refused.
type dropRecords struct {
	one, two schema.Timestamp
	resolved []TxnID
}

func appendDropRecords(dst []byte, d *dropRecords) []byte {
	dst = appendTS(appendTS(dst, d.one), d.two)
	dst = binary.AppendUvarint(dst, uint64(len(d.resolved)))
	for _, t := range d.resolved {
		dst = append(dst, t[:]...)
	}
	return dst
}

func decodeDropRecords(b []byte) (d dropRecords, err error) {
	r := reader{b: b}
	d.one, d.two = r.ts(), r.ts()
	d.resolved = make([]TxnID, r.count(len(TxnID{})))
	for i := range d.resolved {
		d.resolved[i] = r.txn()
	}
	return d, r.done()
}
