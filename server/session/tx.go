package session

import (
	"context"
	"maps"
	"time"

	"github.com/dejaq/fasti/kv/txn"
	"github.com/dejaq/fasti/server/pgwire"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/sqlerr"
)

type txStatus uint8

const (
	txNone     txStatus = iota
	txImplicit          // opened by a statement outside a block
	txBlock             // opened by BEGIN
	txFailed            // a block in which a statement has failed
)

// transaction is the session's current transaction. The zero value is none.
type transaction struct {
	status txStatus
	// txn is nil until a statement needs data.
	txn   *txn.Txn
	start time.Time // what now() gives
	// statements counts what was executed in it, ran what read or wrote data.
	statements, ran int
	// wrote: one of them changed rows.
	wrote     bool
	isolation string // "" until said
	readOnly  *bool
	saved     layers // settings at its beginning
	points    []savepoint
}

type savepoint struct {
	name  string
	mark  txn.Mark
	saved layers
}

func (t *transaction) isolationName(s *Session) string {
	if t.isolation != "" {
		return t.isolation
	}
	return s.vars.must("default_transaction_isolation")
}

func (t *transaction) isReadOnly(s *Session) bool {
	if t.readOnly != nil {
		return *t.readOnly
	}
	return s.vars.must("default_transaction_read_only") == "on"
}

// TxStatus is the byte of ReadyForQuery.
func (s *Session) TxStatus() byte {
	switch s.tx.status {
	case txBlock:
		return 'T'
	case txFailed:
		return 'E'
	}
	return 'I'
}

// enter opens an implicit transaction when there is none.
func (s *Session) enter() {
	if s.tx.status == txNone {
		s.tx = transaction{status: txImplicit, start: s.engine.Clock(), saved: s.vars.save()}
	}
}

// data returns the transaction of the storage layer, at a snapshot for the next
// statement.
func (s *Session) data(ctx context.Context) (*txn.Txn, error) {
	if s.tx.txn == nil {
		iso := txn.ReadCommitted
		if s.tx.isolationName(s) == "repeatable read" {
			iso = txn.RepeatableRead
		}
		s.tx.txn = s.engine.DB.Begin(iso)
	}
	return s.tx.txn, s.tx.txn.Statement(ctx)
}

// Sync ends the implicit transaction.
func (s *Session) Sync(ctx context.Context, failed bool, w *pgwire.Writer) error {
	defer s.tell(w)
	defer s.idle()
	switch {
	case failed && s.tx.status == txImplicit:
		s.rollback()
	case failed:
		s.failed() // the session may not have seen the message
	case s.tx.status == txImplicit:
		return s.commit(ctx)
	}
	return nil
}

// commit commits what is open; after an error it is rolled back.
func (s *Session) commit(ctx context.Context) error {
	t := s.tx
	if err := s.keepHeld(ctx); err != nil {
		s.rollback()
		return s.translate(err)
	}
	s.closePortals()
	if t.txn != nil {
		s.tx.txn = nil
		if err := t.txn.Commit(ctx); err != nil {
			s.rollback()
			return s.translate(err)
		}
	}
	if len(s.vars.local) > 0 {
		clear(s.vars.local)
		s.changed()
	}
	s.tx = transaction{}
	return nil
}

// abandon gives up the data of a transaction that has failed; a block stays open
// for ROLLBACK.
func (s *Session) abandon() {
	s.closePortals()
	if t := s.tx.txn; t != nil && len(s.tx.points) == 0 {
		s.tx.txn = nil
		s.release(t)
	}
}

// rollback undoes what is open, settings too.
func (s *Session) rollback() {
	if s.tx.status == txNone {
		return
	}
	s.closePortals()
	if s.tx.txn != nil {
		s.release(s.tx.txn)
	}
	s.restore(s.tx.saved)
	s.tx = transaction{}
}

// restore puts settings back.
func (s *Session) restore(l layers) {
	if !maps.Equal(l.session, s.vars.session) || !maps.Equal(l.local, s.vars.local) {
		s.vars.restore(l)
		s.changed()
	}
}

// release rolls a transaction back. Its client may be gone, so it has a context
// of its own.
func (s *Session) release(t *txn.Txn) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := t.Rollback(ctx); err != nil {
		s.engine.Logger.Warn("rollback failed", "error", err)
	}
}

