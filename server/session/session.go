package session

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sort"
	"strconv"
	"sync"
	"time"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/spool"
	"github.com/dejaq/fasti/kv/txn"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/catalog"
	"github.com/dejaq/fasti/meta/cluster"
	"github.com/dejaq/fasti/server/pgwire"
	"github.com/dejaq/fasti/server/syscat"
	"github.com/dejaq/fasti/sql/parse"
	"github.com/dejaq/fasti/sql/skel"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// Bounds of what one session may hold.
const (
	statementsMax = 10000
	portalsMax    = 1000
	savepointsMax = 1000
	noticesMax    = 100 // of one statement
)

// DefaultDatabase is the database of a new cluster.
const DefaultDatabase = "fasti"

// Engine is what all sessions of a node share.
type Engine struct {
	Catalog  *catalog.Catalog
	Cluster  *cluster.Cluster
	DB       *txn.DB
	System   *syscat.Tables
	Activity *syscat.Activity
	Settings *Settings
	// Skeletons caches parsed statement shapes.
	Skeletons *skel.Cache
	// Memory is the node's budget for running statements.
	Memory *op.Account
	// Spool is where statements put what does not fit in memory; nil for nowhere.
	Spool *spool.Dir
	// Workers is how many goroutines one statement may use.
	Workers int
	// Version is Fasti's own version.
	Version string
	Clock   func() time.Time
	Logger  *slog.Logger

	counters counters
}

// Session is the state behind one connection.
type Session struct {
	engine         *Engine
	user, database string
	pid            uint32
	vars           variables
	// configuring guards vars between the goroutines of a statement that calls
	// set_config.
	configuring sync.Mutex
	// epoch grows with every change of a setting; plans of an older epoch are
	// made anew.
	epoch  uint64
	values *value.Settings // of vars, nil when a setting has changed
	// told has the reported settings as the client knows them; untold says that
	// some may have changed.
	told   map[string]string
	untold bool

	notices []*sqlerr.Error // not sent yet
	tx      transaction
	// several: the statements of a query string run, of which there are several;
	// they make what PostgreSQL calls an implicit transaction block.
	several    bool
	statements map[string]*statement // "" is the unnamed one
	portals    map[string]*portal
	backend    *syscat.Backend // what others see of this session
	sequences  sequences
}

var _ pgwire.Handler = (*Session)(nil)

// Open makes the session of a connection; status tells the client a setting.
func (e *Engine) Open(_ context.Context, st pgwire.Startup, status func(name, value string)) (pgwire.Handler, error) {
	s := &Session{
		engine: e, user: st.User, database: st.Database, pid: st.PID,
		vars:       newVariables(e.Settings),
		statements: map[string]*statement{},
		portals:    map[string]*portal{},
	}
	s.sequences.session = s
	switch {
	case st.Database == DefaultDatabase:
	case st.Database == st.User: // what psql asks for when told nothing
		s.database = DefaultDatabase
	default:
		return nil, sqlerr.New(sqlerr.InvalidCatalogName, "database %q does not exist", st.Database)
	}
	s.vars.start["session_authorization"] = st.User
	for name, text := range st.Parameters {
		if name == "options" {
			return nil, sqlerr.NotSupported("startup parameter \"options\"")
		}
		if err := s.vars.set(s.vars.start, name, text); err != nil {
			return nil, err
		}
	}
	if _, err := s.settings(); err != nil {
		return nil, err
	}
	s.told = s.vars.reported()
	names := make([]string, 0, len(s.told))
	for name := range s.told {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		status(name, s.told[name])
	}
	s.backend = &syscat.Backend{PID: s.pid, User: s.user, Database: s.database, Start: e.Clock()}
	s.backend.SetApplication(s.vars.must("application_name"))
	e.Activity.Add(s.backend)
	return s, nil
}

// Close rolls back what is open.
func (s *Session) Close() {
	s.closeAllPortals()
	s.rollback()
	s.engine.Activity.Remove(s.backend)
}

// settings returns the settings that change the text of values.
func (s *Session) settings() (*value.Settings, error) {
	if s.values == nil {
		v, err := s.vars.values()
		if err != nil {
			return nil, err
		}
		v.Names = s.engine.System.Names(s.engine.Catalog.View, s.vars.searchPath())
		s.values = v
	}
	return s.values, nil
}

// valuesNow returns the settings with the transaction's time, for the words now
// and today in dates.
func (s *Session) valuesNow() (*value.Settings, error) {
	v, err := s.settings()
	if err != nil {
		return nil, err
	}
	c := *v
	c.Now = s.tx.start
	return &c, nil
}

// changed must follow every change of a setting.
func (s *Session) changed() {
	s.values = nil
	s.epoch++
	s.untold = true
	s.backend.SetApplication(s.vars.must("application_name"))
}

