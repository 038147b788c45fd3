package compute

import (
	"bytes"
	"cmp"

	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/json"
)

type integer interface{ int32 | int64 }

// The loops below write one bit per row, 64 rows to a word. Each has its
// operation in the body: a method of a type parameter would not be inlined. They
// compare integers; those for floats stand apart for NaN.

func eqVV[T integer](d []uint64, a, b []T) {
	b = b[:len(a)]
	for len(a) >= 64 {
		x, y := (*[64]T)(a), (*[64]T)(b)
		var m uint64
		for j := 0; j < 64; j += 4 {
			var b0, b1, b2, b3 uint64
			if x[j] == y[j] {
				b0 = 1
			}
			if x[j+1] == y[j+1] {
				b1 = 2
			}
			if x[j+2] == y[j+2] {
				b2 = 4
			}
			if x[j+3] == y[j+3] {
				b3 = 8
			}
			m |= (b0 | b1 | b2 | b3) << uint(j)
		}
		d[0] = m
		a, b, d = a[64:], b[64:], d[1:]
	}
	if len(a) > 0 {
		var m uint64
		for j, x := range a {
			if x == b[j] {
				m |= 1 << uint(j)
			}
		}
		d[0] = m
	}
}

func ltVV[T integer](d []uint64, a, b []T) {
	b = b[:len(a)]
	for len(a) >= 64 {
		x, y := (*[64]T)(a), (*[64]T)(b)
		var m uint64
		for j := 0; j < 64; j += 4 {
			var b0, b1, b2, b3 uint64
			if x[j] < y[j] {
				b0 = 1
			}
			if x[j+1] < y[j+1] {
				b1 = 2
			}
			if x[j+2] < y[j+2] {
				b2 = 4
			}
			if x[j+3] < y[j+3] {
				b3 = 8
			}
			m |= (b0 | b1 | b2 | b3) << uint(j)
		}
		d[0] = m
		a, b, d = a[64:], b[64:], d[1:]
	}
	if len(a) > 0 {
		var m uint64
		for j, x := range a {
			if x < b[j] {
				m |= 1 << uint(j)
			}
		}
		d[0] = m
	}
}

func eqVC[T integer](d []uint64, a []T, c T) {
	for len(a) >= 64 {
		x := (*[64]T)(a)
		var m uint64
		for j := 0; j < 64; j += 4 {
			var b0, b1, b2, b3 uint64
			if x[j] == c {
				b0 = 1
			}
			if x[j+1] == c {
				b1 = 2
			}
			if x[j+2] == c {
				b2 = 4
			}
			if x[j+3] == c {
				b3 = 8
			}
			m |= (b0 | b1 | b2 | b3) << uint(j)
		}
		d[0] = m
		a, d = a[64:], d[1:]
	}
	if len(a) > 0 {
		var m uint64
		for j, x := range a {
			if x == c {
				m |= 1 << uint(j)
			}
		}
		d[0] = m
	}
}

func ltVC[T integer](d []uint64, a []T, c T) {
	for len(a) >= 64 {
		x := (*[64]T)(a)
		var m uint64
		for j := 0; j < 64; j += 4 {
			var b0, b1, b2, b3 uint64
			if x[j] < c {
				b0 = 1
			}
			if x[j+1] < c {
				b1 = 2
			}
			if x[j+2] < c {
				b2 = 4
			}
			if x[j+3] < c {
				b3 = 8
			}
			m |= (b0 | b1 | b2 | b3) << uint(j)
		}
		d[0] = m
		a, d = a[64:], d[1:]
	}
	if len(a) > 0 {
		var m uint64
		for j, x := range a {
			if x < c {
				m |= 1 << uint(j)
			}
		}
		d[0] = m
	}
}

func gtVC[T integer](d []uint64, a []T, c T) {
	for len(a) >= 64 {
		x := (*[64]T)(a)
		var m uint64
		for j := 0; j < 64; j += 4 {
			var b0, b1, b2, b3 uint64
			if x[j] > c {
				b0 = 1
			}
			if x[j+1] > c {
				b1 = 2
			}
			if x[j+2] > c {
				b2 = 4
			}
			if x[j+3] > c {
				b3 = 8
			}
			m |= (b0 | b1 | b2 | b3) << uint(j)
		}
		d[0] = m
		a, d = a[64:], d[1:]
	}
	if len(a) > 0 {
		var m uint64
		for j, x := range a {
			if x > c {
				m |= 1 << uint(j)
			}
		}
		d[0] = m
	}
}

// Floats: NaN equals NaN and is above all numbers.

