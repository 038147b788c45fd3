package function

import (
	"slices"
	"strings"

	"github.com/dejaq/fasti/meta/types"
)

// pgCast is pg_cast over our types: source target context [flags], with i
// implicit, a assignment, e explicit. A cast to the same type applies the
// modifier of varchar(n), numeric(p,s), timestamp(p) or interval(p).
const pgCast = `
int2 int4 i t
int2 int8 i t
int2 float4 i t
int2 float8 i t
int2 numeric i t
int2 oid i t
int4 int2 a
int4 int8 i t
int4 float4 i t
int4 float8 i t
int4 numeric i t
int4 oid i t
int4 bool e t
int8 int2 a
int8 int4 a
int8 float4 i t
int8 float8 i t
int8 numeric i t
int8 oid i
float4 int2 a
float4 int4 a
float4 int8 a
float4 float8 i t
float4 numeric a
float8 int2 a
float8 int4 a
float8 int8 a
float8 float4 a
float8 numeric a
numeric int2 a
numeric int4 a
numeric int8 a
numeric float4 i
numeric float8 i
numeric numeric i
bool int4 e t
oid int4 a t
oid int8 a t
text varchar i t
text name i t
varchar text i t
varchar name i t
varchar varchar i t
name text i t
name varchar a t
bool text a t
bool varchar a t
date timestamp i
date timestamptz i s
timestamp date a t
timestamp timestamptz i s
timestamp timestamp i
timestamptz date a s t
timestamptz timestamp a s t
timestamptz timestamptz i
interval interval i
json jsonb a
jsonb json a t
jsonb bool e
jsonb numeric e
jsonb int2 e
jsonb int4 e
jsonb int8 e
jsonb float4 e
jsonb float8 e
`

// ioTypes have the automatic casts through text: output to a string type is an
// assignment cast, input from one is explicit. The flag s marks forms that a
// setting of the session changes (DateStyle, extra_float_digits, bytea_output,
// IntervalStyle): PostgreSQL calls some of these immutable, but folding them
// when a statement is compiled would freeze the setting.
const ioTypes = `
bool
int2
int4
int8
float4 s
float8 s
numeric
date s
timestamp s
timestamptz s
interval s
bytea s
uuid
oid
json
jsonb
jsonpath
enum
`

func (t *table) addCasts() {
	for line := range strings.Lines(pgCast + scalarCasts + regCasts()) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		s := t.parseLine("cast(" + f[0] + ") " + f[1] + " " + strings.Join(f[3:], " "))
		s.Context = map[string]CastContext{"i": Implicit, "a": Assignment, "e": Explicit}[f[2]]
		t.addCast(s)
	}
	io := ioTypes + scalarIO
	for _, r := range regTypes {
		io += r + " s\n"
	}
	for line := range strings.Lines(io) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		flags := strings.Join(f[1:], " ")
		for _, str := range []string{"text", "varchar", "bpchar", "name"} {
			from, to := t.typeNamed(f[0], line), t.typeNamed(str, line)
			if t.casts[[2]types.ID{from, to}] == nil {
				s := t.parseLine("cast(" + f[0] + ") " + str + " t " + flags)
				s.Context = Assignment
				t.addCast(s)
			}
			if t.casts[[2]types.ID{to, from}] == nil {
				s := t.parseLine("cast(" + str + ") " + f[0] + " " + flags)
				s.Context = Explicit
				t.addCast(s)
			}
		}
	}
	// A type's own cast stands for date(x) where x is a date already.
	for _, ty := range append(types.All(), types.Of(types.Enum)) {
		if !ty.ID.IsPseudo() && !ty.ID.IsArray() && t.casts[[2]types.ID{ty.ID, ty.ID}] == nil {
			s := t.parseLine("cast(" + ty.Udt() + ") " + ty.Udt() + " t")
			s.Context = Implicit
			t.addCast(s)
		}
	}
	for _, str := range []string{"text", "varchar", "name"} {
		s := t.parseLine("cast(record) " + str + " s")
		s.Context = Assignment
		t.addCast(s)
	}
	t.addArrayCasts()
	// Storing a string that is too long fails where the explicit cast cuts, so
	// the assignment to varchar is a signature of its own.
	for _, c := range slices.Clone(t.all) {
		if c.Kind == Cast && c.Result.Elem() == types.Varchar && (c.Context >= Assignment || c.Args[0] == c.Result) {
			s := *c
			s.Name = "assign"
			s.Context = Assignment
			t.addCast(&s)
		}
	}
}

// addArrayCasts adds the casts of arrays: to arrays over what the elements may
// become, in the same contexts, and through text.
func (t *table) addArrayCasts() {
	elems := []types.ID{types.Enum}
	for _, ty := range types.All() {
		if ty.ID.IsArray() {
			elems = append(elems, ty.ID.Elem())
		}
	}
	for _, c := range slices.Clone(t.all) {
		if c.Kind == Cast && slices.Contains(elems, c.Args[0]) && slices.Contains(elems, c.Result) && c.Args[0] != types.Record {
			s := *c
			s.Args, s.Result, s.Total = []types.ID{c.Args[0].Array()}, c.Result.Array(), false
			t.addCast(&s)
		}
	}
	for _, elem := range elems {
		out := t.casts[[2]types.ID{elem, types.Text}]
		for _, str := range []types.ID{types.Text, types.Varchar, types.Bpchar, types.Name} {
			volatility := Immutable
			if out != nil {
				volatility = out.Volatility
			}
			t.addCast(&Signature{
				Name: "cast", Args: []types.ID{elem.Array()}, Result: str, Strict: true, Volatility: volatility, Context: Assignment,
			})
			if elem != types.Record {
				t.addCast(&Signature{
					Name: "cast", Args: []types.ID{str}, Result: elem.Array(), Strict: true, Volatility: volatility, Context: Explicit,
				})
			}
		}
	}
	// So is the modifier of the other types that cut.
	for _, ty := range []string{"bpchar", "bit", "varbit"} {
		s := t.parseLine("assign(" + ty + ") " + ty)
		s.Context = Assignment
		s.Kind = Cast
		s.Args = append(s.Args, s.Result)
		t.add(s)
		s.Args = s.Args[:1]
	}
}

// addCast adds s under an ID that names source and target.
func (t *table) addCast(s *Signature) {
	s.Kind = Cast
	s.Args = append(s.Args, s.Result)
	t.add(s)
	s.Args = s.Args[:1]
}

// CastFor returns the cast from one type to another that may stand in ctx, ok
// false when there is none. The cast of equal types applies the modifier of the
// call's type (of varchar, numeric, timestamp, timestamptz, interval) and
// changes nothing without one. To store into a varchar column ask with Assignment: that cast
// fails on a string that is too long, the explicit one cuts it.
func CastFor(from, to types.ID, ctx CastContext) (*Signature, bool) {
	t := signatures()
	if ctx == Assignment && (to.Elem() == types.Varchar || from == to) {
		if s, ok := t.assign[[2]types.ID{from, to}]; ok || to.Elem() == types.Varchar {
			return s, ok
		}
	}
	s, ok := t.casts[[2]types.ID{from, to}]
	if !ok || s.Context < ctx {
		return nil, false
	}
	return s, true
}

// CanCast reports whether a value of one type may become another in ctx;
// untyped literals become anything, every type is itself.
func CanCast(from, to types.ID, ctx CastContext) bool {
	if from == to || from == types.Unknown || to == Any {
		return true
	}
	_, ok := CastFor(from, to, ctx)
	return ok
}
