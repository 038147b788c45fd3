package decimal

import (
	"bytes"
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// generated draws decimals of all forms and sizes, many of them near the bounds of
// int64 and Int128.
func generated() *rapid.Generator[Decimal] {
	return rapid.Custom(func(t *rapid.T) Decimal {
		switch rapid.IntRange(0, 9).Draw(t, "kind") {
		case 0:
			return rapid.SampledFrom([]Decimal{NaN(), Inf(1), Inf(-1), {}, New(0, 5)}).Draw(t, "special")
		case 1, 2, 3:
			return New(rapid.Int64().Draw(t, "coef"), rapid.IntRange(0, 20).Draw(t, "scale"))
		case 4:
			c := Int128{rapid.Int64().Draw(t, "hi"), rapid.Uint64().Draw(t, "lo")}
			return FromInt128(c, rapid.IntRange(0, 100).Draw(t, "scale"))
		case 5:
			b := new(big.Int).Lsh(big.NewInt(1), uint(rapid.IntRange(60, 140).Draw(t, "bits")))
			b.Add(b, big.NewInt(int64(rapid.IntRange(-2, 2).Draw(t, "off"))))
			if rapid.Bool().Draw(t, "neg") {
				b.Neg(b)
			}
			return fromBig(b, rapid.IntRange(0, 40).Draw(t, "scale"))
		}
		text := rapid.StringMatching(`-?[0-9]{1,60}(\.[0-9]{1,40})?(e-?[0-9]{1,2})?`).Draw(t, "text")
		d, err := Parse(text)
		if err != nil {
			t.Fatalf("parse %q: %v", text, err)
		}
		return d
	})
}

// A value survives its text, its encoding, its key (but for the scale) and the
// wire form, and its encodings are canonical.
func TestRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := generated().Draw(t, "d")
		enc := d.Encode(nil)
		for name, back := range map[string]func() (Decimal, error){
			"text":   func() (Decimal, error) { return Parse(d.String()) },
			"decode": func() (Decimal, error) { return Decode(enc) },
			"string": func() (Decimal, error) { return Decode(string(enc)) },
			"wire":   func() (Decimal, error) { return FromWire(d.AppendWire(nil)) },
		} {
			b, err := back()
			if err != nil || !bytes.Equal(b.Encode(nil), enc) || b.String() != d.String() {
				t.Fatalf("%s: %v became %v, %v", name, d, b, err)
			}
		}
		key := AppendKey(nil, enc)
		k, rest, err := DecodeKey(append(key, 7))
		if err != nil || len(rest) != 1 || k.Cmp(d) != 0 || k.Scale() != d.Trim().Scale() {
			t.Fatalf("key: %v became %v, %v, rest %x", d, k, err, rest)
		}
		if coef, scale, ok := DecodeInt64(enc); ok && !bytes.Equal(EncodeInt64(nil, coef, scale), enc) {
			t.Fatalf("%v: int64 form %d/%d", d, coef, scale)
		}
	})
}

// Keys order as values do, whatever the scales; no key is a prefix of another.
func TestKeyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := generated().Draw(t, "a")
		b := generated().Draw(t, "b")
		if rapid.Bool().Draw(t, "near") && a.IsFinite() {
			b, _ = a.Add(New(int64(rapid.IntRange(-1, 1).Draw(t, "diff")), rapid.IntRange(0, 60).Draw(t, "at")))
		}
		x, y := a.EncodeKey(nil), b.EncodeKey(nil)
		if c := bytes.Compare(x, y); c != a.Cmp(b) || a.Cmp(b) != -b.Cmp(a) {
			t.Fatalf("%v and %v: keys %d, values %d", a, b, c, a.Cmp(b))
		}
		if len(x) < len(y) && bytes.HasPrefix(y, x) {
			t.Fatalf("%x is a prefix of %x", x, y)
		}
	})
}

// Add, Sub, Mul, Cmp and rounding agree with big.Int on aligned coefficients: the
// Int128 paths change nothing.
func TestArithmeticMatchesBig(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := generated().Draw(t, "a"), generated().Draw(t, "b")
		if !a.IsFinite() || !b.IsFinite() {
			return
		}
		x, y, scale := alignBig(a, b)
		for _, c := range []struct {
			name string
			got  func() (Decimal, error)
			want Decimal
		}{
			{"add", func() (Decimal, error) { return a.Add(b) }, fromBig(new(big.Int).Add(x, y), scale)},
			{"sub", func() (Decimal, error) { return a.Sub(b) }, fromBig(new(big.Int).Sub(x, y), scale)},
			{"mul", func() (Decimal, error) { return a.Mul(b) }, fromBig(new(big.Int).Mul(a.coef(), b.coef()), a.Scale()+b.Scale())},
		} {
			got, err := c.got()
			if err != nil || !bytes.Equal(got.Encode(nil), c.want.Encode(nil)) {
				t.Fatalf("%s(%v, %v) = %v, %v; want %v", c.name, a, b, got, err, c.want)
			}
		}
		if a.Cmp(b) != x.Cmp(y) {
			t.Fatalf("cmp(%v, %v) = %d", a, b, a.Cmp(b))
		}
		if !b.IsZero() {
			s := rapid.IntRange(max(0, a.Scale()-b.Scale()), 160).Draw(t, "s")
			got, err := a.divAt(b, s, true)
			want := fromBig(quoBig(new(big.Int).Mul(a.coef(), bigPow10(s-a.Scale()+b.Scale())), b.coef()), s)
			if err != nil || got.Cmp(want) != 0 {
				t.Fatalf("%v / %v at %d = %v, %v; want %v", a, b, s, got, err, want)
			}
		}
	})
}

