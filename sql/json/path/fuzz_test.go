package path

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/sql/json"
)

// Goal: no path breaks the parser or the walk, and what is stored reads back as
// the same path. Method: fuzzing from the paths of the oracle test.
func FuzzParse(f *testing.F) {
	for _, s := range paths {
		f.Add(s)
	}
	doc, err := json.Parse(nil, []byte(`{"a":[1,2,{"b":"x"},["2020-01-01"]],"c":null,"d":true}`))
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse(text)
		if !utf8.ValidString(text) || strings.Contains(text, "\x00") || err != nil {
			return
		}
		back, err := Parse(p.Source())
		require.NoError(t, err, p.Source())
		require.Equal(t, p, back)
		env := &Env{
			Silent: true,
			Match:  func(string, Flags, []byte) (bool, error) { return true, nil },
			Double: func([]byte) (float64, bool) { return 1, true },
			UTC:    func(local int64) int64 { return local },
			Zoned:  true,
		}
		values, err := p.Query(env, doc)
		require.NoError(t, err)
		found, known, err := p.Exists(env, doc)
		require.NoError(t, err)
		require.True(t, found || !known || len(values) == 0)
	})
}
