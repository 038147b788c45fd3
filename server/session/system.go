package session

import (
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/server/syscat"
)

// system returns the system tables as the next statement reads them.
func (s *Session) system() *syscat.Reader {
	return s.engine.System.Reader(s.engine.Catalog.View(), s)
}

var _ syscat.Session = (*Session)(nil)

// Settings is syscat.Session's: all parameters but placeholders.
func (s *Session) Settings() []syscat.Setting {
	s.configuring.Lock()
	defer s.configuring.Unlock()
	var list []syscat.Setting
	for _, key := range s.vars.table.names {
		def := s.vars.table.byName[key]
		value, _ := s.setting(key)
		_, session := s.vars.session[key]
		_, local := s.vars.local[key]
		reset, ok := s.vars.start[key]
		if !ok {
			reset = def.initial
		}
		list = append(list, syscat.Setting{
			Name: def.name, Value: value, Boot: def.initial, Reset: reset, Changed: session || local, Description: def.describe,
		})
	}
	slices.SortFunc(list, func(a, b syscat.Setting) int {
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	return list
}

// Configure is syscat.Session's; it may be called by several goroutines of a
// statement.
func (s *Session) Configure(name string, value *string, local bool) (string, error) {
	s.configuring.Lock()
	defer s.configuring.Unlock()
	defer s.changed()
	layer := s.vars.session
	if local {
		layer = s.vars.local
	}
	var err error
	if value == nil {
		err = s.vars.reset(layer, name)
	} else {
		if err = s.vars.set(layer, name, *value); err == nil && !local {
			delete(s.vars.local, strings.ToLower(name))
		}
	}
	if err != nil {
		return "", err
	}
	text, _ := s.setting(strings.ToLower(name))
	return text, nil
}

// settingNow is setting for the goroutines of a statement.
func (s *Session) settingNow(name string) (string, bool) {
	s.configuring.Lock()
	defer s.configuring.Unlock()
	return s.setting(name)
}

// Statements is syscat.Session's: the named prepared statements.
func (s *Session) Statements() []syscat.Statement {
	var list []syscat.Statement
	for name, st := range s.statements {
		if name != "" {
			list = append(list, syscat.Statement{Name: name, Text: st.text, At: st.at, Parameters: st.given, SQL: st.sql})
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Name < list[j].Name })
	return list
}

// Cursors is syscat.Session's: the open portals.
func (s *Session) Cursors() []syscat.Cursor {
	var list []syscat.Cursor
	for name, p := range s.portals {
		if p.cursor != nil {
			c := syscat.Cursor{Name: name, Text: p.statement.text, At: p.at}
			if d := p.declared; d != nil {
				c.Hold, c.Binary, c.Both = d.hold, d.binary, d.scroll
			}
			list = append(list, c)
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Name < list[j].Name })
	return list
}

// active tells others that a statement runs.
func (s *Session) active(text string) {
	now := s.engine.Clock()
	s.backend.Set(syscat.BackendState{State: "active", Changed: now, Begin: now, Query: text, Transaction: s.tx.start})
}

// holds tells others what the running statement's memory is.
func (s *Session) holds(memory *op.Account) {
	st := s.backend.State()
	st.Memory = memory
	s.backend.Set(st)
}

// idle tells others that no statement runs.
func (s *Session) idle() {
	st := s.backend.State()
	st.Memory, st.Changed, st.Transaction = nil, s.engine.Clock(), time.Time{}
	switch s.tx.status {
	case txBlock:
		st.State, st.Transaction = "idle in transaction", s.tx.start
	case txFailed:
		st.State, st.Transaction = "idle in transaction (aborted)", s.tx.start
	default:
		st.State = "idle"
	}
	s.backend.Set(st)
}
