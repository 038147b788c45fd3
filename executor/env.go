package executor

import (
	"context"

	"github.com/dejaq/fasti/executor/ddl"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/scan"
	"github.com/dejaq/fasti/executor/values"
	"github.com/dejaq/fasti/executor/write"
	"github.com/dejaq/fasti/kv/txn"
)

// Env is what the operators of a plan reach: given by the session that runs it.
// What a plan does not use may be nil.
type Env struct {
	// Txn is the transaction that the statement reads and writes in.
	Txn Txn
	// Catalog and DB carry out the statements that change tables.
	Catalog ddl.Catalog
	DB      ddl.DB
	// Virtual computes system tables.
	Virtual values.Provider
	// Input is what physical.Input stands for.
	Input op.Operator
	// Profile collects what the operators of each node do; nil for nobody.
	Profile *Profile
}

// Txn is the transaction as operators see it. Over makes one of kv/txn's.
type Txn interface {
	scan.Store
	write.Store
}

// Over returns t as operators see it.
func Over(t *txn.Txn) Txn { return overTxn{t} }

type overTxn struct{ *txn.Txn }

func (t overTxn) Scan(ctx context.Context, s scan.Spec) (scan.Rows, error) {
	rows, err := t.Txn.Scan(ctx, txn.Spec(s))
	if err != nil {
		return nil, err
	}
	return overScan{rows}, nil
}

type overScan struct{ *txn.Scan }

func (s overScan) Open() (scan.Reader, error) {
	r, err := s.Scan.Open()
	if err != nil {
		return nil, err
	}
	return overReader{r}, nil
}

type overReader struct{ *txn.Reader }

func (r overReader) Next() (scan.Morsel, error) {
	m, err := r.Reader.Next()
	if m == nil || err != nil {
		return nil, err // not a nil *txn.Morsel in an interface
	}
	return m, nil
}
