package json

import (
	"bytes"
	"math"

	"github.com/dejaq/fasti/sql/sqlerr"
)

// Concat adds v || other to b: members of two objects, elements of two arrays;
// anything else beside an array is its element.
func Concat(b *Builder, v, other Value) {
	switch {
	case v.Kind() == Object && other.Kind() == Object:
		b.BeginObject()
		b.members(v)
		b.members(other)
	default:
		b.BeginArray()
		b.elems(v)
		b.elems(other)
	}
	b.End()
}

// members adds the members of an object to the open one.
func (b *Builder) members(v Value) {
	for i := range v.Len() {
		b.Key(v.KeyAt(i))
		b.Value(v.Elem(i))
	}
}

// elems adds the elements of an array, or v itself, to the open array.
func (b *Builder) elems(v Value) {
	if v.Kind() != Array {
		b.Value(v)
		return
	}
	for i := range v.Len() {
		b.Value(v.Elem(i))
	}
}

// DeleteKeys adds v - keys to b: an object without the members of these keys, an
// array without these strings. Errors: 22023 for a scalar.
func DeleteKeys(b *Builder, v Value, keys []PathElem) error {
	if v.IsScalar() {
		return sqlerr.New(sqlerr.InvalidParameterValue, "cannot delete from scalar")
	}
	gone := func(s []byte) bool {
		for _, k := range keys {
			if !k.Null && bytes.Equal(k.Text, s) {
				return true
			}
		}
		return false
	}
	if v.Kind() == Object {
		b.BeginObject()
		for i := range v.Len() {
			if k := v.KeyAt(i); !gone(k) {
				b.Key(k)
				b.Value(v.Elem(i))
			}
		}
	} else {
		b.BeginArray()
		for i := range v.Len() {
			if e := v.Elem(i); e.Kind() != String || !gone(e.Bytes()) {
				b.Value(e)
			}
		}
	}
	b.End()
	return nil
}

// DeleteIndex adds v - i to b: an array without element i, counted from the end
// when negative. Errors: 22023 for another kind.
func DeleteIndex(b *Builder, v Value, i int) error {
	switch v.Kind() {
	case Object:
		return sqlerr.New(sqlerr.InvalidParameterValue, "cannot delete from object using integer index")
	case Array:
	default:
		return sqlerr.New(sqlerr.InvalidParameterValue, "cannot delete from scalar")
	}
	if i < 0 {
		i += v.Len()
	}
	b.BeginArray()
	for k := range v.Len() {
		if k != i {
			b.Value(v.Elem(k))
		}
	}
	b.End()
	return nil
}

// StripNulls adds v without the members of objects that are null, at any depth.
func StripNulls(b *Builder, v Value) {
	switch v.Kind() {
	case Object:
		b.BeginObject()
		for i := range v.Len() {
			if e := v.Elem(i); e.Kind() != Null {
				b.Key(v.KeyAt(i))
				StripNulls(b, e)
			}
		}
		b.End()
	case Array:
		b.BeginArray()
		for i := range v.Len() {
			StripNulls(b, v.Elem(i))
		}
		b.End()
	default:
		b.Value(v)
	}
}

// Change says what Set does where the path leads.
type Change uint8

// The changes: flags of setPath in PostgreSQL's jsonfuncs.c.
const (
	Replace      Change = 1 << iota // replace what is there
	Delete                          // take it out
	Create                          // replace it, or add it to what holds it
	InsertBefore                    // add a new element before it; no member may be there
	InsertAfter                     // the same, behind it
	FillGaps                        // make what is missing on the way (subscripts)
	KeepPosition                    // refuse an index before the first element

	createOrInsert = Create | InsertBefore | InsertAfter
)

// Set adds v to b with x put in, or something taken out, where path leads; path
// has at least one element. Errors: 22004 for a NULL in the path, 22P02 for a
// text in the place of an index, 22023.
func Set(b *Builder, v Value, path []PathElem, x Value, change Change) error {
	s := setter{b: b, path: path, x: x, change: change}
	if change&FillGaps != 0 && v.IsScalar() {
		return throughScalar()
	}
	return s.set(v, 0)
}

type setter struct {
	b      *Builder
	path   []PathElem
	x      Value
	change Change
}

func (s *setter) has(c Change) bool { return s.change&c != 0 }

