package json

import (
	"math"
	"strconv"
	"unsafe"
)

// PathElem is an element of a text[] path; Null is a NULL in the array.
type PathElem struct {
	Text []byte
	Null bool
}

// index reads a path element as the index of an array, as C's strtol does:
// blanks in front and a sign are allowed, it must fit 32 bits.
func index(text []byte) (i int, ok bool) {
	for len(text) > 0 && (text[0] == ' ' || text[0] >= '\t' && text[0] <= '\r') {
		text = text[1:]
	}
	n, err := strconv.ParseInt(unsafe.String(unsafe.SliceData(text), len(text)), 10, 32)
	return int(n), err == nil
}

// Path returns the part of v that a path leads to, which aliases v; ok is false
// when there is none or the path holds a NULL.
func (v Value) Path(path []PathElem) (part Value, ok bool) {
	for _, p := range path {
		if p.Null {
			return nil, false
		}
	}
	for _, p := range path {
		ok := false
		switch v.Kind() {
		case Object:
			v, ok = v.Get(p.Text)
		case Array:
			if i, is := index(p.Text); is {
				v, ok = v.At(i)
			}
		}
		if !ok {
			return nil, false
		}
	}
	return v, true
}

// Step is one step of a way into the text of a json value: a member's name when
// Named, an element's index when Indexed, whichever fits what it meets.
type Step struct {
	Name           []byte
	Index          int
	Named, Indexed bool
}

// Steps returns the steps of a text[] path; ok is false when it holds a NULL.
func Steps(dst []Step, path []PathElem) (steps []Step, ok bool) {
	for _, p := range path {
		if p.Null {
			return dst, false
		}
		i, is := index(p.Text)
		dst = append(dst, Step{Name: p.Text, Index: i, Named: true, Indexed: is})
	}
	return dst, true
}

// Getter finds parts of json texts. It belongs to one goroutine.
type Getter struct {
	r     Reader
	level []getLevel
}

// getLevel is a container on the way: whether it is the one that the steps lead
// to so far, how many elements have been passed, and which one is wanted.
type getLevel struct {
	on     bool
	object bool
	next   int
	want   int
}

// Part is where a value stands in a text.
type Part struct {
	Start, End int
	Kind       Kind
	Found      bool
	str        []byte
}

// Get returns the part of text that steps lead to; of members of one name the
// last counts. The text has been validated, and yet there are the errors of
// decoding its strings (22P05, 22P02).
func (g *Getter) Get(text []byte, steps []Step) (found Part, err error) {
	g.r.Reset(text, true)
	g.level = g.level[:0]
	member := len(steps) == 0 // the next value is where the steps lead
	matches := member         // the next value is on the way
	resultDepth := -1         // containers around the found container while in it
	for {
		e, err := g.r.Next()
		if err != nil || e == End {
			return found, err
		}
		depth := len(g.level)
		switch e {
		case EndArray, EndObject:
			g.level = g.level[:depth-1]
			if depth-1 == resultDepth {
				found.End, resultDepth = g.r.end, -1
			}
			continue
		case Key:
			l := &g.level[depth-1]
			matches = l.on && depth <= len(steps) && steps[depth-1].Named && string(g.r.Text()) == string(steps[depth-1].Name)
			continue
		}
		if depth > 0 {
			if l := &g.level[depth-1]; !l.object {
				matches = l.on && l.next == l.want
				l.next++
			}
		} else {
			matches = true
		}
		member = matches && depth == len(steps)
		start, end := g.r.Span()
		if member {
			found = Part{Start: start, End: end, Kind: kindOf(e), Found: true}
			if e == StringValue {
				found.str = append(found.str[:0], g.r.Text()...)
			}
			if depth == 0 && found.Kind < Array {
				found.Start = 0 // PostgreSQL gives a scalar with the blanks before it
			}
		}
		if e == BeginArray || e == BeginObject {
			if member {
				resultDepth = depth
			}
			l := getLevel{on: matches && depth < len(steps), object: e == BeginObject, want: math.MinInt}
			if l.on && !l.object && steps[depth].Indexed {
				l.want = steps[depth].Index
				if l.want < 0 {
					n, err := g.r.count()
					if err != nil {
						return found, err
					}
					l.want += n
				}
			}
			g.level = append(g.level, l)
		}
	}
}

// Text returns the decoded characters of a part that is a string.
func (p Part) Text() []byte { return p.str }

func kindOf(e Event) Kind {
	switch e {
	case BeginArray:
		return Array
	case BeginObject:
		return Object
	case StringValue:
		return String
	case NumberValue:
		return Number
	case True, False:
		return Bool
	}
	return Null
}

// count returns how many elements the array just begun has; the reader stays.
func (r *Reader) count() (int, error) {
	look := *r
	look.open = append([]bool(nil), r.open...)
	look.decode, look.str = false, nil
	n := 0
	for {
		e, err := look.Next()
		if err != nil || e == EndArray {
			return n, err
		}
		n++
		if err := look.skip(e); err != nil {
			return n, err
		}
	}
}

// TypeOf returns the kind of the value that a json text holds.
func TypeOf(text []byte) (Kind, error) {
	var r Reader
	r.Reset(text, false)
	e, err := r.Next()
	return kindOf(e), err
}

// ArrayLen returns the kind of the value that a json text holds, and how many
// elements it has when it is an array.
func ArrayLen(text []byte) (k Kind, n int, err error) {
	var r Reader
	r.Reset(text, false)
	e, err := r.Next()
	if err == nil && e == BeginArray {
		n, err = r.count()
	}
	return kindOf(e), n, err
}

// AppendStripped writes a json text without the members of objects that are
// null and without blanks, as json_strip_nulls does.
func AppendStripped(dst, text []byte) ([]byte, error) {
	var r Reader
	r.Reset(text, true)
	var key []byte // of the member that comes next, quoted
	comma := false // something stands before in the container
	named := false // key is set
	write := func() {
		if comma {
			dst = append(dst, ',')
		}
		if named {
			dst = append(append(dst, key...), ':')
		}
		named = false
	}
	for {
		e, err := r.Next()
		if err != nil || e == End {
			return dst, err
		}
		start, end := r.Span()
		switch e {
		case Key:
			key, named = AppendQuoted(key[:0], r.Text()), true
			continue
		case EndArray, EndObject:
			dst, comma = append(dst, text[start]), true
			continue
		case BeginArray, BeginObject:
			write()
			dst, comma = append(dst, text[start]), false
			continue
		case NullValue:
			if named {
				named = false
				continue
			}
			write()
			dst = append(dst, "null"...)
		case StringValue:
			write()
			dst = AppendQuoted(dst, r.Text())
		default:
			write()
			dst = append(dst, text[start:end]...)
		}
		comma = true
	}
}
