package syscat

import (
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dejaq/fasti/kv/replica"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/catalog"
	"github.com/dejaq/fasti/meta/cluster"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/value"
)

// Tables is the set of system tables of a node. It may be used by any number of
// goroutines.
type Tables struct {
	catalog *catalog.Catalog
	cluster *cluster.Cluster
	host    *replica.Host
	oracle  replica.Oracle
	zones   *value.Zones
	// activity is what the sessions of the node do.
	activity *Activity
	started  time.Time

	relations map[name]*relation // immutable
	// last is what was derived from the catalog view that a statement used last.
	last atomic.Pointer[snapshot]
}

// relation is one system table.
type relation struct {
	def  *schema.Table // its ID is PostgreSQL's OID, or of our own below 16384
	kind byte          // pg_class.relkind: r or v
	// vectors are the ordinals of the columns of vectors of numbers.
	vectors []int
	source

	once  sync.Once
	fixed *rowset // rows of the archive
	err   error
}

// source gives those rows of a relation that the archive does not have. The zero
// source gives none.
type source struct {
	columns string // those that rows gives, divided by blanks; "" for all
	rows    func(r *Reader, e *emitter) error
	// live: the rows change without the catalog view.
	live bool
}

// New returns the system tables over the given sources; started is when the node
// began to serve.
func New(c *catalog.Catalog, cl *cluster.Cluster, h *replica.Host, o replica.Oracle, a *Activity, started time.Time) *Tables {
	t := &Tables{catalog: c, cluster: cl, host: h, oracle: o, zones: value.NewZones(), activity: a, started: started, relations: relations()}
	for i, d := range fastiTables() {
		rel := &relation{kind: 'v', def: define(catalog.Fasti, d.name, d.columns), source: d.source()}
		rel.def.ID = schema.TableID(fastiOID + i)
		t.relations[name{catalog.Fasti, d.name}] = rel
	}
	t.relations[name{catalog.Fasti, "queries"}] = &relation{
		kind: 'v', def: define(catalog.Fasti, "queries", "pid int4, user_name name, application_name text, query text, "+
			"started timestamptz, duration interval, memory int8, memory_peak int8"),
		source: source{rows: (*Reader).queryRows, live: true},
	}
	t.register(pgCatalog, catalogSources())
	t.register(pgCatalog, viewSources())
	t.register(pgCatalog, sessionSources())
	t.register(pgCatalog, statisticSources())
	t.register(informationSchema, informationSources())
	return t
}

func (t *Tables) register(namespace string, sources map[string]source) {
	for n, s := range sources {
		rel := t.relations[name{namespace, n}]
		if rel == nil {
			panic("syscat: PostgreSQL has no " + namespace + "." + n)
		}
		newEmitter(rel, s.columns) // panics for a column that does not exist
		rel.source = s
	}
}

// define makes the descriptor of a system table from "name type, …".
func define(namespace, name, columns string) *schema.Table {
	def := &schema.Table{Namespace: namespace, Name: name, Time: -1, Partitions: 1}
	for i, c := range strings.Split(columns, ", ") {
		column, udt, _ := strings.Cut(c, " ")
		for _, t := range types.All() {
			if t.Udt() == udt {
				def.Columns = append(def.Columns, schema.Column{ID: schema.ColumnID(i + 1), Name: column, Type: t})
			}
		}
	}
	return def
}

// Table returns the descriptor of a system table, nil if there is none of this
// name.
func (t *Tables) Table(namespace, table string) *schema.Table {
	if !system(namespace) {
		return nil
	}
	if r := t.relations[name{namespace, table}]; r != nil {
		return r.def
	}
	return nil
}

// archived returns the rows that the archive has of a relation.
func (r *relation) archived() (*rowset, error) {
	r.once.Do(func() {
		e := newEmitter(r, "")
		for _, row := range member(r.def.Name) {
			e.addFields(row)
		}
		r.fixed, r.err = e.done()
	})
	return r.fixed, r.err
}

// window returns some columns of the rows, and what stands for the system column
// tableoid.
func (s *rowset) window(rel *relation, ordinals []int) []*vector.Vector {
	columns := make([]*vector.Vector, len(ordinals))
	for i, o := range ordinals {
		if o == physical.TableOIDColumn {
			columns[i] = vector.ConstOf(vector.Int32, vector.IntDatum(int64(rel.def.ID)), s.rows)
			continue
		}
		columns[i] = s.columns[o]
	}
	return columns
}
