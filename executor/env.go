package executor

import (
	"context"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/scan"
	"github.com/dejaq/fasti/executor/values"
	"github.com/dejaq/fasti/kv/txn"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
)

// Env is what the operators of a plan reach: given by the session that runs it.
// What a plan does not use may be nil.
type Env struct {
	// Txn is the transaction that the statement reads and writes in.
	Txn Txn
	// Catalog and DB carry out the statements that change tables.
	Catalog Catalog
	DB      DB
	// Virtual computes system tables.
	Virtual values.Provider
	// Input is what physical.Input stands for.
	Input op.Operator
}

// Txn is the transaction as operators see it. Over makes one of kv/txn's.
type Txn interface {
	scan.Store
	Insert(ctx context.Context, t *schema.Table, b *vector.Batch) error
	Update(ctx context.Context, t *schema.Table, locators *vector.Vector, b *vector.Batch) error
	Delete(ctx context.Context, t *schema.Table, locators *vector.Vector, rows vector.Rows) error
}

// Catalog changes descriptors, as meta/catalog does.
type Catalog interface {
	CreateTable(ctx context.Context, t schema.Table) (*schema.Table, error)
	DropTable(ctx context.Context, id schema.TableID) error
	UpdateTable(ctx context.Context, t *schema.Table) error
}

// DB removes the rows of whole tables, as kv/txn does.
type DB interface {
	DropTable(ctx context.Context, id schema.TableID) error
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
