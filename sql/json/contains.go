package json

import "bytes"

// Contains reports whether v @> other: other's structure and data appear in v
// (manual 8.14.3). An array contains a scalar too.
func (v Value) Contains(other Value) bool {
	if (v.Kind() == Object) != (other.Kind() == Object) {
		return false
	}
	switch {
	case v.IsScalar() && other.IsScalar():
		return v.equalScalar(other)
	case v.IsScalar():
		return false
	case other.IsScalar():
		return v.hasElem(other)
	}
	return v.contains(other)
}

// contains compares two containers of one kind.
func (v Value) contains(other Value) bool {
	if v.Kind() == Array {
		for i := range other.Len() {
			if !v.hasElem(other.Elem(i)) {
				return false
			}
		}
		return true
	}
	if v.Len() < other.Len() {
		return false
	}
	for i := range other.Len() {
		have, ok := v.Get(other.KeyAt(i))
		want := other.Elem(i)
		switch {
		case !ok || have.Kind() != want.Kind():
			return false
		case want.IsScalar() && !have.equalScalar(want), !want.IsScalar() && !have.contains(want):
			return false
		}
	}
	return true
}

// hasElem reports whether an element of the array v is the scalar x, or contains
// the container x.
func (v Value) hasElem(x Value) bool {
	for i := range v.Len() {
		have := v.Elem(i)
		switch {
		case have.Kind() != x.Kind():
		case x.IsScalar() && have.equalScalar(x), !x.IsScalar() && have.contains(x):
			return true
		}
	}
	return false
}

// equalScalar compares scalars; numbers by their value.
func (v Value) equalScalar(other Value) bool {
	if v.Kind() != other.Kind() {
		return false
	}
	switch v.Kind() {
	case Null:
		return true
	case Number:
		return bytes.Equal(v, other) || v.Decimal().Cmp(other.Decimal()) == 0
	}
	return bytes.Equal(v, other)
}

// Exists reports whether v ? key: a member of the object has this key, a string
// among the elements is it, or v itself is that string.
func (v Value) Exists(key []byte) bool {
	switch v.Kind() {
	case Object:
		_, ok := v.find(key)
		return ok
	case Array:
		for i := range v.Len() {
			if e := v.Elem(i); e.Kind() == String && bytes.Equal(e.Bytes(), key) {
				return true
			}
		}
		return false
	case String:
		return bytes.Equal(v.Bytes(), key)
	}
	return false
}