func feqVV(d []uint64, a, b []float64) {
	b = b[:len(a)]
	for k := 0; len(a) > 0; k++ {
		n := min(64, len(a))
		var m uint64
		for j, x := range a[:n] {
			if y := b[j]; x == y || x != x && y != y {
				m |= 1 << uint(j)
			}
		}
		d[k] = m
		a, b = a[n:], b[n:]
	}
}

func fltVV(d []uint64, a, b []float64) {
	b = b[:len(a)]
	for k := 0; len(a) > 0; k++ {
		n := min(64, len(a))
		var m uint64
		for j, x := range a[:n] {
			if y := b[j]; x < y || y != y && x == x {
				m |= 1 << uint(j)
			}
		}
		d[k] = m
		a, b = a[n:], b[n:]
	}
}

// feqVC, fltVC and fgtVC compare with a constant that is not NaN.
func feqVC(d []uint64, a []float64, c float64) {
	for len(a) >= 64 {
		x := (*[64]float64)(a)
		var m uint64
		for j := 0; j < 64; j += 4 {
			var b0, b1, b2, b3 uint64
			if x[j] == c {
				b0 = 1
			}
			if x[j+1] == c {
				b1 = 2
			}
			if x[j+2] == c {
				b2 = 4
			}
			if x[j+3] == c {
				b3 = 8
			}
			m |= (b0 | b1 | b2 | b3) << uint(j)
		}
		d[0] = m
		a, d = a[64:], d[1:]
	}
	if len(a) > 0 {
		var m uint64
		for j, x := range a {
			if x == c {
				m |= 1 << uint(j)
			}
		}
		d[0] = m
	}
}

func fltVC(d []uint64, a []float64, c float64) {
	for len(a) >= 64 {
		x := (*[64]float64)(a)
		var m uint64
		for j := 0; j < 64; j += 4 {
			var b0, b1, b2, b3 uint64
			if x[j] < c {
				b0 = 1
			}
			if x[j+1] < c {
				b1 = 2
			}
			if x[j+2] < c {
				b2 = 4
			}
			if x[j+3] < c {
				b3 = 8
			}
			m |= (b0 | b1 | b2 | b3) << uint(j)
		}
		d[0] = m
		a, d = a[64:], d[1:]
	}
	if len(a) > 0 {
		var m uint64
		for j, x := range a {
			if x < c {
				m |= 1 << uint(j)
			}
		}
		d[0] = m
	}
}

// fleVC is a <= c: its complement, a > c, holds for NaN.
func fleVC(d []uint64, a []float64, c float64) {
	for len(a) >= 64 {
		x := (*[64]float64)(a)
		var m uint64
		for j := 0; j < 64; j += 4 {
			var b0, b1, b2, b3 uint64
			if x[j] <= c {
				b0 = 1
			}
			if x[j+1] <= c {
				b1 = 2
			}
			if x[j+2] <= c {
				b2 = 4
			}
			if x[j+3] <= c {
				b3 = 8
			}
			m |= (b0 | b1 | b2 | b3) << uint(j)
		}
		d[0] = m
		a, d = a[64:], d[1:]
	}
	if len(a) > 0 {
		var m uint64
		for j, x := range a {
			if x <= c {
				m |= 1 << uint(j)
			}
		}
		d[0] = m
	}
}

// isNaNs sets the bits of NaNs.
func isNaNs(d []uint64, a []float64) {
	for k := 0; len(a) > 0; k++ {
		n := min(64, len(a))
		var m uint64
		for j, x := range a[:n] {
			if x != x {
				m |= 1 << uint(j)
			}
		}
		d[k] = m
		a = a[n:]
	}
}

// comparison is one of the six operators.
type comparison uint8

const (
	opEQ comparison = iota
	opNE
	opLT
	opLE
	opGT
	opGE
)

// compareInts returns the bulk kernel of an operator over integers, dates or
// timestamps.
func compareInts[T integer](op comparison) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		a, b := args[0], args[1]
		x, y := vector.Values[T](a), vector.Values[T](b)
		d := out.Bits
		op := op
		if a.Form == vector.Const && b.Form != vector.Const {
			// c < x is x > c.
			a, b, x, y = b, a, y, x
			op = [...]comparison{opEQ, opNE, opGT, opGE, opLT, opLE}[op]
		}
		x = x[:rows.N]
		if b.Form == vector.Const {
			switch op {
			case opEQ, opNE:
				eqVC(d, x, y[0])
			case opLT, opGE:
				ltVC(d, x, y[0])
			default:
				gtVC(d, x, y[0])
			}
		} else {
			switch op {
			case opEQ, opNE:
				eqVV(d, x, y)
			case opLT, opGE:
				ltVV(d, x, y)
			default:
				ltVV(d, y[:rows.N], x)
			}
		}
		if op == opNE || op == opGE || op == opLE {
			vector.NotBits(d)
		}
		return nil
	}
}