// opContext makes the context of one statement's execution.
func (s *Session) opContext(ctx context.Context, params []vector.Datum) (*op.Context, error) {
	values, err := s.valuesNow()
	if err != nil {
		return nil, err
	}
	memory, err := s.bounds()
	if err != nil {
		return nil, err
	}
	q := op.NewContext(ctx, op.Options{
		BatchRows: memory.batch, Workers: s.engine.Workers, Memory: s.engine.Memory, MemoryLimit: memory.statement,
		WorkMem: memory.work, Spool: s.engine.Spool.Space(memory.files), Values: values,
		Now: s.tx.start, Clock: s.engine.Clock(), Params: params, Notice: s.notice,
		Session: op.Session{
			User: s.user, Database: s.database, Version: s.version(), SearchPath: s.vars.searchPath(),
			BackendPID: int32(s.pid), Setting: s.settingNow, Sequences: &s.sequences,
		},
		System: s.system(),
	})
	s.holds(q.Memory)
	return q, nil
}

// bounds is what the settings allow a statement, in bytes; batch in rows.
type bounds struct {
	statement, work, files int64
	batch                  int
}

func (s *Session) bounds() (b bounds, err error) {
	if b.statement, err = parseSize(s.vars.must("max_query_memory")); err != nil {
		return b, err
	}
	if b.work, err = parseSize(s.vars.must("work_mem")); err != nil {
		return b, err
	}
	if s.vars.must("fasti.spill") == "on" {
		b.work = 1
	}
	b.files = -1
	if limit := s.vars.must("temp_file_limit"); limit != "-1" {
		if b.files, err = parseSize(limit); err != nil {
			return b, err
		}
	}
	b.batch, err = strconv.Atoi(s.vars.must("fasti.batch_rows"))
	return b, err
}

// notice remembers a notice until the statement completes or fails: one that is
// run again must not repeat it. Planner and executor may both find out the same.
func (s *Session) notice(e *sqlerr.Error) {
	same := func(n *sqlerr.Error) bool { return n.Code == e.Code && n.Message == e.Message }
	if len(s.notices) < noticesMax && !slices.ContainsFunc(s.notices, same) {
		s.notices = append(s.notices, e)
	}
}

// sendNotices sends the notices so far.
func (s *Session) sendNotices(w *pgwire.Writer) {
	for _, n := range s.notices {
		if s.wants(n) {
			w.Notice(n)
		}
	}
	s.notices = s.notices[:0]
}

// complete sends notices and CommandComplete.
func (s *Session) complete(w *pgwire.Writer, tag string) {
	s.sendNotices(w)
	w.Complete(tag)
}

// completeRows is complete for a command whose tag counts rows.
func (s *Session) completeRows(w *pgwire.Writer, tag string, rows int64) {
	if tag == "INSERT" {
		tag = "INSERT 0"
	}
	s.sendNotices(w)
	w.CompleteRows(tag, rows)
}

// tell sends the reported settings that have changed since the last time.
func (s *Session) tell(w *pgwire.Writer) {
	if !s.untold {
		return
	}
	s.untold = false
	for _, name := range s.vars.table.names {
		def := s.vars.table.byName[name]
		if v := s.vars.must(name); def.report && s.told[def.name] != v {
			s.told[def.name] = v
			w.Status(def.name, v)
		}
	}
}

// wants applies client_min_messages.
func (s *Session) wants(n *sqlerr.Error) bool {
	switch s.vars.must("client_min_messages") {
	case "error":
		return false
	case "warning":
		return n.Severity == "WARNING"
	}
	return true
}

func (e *Engine) parseOptions() parse.Options { return parse.Options{Skeletons: e.Skeletons} }

func (s *Session) version() string {
	return "PostgreSQL 15.0 (Fasti " + s.engine.Version + ")"
}

// setting is current_setting.
func (s *Session) setting(name string) (string, bool) {
	switch name {
	case "transaction_isolation":
		return s.tx.isolationName(s), true
	case "transaction_read_only":
		return onOff(s.tx.isReadOnly(s)), true
	}
	return s.vars.get(name)
}

// fail ends the transaction after an error and gives the error its final form:
// the position in characters of text.
func (s *Session) fail(err error, text string) error {
	s.failed()
	var e *sqlerr.Error
	if !errors.As(s.translate(err), &e) {
		return err
	}
	c := *e
	c.Pos = characters(text, c.Pos)
	return &c
}

// failed notes that something in the current transaction has failed.
func (s *Session) failed() {
	switch s.tx.status {
	case txBlock:
		s.tx.status = txFailed
		s.abandon()
		saved := s.tx.saved
		if n := len(s.tx.points); n > 0 {
			saved = s.tx.points[n-1].saved
		}
		s.restore(saved.clone())
	case txImplicit:
		s.abandon()
	}
}

// characters turns a 1-based byte position into PostgreSQL's: 1-based
// characters. 0 stays 0.
func characters(text string, pos int) int {
	if pos <= 0 || pos > len(text)+1 {
		return 0
	}
	n := 1
	for i := range text {
		if i >= pos-1 {
			break
		}
		n++
	}
	return n
}
