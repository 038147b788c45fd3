package json

// Member is an element or member of the outermost container of a json text. It
// is valid until the next one.
type Member struct {
	Key    []byte // decoded; of an object
	Text   []byte // as it is written
	Kind   Kind
	String []byte // decoded, of a string
}

// Members calls f for each element or member of the outermost container of text
// when that is of the kind want, and returns which kind it is. Errors: those of
// decoding strings, and f's.
func Members(text []byte, want Kind, f func(m Member) error) (Kind, error) {
	var r Reader
	r.Reset(text, true)
	e, err := r.Next()
	if err != nil {
		return Null, err
	}
	kind := kindOf(e)
	if kind != want {
		return kind, nil
	}
	var m Member
	for {
		e, err := r.Next()
		if err != nil {
			return kind, err
		}
		switch e {
		case EndArray, EndObject:
			return kind, nil
		case Key:
			m.Key = append(m.Key[:0], r.Text()...)
			continue
		case StringValue:
			m.String = append(m.String[:0], r.Text()...)
		}
		start := r.start
		m.Kind = kindOf(e)
		if err := r.skip(e); err != nil {
			return kind, err
		}
		m.Text = text[start:r.end]
		if err := f(m); err != nil {
			return kind, err
		}
	}
}
