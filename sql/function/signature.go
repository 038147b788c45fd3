package function

import "github.com/dejaq/fasti/meta/types"

// ID names a signature in plans: the SQL name and the argument types, as
// "+(int4,int4)" or "cast(text,int4)". It is unique in the table.
type ID string

// Kind says where a function may stand.
type Kind uint8

const (
	Scalar Kind = iota
	Aggregate
	Cast   // Name is "cast" or "assign"; Args[0] → Result, of the class in Context
	Window // only with OVER
	// SetReturning gives any number of rows for a call: of one column of type
	// Result, or of the columns Outs.
	SetReturning
	OrderedSet // aggregates with WITHIN GROUP: direct arguments, then the ordered ones
)

// Volatility is PostgreSQL's: what the planner may assume about repeated calls.
type Volatility uint8

const (
	Immutable Volatility = iota // folded when the arguments are constant
	Stable                      // constant during one statement (now())
	Volatile                    // evaluated for each row
)

// CastContext says when a cast may be inserted, as pg_cast.castcontext.
type CastContext uint8

const (
	Explicit   CastContext = iota // only where written
	Assignment                    // also when storing into a column
	Implicit                      // anywhere
)

// Any, in Args, accepts every type as it is (an untyped literal becomes text);
// as Result it is the type of the first argument. The polymorphic types of
// package types stand for types that Instantiate finds.
const Any = types.Invalid

// Signature is one function, operator, cast or aggregate over fixed types. It
// holds no code that computes: executor/compute and executor/agg pair each ID
// with its kernel.
type Signature struct {
	ID         ID
	Name       string // "lower", "+", "cast"
	Kind       Kind
	Args       []types.ID
	Result     types.ID
	Volatility Volatility
	// Strict: a NULL argument gives NULL without a call. Aggregates skip NULL
	// arguments.
	Strict bool
	// Total: cannot fail, so it may run on rows that do not count.
	Total bool
	// Variadic: the last argument type repeats, once or more.
	Variadic bool
	Context  CastContext // of a Cast
	// Outs are the columns of a SetReturning function whose rows have several, or
	// one with a name of its own; nil for one column of type Result that has the
	// function's name. Without Outs a Result of record means the columns of the
	// statement's column definition list.
	Outs []Out
	// Names are the parameters' names for name => value; nil when the function
	// is called by position only.
	Names []string
	// Defaults are the literals that stand for the last len(Defaults) arguments
	// when a call leaves them out; "NULL" is the NULL.
	Defaults []string
}

// Out is one column of the rows of a SetReturning function.
type Out struct {
	Name string
	Type types.ID
}

// Arg returns the declared type of argument i of a call, which is within the
// arity.
func (s *Signature) Arg(i int) types.ID {
	if s.Variadic && i >= len(s.Args) {
		i = len(s.Args) - 1
	}
	return s.Args[i]
}

// takes reports whether a call by position with n arguments fits the arity.
func (s *Signature) takes(n int) bool {
	if s.Variadic {
		return n >= len(s.Args)
	}
	return n <= len(s.Args) && n >= len(s.Args)-len(s.Defaults)
}
