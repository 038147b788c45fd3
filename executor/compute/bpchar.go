package compute

import (
	"bytes"
	"unicode/utf8"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/value"
)

// trimPadding takes the blanks at the end off: what char(n) is compared by and
// what its cast to text gives.
func trimPadding(s []byte) []byte { return bytes.TrimRight(s, " ") }

// withoutPadding is a stretch kernel: see part.
func withoutPadding(s []byte) (from, to int) { return 0, len(trimPadding(s)) }

// compareBpchars is a row kernel.
func compareBpchars(op comparison) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x, y := spansOf(args[0]), spansOf(args[1])
		for _, i := range rows.Selection() {
			setBit(out, int(i), op.fulfils(bytes.Compare(trimPadding(x.get(int(i))), trimPadding(y.get(int(i))))))
		}
		return nil
	}
}

func bpcharLength(s []byte) int { return utf8.RuneCount(trimPadding(s)) }

// charToInt is the cast of "char", a signed byte.
func charToInt(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	x := spansOf(args[0])
	for _, i := range rows.Selection() {
		out.I32[i] = int32(int8(value.CharByte(x.get(int(i)))))
	}
	return nil
}

func intToChar(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	for _, i := range rows.Selection() {
		x := args[0].I32[i]
		if x < -128 || x > 127 {
			return charOutOfRange()
		}
		at := len(out.Arena)
		if x != 0 {
			out.Arena = append(out.Arena, byte(x))
		}
		appendSpan(out, int(i), at)
	}
	return nil
}

func appendFirstByte(dst, s []byte) []byte {
	if c := value.ParseChar(s); c != 0 {
		dst = append(dst, c)
	}
	return dst
}

func appendCharText(dst, s []byte) []byte { return value.AppendChar(dst, value.CharByte(s)) }
