package json

// Event is one step through a text.
type Event uint8

// The events. Key is the name of the member whose value comes next; End follows
// the outermost value.
const (
	BeginObject Event = iota
	EndObject
	BeginArray
	EndArray
	Key
	StringValue
	NumberValue
	True
	False
	NullValue
	End
)

// state says what may come next.
type state uint8

const (
	wantValue     state = iota
	wantFirstElem       // an element, or the end of the array
	wantFirstKey        // a key, or the end of the object
	wantColon           // behind a key
	wantNext            // a comma, or the end of what is open
	wantEnd
)

// Reader walks through one text, checking it as PostgreSQL does. It recurses
// nowhere, so that hostile nesting costs a byte a level.
type Reader struct {
	in     []byte
	decode bool // strings are decoded, which is stricter

	tok        token
	start, end int // the token in in
	line       int // 1-based
	lineStart  int
	str        []byte // a decoded string

	state state
	open  []bool // containers around: true for an object
}

// Reset starts over on text, which must be valid UTF-8 without a zero byte. With
// decode Text gives strings decoded, and escape sequences that stand for no
// character are errors; json accepts those.
func (r *Reader) Reset(text []byte, decode bool) {
	*r = Reader{in: text, decode: decode, line: 1, str: r.str[:0], open: r.open[:0]}
}

// Depth returns how many containers are open.
func (r *Reader) Depth() int { return len(r.open) }

// Text returns the string or key just read: decoded, or as it is written,
// without the quotation marks. Of any other token it returns the token. It is
// valid until the next call of Next.
func (r *Reader) Text() []byte {
	if r.tok != tokenString {
		return r.in[r.start:r.end]
	}
	if r.decode {
		return r.str
	}
	return r.in[r.start+1 : r.end-1]
}

// Span returns where the token just read stands in the text.
func (r *Reader) Span() (start, end int) { return r.start, r.end }

// Next returns the next event. Errors: 22P02 with the place, 22P05 for \u0000
// when decoding, 54001 when nested too deep.
func (r *Reader) Next() (Event, error) {
	for {
		if err := r.next(); err != nil {
			return 0, err
		}
		switch r.state {
		case wantValue:
			return r.value()
		case wantFirstElem:
			if r.tok == tokenArrayEnd {
				return r.close(EndArray), nil
			}
			return r.value()
		case wantFirstKey:
			if r.tok == tokenObjectEnd {
				return r.close(EndObject), nil
			}
			if r.tok != tokenString {
				return 0, r.unexpected(`string or "}"`)
			}
			r.state = wantColon
			return Key, nil
		case wantColon:
			if r.tok != tokenColon {
				return 0, r.unexpected(`":"`)
			}
			r.state = wantValue
		case wantNext:
			object := r.open[len(r.open)-1]
			switch {
			case r.tok == tokenObjectEnd && object:
				return r.close(EndObject), nil
			case r.tok == tokenArrayEnd && !object:
				return r.close(EndArray), nil
			case r.tok != tokenComma && object:
				return 0, r.unexpected(`"," or "}"`)
			case r.tok != tokenComma:
				return 0, r.unexpected(`"," or "]"`)
			case !object:
				r.state = wantValue
				continue
			}
			if err := r.next(); err != nil {
				return 0, err
			}
			if r.tok != tokenString {
				return 0, r.unexpected("string")
			}
			r.state = wantColon
			return Key, nil
		case wantEnd:
			if r.tok != tokenEnd {
				return 0, r.unexpected("end of input")
			}
			return End, nil
		}
	}
}

// value returns the event of a token that must begin a value.
func (r *Reader) value() (Event, error) {
	switch r.tok {
	case tokenObjectStart, tokenArrayStart:
		if len(r.open) == MaxDepth {
			return 0, TooDeep()
		}
		object := r.tok == tokenObjectStart
		r.open = append(r.open, object)
		if object {
			r.state = wantFirstKey
			return BeginObject, nil
		}
		r.state = wantFirstElem
		return BeginArray, nil
	}
	r.after()
	switch r.tok {
	case tokenString:
		return StringValue, nil
	case tokenNumber:
		return NumberValue, nil
	case tokenTrue:
		return True, nil
	case tokenFalse:
		return False, nil
	case tokenNull:
		return NullValue, nil
	}
	return 0, r.unexpected("JSON value")
}

// after sets what may follow a value.
func (r *Reader) after() {
	r.state = wantNext
	if len(r.open) == 0 {
		r.state = wantEnd
	}
}

func (r *Reader) close(e Event) Event {
	r.open = r.open[:len(r.open)-1]
	r.after()
	return e
}

// skip reads on to the end of the value that e begins.
func (r *Reader) skip(e Event) error {
	if e != BeginObject && e != BeginArray {
		return nil
	}
	for depth := len(r.open) - 1; len(r.open) > depth; {
		if _, err := r.Next(); err != nil {
			return err
		}
	}
	return nil
}

// Validate checks that text is JSON, as the input function of json does.
func Validate(text []byte) error {
	var r Reader
	r.Reset(text, false)
	return r.drain()
}

// drain reads the rest of the text.
func (r *Reader) drain() error {
	for {
		if e, err := r.Next(); err != nil || e == End {
			return err
		}
	}
}
