package value

import (
	"unsafe"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/json"
	"github.com/dejaq/fasti/sql/json/path"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// bytesOf returns the bytes of s, which must not be changed.
func bytesOf(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// parseJSON checks a json, which keeps its text.
func parseJSON(text string) (vector.Datum, error) {
	return vector.StringDatum(text), json.Validate(bytesOf(text))
}

// parseJSONB reads a text into the binary form of jsonb.
func parseJSONB(text string) (vector.Datum, error) {
	b, err := json.Parse(nil, bytesOf(text))
	return vector.StringDatum(unsafe.String(unsafe.SliceData(b), len(b))), err
}

// parseJSONPath reads a path; its value is the text that reads back as it.
func parseJSONPath(text string) (vector.Datum, error) {
	p, err := path.Parse(text)
	if err != nil {
		return vector.NullDatum, err
	}
	return vector.StringDatum(p.Source()), nil
}

// AppendJSONB writes the text of a jsonb value.
func AppendJSONB[T []byte | string](dst []byte, v T) []byte {
	return json.Value(v).AppendText(dst)
}

// AppendJSONPath writes a path as PostgreSQL's output function does.
func AppendJSONPath(dst []byte, source string) []byte {
	p, err := path.Parse(source)
	if err != nil {
		return append(dst, source...) // no parser wrote it
	}
	return append(dst, p.String()...)
}

// JSONVersion stands before the text of a jsonb or jsonpath in binary format.
const JSONVersion = 1

// cutVersion takes the version off a binary jsonb or jsonpath.
func cutVersion(name string, b []byte) ([]byte, error) {
	if len(b) == 0 {
		return nil, errShort()
	}
	if b[0] != JSONVersion {
		return nil, sqlerr.New(sqlerr.InternalError, "unsupported %s version number %d", name, b[0])
	}
	return b[1:], CheckText(b[1:])
}
