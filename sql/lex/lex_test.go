package lex

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"
)

var kindNames = [...]string{
	"EOF", "Bad", "Ident", "QuotedIdent", "String", "BitString", "Integer", "Decimal", "Param", "Op", "(", ")", "[", "]",
	"{", "}", ",", ";", ".", "..", ":", "::", ":=", "=>", "Other",
}

// TestLex prints the tokens of texts: kind, keyword class if it is a keyword,
// decoded text, and the bytes it stands at. The error of a Bad token follows, and
// the notices.
func TestLex(t *testing.T) {
	datadriven.Walk(t, "testdata/scan", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			require.Equal(t, "lex", d.Cmd)
			c := Open(d.Input)
			var b strings.Builder
			for _, tok := range c.Toks {
				fmt.Fprintf(&b, "%d-%d %s", tok.Pos, tok.End, kindNames[tok.Kind])
				if tok.Word != None {
					fmt.Fprintf(&b, " keyword %c", classesRead[tok.Word.Class()])
				}
				if tok.Text != "" || tok.Kind == String {
					fmt.Fprintf(&b, " %q", tok.Text)
				}
				b.WriteByte('\n')
			}
			if c.bad != nil {
				fmt.Fprintf(&b, "%s %s, position %d", c.bad.Code, c.bad.Message, c.bad.Pos)
				if c.bad.Hint != "" {
					b.WriteString(", hint: " + c.bad.Hint)
				}
				b.WriteByte('\n')
			}
			for _, n := range c.Notices {
				fmt.Fprintf(&b, "%s %s: %s\n", n.Severity, n.Code, n.Message)
			}
			return b.String()
		})
	})
}

// TestReset shows that a cursor used again has nothing of the text before.
func TestReset(t *testing.T) {
	c := Open("SELECT 'x")
	require.NotNil(t, c.bad)
	c.Next()
	c.Reset("a")
	require.Nil(t, c.bad)
	require.Equal(t, "a", c.Tok().Text)
	require.Len(t, c.Toks, 2)
}

// TestLongNames cuts names between characters, at 63 bytes.
func TestLongNames(t *testing.T) {
	name := strings.Repeat("a", 62) + "ü" // 64 bytes
	for _, sql := range []string{name, `"` + name + `"`} {
		c := Open(sql)
		require.Equal(t, strings.Repeat("a", 62), c.Tok().Text)
		require.Len(t, c.Notices, 1)
	}
	require.Empty(t, Open(strings.Repeat("x", 63)).Notices)
}

// FuzzLex checks invariants I1 and I2: tokens follow each other, only white space
// and comments lie between, and the last is EOF or Bad.
func FuzzLex(f *testing.F) {
	for _, s := range []string{
		"SELECT 1", "'a' \n 'b'", "E'\\x41\\u00e9\\'", "U&'\\0041' UESCAPE '!'", "$a$ x $a$", "/* /* */ */ -- x\n1", "1.5e+3 0x1F 1_0",
		"a.\"b\"\"c\"", "@-1 *-- x", "$1 $x", "B'01' X'1f'", "'\xff'", "\x00",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, sql string) {
		c := Open(sql)
		last := c.Toks[len(c.Toks)-1]
		require.True(t, last.Kind == EOF && int(last.Pos) == len(sql) && c.bad == nil || last.Kind == Bad && c.bad != nil)
		at := int32(0)
		for i, tok := range c.Toks {
			require.GreaterOrEqual(t, tok.Pos, at)
			require.LessOrEqual(t, tok.Pos, tok.End)
			if gap := sql[at:tok.Pos]; i == len(c.Toks)-1 && tok.Kind == Bad {
				break
			} else if rest := Open(gap); len(rest.Toks) != 1 || rest.Tok().Kind != EOF {
				require.Contains(t, strings.ToLower(gap), "uescape") // part of the token in front
			}
			if tok.Kind != EOF {
				require.Greater(t, tok.End, tok.Pos)
			}
			at = tok.End
		}
		if c.bad != nil && c.bad.Pos > 0 {
			require.LessOrEqual(t, c.bad.Pos, len(sql)+1)
		}
	})
}
