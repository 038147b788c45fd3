package txn

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/kv/mvcc"
	"github.com/dejaq/fasti/kv/replica"
	"github.com/dejaq/fasti/kv/store"
	"github.com/dejaq/fasti/meta/schema"
)

// maxPieces bounds the pieces of one group: what replica takes as chunks.
const maxPieces = 1<<16 - 1

// piece is a part of a transaction's writes in one group. Once sealed it changes no
// more, but for giving up its memory after it was staged.
type piece struct {
	ws     mvcc.WriteSet
	size   int     // bytes; of a piece that gave up its memory too
	blocks []block // of a sealed piece
	// staged is closed when Stage has returned; nil before it is called.
	staged chan struct{}
	// off is true when the memory was given up: the writes are in the group only.
	// Guarded by the list's mu.
	off bool
}

// block is where the writes of a shard are in a piece.
type block struct {
	shard  schema.ShardID
	offset int // of the block in the encoded set
}

// list is a transaction's writes in one group.
type list struct {
	txn    *Txn
	group  *replica.Group
	pieces []*piece // the last one may be open
	open   bool     // the last piece takes more writes
	// held is the bytes in memory, first the first piece that is not being staged.
	held, first int
	// high is how many chunks the group may hold: numbers below it were staged.
	high int

	// The current statement sees the pieces before seen and, of the piece seen, the
	// first seenBytes bytes, which end between two blocks.
	seen, seenBytes int
	// reserved: the group may have promised rows to the transaction.
	reserved bool

	calls chan struct{} // bounds the calls of Stage in flight
	wg    sync.WaitGroup

	mu  sync.Mutex // guards err and pieces' off
	err error      // the first failure of Stage
}

// room returns the piece that takes the next writes, with space for at least need
// bytes of them.
func (l *list) room(need int) (*piece, error) {
	if l.open {
		p := l.pieces[len(l.pieces)-1]
		if p.ws.Len()+blockRoom+need <= replica.MaxInline {
			return p, nil
		}
		if err := l.seal(); err != nil {
			return nil, err
		}
	}
	if len(l.pieces) == maxPieces {
		return nil, &TooLargeError{Limit: l.txn.db.opts.MaxTxnBytes}
	}
	p := &piece{}
	l.pieces = append(l.pieces, p)
	l.open = true
	return p, nil
}

// blockRoom is more than the head of a set and of a block take.
const blockRoom = 64

// wrote accounts for writes that were appended to the open piece, of which it had
// before bytes.
func (l *list) wrote(p *piece, before int) error {
	n := p.ws.Len() - before
	l.held += n
	return l.txn.grow(n)
}

// seal ends the open piece and stages the oldest ones if too much lies in memory.
func (l *list) seal() error {
	if !l.open {
		return nil
	}
	l.open = false
	p := l.pieces[len(l.pieces)-1]
	p.size = p.ws.Len()
	ws := p.ws.Bytes()
	for off := 0; off < len(ws); {
		at := max(off, 1)
		b, next, err := mvcc.NextBlock(ws, off)
		if err != nil {
			return err
		}
		if n := len(p.blocks); n == 0 || p.blocks[n-1].shard != b.Shard {
			p.blocks = append(p.blocks, block{b.Shard, at})
		}
		off = next
	}
	if l.held > l.txn.db.opts.StageBytes || l.first > 0 {
		return l.stage(len(l.pieces))
	}
	return nil
}

// stage hands the pieces before end to the group's log. It waits when too many are
// on their way.
func (l *list) stage(end int) error {
	for ; l.first < end; l.first++ {
		if err := l.failed(); err != nil {
			return err
		}
		p, chunk := l.pieces[l.first], uint32(l.first)
		select {
		case l.calls <- struct{}{}:
		case <-l.txn.ctx.Done():
			return context.Cause(l.txn.ctx)
		}
		l.high = max(l.high, l.first+1)
		l.held -= p.size
		p.staged = make(chan struct{})
		l.wg.Go(func() {
			err := l.group.Stage(l.txn.ctx, l.txn.id, chunk, p.ws.Bytes())
			l.mu.Lock()
			if err != nil && l.err == nil {
				l.err = fmt.Errorf("stage in group %d: %w", l.group.ID(), err)
			}
			if err == nil {
				p.off = true
				p.ws = mvcc.WriteSet{}
			}
			l.mu.Unlock()
			close(p.staged)
			<-l.calls
		})
	}
	return nil
}

// see makes all that was written so far visible to the statement that begins.
func (l *list) see() {
	l.seen, l.seenBytes = len(l.pieces), 0
	if l.open {
		l.seen--
		l.seenBytes = l.pieces[l.seen].ws.Len()
	}
}

// wait waits for the calls of Stage and returns the first failure.
func (l *list) wait() error {
	l.wg.Wait()
	return l.failed()
}

func (l *list) failed() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

// cut drops the pieces from n on.
func (l *list) cut(n int) error {
	// The dropped chunks' numbers are used again: their calls must be over.
	err := l.wait()
	l.open = false
	for _, p := range l.pieces[n:] {
		l.txn.bytes -= int64(max(p.size, p.ws.Len()))
	}
	clear(l.pieces[n:])
	l.pieces = l.pieces[:n]
	l.first = min(l.first, n)
	if l.seen >= n {
		l.seen, l.seenBytes = n, 0
	}
	l.held = 0
	for _, p := range l.pieces[l.first:] {
		l.held += p.size
	}
	return err
}

// has reports whether a sealed piece writes a table.
func (p *piece) has(id schema.TableID) bool {
	return slices.ContainsFunc(p.blocks, func(b block) bool { return b.shard.Table == id })
}

// bytes returns the encoded writes of a sealed piece: from memory, or as the group
// has them. The caller must not change them.
func (l *list) bytes(p *piece, chunk int, r store.Reader) ([]byte, error) {
	l.mu.Lock()
	ws, off := p.ws.Bytes(), p.off
	l.mu.Unlock()
	if !off {
		return ws, nil
	}
	v, c, err := r.Get(keys.Chunk(l.group.ID(), l.txn.id, uint32(chunk)))
	if err != nil {
		return nil, fmt.Errorf("staged chunk %d of group %d: %w", chunk, l.group.ID(), err)
	}
	ws = append([]byte(nil), v...)
	return ws, c.Close()
}

// finish brings the list into the form that Commit and Prepare want: staged chunks
// 0 … staged-1 and a rest of at most one piece. An empty list has neither.
func (l *list) finish() (staged uint32, rest []byte, err error) {
	if err := l.seal(); err != nil {
		return 0, nil, err
	}
	if len(l.pieces) == 0 && l.high == 0 {
		return 0, nil, l.wait()
	}
	// Savepoints leave small pieces: what is not staged and fits is put together.
	var tail mvcc.WriteSet
	n, size := len(l.pieces), 0
	for n > l.first && size+l.pieces[n-1].size <= replica.MaxInline {
		n--
		size += l.pieces[n].size
	}
	if err := l.stage(n); err != nil {
		return 0, nil, errors.Join(err, l.wait())
	}
	for _, p := range l.pieces[n:] {
		tail.Append(&p.ws)
	}
	if err := l.blank(n); err != nil {
		return 0, nil, err
	}
	return uint32(max(n, l.high)), tail.Bytes(), l.wait()
}

// blank overwrites the chunks that were staged and rolled back, from n on: the group
// wants every number it knows.
func (l *list) blank(n int) error {
	for ; n < l.high; n++ {
		if err := l.group.Stage(l.txn.ctx, l.txn.id, uint32(n), nil); err != nil {
			return err
		}
	}
	return nil
}
