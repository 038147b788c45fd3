package json

import (
	"bytes"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// Goal: no text breaks the parser, and what it makes of a text is canonical:
// its own text reads back as the same bytes, found by every key and index.
// Method: fuzzing from the texts of the oracle test.
func FuzzParse(f *testing.F) {
	for _, s := range texts() {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
			t.Skip()
		}
		b, err := Parse(nil, text)
		if err != nil {
			return
		}
		require.NoError(t, Validate(text))
		v := Value(b)
		out := v.AppendText(nil)
		again, err := Parse(nil, out)
		require.NoError(t, err)
		require.Equal(t, b, again)
		require.Equal(t, v.AppendKey(nil), Value(again).AppendKey(nil))
		pretty, err := Parse(nil, v.AppendPretty(nil))
		require.NoError(t, err)
		require.Equal(t, b, pretty)
		require.True(t, v.Contains(v))
		for i := range v.Len() {
			if v.Kind() == Object {
				got, ok := v.Get(v.KeyAt(i))
				require.True(t, ok)
				require.Equal(t, v.Elem(i), got)
			} else {
				got, ok := v.At(i - v.Len())
				require.True(t, ok)
				require.Equal(t, v.Elem(i), got)
			}
		}
	})
}
