package txn

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/dejaq/fasti/kv/replica"
	"github.com/dejaq/fasti/meta/schema"
)

const (
	// learnTimeout bounds how long Commit asks for an outcome that is in doubt.
	learnTimeout = 10 * time.Second
	learnPause   = 20 * time.Millisecond
)

// participant is a group in which a transaction has writes.
type participant struct {
	list   *list
	staged uint32
	rest   []byte
}

// Commit makes the writes visible, all at once, and durable. After it, whatever it
// returns, the transaction is over. It returns a *ConflictError or a
// *DuplicateKeyError when another transaction was faster, ErrTableGone, or what the
// last failed write had returned; then nothing was committed. Only after ErrUnknown
// it may have been.
func (t *Txn) Commit(ctx context.Context) error {
	if t.done {
		return ErrDone
	}
	if t.broken != nil {
		err := t.broken
		_ = t.abandon(ctx) // the groups will learn it; the cause counts
		return err
	}
	parts, err := t.finish()
	if err != nil {
		_ = t.abandon(ctx)
		return groupError(err)
	}
	switch len(parts) {
	case 0:
		_ = t.abandon(ctx) // there is nothing that could fail to commit
		return nil
	case 1:
		err = t.commitOne(ctx, parts[0])
	default:
		err = t.commitTwo(ctx, parts)
	}
	t.end()
	return err
}

// finish stages what has to be staged and returns the participants in order of their
// groups. The lists that are empty, because of a savepoint, are not among them.
func (t *Txn) finish() ([]participant, error) {
	parts := make([]participant, len(t.lists))
	var all errgroup.Group
	for i, l := range t.lists {
		all.Go(func() error {
			staged, rest, err := l.finish()
			parts[i] = participant{l, staged, rest}
			return err
		})
	}
	if err := all.Wait(); err != nil {
		return nil, err
	}
	parts = slices.DeleteFunc(parts, func(p participant) bool { return p.staged == 0 && len(p.rest) == 0 })
	slices.SortFunc(parts, func(a, b participant) int { return int(a.list.group.ID()) - int(b.list.group.ID()) })
	return parts, nil
}

// write returns what a group is told of the transaction.
func (t *Txn) write(p participant, attempt schema.Timestamp) replica.Write {
	w := replica.Write{Txn: t.id, ReadTS: t.readTS, AttemptTS: attempt, Staged: p.staged, WriteSet: p.rest}
	for id, tb := range t.tables {
		w.Tables = append(w.Tables, replica.TableVersion{Table: id, Version: tb.tbl.Version})
	}
	return w
}

// attempt returns the timestamp by which groups tell whether they may have forgotten
// the transaction.
func (t *Txn) attempt(ctx context.Context) (schema.Timestamp, error) {
	ts, _, err := t.db.opts.Oracle.Now(ctx, 1)
	return ts, oracleError(err)
}

// commitOne commits a transaction of one group.
func (t *Txn) commitOne(ctx context.Context, p participant) error {
	attempt, err := t.attempt(ctx)
	if err == nil {
		r := replica.CommitRequest{Write: t.write(p, attempt)}
		_, err = p.list.group.Commit(ctx, r)
		if errors.Is(err, replica.ErrUnknown) {
			// The same request again tells what has become of the first.
			err = t.learn(ctx, func(ctx context.Context) error {
				_, err := p.list.group.Commit(ctx, r)
				return err
			})
		}
	}
	if errors.Is(err, ErrUnknown) {
		return err
	}
	t.releaseOthers(ctx, p, err == nil)
	return t.commitError(err)
}

// releaseOthers gives back what groups hold for a transaction that has not committed
// there: reservations and chunks.
func (t *Txn) releaseOthers(ctx context.Context, p participant, committed bool) {
	var groups []*replica.Group
	for _, l := range t.lists {
		if (l.reserved || l.high > 0) && (l != p.list || !committed) {
			groups = append(groups, l.group)
		}
	}
	if err := t.db.release(ctx, t.id, groups); err != nil {
		t.db.opts.Logger.Debug("transaction is released later", "txn", t.id.String(), "error", err)
	}
}

