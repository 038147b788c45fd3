package function

import (
	"strings"

	"github.com/dejaq/fasti/meta/types"
)

// castFunctions are the functions that pg_cast names for a cast: target type,
// name when it is another, then the source types. A call f(x) where f is a type's
// name finds these as it finds other functions; casts without a function it finds
// only for the source type itself.
const castFunctions = `
bool: int4
bpchar: char name
char: text int4
cidr: inet
date: timestamp timestamptz
float4: float8 int2 int4 int8 numeric
float8: float4 int2 int4 int8 numeric
int2: float4 float8 int4 int8 numeric
int4: bit bool char float4 float8 int2 int8 numeric
int8: bit float4 float8 int2 int4 numeric oid
interval: time
name: bpchar text varchar
numeric: float4 float8 int2 int4 int8
oid: int8
regclass: text
text: bool bpchar char inet name
time: interval timestamp timestamptz timetz
timestamp: date timestamptz
timestamptz: date timestamp
timetz: time timestamptz
varchar: name
`

// foreignCasts are the casts whose function has another name or other arguments:
// a call f(x) is not such a cast.
const foreignCasts = `
bpchar: bool inet cidr
varchar: bool bpchar char inet cidr
text: cidr
bit: int4 int8
char: bpchar varchar
`

// addCastCalls puts the casts under the names by which they are called.
func (t *table) addCastCalls() {
	t.called = make(map[*Signature]bool)
	each := func(text string, f func(name string, cast *Signature)) {
		for line := range strings.Lines(text) {
			name, sources, ok := strings.Cut(strings.TrimSpace(line), ": ")
			if !ok {
				continue
			}
			for from := range strings.FieldsSeq(sources) {
				if s := t.casts[[2]types.ID{t.typeNamed(from, line), t.typeNamed(name, line)}]; s != nil {
					t.called[s] = true
					f(name, s)
				}
			}
		}
	}
	each(castFunctions, func(name string, cast *Signature) { t.byName[name] = append(t.byName[name], cast) })
	each(foreignCasts, func(string, *Signature) {})
	for _, reg := range regTypes {
		for _, from := range []types.ID{types.Int2, types.Int8} {
			t.called[t.casts[[2]types.ID{from, t.types[reg]}]] = true
		}
	}
}
