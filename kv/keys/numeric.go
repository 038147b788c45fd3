package keys

import (
	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/kv/invariants"
)

// appendNumeric appends the numeric whose stored encoding is enc.
func appendNumeric[T string | []byte](dst []byte, enc T) []byte {
	d, err := decimal.Decode(enc)
	invariants.Check(err == nil, "keys: numeric %x: %v", enc, err)
	return d.EncodeKey(dst)
}

// takeNumeric returns the stored encoding of the numeric at the start of src, of the
// smallest scale that holds it, and the rest of src.
func takeNumeric(src []byte) (enc, rest []byte, ok bool) {
	d, rest, err := decimal.DecodeKey(src)
	if err != nil {
		return nil, nil, false
	}
	return d.Encode(nil), rest, true
}