// compareFloats is compareInts for floats.
func compareFloats(op comparison) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		a, b := args[0], args[1]
		x, y := a.F64, b.F64
		d := out.Bits
		op := op
		if a.Form == vector.Const && b.Form != vector.Const {
			a, b, x, y = b, a, y, x
			op = [...]comparison{opEQ, opNE, opGT, opGE, opLT, opLE}[op]
		}
		x = x[:rows.N]
		not := op == opNE || op == opGE || op == opLE
		switch {
		case b.Form == vector.Const && y[0] != y[0]:
			// Only NaN is not below NaN.
			switch op {
			case opEQ, opNE:
				isNaNs(d, x)
			case opLT, opGE:
				isNaNs(d, x)
				not = !not
			default: // nothing is above
				clear(d)
			}
		case b.Form == vector.Const:
			switch op {
			case opEQ, opNE:
				feqVC(d, x, y[0])
			case opLT, opGE:
				fltVC(d, x, y[0])
			default:
				fleVC(d, x, y[0])
				not = !not
			}
		default:
			switch op {
			case opEQ, opNE:
				feqVV(d, x, y)
			case opLT, opGE:
				fltVV(d, x, y)
			default:
				fltVV(d, y[:rows.N], x)
			}
		}
		if not {
			vector.NotBits(d)
		}
		return nil
	}
}

// fulfils reports whether the operator holds for values that compare as c.
func (op comparison) fulfils(c int) bool {
	switch op {
	case opEQ:
		return c == 0
	case opNE:
		return c != 0
	case opLT:
		return c < 0
	case opLE:
		return c <= 0
	case opGT:
		return c > 0
	}
	return c >= 0
}

// compareBytes is a row kernel over text and bytea: bytewise, as collation "C".
func compareBytes(op comparison) Kernel {
	if op == opEQ || op == opNE {
		return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
			x, y := spansOf(args[0]), spansOf(args[1])
			if y.mask == 0 {
				eqBytesConst(out, &x, y.get(0), rows, op == opEQ)
				return nil
			}
			for _, i := range rows.Selection() {
				setBit(out, int(i), string(x.get(int(i))) == string(y.get(int(i))) == (op == opEQ))
			}
			return nil
		}
	}
	return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x, y := spansOf(args[0]), spansOf(args[1])
		for _, i := range rows.Selection() {
			setBit(out, int(i), op.fulfils(bytes.Compare(x.get(int(i)), y.get(int(i)))))
		}
		return nil
	}
}

// eqBytesConst compares with a constant; most values differ in length already,
// which the span tells.
func eqBytesConst(out *vector.Vector, x *spans, c []byte, rows vector.Rows, equal bool) {
	for _, i := range rows.Selection() {
		p := x.at[int(i)&x.mask]
		same := int(p.Len) == len(c) && string(x.arena[p.Off:p.Off+p.Len]) == string(c)
		setBit(out, int(i), same == equal)
	}
}

// compareNumerics is a row kernel.
func compareNumerics(op comparison) Kernel {
	return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x, y := spansOf(args[0]), spansOf(args[1])
		for _, i := range rows.Selection() {
			c, err := cmpNumeric(x.get(int(i)), y.get(int(i)))
			if err != nil {
				return err
			}
			setBit(out, int(i), op.fulfils(c))
		}
		return nil
	}
}

func cmpNumeric(a, b []byte) (int, error) {
	if x, s, ok := decimal.DecodeInt64(a); ok {
		if y, t, ok := decimal.DecodeInt64(b); ok && s == t {
			return cmp.Compare(x, y), nil
		}
	}
	x, err := decimal.Decode(a)
	if err != nil {
		return 0, numericError(err)
	}
	y, err := decimal.Decode(b)
	if err != nil {
		return 0, numericError(err)
	}
	return x.Cmp(y), nil
}

// compareWords is a bulk kernel over uuids and intervals.
func compareWords(op comparison, order func(a, b [2]uint64) int) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x, y := args[0].W128, args[1].W128
		m, n := mask(args[0]), mask(args[1])
		for i := range rows.N {
			setBit(out, i, op.fulfils(order(x[i&m], y[i&n])))
		}
		return nil
	}
}

func compareUUID(a, b [2]uint64) int {
	if a[0] != b[0] {
		return cmp.Compare(a[0], b[0])
	}
	return cmp.Compare(a[1], b[1])
}

