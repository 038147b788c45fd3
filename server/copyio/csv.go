package copyio

import "bytes"

// splitCSV cuts a line of the csv format into fields and resolves quotes. Errors:
// 22P04 for a quote that is not closed.
func (r *Reader) splitCSV(line []byte) error {
	r.fields, r.unescaped = r.fields[:0], r.unescaped[:0]
	if len(r.columns) == 0 && len(line) == 0 {
		return nil // a row of no columns
	}
	for {
		end := bytes.IndexByte(line, r.options.Delimiter)
		plain := end
		if end < 0 {
			plain = len(line)
		}
		if bytes.IndexByte(line[:plain], r.options.Quote) < 0 {
			text := line[:plain:plain]
			r.fields = append(r.fields, fieldRange{text: text, null: string(text) == string(r.null)})
		} else {
			next, err := r.unquote(line)
			if err != nil {
				return err
			}
			plain, end = next, next
			if next == len(line) {
				end = -1
			}
		}
		if end < 0 {
			return nil
		}
		line = line[plain+1:]
	}
}

// unquote reads a field with quotes, anywhere in it, from the front of line and
// returns where its delimiter stands, len(line) for none.
func (r *Reader) unquote(line []byte) (end int, err error) {
	quote, escape, delimiter := r.options.Quote, r.options.Escape, r.options.Delimiter
	// The usual field is quoted as a whole and has no quote inside.
	if line[0] == quote && escape == quote {
		if n := bytes.IndexByte(line[1:], quote); n >= 0 && (n+2 == len(line) || line[n+2] == delimiter) {
			r.fields = append(r.fields, fieldRange{text: line[1 : n+1 : n+1]})
			return n + 2, nil
		}
	}
	from := len(r.unescaped)
	i := 0
	for i < len(line) && line[i] != delimiter {
		c := line[i]
		i++
		if c != quote {
			r.unescaped = append(r.unescaped, c)
			continue
		}
		for { // in quotes
			if i == len(line) {
				return 0, badFormat("unterminated CSV quoted field")
			}
			c = line[i]
			i++
			if c == escape && i < len(line) && (line[i] == escape || line[i] == quote) {
				r.unescaped = append(r.unescaped, line[i])
				i++
				continue
			}
			if c == quote {
				break
			}
			r.unescaped = append(r.unescaped, c)
		}
	}
	r.fields = append(r.fields, fieldRange{from: from, to: len(r.unescaped)})
	return i, nil
}
