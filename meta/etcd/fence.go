package etcd

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/dejaq/fasti/meta/schema"
)

const managerKey = "/mgr"

// Manager is who may decide: the node and its term of office. Of two managers
// the one with the larger epoch is the newer.
type Manager struct {
	Node  schema.NodeID
	Epoch uint64
}

// claim is a Manager with the value that stands for it in the store.
type claim struct {
	Manager
	value []byte
}

func newClaim(m Manager) *claim {
	return &claim{m, fmt.Appendf(nil, "%d/%d", m.Node, m.Epoch)}
}

func parseManager(value []byte) (Manager, error) {
	node, epoch, ok := strings.Cut(string(value), "/")
	n, err1 := strconv.ParseUint(node, 10, 16)
	e, err2 := strconv.ParseUint(epoch, 10, 64)
	if !ok || err1 != nil || err2 != nil {
		return Manager{}, fmt.Errorf("etcd: %s holds %q, want node/epoch", managerKey, value)
	}
	return Manager{Node: schema.NodeID(n), Epoch: e}, nil
}

// Manager returns the current manager; the zero Manager when there has never
// been one.
func (s *Store) Manager(ctx context.Context) (Manager, error) {
	kv, ok, _, err := s.Get(ctx, managerKey)
	if err != nil || !ok {
		return Manager{}, err
	}
	return parseManager(kv.Value)
}

// Claim makes m the manager and lets this Store's fenced transactions pass until
// somebody claims a larger epoch. It returns the revision of the claim: every
// write of an earlier manager has a smaller one. ErrNotManager when the store
// already has a manager of m's epoch or a larger one, unless that is m itself.
func (s *Store) Claim(ctx context.Context, m Manager) (rev int64, err error) {
	mine := newClaim(m)
	err = s.Retry(ctx, func(ctx context.Context) error {
		kv, ok, _, err := s.Get(ctx, managerKey)
		if err != nil {
			return err
		}
		if ok {
			old, err := parseManager(kv.Value)
			if err != nil {
				return err
			}
			if old == m {
				rev = kv.ModRev // an earlier attempt of this very claim
				return nil
			}
			if old.Epoch >= m.Epoch {
				return fmt.Errorf("claim epoch %d by node %d: epoch %d is node %d's: %w", m.Epoch, m.Node, old.Epoch, old.Node, ErrNotManager)
			}
		}
		res, err := s.Txn(ctx, Txn{
			If:   []Cond{{Key: managerKey, ModRev: kv.ModRev}},
			Then: []Op{Put(managerKey, mine.value)},
		})
		if err == nil && !res.OK {
			err = ErrConflict
		}
		rev = res.Rev
		return err
	})
	if err == nil {
		s.claim.Store(mine)
	}
	return rev, err
}

// ClaimNext claims the epoch after the stored one for node, as a node does that
// is alone and therefore the manager. It returns the claim and its revision.
func (s *Store) ClaimNext(ctx context.Context, node schema.NodeID) (m Manager, rev int64, err error) {
	err = s.Retry(ctx, func(ctx context.Context) error {
		old, err := s.Manager(ctx)
		if err != nil {
			return err
		}
		m = Manager{Node: node, Epoch: old.Epoch + 1}
		rev, err = s.Claim(ctx, m)
		if errors.Is(err, ErrNotManager) {
			err = ErrConflict // somebody was quicker: outbid
		}
		return err
	})
	return m, rev, err
}
