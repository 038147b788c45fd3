package value

import (
	"strings"

	"github.com/dejaq/fasti/meta/types"
)

// ParseBool reads PostgreSQL's spellings of a boolean: true, yes, on, 1 and
// false, no, off, 0, in any case, cut short while unambiguous, blanks around.
// Errors: 22P02.
func ParseBool(text string) (bool, error) {
	s := strings.Trim(text, blanks)
	for _, w := range [...]struct {
		word  string
		least int // letters that tell it from the others
		value bool
	}{{"true", 1, true}, {"false", 1, false}, {"yes", 1, true}, {"no", 1, false}, {"on", 2, true}, {"off", 2, false}, {"1", 1, true}, {"0", 1, false}} {
		if len(s) >= w.least && len(s) <= len(w.word) && strings.EqualFold(s, w.word[:len(s)]) {
			return w.value, nil
		}
	}
	return false, syntaxError(types.Of(types.Bool), text)
}

// AppendBool writes t or f; casts to text write true or false instead.
func AppendBool(dst []byte, b bool) []byte {
	if b {
		return append(dst, 't')
	}
	return append(dst, 'f')
}