// compareBools is a bulk kernel; FALSE is below TRUE.
func compareBools(op comparison) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, _ vector.Rows) error {
		a, b := wordsOf(args[0]), wordsOf(args[1])
		for k := range out.Bits {
			x, _ := a.get(k)
			y, _ := b.get(k)
			switch op {
			case opEQ:
				out.Bits[k] = ^(x ^ y)
			case opNE:
				out.Bits[k] = x ^ y
			case opLT:
				out.Bits[k] = ^x & y
			case opLE:
				out.Bits[k] = ^x | y
			case opGT:
				out.Bits[k] = x &^ y
			default:
				out.Bits[k] = x | ^y
			}
		}
		return nil
	}
}

// cmpFloat orders floats as PostgreSQL does.
func cmpFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	case a == b:
		return 0
	case a == a:
		return -1
	case b == b:
		return 1
	}
	return 0
}

// isUnsigned reports whether values of t are OIDs, which have no sign.
func isUnsigned(t types.Type) bool {
	switch t.ID {
	case types.Int2, types.Int4, types.Date, types.Enum:
		return false
	}
	return vector.KindOf(t) == vector.Int32
}

// orderOf returns how values of a type compare, for kernels that are not hot.
// The rows are not NULL; numerics that do not decode are equal.
func orderOf(t types.Type) func(a *vector.Vector, i int, b *vector.Vector, j int) int {
	switch vector.KindOf(t) {
	case vector.Bool:
		return func(a *vector.Vector, i int, b *vector.Vector, j int) int {
			return int(b2i(a.Bool(i))) - int(b2i(b.Bool(j)))
		}
	case vector.Int32, vector.Int64:
		if isUnsigned(t) {
			return func(a *vector.Vector, i int, b *vector.Vector, j int) int {
				return cmp.Compare(uint32(a.Int(i)), uint32(b.Int(j)))
			}
		}
		return func(a *vector.Vector, i int, b *vector.Vector, j int) int { return cmp.Compare(a.Int(i), b.Int(j)) }
	case vector.Float64:
		return func(a *vector.Vector, i int, b *vector.Vector, j int) int { return cmpFloat(a.Float(i), b.Float(j)) }
	case vector.Word128:
		if t.ID == types.Interval {
			return func(a *vector.Vector, i int, b *vector.Vector, j int) int {
				return compareInterval(a.Word(i), b.Word(j))
			}
		}
		return func(a *vector.Vector, i int, b *vector.Vector, j int) int { return compareUUID(a.Word(i), b.Word(j)) }
	}
	if t.ID == types.Numeric {
		return func(a *vector.Vector, i int, b *vector.Vector, j int) int {
			c, _ := cmpNumeric(a.Bytes(i), b.Bytes(j))
			return c
		}
	}
	if t.ID == types.Bpchar {
		return func(a *vector.Vector, i int, b *vector.Vector, j int) int {
			return bytes.Compare(trimPadding(a.Bytes(i)), trimPadding(b.Bytes(j)))
		}
	}
	if t.ID == types.JSONB || keys.IsNested(t) {
		key := func(dst, v []byte) []byte {
			if t.ID == types.JSONB {
				return json.Value(v).AppendKey(dst)
			}
			return keys.AppendNested(dst, t, v)
		}
		var x, y []byte
		return func(a *vector.Vector, i int, b *vector.Vector, j int) int {
			x, y = key(x[:0], a.Bytes(i)), key(y[:0], b.Bytes(j))
			return bytes.Compare(x, y)
		}
	}
	return func(a *vector.Vector, i int, b *vector.Vector, j int) int {
		return bytes.Compare(a.Bytes(i), b.Bytes(j))
	}
}

func b2i(b bool) int32 {
	if b {
		return 1
	}
	return 0
}

// kernelExtreme is GREATEST or LEAST: a row kernel that looks over NULLs itself.
func kernelExtreme(t types.Type, greatest bool) Kernel {
	order := orderOf(t)
	sign := -1
	if greatest {
		sign = 1
	}
	return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		for _, i := range rows.Selection() {
			i := int(i)
			var best *vector.Vector
			for _, a := range args {
				if !a.IsNull(i) && (best == nil || order(a, i, best, i)*sign > 0) {
					best = a
				}
			}
			if best == nil {
				setNull(out, i, rows.N)
				continue
			}
			copyRow(out, best, i)
		}
		return nil
	}
}

// copyRow copies the value of row i.
func copyRow(out, a *vector.Vector, i int) {
	k := i & mask(a)
	switch out.Kind {
	case vector.Bool:
		setBit(out, i, a.Bool(i))
	case vector.Int32:
		out.I32[i] = a.I32[k]
	case vector.Int64:
		out.I64[i] = a.I64[k]
	case vector.Float64:
		out.F64[i] = a.F64[k]
	case vector.Word128:
		out.W128[i] = a.W128[k]
	case vector.Bytes:
		at := len(out.Arena)
		out.Arena = append(out.Arena, a.Bytes(i)...)
		appendSpan(out, i, at)
	}
}
