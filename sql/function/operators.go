package function

import "strings"

// integers, floats and so on are the groups that families of operators range
// over.
var (
	integers = []string{"int2", "int4", "int8"}
	floats   = []string{"float4", "float8"}
	times    = []string{"date", "timestamp", "timestamptz"}
)

// wider returns the type of an operation over two types of one group.
func wider(group []string, a, b string) string {
	for _, t := range group {
		if t == a {
			return b
		}
		if t == b {
			return a
		}
	}
	panic("function: not in the group")
}

// addOperators adds pg_operator's rows over our types. Operators are named by
// their symbol; a prefix operator has one argument.
func (t *table) addOperators() {
	var b strings.Builder
	line := func(s ...string) {
		for _, w := range s {
			b.WriteString(w)
		}
		b.WriteByte('\n')
	}
	for _, group := range [][]string{integers, floats} {
		for _, l := range group {
			for _, r := range group {
				for _, op := range []string{"+", "-", "*", "/"} {
					line(op, "(", l, ",", r, ") ", wider(group, l, r))
				}
			}
		}
	}
	for _, ty := range append(append([]string{"numeric"}, integers...), floats...) {
		total := ""
		if ty == "float4" || ty == "float8" || ty == "numeric" {
			total = " t"
		}
		line("+(", ty, ") ", ty, " t")
		line("-(", ty, ") ", ty, total)
		line("@(", ty, ") ", ty, total)
	}
	for _, ty := range integers {
		line("%(", ty, ",", ty, ") ", ty)
		for _, op := range []string{"&", "|", "#"} {
			line(op, "(", ty, ",", ty, ") ", ty, " t")
		}
		line("~(", ty, ") ", ty, " t")
		line("<<(", ty, ",int4) ", ty, " t")
		line(">>(", ty, ",int4) ", ty, " t")
	}
	for _, op := range []string{"=", "<>", "<", "<=", ">", ">="} {
		for _, group := range [][]string{integers, floats} {
			for _, l := range group {
				for _, r := range group {
					line(op, "(", l, ",", r, ") bool t")
				}
			}
		}
		for _, l := range times {
			for _, r := range times {
				// Comparing local with absolute time asks the session's zone.
				stable := ""
				if l != r && (l == "timestamptz" || r == "timestamptz") {
					stable = " s"
				}
				line(op, "(", l, ",", r, ") bool t", stable)
			}
		}
		for _, ty := range []string{"bool", "numeric", "text", "name", "bytea", "uuid", "interval", "oid"} {
			line(op, "(", ty, ",", ty, ") bool t")
		}
		line(op, "(text,name) bool t")
		line(op, "(name,text) bool t")
	}
	for _, op := range []string{"~~", "!~~", "~~*", "!~~*", "~", "!~", "~*", "!~*"} {
		line(op, "(text,text) bool")
		line(op, "(name,text) bool")
	}
	t.addLines(Scalar, b.String())
	t.addLines(Scalar, otherOperators)
}

const otherOperators = `
+(numeric,numeric) numeric
-(numeric,numeric) numeric
*(numeric,numeric) numeric
/(numeric,numeric) numeric
%(numeric,numeric) numeric
^(float8,float8) float8
^(numeric,numeric) numeric
|/(float8) float8
||/(float8) float8 t
^@(text,text) bool t

||(text,text) text
||(text,anynonarray) text s
||(anynonarray,text) text s
||(bytea,bytea) bytea
~~(bytea,bytea) bool
!~~(bytea,bytea) bool

+(date,int4) date
+(int4,date) date
+(date,interval) timestamp
+(interval,date) timestamp
+(timestamp,interval) timestamp
+(interval,timestamp) timestamp
+(timestamptz,interval) timestamptz s
+(interval,timestamptz) timestamptz s
+(interval,interval) interval
-(date,date) int4
-(date,int4) date
-(date,interval) timestamp
-(timestamp,interval) timestamp
-(timestamp,timestamp) interval
-(timestamptz,interval) timestamptz s
-(timestamptz,timestamptz) interval
-(interval,interval) interval
-(interval) interval
*(interval,float8) interval
*(float8,interval) interval
/(interval,float8) interval
`
