package function

import (
	"fmt"
	"strings"
	"sync"

	"github.com/dejaq/fasti/meta/types"
)

// table is all signatures and their indexes. Immutable after newTable.
type table struct {
	all    []*Signature
	byID   map[ID]*Signature
	byName map[string][]*Signature // scalars, operators, aggregates
	casts  map[[2]types.ID]*Signature
	assign map[[2]types.ID]*Signature // assignment casts that refuse what the explicit ones cut
	called map[*Signature]bool        // casts that are calls of a function
	types  map[string]types.ID        // by short name, with "any"
	out    map[string]bool            // functions that PostgreSQL has and Fasti does not
	// catalog is the range in all of the functions over the system catalogs.
	catalog, catalogSets [2]int
}

var signatures = sync.OnceValue(newTable)

// All returns every signature in the order of the table. The caller must not
// change the slice or what it points to.
func All() []*Signature { return signatures().all }

// ByID returns the signature with this ID, nil when there is none.
func ByID(id ID) *Signature { return signatures().byID[id] }

// MakeID returns the ID of name over args.
func MakeID(name string, args []types.ID, variadic bool) ID {
	var b strings.Builder
	b.WriteString(name)
	b.WriteByte('(')
	for i, a := range args {
		if i > 0 {
			b.WriteByte(',')
		}
		if a == Any {
			b.WriteString("any")
		} else {
			b.WriteString(types.Of(a).Udt())
		}
	}
	if variadic {
		b.WriteString("...")
	}
	b.WriteByte(')')
	return ID(b.String())
}

func newTable() *table {
	t := &table{
		byID:   make(map[ID]*Signature, 1024),
		byName: make(map[string][]*Signature, 512),
		casts:  make(map[[2]types.ID]*Signature, 256),
		assign: make(map[[2]types.ID]*Signature, 64),
		types:  map[string]types.ID{"any": Any},
		out:    unsupported(),
	}
	for _, ty := range types.All() {
		t.types[ty.Udt()] = ty.ID
	}
	t.types["enum"], t.types["_enum"] = types.Enum, types.Enum.Array()
	t.addOperators()
	t.addScalars()
	t.addCasts()
	t.addCastCalls()
	t.addLines(Scalar, mathFunctions)
	t.addLines(Scalar, textFunctions)
	t.addLines(Scalar, byteaFunctions)
	t.addLines(Scalar, timeFunctions)
	t.addLines(Scalar, systemFunctions)
	t.catalog[0] = len(t.all)
	t.addLines(Scalar, catalogFunctions)
	t.catalog[1] = len(t.all)
	t.addLines(Scalar, arrayFunctions)
	t.catalogSets[0] = len(t.all)
	t.addLines(SetReturning, catalogSets)
	t.catalogSets[1] = len(t.all)
	t.addLines(Aggregate, aggregates)
	t.addLines(Window, windowFunctions)
	t.addLines(SetReturning, setFunctions)
	t.addLines(SetReturning, arraySets)
	t.addLines(SetReturning, textSets)
	t.addLines(OrderedSet, orderedSets)
	t.addLines(Scalar, jsonFunctions)
	t.addLines(Aggregate, jsonAggregates)
	t.addLines(SetReturning, jsonSets)
	t.addNames(namedArguments)
	t.addNames(jsonNames)
	t.addNames(jsonSetNames)
	return t
}

// addLines adds the signatures of a text, one a line; empty lines and those
// that start with # and a blank do not count. A malformed line is a bug and panics.
func (t *table) addLines(k Kind, text string) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "# ") {
			continue
		}
		s := t.parseLine(line)
		s.Kind = k
		t.add(s)
	}
}

func (t *table) parseLine(line string) *Signature {
	open := strings.LastIndexByte(line, '(')
	end := strings.LastIndexByte(line, ')')
	if open < 1 || end < open {
		panic("function: malformed line " + line)
	}
	s := &Signature{Name: line[:open], Strict: true}
	args := line[open+1 : end]
	if strings.HasSuffix(args, "...") {
		s.Variadic = true
		args = args[:len(args)-3]
	}
	for a := range strings.FieldsFuncSeq(args, func(r rune) bool { return r == ',' }) {
		s.Args = append(s.Args, t.typeNamed(a, line))
	}
	rest := strings.Fields(line[end+1:])
	if strings.Contains(rest[0], ":") {
		s.Outs = t.outs(rest[0], line)
		s.Result = s.Outs[0].Type
	} else {
		s.Result = t.typeNamed(rest[0], line)
	}
	for _, f := range rest[1:] {
		switch f {
		case "s":
			s.Volatility = Stable
		case "v":
			s.Volatility = Volatile
		case "n":
			s.Strict = false
		case "t":
			s.Total = true
		default:
			panic("function: unknown flag in " + line)
		}
	}
	return s
}

// outs reads the columns of a set-returning function: name:type,name:type.
func (t *table) outs(text, line string) []Out {
	var outs []Out
	for c := range strings.SplitSeq(text, ",") {
		name, typ, _ := strings.Cut(c, ":")
		outs = append(outs, Out{Name: name, Type: t.typeNamed(typ, line)})
	}
	return outs
}

func (t *table) typeNamed(name, line string) types.ID {
	id, ok := t.types[name]
	if !ok {
		panic("function: unknown type " + name + " in " + line)
	}
	return id
}

func (t *table) add(s *Signature) {
	s.ID = MakeID(s.Name, s.Args, s.Variadic)
	if t.byID[s.ID] != nil {
		panic(fmt.Sprintf("function: %s twice", s.ID))
	}
	t.all = append(t.all, s)
	t.byID[s.ID] = s
	switch {
	case s.Kind != Cast:
		t.byName[s.Name] = append(t.byName[s.Name], s)
	case s.Name == "assign":
		t.assign[[2]types.ID{s.Args[0], s.Result}] = s
	default:
		t.casts[[2]types.ID{s.Args[0], s.Result}] = s
	}
}

// addNames sets Names and Defaults: lines of ID, then name or name=default.
func (t *table) addNames(text string) {
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		s := t.byID[ID(f[0])]
		if s == nil || len(f)-1 != len(s.Args) {
			panic("function: names do not fit: " + line)
		}
		for _, n := range f[1:] {
			name, def, ok := strings.Cut(n, "=")
			s.Names = append(s.Names, name)
			if ok {
				s.Defaults = append(s.Defaults, def)
			}
		}
	}
}
