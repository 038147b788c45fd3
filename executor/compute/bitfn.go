package compute

import (
	"bytes"
	"math"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// Bit strings, one byte '0' or '1' a bit. All are row kernels.

// bitsOp is &, | or # of bit strings of one length.
func bitsOp(word string, f func(x, y byte) byte) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x, y := spansOf(args[0]), spansOf(args[1])
		for _, i := range rows.Selection() {
			a, b := x.get(int(i)), y.get(int(i))
			if len(a) != len(b) {
				return sqlerr.New(sqlerr.StringDataLengthMismatch, "cannot %s bit strings of different sizes", word)
			}
			at := len(out.Arena)
			for k := range a {
				out.Arena = append(out.Arena, '0'|f(a[k], b[k])&1)
			}
			appendSpan(out, int(i), at)
		}
		return nil
	}
}

func appendNotBits(dst, s []byte) []byte {
	for _, c := range s {
		dst = append(dst, c^1)
	}
	return dst
}

// shiftBits is << or >>, which keep the length.
func shiftBits(left bool) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x, m := spansOf(args[0]), mask(args[1])
		for _, i := range rows.Selection() {
			s, n := x.get(int(i)), int(args[1].I32[int(i)&m])
			if !left {
				n = -n
			}
			n = max(min(n, len(s)), -len(s))
			at := len(out.Arena)
			if n >= 0 {
				out.Arena = append(out.Arena, s[n:]...)
				out.Arena = append(out.Arena, bytes.Repeat([]byte("0"), n)...)
			} else {
				out.Arena = append(out.Arena, bytes.Repeat([]byte("0"), -n)...)
				out.Arena = append(out.Arena, s[:len(s)+n]...)
			}
			appendSpan(out, int(i), at)
		}
		return nil
	}
}

func bitCount(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	x := spansOf(args[0])
	for _, i := range rows.Selection() {
		out.I64[i] = int64(bytes.Count(x.get(int(i)), []byte("1")))
	}
	return nil
}

func bitIndex(n, length int) error {
	if n < 0 || n >= length {
		return sqlerr.New(sqlerr.ArraySubscriptError, "bit index %d out of valid range (0..%d)", n, length-1)
	}
	return nil
}

func getBitOfBits(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	x, m := spansOf(args[0]), mask(args[1])
	for _, i := range rows.Selection() {
		s, n := x.get(int(i)), int(args[1].I32[int(i)&m])
		if err := bitIndex(n, len(s)); err != nil {
			return err
		}
		out.I32[i] = int32(s[n] - '0')
	}
	return nil
}

func setBitOfBits(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	x, m, o := spansOf(args[0]), mask(args[1]), mask(args[2])
	for _, i := range rows.Selection() {
		s, n, b := x.get(int(i)), int(args[1].I32[int(i)&m]), args[2].I32[int(i)&o]
		if err := bitIndex(n, len(s)); err != nil {
			return err
		}
		if b != 0 && b != 1 {
			return newBitError()
		}
		at := len(out.Arena)
		out.Arena = append(out.Arena, s...)
		out.Arena[at+n] = '0' + byte(b)
		appendSpan(out, int(i), at)
	}
	return nil
}

func newBitError() error { return sqlerr.New(sqlerr.InvalidParameterValue, "new bit must be 0 or 1") }

func positionOfBits(s, t []byte) int { return bytes.Index(s, t) + 1 }

// overlayBits is overlay over bit strings, as over text.
func overlayBits(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	x, y, m := spansOf(args[0]), spansOf(args[1]), mask(args[2])
	for _, i := range rows.Selection() {
		s, by := x.get(int(i)), y.get(int(i))
		from, n := int64(args[2].I32[int(i)&m]), int64(len(by))
		if len(args) > 3 {
			n = int64(args[3].I32[int(i)&mask(args[3])])
		}
		if from <= 0 {
			return sqlerr.New(sqlerr.SubstringError, "negative substring length not allowed")
		}
		if from+n > math.MaxInt32 {
			return outOfRangeInt4()
		}
		at := len(out.Arena)
		out.Arena = append(out.Arena, s[:min(from-1, int64(len(s)))]...)
		out.Arena = append(out.Arena, by...)
		out.Arena = append(out.Arena, s[max(0, min(from+n-1, int64(len(s)))):]...)
		appendSpan(out, int(i), at)
	}
	return nil
}

// integerToBits returns the cast of an integer of width bits to bit(n): its lowest
// n bits, the sign in front when n is more.
func integerToBits(width int) func(Site) Kernel {
	return func(s Site) Kernel {
		n := int(s.Type.Mod)
		if n <= 0 {
			n = 1
		}
		return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
			for _, i := range rows.Selection() {
				appendIntegerBits(out, int(i), args[0].Int(int(i)), n, width)
			}
			return nil
		}
	}
}

func appendIntegerBits(out *vector.Vector, i int, v int64, n, width int) {
	at := len(out.Arena)
	for k := n - 1; k >= 0; k-- {
		out.Arena = append(out.Arena, '0'+byte(v>>min(k, width-1)&1))
	}
	appendSpan(out, i, at)
}

// bitsToInteger is the cast of at most width bits.
func bitsToInteger(width int) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x := spansOf(args[0])
		for _, i := range rows.Selection() {
			s := x.get(int(i))
			if len(s) > width {
				return outOfRangeBits(width)
			}
			v := uint64(0)
			for _, c := range s {
				v = v<<1 | uint64(c&1)
			}
			if width == 32 {
				out.I32[i] = int32(uint32(v))
			} else {
				out.I64[i] = int64(v)
			}
		}
		return nil
	}
}

func bitEntries() entryTable {
	length := row(textToInt(func(s []byte) int { return len(s) }))
	return entryTable{
		"&(bit,bit)":            row(bitsOp("AND", func(x, y byte) byte { return x & y })),
		"|(bit,bit)":            row(bitsOp("OR", func(x, y byte) byte { return x | y })),
		"#(bit,bit)":            row(bitsOp("XOR", func(x, y byte) byte { return x ^ y })),
		"~(bit)":                row(textToText(appendNotBits)),
		"<<(bit,int4)":          row(shiftBits(true)),
		">>(bit,int4)":          row(shiftBits(false)),
		"||(varbit,varbit)":     bound(textsToText(sumOf(1), appendBoth)),
		"bit_count(bit)":        row(bitCount),
		"bit_length(bit)":       length,
		"length(bit)":           length,
		"octet_length(bit)":     row(textToInt(func(s []byte) int { return (len(s) + 7) / 8 })),
		"get_bit(bit,int4)":     row(getBitOfBits),
		"position(bit,bit)":     row(textsToInt(positionOfBits)),
		"cast(int4,bit)":        bound(integerToBits(32)),
		"cast(int8,bit)":        bound(integerToBits(64)),
		"cast(bit,int4)":        row(bitsToInteger(32)),
		"cast(bit,int8)":        row(bitsToInteger(64)),
		"cast(bit,varbit)":      same,
		"cast(varbit,bit)":      same,
		"cast(bit,bit)":         modified(true),
		"assign(bit,bit)":       modified(false),
		"cast(varbit,varbit)":   modified(true),
		"assign(varbit,varbit)": modified(false),

		"set_bit(bit,int4,int4)":     row(setBitOfBits),
		"substring(bit,int4)":        within(partInt(bytesFrom)),
		"substring(bit,int4,int4)":   within(substr(skipBytes)),
		"overlay(bit,bit,int4)":      row(overlayBits),
		"overlay(bit,bit,int4,int4)": row(overlayBits),
	}
}
