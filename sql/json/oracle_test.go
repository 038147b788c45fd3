package json

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/sql/json/jsontest"
)

// texts are JSON and nearly JSON: written by hand, and these with characters
// taken out, doubled and exchanged.
func texts() []string {
	seeds := []string{
		``, ` `, `1`, `-`, `-0`, `-1.5e+10`, `1e5`, `1E-5`, `01`, `1.`, `.5`, `1e`, `1e+`, `1.0`, `1.50`, `0x1`, `1a`, `true`, `false`, `null`,
		`nul`, `True`, `tru e`, `""`, `"a`, `"a\`, `"a\"`, `"a\u`, `"a\u12`, `"a\u00e4b"`, `"\u00g0"`, `"\u0000"`, `"\ud83d\ude00"`, `"\ud83d"`,
		`"\ud83dxyz"`, `"\ud83däx`, `"\ude00"`, `"\ud83d\ud83d"`, `"\ud83d\n"`, `"\q"`, `"\ä"`, "\"a\tb\"", "\"a\nb\"", `"äöü"`, `"\b\f\n\r\t\/\\\""`, `"\x"`,
		`[]`, `[ ]`, `[1]`, `[1,2]`, `[1,]`, `[,1]`, `[1 2]`, `[1`, `[1,`, `[`, `]`, `[1}`, `[[[]]]`, `[1],`, `[1] 2`, `[tru]`,
		`{}`, `{ }`, `{"a":1}`, `{"a":1,"b":2}`, `{"b":1,"a":2,"aa":3,"b":4}`, `{"a" 1}`, `{"a",1}`, `{"a":}`, `{"a":1,}`, `{,}`, `{1:2}`, `{a:1}`,
		`{"a":1 "b":2}`, `{"a":1`, `{"a":`, `{"a"`, `{`, `}`, `{]`, `{"a":1]`, `{"":1}`, `{"a":{"b":[1,{"c":null}]}}`, `{"a":1,1}`, `{"a":1,b:2}`,
		"{\n  \"a\": 1,\n  \"b\": [1, 2,\n  3 4]\n}", "[1,\r\n\t2\n,x]", "{\"one\": 1,\n \"two\":,\"two\",\n \"three\": true}",
		`{"one": 1, "two": "a rather long string to have an excerpt of", "three": [1, 2, 3], "four": 4x, "five": 5}`,
		`{"äääääääääääääääääääääääääääääääääääääääääääääää": "öööööööööööööööööö", "b": ü}`, `$`, `;`, `1;`, `"a"b`, `"a" "b"`, `'a'`, `[1,2,3,"a"`,
		`123456789012345678901234567890.123456789`, `1e400`, `-1e-300`, `1e131072`, `1e-16384`, `1e99999999999`, `NaN`, `Infinity`, `-Infinity`, "\u00a01", `/* */1`,
		`{"a":[1,2,{"b":"c"}],"d":true,"e":null,"f":-1.25,"g":"x\ny"}`, `["a","b",["c",{"d":["e"]}]]`, `{"aaa":1,"b":2,"cc":3}`,
	}
	return jsontest.Mutants(seeds, `{}[],:"\ue0 1-.tn`+"\n\tä", 600)
}

// Goal: the input functions of json and jsonb accept what PostgreSQL's accept,
// print the same, and refuse the rest with its words. Method: recorded answers.
func TestParseLikePostgres(t *testing.T) {
	inputs := texts()
	asJSON := jsontest.Answers(t, "testdata/json.txt", "SELECT $1::text::json::text", inputs)
	asJSONB := jsontest.Answers(t, "testdata/jsonb.txt", "SELECT $1::text::jsonb::text", inputs)
	for i, in := range inputs {
		got := in
		if err := Validate([]byte(in)); err != nil {
			got = jsontest.ErrorText(err)
		}
		require.Equal(t, asJSON[i], got, "%q::json", in)
		v, err := Parse(nil, []byte(in))
		got = string(Value(v).AppendText(nil))
		if err != nil {
			got = jsontest.ErrorText(err)
		}
		require.Equal(t, asJSONB[i], got, "%q::jsonb", in)
	}
}