// control runs the statements of transaction control and returns the command
// tag.
func (s *Session) control(ctx context.Context, stmt ast.Stmt) (tag string, err error) {
	switch st := stmt.(type) {
	case *ast.Begin:
		if s.tx.status == txBlock {
			s.notice(warning(sqlerr.ActiveSQLTransaction, "there is already a transaction in progress"))
			return "BEGIN", nil
		}
		s.enter()
		s.tx.status = txBlock
		return "BEGIN", s.modes(st.Modes)
	case *ast.Commit:
		return s.commitStatement(ctx, st)
	case *ast.Rollback:
		if st.Savepoint != "" {
			return "ROLLBACK", s.rollbackTo(ctx, st.Savepoint)
		}
		if err := s.chainable(st.Chain, "ROLLBACK"); err != nil {
			return "", err
		}
		t := s.tx
		s.rollback()
		s.chain(st.Chain, t)
		return "ROLLBACK", nil
	case *ast.Savepoint:
		if s.tx.status != txBlock {
			return "", sqlerr.New(sqlerr.NoActiveSQLTransaction, "SAVEPOINT can only be used in transaction blocks")
		}
		if len(s.tx.points) == savepointsMax {
			return "", sqlerr.New(sqlerr.ConfigurationLimitExceeded, "a transaction holds at most %d savepoints", savepointsMax)
		}
		t, err := s.data(ctx)
		if err != nil {
			return "", err
		}
		s.tx.points = append(s.tx.points, savepoint{st.Name, t.Savepoint(), s.vars.save()})
		return "SAVEPOINT", nil
	case *ast.Release:
		i, err := s.point(st.Name, "RELEASE SAVEPOINT")
		if err != nil {
			return "", err
		}
		s.tx.points = s.tx.points[:i]
		return "RELEASE", nil
	case *ast.SetTransaction:
		return "SET", s.setTransaction(st)
	}
	return "", sqlerr.New(sqlerr.InternalError, "%T is no transaction control", stmt)
}

func (s *Session) commitStatement(ctx context.Context, st *ast.Commit) (string, error) {
	if err := s.chainable(st.Chain, "COMMIT"); err != nil {
		return "", err
	}
	t := s.tx
	if s.tx.status == txFailed {
		s.rollback()
		s.chain(st.Chain, t)
		return "ROLLBACK", nil
	}
	if err := s.commit(ctx); err != nil {
		return "", err
	}
	s.chain(st.Chain, t)
	return "COMMIT", nil
}

// chainable checks that there is a block to end: a chain needs one, without it that
// is a warning.
func (s *Session) chainable(chain bool, command string) error {
	switch {
	case s.tx.status == txBlock, s.tx.status == txFailed:
	case chain:
		return sqlerr.New(sqlerr.NoActiveSQLTransaction, "%s AND CHAIN can only be used in transaction blocks", command)
	default:
		s.notice(warning(sqlerr.NoActiveSQLTransaction, "there is no transaction in progress"))
	}
	return nil
}

// chain opens a block with the modes of the one that has ended.
func (s *Session) chain(chain bool, t transaction) {
	if chain {
		s.enter()
		s.tx.status, s.tx.isolation, s.tx.readOnly = txBlock, t.isolation, t.readOnly
	}
}

// modes applies transaction modes to the current transaction.
func (s *Session) modes(m ast.TxModes) error {
	if m.Isolation != "" {
		iso, err := isolation(m.Isolation)
		if err != nil {
			return err
		}
		if s.tx.ran > 0 && iso != s.tx.isolationName(s) {
			return sqlerr.New(sqlerr.ActiveSQLTransaction, "SET TRANSACTION ISOLATION LEVEL must be called before any query")
		}
		s.tx.isolation = iso
	}
	if m.ReadOnly != nil {
		if s.tx.ran > 0 && !*m.ReadOnly && s.tx.isReadOnly(s) {
			return sqlerr.New(sqlerr.ActiveSQLTransaction, "transaction read-write mode must be set before any query")
		}
		s.tx.readOnly = m.ReadOnly
	}
	return nil
}

func (s *Session) setTransaction(st *ast.SetTransaction) error {
	if !st.Session {
		s.wantBlock("SET TRANSACTION")
		return s.modes(st.Modes)
	}
	defer s.changed()
	if st.Modes.Isolation != "" {
		if err := s.vars.set(s.vars.session, "default_transaction_isolation", st.Modes.Isolation); err != nil {
			return err
		}
	}
	if st.Modes.ReadOnly != nil {
		return s.vars.set(s.vars.session, "default_transaction_read_only", onOff(*st.Modes.ReadOnly))
	}
	return nil
}

// wantBlock warns of a command whose effect ends with itself.
func (s *Session) wantBlock(command string) {
	if s.tx.status != txBlock && !s.several {
		s.notice(warning(sqlerr.NoActiveSQLTransaction, command+" can only be used in transaction blocks"))
	}
}

// point finds the newest savepoint of this name.
func (s *Session) point(name, command string) (int, error) {
	if s.tx.status != txBlock && s.tx.status != txFailed {
		return 0, sqlerr.New(sqlerr.NoActiveSQLTransaction, "%s can only be used in transaction blocks", command)
	}
	for i := len(s.tx.points) - 1; i >= 0; i-- {
		if s.tx.points[i].name == name {
			return i, nil
		}
	}
	return 0, sqlerr.New(sqlerr.InvalidSavepoint, "savepoint %q does not exist", name)
}

func (s *Session) rollbackTo(ctx context.Context, name string) error {
	i, err := s.point(name, "ROLLBACK TO SAVEPOINT")
	if err != nil {
		return err
	}
	s.closePortals()
	p := s.tx.points[i]
	if err := s.tx.txn.RollbackTo(p.mark); err != nil {
		return s.translate(err)
	}
	s.tx.points = s.tx.points[:i+1]
	s.tx.points[i].mark = s.tx.txn.Savepoint()
	s.restore(p.saved.clone())
	s.tx.status = txBlock
	return nil
}

func warning(code, text string) *sqlerr.Error {
	return &sqlerr.Error{Severity: "WARNING", Code: code, Message: text}
}
