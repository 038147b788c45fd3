package path

import (
	"bytes"
	"math"

	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/sql/json"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// Env is what running a path asks of the statement. Its functions may be called
// from the goroutine that runs the path only.
type Env struct {
	// Vars is the object of the variables; nil for none, which are null then.
	Vars json.Value
	// Silent suppresses the errors that come of the data.
	Silent bool
	// Match reports whether like_regex finds pattern in s. Errors: 2201B, 0A000.
	Match func(pattern string, f Flags, s []byte) (bool, error)
	// Double reads a text as float8; ok is false when it is none.
	Double func(text []byte) (f float64, ok bool)
	// Zoned allows what asks for the time zone of the session (the functions
	// named _tz).
	Zoned bool
	// UTC takes local microseconds since 2000-01-01 to those in UTC, by the time
	// zone of the session.
	UTC func(local int64) int64
	// Check returns the error of a statement that has been cancelled.
	Check func() error
}

// SQLSTATEs of the errors that Silent suppresses.
const (
	badDatetime     = "22031"
	badSubscript    = "22033"
	notNumeric      = "22036"
	notSingleton    = "22038"
	noArray         = "22039"
	noMember        = "2203A"
	noNumber        = "2203B"
	noObject        = "2203C"
	undefinedObject = sqlerr.UndefinedObject
)

// item is one value of a sequence: jsonb, or a date or time that a method has
// made.
type item struct {
	json.Value
	time *moment
}

// truth is a value of the three-valued logic of predicates.
type truth uint8

const (
	no truth = iota
	yes
	unknown
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// outcome of an item; failed is an error that is suppressed.
type outcome uint8

const (
	empty outcome = iota
	ok
	failed
)

// run is one walk.
type run struct {
	*Env
	strict bool
	root   json.Value
	// current is what @ stands for.
	current item
	// size is that of the innermost array whose subscripts are evaluated.
	size int
	// lenient: a missing member or a wrong kind is an empty sequence.
	lenient bool
	// quiet: an error of the data is failed, and not raised.
	quiet bool
	// base is the object that ids of keyvalue count from, and its number.
	base      json.Value
	baseID    int64
	generated int64
	err       error // raised; everything returns failed then
	depth     int
	steps     int
}

// list collects a sequence. A nil list asks whether there is any item.
type list []item

func (p *Path) start(env *Env, v json.Value) (*run, error) {
	if env.Vars != nil && env.Vars.Kind() != json.Object {
		return nil, sqlerr.New(sqlerr.InvalidParameterValue, `"vars" argument is not an object`).
			WithDetail(`Jsonpath parameters should be encoded as key-value pairs of "vars" object.`)
	}
	r := &run{Env: env, strict: p.Strict, root: v, current: item{Value: v}, size: -1, lenient: !p.Strict, quiet: env.Silent, base: v, generated: 1}
	if env.Vars != nil {
		r.generated = 2
	}
	return r, nil
}

// Exists reports whether p gives any item of v; known is false when an error of
// the data was suppressed.
func (p *Path) Exists(env *Env, v json.Value) (found, known bool, err error) {
	r, err := p.start(env, v)
	if err != nil {
		return false, false, err
	}
	var out outcome
	if p.Strict {
		// All items are asked for, since one of them may be an error.
		var all list
		if out = r.item(p.Expr, r.current, &all); out == ok && len(all) == 0 {
			out = empty
		}
	} else {
		out = r.item(p.Expr, r.current, nil)
	}
	return out == ok, out != failed, r.err
}

// Query returns the items that p gives of v; with Silent those before an error.
func (p *Path) Query(env *Env, v json.Value) ([]json.Value, error) {
	r, err := p.start(env, v)
	if err != nil {
		return nil, err
	}
	var all list
	r.item(p.Expr, r.current, &all)
	if r.err != nil {
		return nil, r.err
	}
	values := make([]json.Value, len(all))
	for i, it := range all {
		values[i] = it.plain()
	}
	return values, nil
}

// Match returns the truth value that p gives of v; null says that it is null, or
// with Silent that it gives none. Errors: 22038.
func (p *Path) Match(env *Env, v json.Value) (is, null bool, err error) {
	all, err := p.Query(env, v)
	if err != nil {
		return false, false, err
	}
	if len(all) == 1 {
		switch all[0].Kind() {
		case json.Bool:
			return all[0].Truth(), false, nil
		case json.Null:
			return false, true, nil
		}
	}
	if !env.Silent {
		return false, false, sqlerr.New(notSingleton, "single boolean result is expected")
	}
	return false, true, nil
}

// plain returns the item as jsonb.
func (it item) plain() json.Value {
	if it.time == nil {
		return it.Value
	}
	return text(it.time.appendText(nil))
}

// The makers of values.
func text(s []byte) json.Value              { return build(func(b *json.Builder) { b.String(s) }) }
func numberOf(d decimal.Decimal) json.Value { return build(func(b *json.Builder) { b.Number(d) }) }
func integer(n int64) json.Value            { return numberOf(decimal.FromInt64(n)) }

func build(add func(b *json.Builder)) json.Value {
	var b json.Builder
	add(&b)
	v, err := b.Append(nil)
	if err != nil {
		return nil // parts of values that are within the limits
	}
	return v
}

// kind of an item; a date or time has none of JSON's.
func (it item) is(k json.Kind) bool { return it.time == nil && it.Kind() == k }

// fail is an error of the data.
func (r *run) fail(code, format string, args ...any) outcome {
	return r.failWith(sqlerr.New(code, format, args...))
}

func (r *run) failWith(err error) outcome {
	if !r.quiet {
		r.raise(err)
	}
	return failed
}

// raise ends the walk with an error that nothing suppresses.
func (r *run) raise(err error) outcome {
	if r.err == nil {
		r.err = err
	}
	return failed
}

// item walks from it over x with automatic unwrapping.
func (r *run) item(x *Item, it item, found *list) outcome { return r.target(x, it, found, !r.strict) }

// next walks on behind x, or has arrived.
func (r *run) next(x *Item, it item, found *list) outcome {
	if x.Next != nil {
		return r.item(x.Next, it, found)
	}
	if found != nil {
		*found = append(*found, it)
	}
	return ok
}

// itemsMax bounds the items of one sequence.
const itemsMax = 1 << 24

// target is executeItemOptUnwrapTarget; unwrap says that an array in the place of
// an element stands for its elements.
func (r *run) target(x *Item, it item, found *list, unwrap bool) outcome {
	if r.depth++; r.depth > json.MaxDepth {
		return r.raise(json.TooDeep())
	}
	defer func() { r.depth-- }()
	if r.steps++; r.steps&1023 == 0 && r.Check != nil {
		if err := r.Check(); err != nil {
			return r.raise(err)
		}
	}
	if found != nil && len(*found) > itemsMax {
		return r.raise(sqlerr.New(sqlerr.ProgramLimitExceeded, "a jsonpath gives at most %d items", itemsMax))
	}
	switch x.Kind {
	case And, Or, Not, IsUnknown, Equal, NotEqual, Less, Greater, LessOrEqual, GreaterOrEqual, StartsWith, LikeRegex, Exists:
		return r.truthItem(x, it, found)
	case Key, AnyKey, Filter, Abs, Floor, Ceiling, Double, Datetime, KeyValue:
		if unwrap && it.is(json.Array) {
			return r.each(x, it.Value, found, false)
		}
	}
	switch x.Kind {
	case Key:
		return r.member(x, it, found)
	case Root:
		base, id := r.base, r.baseID
		r.base, r.baseID = r.root, 0
		out := r.next(x, item{Value: r.root}, found)
		r.base, r.baseID = base, id
		return out
	case Current:
		return r.next(x, r.current, found)
	case AnyArray:
		switch {
		case it.is(json.Array):
			return r.each(x.Next, it.Value, found, !r.strict)
		case !r.strict:
			return r.next(x, it, found)
		case !r.lenient:
			return r.fail(noArray, "jsonpath wildcard array accessor can only be applied to an array")
		}
		return empty
	case IndexArray:
		return r.subscripts(x, it, found)
	case Last:
		if r.size < 0 {
			return r.raise(sqlerr.New(sqlerr.InternalError, "evaluating jsonpath LAST outside of array subscript"))
		}
		return r.literal(x, integer(int64(r.size)-1), found)
	case AnyKey:
		switch {
		case it.is(json.Object):
			return r.any(x.Next, it.Value, found, anyLevels{level: 1, first: 1, last: 1, unwrap: !r.strict})
		case !r.lenient:
			return r.fail(noObject, "jsonpath wildcard member accessor can only be applied to an object")
		}
		return empty
	case Any:
		return r.deep(x, it, found)
	case Add, Sub, Mul, Div, Mod:
		return r.binary(x, it, found)
	case Plus, Minus:
		return r.unary(x, it, found)
	case Filter:
		if r.nested(x.Left, it) != yes {
			if r.err != nil {
				return failed
			}
			return empty
		}
		return r.next(x, it, found)
	case Null:
		return r.literal(x, build(func(b *json.Builder) { b.Null() }), found)
	case Bool:
		return r.literal(x, build(func(b *json.Builder) { b.Bool(x.True) }), found)
	case String:
		return r.literal(x, text([]byte(x.Text)), found)
	case Number:
		return r.literal(x, numberOf(x.Num), found)
	case Variable:
		base, id := r.base, r.baseID
		v, out := r.variable(x)
		if out == ok {
			out = r.literal(x, v, found)
		}
		r.base, r.baseID = base, id
		return out
	}
	return r.method(x, it, found)
}

// literal walks on from a value that the path itself gives.
func (r *run) literal(x *Item, v json.Value, found *list) outcome {
	return r.next(x, item{Value: v}, found)
}

func (r *run) variable(x *Item) (json.Value, outcome) {
	if r.Vars == nil {
		return nil, ok
	}
	v, found := r.Vars.Get([]byte(x.Text))
	if !found {
		return nil, r.raise(sqlerr.New(undefinedObject, `could not find jsonpath variable "%s"`, x.Text))
	}
	r.base, r.baseID = r.Vars, 1
	return v, ok
}

func (r *run) member(x *Item, it item, found *list) outcome {
	if it.is(json.Object) {
		if v, has := it.Get([]byte(x.Text)); has {
			return r.next(x, item{Value: v}, found)
		}
		if !r.lenient {
			return r.fail(noMember, `JSON object does not contain key "%s"`, x.Text)
		}
		return empty
	}
	if !r.lenient {
		return r.fail(noMember, "jsonpath member accessor can only be applied to an object")
	}
	return empty
}

func (r *run) subscripts(x *Item, it item, found *list) outcome {
	single := !it.is(json.Array)
	if single && r.strict {
		if !r.lenient {
			return r.fail(noArray, "jsonpath array accessor can only be applied to an array")
		}
		return empty
	}
	size, outer := 1, r.size
	if !single {
		size = it.Len()
	}
	defer func() { r.size = outer }()
	out := empty
	for _, s := range x.Subs {
		r.size = size
		from, failure := r.index(s.From, it)
		to := from
		if failure == ok && s.To != nil {
			to, failure = r.index(s.To, it)
		}
		if failure == failed {
			return failed
		}
		if !r.lenient && (from < 0 || from > to || to >= size) {
			return r.fail(badSubscript, "jsonpath array subscript is out of bounds")
		}
		out = empty
		for i := max(from, 0); i <= min(to, size-1); i++ {
			if x.Next == nil && found == nil {
				return ok
			}
			v := it
			if !single {
				v = item{Value: it.Elem(i)}
			}
			if out = r.next(x, v, found); out == failed || out == ok && found == nil {
				return out
			}
		}
	}
	return out
}

// index evaluates a subscript.
func (r *run) index(x *Item, it item) (int, outcome) {
	var all list
	if r.item(x, it, &all) == failed {
		return 0, failed
	}
	if len(all) != 1 || !all[0].is(json.Number) {
		return 0, r.fail(badSubscript, "jsonpath array subscript is not a single numeric value")
	}
	d, err := all[0].Decimal().Trunc(0)
	n, fits := d.Int64()
	if err != nil || !fits || n != int64(int32(n)) {
		return 0, r.fail(badSubscript, "jsonpath array subscript is out of integer range")
	}
	return int(n), ok
}

// each walks over x from every element of an array.
func (r *run) each(x *Item, array json.Value, found *list, unwrap bool) outcome {
	return r.any(x, array, found, anyLevels{level: 1, first: 1, last: 1, unwrap: unwrap})
}

// anyLevels are the bounds of a walk over members of members.
type anyLevels struct {
	level, first, last uint32
	lenient            bool // no structural errors below
	unwrap             bool
}

// any walks over x from the members of a container at the levels asked for
// (executeAnyItem).
func (r *run) any(x *Item, v json.Value, found *list, a anyLevels) outcome {
	out := empty
	if a.level > a.last {
		return out
	}
	for i := range v.Len() {
		e := v.Elem(i)
		if a.level >= a.first || a.first == toLast && a.last == toLast && e.IsScalar() {
			switch {
			case x != nil:
				lenient := r.lenient
				r.lenient = r.lenient || a.lenient
				out = r.target(x, item{Value: e}, found, a.unwrap)
				r.lenient = lenient
				if out == failed || out == ok && found == nil {
					return out
				}
			case found != nil:
				*found = append(*found, item{Value: e})
			default:
				return ok
			}
		}
		if a.level < a.last && !e.IsScalar() {
			below := a
			below.level++
			if r.depth++; r.depth > json.MaxDepth {
				return r.raise(json.TooDeep())
			}
			out = r.any(x, e, found, below)
			r.depth--
			if out == failed || out == ok && found == nil {
				return out
			}
		}
	}
	return out
}

// deep is .** with its levels.
func (r *run) deep(x *Item, it item, found *list) outcome {
	out := empty
	if x.First == 0 {
		lenient := r.lenient
		r.lenient = true
		out = r.next(x, it, found)
		r.lenient = lenient
		if out == ok && found == nil || out == failed && r.err != nil {
			return out
		}
	}
	if it.time == nil && !it.IsScalar() {
		out = r.any(x.Next, it.Value, found, anyLevels{level: 1, first: x.First, last: x.Last, lenient: true, unwrap: !r.strict})
	}
	return out
}

// all evaluates an operand; unwrap puts the elements of arrays in their place.
func (r *run) all(x *Item, it item, unwrap bool, found *list) outcome {
	if !unwrap || r.strict {
		return r.item(x, it, found)
	}
	var seq list
	if r.item(x, it, &seq) == failed {
		return failed
	}
	for _, e := range seq {
		if e.is(json.Array) {
			r.each(nil, e.Value, found, false)
		} else {
			*found = append(*found, e)
		}
	}
	return ok
}

// quietly is all with errors suppressed.
func (r *run) quietly(x *Item, it item, unwrap bool, found *list) outcome {
	quiet := r.quiet
	r.quiet = true
	out := r.all(x, it, unwrap, found)
	r.quiet = quiet
	return out
}

func (r *run) binary(x *Item, it item, found *list) outcome {
	// Both operands are evaluated before either is looked at.
	var left, right list
	if r.all(x.Left, it, true, &left) == failed || r.all(x.Right, it, true, &right) == failed {
		return failed
	}
	var d [2]decimal.Decimal
	for i, seq := range []list{left, right} {
		if len(seq) != 1 || !seq[0].is(json.Number) {
			return r.fail(notSingleton, "%s operand of jsonpath operator %s is not a single numeric value",
				[]string{"left", "right"}[i], operators[x.Kind])
		}
		d[i] = seq[0].Decimal()
	}
	var res decimal.Decimal
	var err error
	switch x.Kind {
	case Add:
		res, err = d[0].Add(d[1])
	case Sub:
		res, err = d[0].Sub(d[1])
	case Mul:
		res, err = d[0].Mul(d[1])
	case Div:
		res, err = d[0].Div(d[1])
	default:
		res, err = d[0].Mod(d[1])
	}
	if err != nil {
		return r.failWith(numericError(err, d[1].IsZero() && x.Kind != Mul))
	}
	return r.literal(x, numberOf(res), found)
}

func numericError(_ error, byZero bool) error {
	if byZero {
		return sqlerr.New(sqlerr.DivisionByZero, "division by zero")
	}
	return sqlerr.New(sqlerr.NumericValueOutOfRange, "value overflows numeric format")
}

func (r *run) unary(x *Item, it item, found *list) outcome {
	var seq list
	if r.all(x.Left, it, true, &seq) == failed {
		return failed
	}
	out := empty
	for _, e := range seq {
		number := e.is(json.Number)
		switch {
		case number && found == nil && x.Next == nil:
			return ok
		case number:
		case found == nil && x.Next == nil:
			continue
		default:
			return r.fail(noNumber, "operand of unary jsonpath operator %s is not a numeric value", operators[x.Kind])
		}
		d := e.Decimal()
		if x.Kind == Minus {
			d = d.Neg()
		}
		switch r.literal(x, numberOf(d), found) {
		case failed:
			return failed
		case ok:
			if found == nil {
				return ok
			}
			out = ok
		}
	}
	return out
}

// truthItem is a predicate in the place of an item.
func (r *run) truthItem(x *Item, it item, found *list) outcome {
	if x.Next == nil && found == nil {
		return ok
	}
	t := r.truth(x, it)
	if r.err != nil {
		return failed
	}
	return r.literal(x, build(func(b *json.Builder) {
		if t == unknown {
			b.Null()
		} else {
			b.Bool(t == yes)
		}
	}), found)
}

// nested evaluates the predicate of a filter, in which @ is it.
func (r *run) nested(x *Item, it item) truth {
	outer := r.current
	r.current = it
	t := r.truth(x, it)
	r.current = outer
	return t
}

// truth evaluates a predicate (executeBoolItem).
func (r *run) truth(x *Item, it item) truth {
	switch x.Kind {
	case And:
		left := r.truth(x.Left, it)
		if left == no {
			return no
		}
		if right := r.truth(x.Right, it); right != yes {
			return right
		}
		return left
	case Or:
		left := r.truth(x.Left, it)
		if left == yes {
			return yes
		}
		if right := r.truth(x.Right, it); right != no {
			return right
		}
		return left
	case Not:
		switch r.truth(x.Left, it) {
		case yes:
			return no
		case no:
			return yes
		}
		return unknown
	case IsUnknown:
		return truthOf(r.truth(x.Left, it) == unknown)
	case Exists:
		return r.exists(x, it)
	}
	return r.compare(x, it)
}

func (r *run) exists(x *Item, it item) truth {
	var all list
	found := &all
	if !r.strict {
		found = nil
	}
	switch out := r.quietly(x.Left, it, false, found); {
	case out == failed:
		return unknown
	case found != nil:
		return truthOf(len(all) > 0)
	default:
		return truthOf(out == ok)
	}
}

// compare evaluates a comparison over all pairs of items (executePredicate).
func (r *run) compare(x *Item, it item) truth {
	var left, right list
	if r.quietly(x.Left, it, true, &left) == failed {
		return unknown
	}
	if x.Right == nil {
		right = list{{}}
	} else if r.quietly(x.Right, it, x.Kind != StartsWith, &right) == failed {
		return unknown
	}
	found, vague := false, false
	for _, a := range left {
		for _, b := range right {
			switch r.pair(x, a, b) {
			case unknown:
				if r.strict {
					return unknown
				}
				vague = true
			case yes:
				if !r.strict {
					return yes
				}
				found = true
			}
		}
	}
	switch {
	case found:
		return yes
	case vague:
		return unknown
	}
	return no
}

func (r *run) pair(x *Item, a, b item) truth {
	switch x.Kind {
	case StartsWith:
		if !a.is(json.String) || !b.is(json.String) {
			return unknown
		}
		return truthOf(bytes.HasPrefix(a.Bytes(), b.Bytes()))
	case LikeRegex:
		if !a.is(json.String) {
			return unknown
		}
		matches, err := r.Match(x.Text, x.Flags, a.Bytes())
		if err != nil {
			r.raise(err)
			return unknown
		}
		return truthOf(matches)
	}
	c, comparable := 0, true
	switch {
	case a.time != nil && b.time != nil:
		c, comparable = r.compareMoments(a.time, b.time)
		if !comparable {
			return unknown
		}
	case a.is(json.Null) != b.is(json.Null):
		return truthOf(x.Kind == NotEqual)
	case a.time != nil || b.time != nil || a.Kind() != b.Kind():
		return unknown
	default:
		switch a.Kind() {
		case json.Null:
		case json.Bool:
			c = int(a.Value[0]) - int(b.Value[0])
		case json.Number:
			c = a.Decimal().Cmp(b.Decimal())
		case json.String:
			c = bytes.Compare(a.Bytes(), b.Bytes())
		default:
			return unknown
		}
	}
	switch x.Kind {
	case Equal:
		return truthOf(c == 0)
	case NotEqual:
		return truthOf(c != 0)
	case Less:
		return truthOf(c < 0)
	case Greater:
		return truthOf(c > 0)
	case LessOrEqual:
		return truthOf(c <= 0)
	}
	return truthOf(c >= 0)
}

// method applies an item method.
func (r *run) method(x *Item, it item, found *list) outcome {
	switch x.Kind {
	case TypeOf:
		name := ""
		if it.time != nil {
			name = it.time.kind.String()
		} else {
			name = it.Kind().String()
		}
		return r.literal(x, text([]byte(name)), found)
	case Size:
		n := 1
		switch {
		case it.is(json.Array):
			n = it.Len()
		case !r.strict:
		case !r.lenient:
			return r.fail(noArray, "jsonpath item method .%s() can only be applied to an array", x.Kind.name())
		default:
			return empty
		}
		return r.literal(x, integer(int64(n)), found)
	case Abs, Floor, Ceiling:
		if !it.is(json.Number) {
			return r.fail(notNumeric, "jsonpath item method .%s() can only be applied to a numeric value", x.Kind.name())
		}
		d, err := it.Decimal(), error(nil)
		switch x.Kind {
		case Abs:
			d = d.Abs()
		case Floor:
			d, err = d.Floor()
		default:
			d, err = d.Ceil()
		}
		if err != nil {
			return r.failWith(numericError(err, false))
		}
		return r.literal(x, numberOf(d), found)
	case Double:
		return r.double(x, it, found)
	case Datetime:
		return r.datetime(x, it, found)
	}
	return r.keyValue(x, it, found)
}

func (r *run) double(x *Item, it item, found *list) outcome {
	valid := func(s []byte) (float64, bool) {
		f, is := r.Double(s)
		return f, is && !math.IsInf(f, 0) && !math.IsNaN(f)
	}
	switch {
	case it.is(json.Number):
		if _, is := valid(it.AppendText(nil)); !is {
			return r.fail(notNumeric, "numeric argument of jsonpath item method .%s() is out of range for type double precision", x.Kind.name())
		}
	case it.is(json.String):
		f, is := valid(it.Bytes())
		if !is {
			return r.fail(notNumeric, "string argument of jsonpath item method .%s() is not a valid representation of a double precision number", x.Kind.name())
		}
		it = item{Value: numberOf(decimal.FromFloat64(f))}
	default:
		return r.fail(notNumeric, "jsonpath item method .%s() can only be applied to a string or numeric value", x.Kind.name())
	}
	return r.next(x, it, found)
}

func (r *run) keyValue(x *Item, it item, found *list) outcome {
	if !it.is(json.Object) {
		return r.fail(noObject, "jsonpath item method .%s() can only be applied to an object", x.Kind.name())
	}
	id := json.PostgresOffset(r.base, it.Value) + r.baseID*10000000000
	out := empty
	for i := range it.Len() {
		out = ok
		if x.Next == nil && found == nil {
			break
		}
		v := build(func(b *json.Builder) {
			b.BeginObject()
			b.Key([]byte("key"))
			b.String(it.KeyAt(i))
			b.Key([]byte("value"))
			b.Value(it.Elem(i))
			b.Key([]byte("id"))
			b.Number(decimal.FromInt64(id))
			b.End()
		})
		base, baseID := r.base, r.baseID
		r.base, r.baseID = v, r.generated
		r.generated++
		out = r.next(x, item{Value: v}, found)
		r.base, r.baseID = base, baseID
		if out == failed || out == ok && found == nil {
			break
		}
	}
	return out
}