// Int128 arithmetic agrees with big.Int and reports what does not fit.
func TestInt128(t *testing.T) {
	word := rapid.Custom(func(t *rapid.T) Int128 {
		switch rapid.IntRange(0, 2).Draw(t, "size") {
		case 0:
			return Int128Of(rapid.Int64().Draw(t, "v"))
		case 1:
			return Int128{rapid.SampledFrom([]int64{math.MinInt64, math.MaxInt64, -1, 0, 1}).Draw(t, "edge"), rapid.Uint64().Draw(t, "lo")}
		}
		return Int128{rapid.Int64().Draw(t, "hi"), rapid.Uint64().Draw(t, "lo")}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		check := func(op string, got Int128, ok bool, want *big.Int) {
			w, fits := int128OfBig(want)
			if ok != fits || fits && got != w {
				t.Fatalf("%v %s %v = %v %v, want %v", a.Big(), op, b.Big(), got.Big(), ok, want)
			}
		}
		s, ok := a.Add(b)
		check("+", s, ok, new(big.Int).Add(a.Big(), b.Big()))
		s, ok = a.Sub(b)
		check("-", s, ok, new(big.Int).Sub(a.Big(), b.Big()))
		s, ok = a.Neg()
		check("neg", s, ok, new(big.Int).Neg(a.Big()))
		v, w := int64(a.Lo), int64(b.Lo)
		check("*", MulInt64(v, w), true, new(big.Int).Mul(big.NewInt(v), big.NewInt(w)))
		if a.Cmp(b) != a.Big().Cmp(b.Big()) || a.Sign() != a.Big().Sign() {
			t.Fatalf("cmp %v %v", a.Big(), b.Big())
		}
	})
}

// Text that PostgreSQL refuses is refused, in the same class.
func TestParseErrors(t *testing.T) {
	for text, want := range map[string]error{
		"": ErrSyntax, " ": ErrSyntax, ".": ErrSyntax, "-": ErrSyntax, "1 2": ErrSyntax, "+NaN": ErrSyntax,
		"1e": ErrSyntax, "1.2.3": ErrSyntax, "0x10": ErrSyntax, "- 5": ErrSyntax, "infinityx": ErrSyntax, "e5": ErrSyntax,
		"1e131072": ErrOverflow, "1e-16384": ErrOverflow, "0e-20000": ErrOverflow, "1e9999999999": ErrOverflow,
	} {
		_, err := Parse(text)
		require.ErrorIs(t, err, want, "%q", text)
	}
	for text, want := range map[string]string{
		" 1e 5 ": "100000", "1.": "1", "+.5": "0.5", "NaN ": "NaN", " -inf": "-Infinity", "0e999999999": "0",
		"-0.00": "0.00", "1E-3": "0.001", "1.50e1": "15.0",
	} {
		d, err := Parse(text)
		require.NoError(t, err, "%q", text)
		require.Equal(t, want, d.String(), "%q", text)
	}
}

// The largest numbers are taken and one digit more is not, by text and by
// arithmetic.
func TestBounds(t *testing.T) {
	top, err := Parse("9e131071")
	require.NoError(t, err)
	_, err = top.Add(top)
	require.ErrorIs(t, err, ErrOverflow)
	_, err = top.Mul(FromInt64(10))
	require.ErrorIs(t, err, ErrOverflow)
	_, err = top.Power(FromInt64(2))
	require.ErrorIs(t, err, ErrOverflow)
	small, err := Parse("1e-16383")
	require.NoError(t, err)
	p, err := small.Mul(small)
	require.NoError(t, err)
	require.True(t, p.IsZero())
	require.Equal(t, MaxScale, p.Scale())
	_, err = FromInt64(6000).Exp()
	require.ErrorIs(t, err, ErrOverflow)
}

// Conversions from float keep 15 and 6 digits, as PostgreSQL's casts do.
func TestFromFloat(t *testing.T) {
	for f, want := range map[float64]string{
		0.1: "0.1", 1.0 / 3: "0.333333333333333", 1e20: "100000000000000000000", 123456789012345678: "123456789012346000",
		-2.5: "-2.5", 1e-10: "0.0000000001", 0: "0", math.Inf(-1): "-Infinity", 100: "100",
	} {
		require.Equal(t, want, FromFloat64(f).String())
	}
	require.Equal(t, "NaN", FromFloat64(math.NaN()).String())
	require.Equal(t, "0.333333", FromFloat32(1.0/3).String())
	require.Equal(t, "16777200", FromFloat32(16777216).String())
}

// The encoding's bytes are fixed: stored rows depend on them.
func TestEncodingGolden(t *testing.T) {
	for text, want := range map[string]string{
		"0": "\x00", "0.00": "\x02", "1": "\x00\x01", "-1": "\x00\xff", "127": "\x00\x7f", "128": "\x00\x00\x80",
		"-128": "\x00\x80", "-129": "\x00\xff\x7f", "1.10": "\x02\x6e", "NaN": "\x80", "Infinity": "\x81", "-Infinity": "\x82",
		"1e-64":                "\x40\x00\x40\x01",
		"18446744073709551616": "\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00",
		"-340282366920938463463374607431768211456": "\x00\xff" + string(make([]byte, 16)),
	} {
		d, err := Parse(text)
		require.NoError(t, err)
		require.Equal(t, want, string(d.Encode(nil)), text)
	}
	for text, want := range map[string]string{
		"0.0": "\x30", "12.3": "\x40\x80\x00\x02\x0d\x1f\x00", "-12.3": "\x20\x7f\xff\xfd\xf2\xe0\xff", "0.001": "\x40\x7f\xff\xfe\x0b\x00",
	} {
		d, err := Parse(text)
		require.NoError(t, err)
		require.Equal(t, want, string(d.EncodeKey(nil)), text)
	}
}
