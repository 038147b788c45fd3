package copyio

import (
	"bytes"

	"github.com/dejaq/fasti/sql/value"
)

// fieldRange is one field of a line on the slow way: a piece of the line, or of
// unescaped when it was changed.
type fieldRange struct {
	text []byte
	// from and to are in unescaped; text is nil then.
	from, to int
	null     bool
}

// field returns the text of a field.
func (r *Reader) field(i int) (text []byte, null bool) {
	f := r.fields[i]
	if f.text == nil {
		return r.unescaped[f.from:f.to], f.null
	}
	return f.text, f.null
}

// splitText cuts a line of the text format into fields and resolves backslashes.
// Errors: 22021 when that makes something that is not UTF-8.
func (r *Reader) splitText(line []byte) error {
	r.fields, r.unescaped = r.fields[:0], r.unescaped[:0]
	if len(r.columns) == 0 && len(line) == 0 {
		return nil // a row of no columns
	}
	delimiter := r.options.Delimiter
	for {
		end := bytes.IndexByte(line, delimiter)
		plain := end
		if end < 0 {
			plain = len(line)
		}
		if bytes.IndexByte(line[:plain], '\\') < 0 || string(line[:plain]) == string(r.null) {
			text := line[:plain:plain]
			r.fields = append(r.fields, fieldRange{text: text, null: string(text) == string(r.null)})
		} else {
			var err error
			if plain, err = r.unescape(line); err != nil {
				return err
			}
			if plain == len(line) {
				end = -1
			} else {
				end = plain
			}
		}
		if end < 0 {
			return nil
		}
		line = line[plain+1:]
	}
}

// unescape reads a field with backslashes from the front of line and returns where
// its delimiter stands, len(line) for none.
func (r *Reader) unescape(line []byte) (end int, err error) {
	from := len(r.unescaped)
	check := false // made a byte that may break UTF-8
	i, raw := 0, len(line)
	for i < len(line) {
		c := line[i]
		if c == r.options.Delimiter {
			raw = i
			break
		}
		i++
		if c == '\\' {
			if i == len(line) {
				raw = i - 1 // a backslash at the end of the line is dropped
				break
			}
			c = line[i]
			i++
			switch {
			case c >= '0' && c <= '7':
				v := int(c - '0')
				for n := 1; n < 3 && i < len(line) && line[i]-'0' <= 7; n++ {
					v = v<<3 + int(line[i]-'0')
					i++
				}
				c = byte(v)
				check = check || c == 0 || c >= 0x80
			case c == 'x':
				if v, ok := hexDigit(line, i); ok {
					i++
					if w, ok := hexDigit(line, i); ok {
						v = v<<4 | w
						i++
					}
					c = v
					check = check || c == 0 || c >= 0x80
				}
			default:
				c = control(c)
			}
		}
		r.unescaped = append(r.unescaped, c)
	}
	f := fieldRange{from: from, to: len(r.unescaped), null: string(line[:raw]) == string(r.null)}
	r.fields = append(r.fields, f)
	if check && !f.null {
		if err := value.CheckText(r.unescaped[from:]); err != nil {
			return 0, err
		}
	}
	return i, nil
}

// control returns what a letter behind a backslash stands for.
func control(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case 'v':
		return '\v'
	}
	return c
}

func hexDigit(line []byte, i int) (byte, bool) {
	if i >= len(line) {
		return 0, false
	}
	switch c := line[i]; {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}