// commitTwo commits a transaction of several groups: all promise, then the anchor
// decides, then all carry it out, which nobody waits for.
func (t *Txn) commitTwo(ctx context.Context, parts []participant) error {
	ids := make([]schema.GroupID, len(parts))
	groups := make([]*replica.Group, len(parts))
	for i, p := range parts {
		ids[i], groups[i] = p.list.group.ID(), p.list.group
	}
	// Groups of which savepoints have taken back all writes only have to forget.
	var others []*replica.Group
	for _, l := range t.lists {
		if (l.reserved || l.high > 0) && !slices.Contains(groups, l.group) {
			others = append(others, l.group)
		}
	}
	anchor := groups[0]
	attempt, err := t.attempt(ctx)
	if err == nil {
		err = t.prepare(ctx, parts, ids, attempt)
	}
	if err != nil {
		// Nobody but this coordinator could commit it, and it never will.
		t.db.abort(ctx, t.id, anchor, append(groups, others...))
		return t.commitError(err)
	}
	// From here on a cancelled statement does not stop the commit.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), learnTimeout)
	defer cancel()
	o, err := anchor.Decide(ctx, t.id, true)
	if errors.Is(err, replica.ErrUnknown) {
		err = t.learn(ctx, func(ctx context.Context) (err error) {
			o, err = anchor.Decide(ctx, t.id, true)
			return err
		})
	}
	switch {
	case errors.Is(err, ErrUnknown):
		return err // the groups' sweepers carry out what was decided
	case err != nil:
		t.db.abort(ctx, t.id, anchor, append(groups, others...))
		return t.commitError(err)
	case !o.Committed:
		t.db.abort(ctx, t.id, anchor, append(groups, others...))
		return ErrConflict
	}
	t.db.resolver.add(resolution{t.id, o, anchor, groups, others})
	return nil
}

// prepare asks all groups for their promise, and returns the first refusal.
func (t *Txn) prepare(ctx context.Context, parts []participant, ids []schema.GroupID, attempt schema.Timestamp) error {
	errs := make([]error, len(parts))
	var wg sync.WaitGroup
	for i, p := range parts {
		wg.Go(func() {
			r := replica.PrepareRequest{Write: t.write(p, attempt), Anchor: ids[0], Participants: ids}
			errs[i] = p.list.group.Prepare(ctx, r)
		})
	}
	wg.Wait()
	// What names a key says more than what does not.
	for _, err := range errs {
		if errors.Is(err, replica.ErrDuplicateKey) {
			return err
		}
	}
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// learn repeats ask until it gives an outcome, success or a refusal, and returns it;
// ErrUnknown when time is up.
func (t *Txn) learn(ctx context.Context, ask func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), learnTimeout)
	defer cancel()
	for {
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: transaction %s", ErrUnknown, t.id)
		case <-time.After(learnPause):
		}
		err := ask(ctx)
		switch {
		case errors.Is(err, replica.ErrExpired), errors.Is(err, replica.ErrClosed):
			return fmt.Errorf("%w: transaction %s", ErrUnknown, t.id)
		case err == nil, errors.Is(err, replica.ErrAborted), errors.Is(err, replica.ErrConflict), errors.Is(err, replica.ErrDuplicateKey),
			errors.Is(err, replica.ErrSchemaChanged), errors.Is(err, replica.ErrTxnUnknown), errors.Is(err, replica.ErrShardFull),
			errors.Is(err, replica.ErrShardNotOpen):
			return err
		}
	}
}

// commitError says in this package's words why a group refused.
func (t *Txn) commitError(err error) error {
	var dup *replica.DuplicateKeyError
	var conflict *replica.ConflictError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &dup):
		if tb := t.tables[dup.Shard.Table]; tb != nil {
			return tb.duplicateAt(dup)
		}
		return ErrDuplicateKey
	case errors.As(err, &conflict):
		if tb := t.tables[conflict.Shard.Table]; tb != nil {
			e := &ConflictError{Table: tb.tbl}
			if !conflict.Index {
				e.Key = keyDatums(tb.codec, conflict.Key)
			}
			return e
		}
		return ErrConflict
	case errors.Is(err, replica.ErrAborted), errors.Is(err, replica.ErrShardFull), errors.Is(err, replica.ErrTxnUnknown):
		return errors.Join(ErrConflict, err)
	case errors.Is(err, replica.ErrSchemaChanged), errors.Is(err, replica.ErrShardNotOpen):
		return errors.Join(ErrTableGone, err)
	case errors.Is(err, replica.ErrExpired):
		return errors.Join(ErrUnknown, err)
	}
	return groupError(err)
}

// duplicateAt returns the error for a key that a group has found taken.
func (w *table) duplicateAt(dup *replica.DuplicateKeyError) error {
	e := &DuplicateKeyError{Table: w.tbl}
	id := schema.TableID(0)
	if !dup.Index {
		e.Key = keyDatums(w.codec, dup.Key)
	} else if len(dup.Key) > 4 {
		id = schema.TableID(binary.BigEndian.Uint32(dup.Key))
		for i := range w.entries.list {
			if x := &w.entries.list[i]; x.ID == id {
				e.Index = x.Index
				e.Key, _ = x.decode(dup.Key) // an error leaves the detail out
			}
		}
	}
	if w.everArbiter[id] {
		return &ConflictError{Table: w.tbl}
	}
	return e
}