func throughScalar() error {
	return sqlerr.New(sqlerr.InvalidParameterValue, "cannot replace existing key").
		WithDetail("The path assumes key is a composite object, but it is a scalar value.")
}

// set adds v, in which the path goes on with element level.
func (s *setter) set(v Value, level int) error {
	if s.path[level].Null {
		return sqlerr.New(sqlerr.NullValueNotAllowed, "path element at position %d is null", level+1)
	}
	switch v.Kind() {
	case Object:
		return s.object(v, level)
	case Array:
		return s.array(v, level)
	}
	if s.has(FillGaps) {
		return throughScalar()
	}
	s.b.Value(v)
	return nil
}

func (s *setter) object(v Value, level int) error {
	b, key, last := s.b, s.path[level].Text, level == len(s.path)-1
	b.BeginObject()
	at, found := v.find(key)
	for i := range v.Len() {
		if !found || i != at {
			b.Key(v.KeyAt(i))
			b.Value(v.Elem(i))
			continue
		}
		switch {
		case last && s.has(InsertBefore|InsertAfter):
			return sqlerr.New(sqlerr.InvalidParameterValue, "cannot replace existing key").
				WithHint("Try using the function jsonb_set to replace key value.")
		case last && s.has(Delete):
		case last:
			b.Key(key)
			b.Value(s.x)
		default:
			b.Key(key)
			if err := s.set(v.Elem(i), level+1); err != nil {
				return err
			}
		}
	}
	if !found {
		switch {
		case last && s.has(createOrInsert):
			b.Key(key)
			b.Value(s.x)
		case !last && s.has(FillGaps):
			b.Key(key)
			s.chain(level + 1)
		}
	}
	b.End()
	return nil
}

func (s *setter) array(v Value, level int) error {
	b, n, last := s.b, v.Len(), level == len(s.path)-1
	i, ok := index(s.path[level].Text)
	switch {
	case !ok:
		return sqlerr.New(sqlerr.InvalidTextRepresentation, `path element at position %d is not an integer: "%s"`, level+1, s.path[level].Text)
	case i < -n && s.has(KeepPosition):
		return sqlerr.New(sqlerr.InvalidParameterValue, "path element at position %d is out of range: %d", level+1, i)
	case i < -n:
		i = math.MinInt32
	case i < 0:
		i += n
	case !s.has(FillGaps):
		i = min(i, n)
	}
	b.BeginArray()
	done := false
	if (i == math.MinInt32 || n == 0) && last && s.has(createOrInsert) {
		if s.has(FillGaps) && n == 0 && i > 0 {
			s.nulls(i)
		}
		b.Value(s.x)
		done = true
	}
	for k := range n {
		e := v.Elem(k)
		switch {
		case k != i:
			b.Value(e)
			continue
		case last:
			if s.has(InsertBefore | Create) {
				b.Value(s.x)
			}
			if s.has(InsertAfter | InsertBefore) {
				b.Value(e)
			}
			if s.has(InsertAfter | Replace) {
				b.Value(s.x)
			}
		default:
			if err := s.set(e, level+1); err != nil {
				return err
			}
		}
		done = true
	}
	switch {
	case done:
	case last && s.has(createOrInsert):
		if s.has(FillGaps) && i > n {
			s.nulls(i - n)
		}
		b.Value(s.x)
	case !last && s.has(FillGaps):
		s.nulls(i - n)
		s.chain(level + 1)
	}
	b.End()
	return nil
}

// maxGap bounds how many nulls an index far behind an array's end may add: some
// 100 MB of the Builder.
const maxGap = 1 << 21

// nulls adds n null elements, or fails before it uses memory for too many.
func (s *setter) nulls(n int) {
	if n > maxGap {
		s.b.fail(tooLarge("jsonb array"))
		return
	}
	for range n {
		s.b.Null()
	}
}

// chain adds what is missing from element level of the path on: arrays for
// integers, objects for other texts, and the new value inside.
func (s *setter) chain(level int) {
	b, opened := s.b, 0
	for ; level < len(s.path) && !s.path[level].Null; level++ {
		if i, ok := index(s.path[level].Text); ok {
			b.BeginArray()
			s.nulls(max(i, 0))
		} else {
			b.BeginObject()
			b.Key(s.path[level].Text)
		}
		opened++
	}
	b.Value(s.x)
	for range opened {
		b.End()
	}
}
