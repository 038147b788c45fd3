package function

import (
	"strings"

	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// Resolve returns the signature that PostgreSQL would choose for a call of name
// with arguments of these types by position. An operator is named by its symbol
// and a prefix operator has one argument; operators and functions follow the
// different rules that the manual gives them (10.2, 10.3). A call f(x) where f
// is a type's name may resolve to a cast. The caller inserts the casts: argument
// i must become the type i that sig.Instantiate gives, by CastFor with Implicit.
//
// Errors (without position): 42883 when nothing fits, 42725 when several fit
// equally well, 0A000 for functions that Fasti leaves out.
func Resolve(name string, args []types.Type) (*Signature, error) {
	t, in := signatures(), plain(args)
	if isOperator(name) {
		return t.operator(name, in)
	}
	return t.function(name, in)
}

// ResolveNamed resolves a call whose last arguments are named: names[i] belongs
// to args[i] and is "" for those by position. order has one entry for each
// parameter of the signature: the argument that it takes, or -1 for the literal
// in sig.Default. Errors as Resolve.
func ResolveNamed(name string, args []types.Type, names []string) (sig *Signature, order []int, err error) {
	t := signatures()
	in := plain(args)
	named := false
	for i := range args {
		named = named || names[i] != ""
	}
	if !named {
		sig, err = Resolve(name, args)
		if err != nil {
			return nil, nil, err
		}
		return sig, positional(sig, len(args)), nil
	}
	var fits []candidate
	for _, s := range t.byName[name] {
		if order, ok := s.match(names); ok {
			c := candidate{sig: s, order: order}
			for i := range args {
				for p, a := range order {
					if a == i {
						c.args = append(c.args, s.Args[p])
					}
				}
			}
			if c.coercible(in) {
				fits = append(fits, c)
			}
		}
	}
	if len(fits) > 1 {
		fits = choose(in, fits)
	}
	switch {
	case len(fits) == 1:
		return fits[0].sig, fits[0].order, nil
	case len(fits) > 1:
		return nil, nil, notUnique("function", callText(name, in, names))
	}
	if err := t.leftOut(name); err != nil {
		return nil, nil, err
	}
	return nil, nil, sqlerr.New(sqlerr.UndefinedFunction, "function %s does not exist", callText(name, in, names)).
		WithHint("No function matches the given name and argument types. You might need to add explicit type casts.")
}

// Default returns the literal for parameter i that a call leaves out; null says
// that it is NULL. The signature has one for that parameter.
func (s *Signature) Default(i int) (literal string, null bool) {
	d := s.Defaults[i-(len(s.Args)-len(s.Defaults))]
	return d, d == "NULL"
}

// Exists reports whether some function or operator has this name, and whether
// one of them is an aggregate.
func Exists(name string) (exists, aggregate bool) {
	for _, s := range signatures().byName[name] {
		exists = true
		aggregate = aggregate || s.Kind == Aggregate
	}
	return exists, aggregate
}

// Sets reports whether some function of this name is SetReturning, and whether
// one of them has the columns that a definition list names.
func Sets(name string) (sets, record bool) {
	for _, s := range signatures().byName[name] {
		sets = sets || s.Kind == SetReturning
		record = record || s.Untyped()
	}
	return sets, record
}

func positional(s *Signature, n int) []int {
	order := make([]int, max(n, len(s.Args)))
	for i := range order {
		order[i] = i
		if i >= n {
			order[i] = -1
		}
	}
	return order
}

// match places named arguments: positional ones first, then by name.
func (s *Signature) match(names []string) (order []int, ok bool) {
	if s.Variadic || len(names) > len(s.Args) {
		return nil, false
	}
	order = make([]int, len(s.Args))
	for i := range order {
		order[i] = -1
	}
	for i, n := range names {
		p := i
		if n != "" {
			p = -1
			for k, have := range s.Names {
				if have == n {
					p = k
				}
			}
		}
		if p < 0 || order[p] >= 0 {
			return nil, false
		}
		order[p] = i
	}
	for p, a := range order {
		if a < 0 && p < len(s.Args)-len(s.Defaults) {
			return nil, false
		}
	}
	return order, true
}

// candidate is a signature that fits a call; args has one type per argument of
// the call, in the call's order.
type candidate struct {
	sig   *Signature
	args  []types.ID
	order []int // of a call with names
}

// plain returns the types without their modifiers.
func plain(args []types.Type) []types.Type {
	in := make([]types.Type, len(args))
	for i, a := range args {
		in[i] = a.Plain()
	}
	return in
}

func isOperator(name string) bool {
	return name != "" && strings.IndexByte("+-*/<>=~!@#%^&|`?", name[0]) >= 0
}

// function is func_get_detail of parse_func.c.
func (t *table) function(name string, in []types.Type) (*Signature, error) {
	all := t.candidates(name, len(in))
	for _, c := range all {
		if c.exact(in) {
			return c.sig, nil
		}
	}
	if s := t.castCall(name, in); s != nil {
		return s, nil
	}
	fits := coercible(in, all)
	if len(fits) > 1 {
		fits = choose(in, fits)
	}
	switch {
	case len(fits) == 1:
		return fits[0].sig, nil
	case len(fits) > 1:
		return nil, notUnique("function", callText(name, in, nil))
	}
	if err := t.leftOut(name); err != nil {
		return nil, err
	}
	return nil, sqlerr.New(sqlerr.UndefinedFunction, "function %s does not exist", callText(name, in, nil)).
		WithHint("No function matches the given name and argument types. You might need to add explicit type casts.")
}

// castCall resolves f(x) where f is a type's name as a cast of x: an untyped
// literal, or what a cast without function or through text can do.
func (t *table) castCall(name string, in []types.Type) *Signature {
	to, ok := t.types[name]
	if !ok || to == Any || len(in) != 1 {
		return nil
	}
	from := in[0].ID
	if from == types.Unknown {
		from = types.Text
	}
	if from.IsArray() && to.IsArray() && from != to {
		return nil // such a cast is a loop over the elements
	}
	s := t.casts[[2]types.ID{from, to}]
	if t.called[s] && in[0].ID != types.Unknown {
		return nil
	}
	return s
}

// operator is oper and left_oper of parse_oper.c.
func (t *table) operator(name string, in []types.Type) (*Signature, error) {
	if name == "!=" {
		name = "<>"
	}
	all := t.candidates(name, len(in))
	exact := in
	if len(in) == 2 && in[0] != in[1] {
		// An untyped literal is first taken for the type of the other side.
		switch {
		case in[0].ID == types.Unknown:
			exact = []types.Type{in[1], in[1]}
		case in[1].ID == types.Unknown:
			exact = []types.Type{in[0], in[0]}
		}
	}
	for _, c := range all {
		if c.exact(exact) {
			return c.sig, nil
		}
	}
	fits := coercible(in, all)
	if len(fits) > 1 {
		fits = choose(in, fits)
	}
	text := in[len(in)-1].String()
	if len(in) == 2 {
		text = in[0].String() + " " + name + " " + text
	} else {
		text = name + " " + text
	}
	switch {
	case len(fits) == 1:
		return fits[0].sig, nil
	case len(fits) > 1:
		return nil, notUnique("operator", text)
	}
	err := sqlerr.New(sqlerr.UndefinedFunction, "operator does not exist: %s", text)
	if len(in) == 1 {
		return nil, err.WithHint("No operator matches the given name and argument type. You might need to add an explicit type cast.")
	}
	return nil, err.WithHint("No operator matches the given name and argument types. You might need to add explicit type casts.")
}

// NotFound returns the error of Resolve for a call that fits nothing, for rules
// that signatures do not say.
func NotFound(name string, args []types.Type) *sqlerr.Error {
	return sqlerr.New(sqlerr.UndefinedFunction, "function %s does not exist", callText(name, plain(args), nil))
}

// notUnique is the 42725 of a "function" or an "operator".
func notUnique(what, text string) error {
	if what == "operator" {
		text = "is not unique: " + text
	} else {
		text += " is not unique"
	}
	return sqlerr.New(sqlerr.AmbiguousFunction, "%s %s", what, text).
		WithHint("Could not choose a best candidate %s. You might need to add explicit type casts.", what)
}

// leftOut returns the error for a function that PostgreSQL has and Fasti not.
func (t *table) leftOut(name string) error {
	if t.out[name] && len(t.byName[name]) == 0 {
		return sqlerr.NotSupported("function %s", name)
	}
	return nil
}

// callText is func_signature_string: the name and the types as the user gave
// them.
func callText(name string, in []types.Type, names []string) string {
	var b strings.Builder
	b.WriteString(name)
	b.WriteByte('(')
	for i, t := range in {
		if i > 0 {
			b.WriteString(", ")
		}
		if names != nil && names[i] != "" {
			b.WriteString(names[i])
			b.WriteString(" => ")
		}
		b.WriteString(t.String())
	}
	b.WriteByte(')')
	return b.String()
}

// candidates returns the signatures of a name that take n arguments.
func (t *table) candidates(name string, n int) []candidate {
	var all []candidate
	for _, s := range t.byName[name] {
		if !s.takes(n) {
			continue
		}
		c := candidate{sig: s, args: s.Args}
		if len(s.Args) != n {
			c.args = make([]types.ID, n)
			for i := range c.args {
				c.args[i] = s.Arg(i)
			}
		}
		all = append(all, c)
	}
	return all
}

func (c *candidate) exact(in []types.Type) bool {
	for i, a := range c.args {
		if a != in[i].ID {
			return false
		}
	}
	return true
}

// coercible reports whether implicit casts make the arguments fit.
func (c *candidate) coercible(in []types.Type) bool {
	generic := false
	for i, a := range c.args {
		generic = generic || a.IsPolymorphic()
		if !a.IsPolymorphic() && !CanCast(in[i].ID, a, Implicit) {
			return false
		}
	}
	return !generic || consistent(c.args, in)
}

func coercible(in []types.Type, all []candidate) []candidate {
	var fits []candidate
	for _, c := range all {
		if c.coercible(in) {
			fits = append(fits, c)
		}
	}
	return fits
}

// choose is func_select_candidate: it narrows several candidates that fit. More
// than one left means that the call is ambiguous.
func choose(in []types.Type, fits []candidate) []candidate {
	// Most exact matches on types that are known.
	fits = best(fits, func(c candidate) (n int) {
		for i, t := range in {
			if t.ID != types.Unknown && c.args[i] == t.ID {
				n++
			}
		}
		return n
	})
	if len(fits) == 1 {
		return fits
	}
	// Most exact matches or preferred types of the argument's category.
	fits = best(fits, func(c candidate) (n int) {
		for i, t := range in {
			if t.ID == types.Unknown {
				continue
			}
			have, _ := categoryOf(t.ID)
			want, preferred := categoryOf(c.args[i])
			if c.args[i] == t.ID || preferred && want == have {
				n++
			}
		}
		return n
	})
	if len(fits) == 1 {
		return fits
	}
	if left := chooseUnknown(in, fits); len(left) > 0 {
		fits = left
	}
	if len(fits) == 1 {
		return fits
	}
	// Last: the untyped arguments may have the one type of the others.
	known := types.Of(types.Unknown)
	for _, t := range in {
		if t.ID == types.Unknown {
			continue
		}
		if known.ID != types.Unknown && known != t {
			return fits
		}
		known = t
	}
	if known.ID == types.Unknown {
		return fits
	}
	same := make([]types.Type, len(in))
	for i := range same {
		same[i] = known
	}
	if left := coercible(same, fits); len(left) == 1 {
		return left
	}
	return fits
}

// best keeps the candidates with the highest score.
func best(all []candidate, score func(candidate) int) []candidate {
	var top []candidate
	most := -1
	for _, c := range all {
		switch n := score(c); {
		case n > most:
			most, top = n, append(top[:0:0], c)
		case n == most:
			top = append(top, c)
		}
	}
	return top
}

// chooseUnknown gives each untyped argument a category, string if any candidate
// takes a string there, and keeps the candidates of these categories, of the
// preferred types where there is one. It returns nil when the categories
// conflict or nothing is left.
func chooseUnknown(in []types.Type, fits []candidate) []candidate {
	slot := make([]category, len(in))
	wants := make([]bool, len(in)) // a preferred type
	unknown := false
	for i, t := range in {
		if t.ID != types.Unknown {
			continue
		}
		unknown = true
		conflict := false
		for _, c := range fits {
			cat, preferred := categoryOf(c.args[i])
			switch {
			case slot[i] == noCategory:
				slot[i], wants[i] = cat, preferred
			case cat == slot[i]:
				wants[i] = wants[i] || preferred
			case cat == stringy:
				slot[i], wants[i] = cat, preferred
			default:
				conflict = true
			}
		}
		if conflict && slot[i] != stringy {
			return nil
		}
	}
	if !unknown {
		return nil
	}
	var left []candidate
	for _, c := range fits {
		keep := true
		for i, t := range in {
			if t.ID == types.Unknown {
				cat, preferred := categoryOf(c.args[i])
				keep = keep && cat == slot[i] && (preferred || !wants[i])
			}
		}
		if keep {
			left = append(left, c)
		}
	}
	return left
}
