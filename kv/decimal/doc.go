// Package decimal is SQL's numeric: exact decimal numbers with a display scale,
// NaN and the infinities, with the result scales of PostgreSQL 15.
//
// A finite Decimal is coefficient / 10^scale. The coefficient is an Int128 while
// it fits (all the fast paths) and a big.Int otherwise; the scale, 0..16383, is
// also how many digits are printed behind the point: 1.10 and 1.1 are equal but
// not the same. Sums, products, quotients, rounding and text are this package's
// own, because PostgreSQL fixes the scale of a result where libraries fix its
// precision; only exp, ln and power come from apd, whose door this is.
//
// # Encoding
//
// Encode is the value of a numeric column in vectors and rows. It keeps the
// scale, and is canonical: two Decimals that print alike have the same bytes.
//
//	offset  bytes  field
//	0       1      00..3f  finite, the scale itself
//	               40      finite, scale ≥ 64 in the next two bytes, big-endian
//	               80      NaN
//	               81      Infinity
//	               82      -Infinity
//	1 or 3  var    coefficient, two's complement, big-endian, as few bytes as
//	               hold it; none for zero
//
// The empty string, which stands under a NULL, decodes to 0 as well.
//
// EncodeKey is the order-preserving form; values that compare equal have the
// same bytes, so the scale is lost. It ends itself: keys may follow.
//
//	10                             -Infinity
//	20 ^exponent ^digits… ff       negative: all but the tag complemented
//	30                             0
//	40 exponent digits… 00         positive
//	50                             Infinity
//	60                             NaN, above all, as in PostgreSQL
//
// where value = 0.d1d2d3… × 10^exponent with d1 ≠ 0, the exponent is 3 bytes,
// big-endian, biased by 2^23, and each digits byte holds two digits plus one.
//
// # Invariants
//
//   - D1: big is nil exactly when the coefficient fits Int128.
//   - D2: a finite value has at most 131072 digits before the point and a scale
//     of at most 16383; everything that would make a larger one returns
//     ErrOverflow.
//
// # Concurrency
//
// A Decimal is immutable and may be shared; the zero Decimal is 0.
package decimal
