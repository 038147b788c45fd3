package path

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/dejaq/fasti/sql/json/jsontest"
)

var paths = []string{
	"", " ", "$", "@", "lax $", "strict $", "STRICT $", "lax", "$.a", "$.a.b.c", `$."a b"`, "$.*", "$[*]", "$[0]", "$[0,1 to 2,last - 1]", "$[last]",
	"$.**", "$.**{2}", "$.**{1 to 3}", "$.**{last}", "$.**{2 to last}", "$.**{last to 3}", "$.**{4294967296}", "last", "$a", `$"a b"`, "$.a[$x + 1]",
	"$.a ? (@ > 1)", "$.a ? (@.b == 1 && @.c != 2 || !(@.d <> null))", "$ ? (exists(@.a))", "$ ? (@ starts with \"a\")", "$ ? (@ starts with $x)",
	`$ ? (@ like_regex "a.b")`, `$ ? (@ like_regex "ab" flag "imsq")`, `$ ? (@ like_regex "ab" flag "z")`, `$ ? (@ like_regex "ab" flag "x")`,
	"$ ? ((@ > 1) is unknown)", "$.type()", "$.size().abs().floor().ceiling().double()", "$.keyvalue().key", "$.datetime()", `$.datetime("YYYY").type()`,
	"1 + 2 * 3 - 4 / 5 % 6", "(1 + 2) * 3", "-$.a + +$.b", "-1", "+1", "- -1", "1.5", "1e3", ".5", "1.", "1a", "1e", "00", "1..2", "$.a == 1", "$.a == 1 == 2",
	"($.a == 1).type()", "($ + 1).abs()", "(1).type()", "-$.a.abs()", "(-$.a).abs()", "!$.a", "!($.a == 1)", "$ ? ($.a)", "$.null", "$.TRUE", "$.Type",
	"true", "null", "TRUE", `"abc"`, `"\u0041\x42\u{43}\v\n"`, `"\u0000"`, `"\ud83d\ude00"`, `"\ud83d"`, `"\u12"`, `"\x1"`, `"abc`, "/* c */ $", "/* c", "$.a /* x */ .b",
	"$.1", "$.a.1b", "$[1 to]", "$[]", "$.", "$..a", "$ $", "$.a b", "$.a && $.b", "$.a > 1 && $.b", "(($.a > 1))", "$.a.is.to.flag.with", "$ ? (@.a.datetime() < $.b.datetime())",
	`$.\u0061b`, "$.a\\x62", "$.ä.ö", "$.a ? (@ == \"x\") . b [ 0 ]", "exists($.a)", "exists($.a) && $.b == 1", "exists ($.a == 1)", "$.a.exists", "@.a ? (@ > 1)", "$ ? (@.a[@.b] == 1)",
	"$[last ? (@ > 1)]", "$[$[last] to 2]", "$.a *", "* 2", "$.*.a", "$.** .a", "$.a.**{1}.b", "5 % 3", "$.a % 2 == 0",
}

// Goal: the input function of jsonpath accepts what PostgreSQL's accepts, prints
// the same, and refuses the rest with its words; what is stored reads back as
// the same path. Method: recorded answers for paths and mutants of them.
func TestParseLikePostgres(t *testing.T) {
	inputs := jsontest.Mutants(paths, `$@.[]()?*&|!=<>+-/"\1ae `, 600)
	for i, want := range jsontest.Answers(t, "testdata/path.txt", "SELECT $1::text::jsonpath::text", inputs) {
		p, err := Parse(inputs[i])
		if err != nil {
			assert.Equal(t, want, jsontest.ErrorText(err), "%q", inputs[i])
			continue
		}
		assert.Equal(t, want, p.String(), "%q", inputs[i])
		back, err := Parse(p.Source())
		assert.NoError(t, err, p.Source())
		assert.Equal(t, p, back, p.Source())
	}
}
