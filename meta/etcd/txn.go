package etcd

import (
	"bytes"
	"context"
	"fmt"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// MaxTxnBytes and MaxTxnOps bound what a caller may put in one Txn: the keys
// and values written, and the conditions and operations each. They leave room for
// the fence and for framing below etcd's own limits.
const (
	MaxTxnBytes = maxRequestBytes - 64<<10
	MaxTxnOps   = maxOps - 2
)

// Txn is a compare-and-set: if all conditions hold, all operations are done, at
// one revision.
type Txn struct {
	If   []Cond
	Then []Op
	// Fenced adds the condition that this Store's claim stands.
	Fenced bool
}

// Cond is a condition on one key.
type Cond struct {
	Key string
	// ModRev is the revision of the key's last change, 0 for "does not
	// exist", Exists for any.
	ModRev int64
	// Prefix makes the condition one on all keys that begin with Key. With
	// ModRev 0: there are none.
	Prefix bool
}

// Exists as Cond.ModRev asks that the key exists, whatever its value.
const Exists = -1

// Op is one change. Make it by Put, Delete or DeletePrefix.
type Op struct {
	kind       opKind
	key, value string
}

type opKind uint8

const (
	opPut opKind = iota
	opDelete
	opDeletePrefix
)

// Put sets a key. The value is copied.
func Put(key string, value []byte) Op { return Op{kind: opPut, key: key, value: string(value)} }

// Delete removes a key if it exists.
func Delete(key string) Op { return Op{kind: opDelete, key: key} }

// DeletePrefix removes all keys that begin with prefix.
func DeletePrefix(prefix string) Op { return Op{kind: opDeletePrefix, key: prefix} }

// Size returns the bytes that the operation counts against MaxTxnBytes.
func (o Op) Size() int { return len(o.key) + len(o.value) + 16 }

// TxnResult says what a Txn did.
type TxnResult struct {
	// OK is false when a condition of the caller's did not hold: nothing was done.
	OK bool
	// Rev is the revision of the write, or the one at which the conditions
	// failed. Whoever waits for it sees the write, or what contradicted it.
	Rev int64
}

// Txn runs t. Besides the result of the comparison it returns ErrUncertain (see
// R2; run it inside Retry), ErrNotManager, ErrNoSpace, ErrTooLarge or ErrClosed.
//
// Once sent, a transaction is waited for even if ctx ends, for at most
// RequestTimeout: a cancelled statement still learns whether it took place.
func (s *Store) Txn(ctx context.Context, t Txn) (TxnResult, error) {
	if err := ctx.Err(); err != nil {
		return TxnResult{}, context.Cause(ctx)
	}
	if s.closing.Err() != nil {
		return TxnResult{}, ErrClosed
	}
	var fence *claim
	if t.Fenced {
		if fence = s.claim.Load(); fence == nil {
			return TxnResult{}, ErrNotManager
		}
	}
	cmps, ops, err := t.build(fence)
	if err != nil {
		return TxnResult{}, err
	}
	ctx = context.WithoutCancel(ctx)
	rctx, cancel := s.request(ctx)
	defer cancel()
	resp, err := s.client.Txn(rctx).If(cmps...).Then(ops...).Else(clientv3.OpGet(managerKey)).Commit()
	if err != nil {
		if s.closing.Err() != nil {
			// Perhaps applied; but nobody may act on the answer any more.
			return TxnResult{}, ErrClosed
		}
		return TxnResult{}, classify(ctx, err)
	}
	if !resp.Succeeded && fence != nil {
		kvs := resp.Responses[0].GetResponseRange().Kvs
		if len(kvs) == 0 || !bytes.Equal(kvs[0].Value, fence.value) {
			return TxnResult{}, ErrNotManager
		}
	}
	return TxnResult{OK: resp.Succeeded, Rev: resp.Header.Revision}, nil
}

// build translates t and checks its size.
func (t *Txn) build(fence *claim) ([]clientv3.Cmp, []clientv3.Op, error) {
	if len(t.If) > MaxTxnOps || len(t.Then) > MaxTxnOps {
		return nil, nil, fmt.Errorf("%w: %d conditions, %d operations, at most %d", ErrTooLarge, len(t.If), len(t.Then), MaxTxnOps)
	}
	cmps := make([]clientv3.Cmp, 0, len(t.If)+1)
	for _, c := range t.If {
		cmp := clientv3.Compare(clientv3.ModRevision(c.Key), "=", c.ModRev)
		if c.ModRev == Exists {
			cmp = clientv3.Compare(clientv3.CreateRevision(c.Key), ">", 0)
		}
		if c.Prefix {
			cmp = cmp.WithPrefix()
		}
		cmps = append(cmps, cmp)
	}
	if fence != nil {
		cmps = append(cmps, clientv3.Compare(clientv3.Value(managerKey), "=", string(fence.value)))
	}
	ops, size := make([]clientv3.Op, 0, len(t.Then)), 0
	for _, o := range t.Then {
		size += o.Size()
		switch o.kind {
		case opPut:
			ops = append(ops, clientv3.OpPut(o.key, o.value))
		case opDelete:
			ops = append(ops, clientv3.OpDelete(o.key))
		case opDeletePrefix:
			ops = append(ops, clientv3.OpDelete(o.key, clientv3.WithPrefix()))
		}
	}
	if size > MaxTxnBytes {
		return nil, nil, fmt.Errorf("%w: %d bytes, at most %d", ErrTooLarge, size, MaxTxnBytes)
	}
	return cmps, ops, nil
}
