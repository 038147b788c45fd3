// Package sketch summarizes numbers in bounded memory so that percentiles can be
// told within a relative error: a UDDSketch (Epicoco et al., 2020). A positive
// value v is counted in bucket ⌈log_γ v⌉, a negative one in that of -v on the
// other side. When there are too many buckets, pairs of neighbours become one,
// and γ becomes γ².
//
// What a sketch holds depends on the values, not on their order nor on how parts
// were merged, but for the last digits of the sum.
//
// # Format
//
//	byte     1, the version
//	byte     level: how often neighbours were joined
//	uvarint  values
//	uvarint  zeros among them
//	8 bytes  sum, float64, little endian
//	         twice, for positive and for negative values:
//	uvarint    buckets
//	           for each, ascending: varint key less the one before, uvarint count ≥ 1
package sketch

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"
)

const (
	version = 1
	// relativeError is that of a sketch that never joined buckets.
	relativeError = 0.001
	// bucketsMax bounds the buckets of a sketch: some 16 KiB.
	bucketsMax = 1024
	// pendingMax is how many keys wait to be sorted in.
	pendingMax = 512
	levelMax   = 40
)

// ErrCorrupt is returned by Decode for what no sketch encodes to.
var ErrCorrupt = errors.New("sketch: not an encoded sketch")

// logGamma is ln γ of level 0, γ = (1+e)/(1-e).
var logGamma = math.Log((1 + relativeError) / (1 - relativeError))

// Sketch is a summary; the zero value is empty.
type Sketch struct {
	level    uint8
	n, zeros int64
	sum      float64
	sides    [2]side // positive, negative
}

type side struct {
	buckets []bucket // ascending by key
	pending []int32  // keys, each counted once
}

type bucket struct {
	key int32
	n   int64
}

// Add counts v; NaN does not count.
func (s *Sketch) Add(v float64) {
	if v != v {
		return
	}
	s.n++
	s.sum += v
	at := &s.sides[0]
	switch {
	case v == 0:
		s.zeros++
		return
	case v < 0:
		at, v = &s.sides[1], -v
	}
	at.pending = append(at.pending, s.key(v))
	if len(at.pending) >= pendingMax {
		s.settle()
	}
}

// key returns the bucket of v > 0 at the level of s.
func (s *Sketch) key(v float64) int32 {
	k := math.Ceil(math.Log(v) / logGamma)
	if math.IsInf(v, 1) {
		k = math.MaxInt32
	}
	return raise(int32(k), s.level)
}

// raise returns ⌈key / 2^levels⌉.
func raise(key int32, levels uint8) int32 {
	if levels > 31 {
		levels = 31
	}
	return int32((int64(key) + 1<<levels - 1) >> levels)
}

// settle sorts pending keys in and joins buckets while there are too many.
func (s *Sketch) settle() {
	for i := range s.sides {
		at := &s.sides[i]
		if len(at.pending) == 0 {
			continue
		}
		slices.Sort(at.pending)
		var more []bucket
		for _, k := range at.pending {
			if n := len(more); n > 0 && more[n-1].key == k {
				more[n-1].n++
			} else {
				more = append(more, bucket{k, 1})
			}
		}
		at.buckets, at.pending = union(at.buckets, more), at.pending[:0]
	}
	s.join()
}

func (s *Sketch) join() {
	for len(s.sides[0].buckets)+len(s.sides[1].buckets) > bucketsMax && s.level < levelMax {
		s.raiseTo(s.level + 1)
	}
}

// raiseTo joins buckets up to a level.
func (s *Sketch) raiseTo(level uint8) {
	for i := range s.sides {
		at := s.sides[i].buckets
		out := at[:0]
		for _, b := range at {
			b.key = raise(b.key, level-s.level)
			if n := len(out); n > 0 && out[n-1].key == b.key {
				out[n-1].n += b.n
			} else {
				out = append(out, b)
			}
		}
		s.sides[i].buckets = out
	}
	s.level = level
}

// union adds two ascending lists.
func union(a, b []bucket) []bucket {
	if len(a) == 0 {
		return b
	}
	out := make([]bucket, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].key < b[0].key:
			out, a = append(out, a[0]), a[1:]
		case a[0].key > b[0].key:
			out, b = append(out, b[0]), b[1:]
		default:
			out, a, b = append(out, bucket{a[0].key, a[0].n + b[0].n}), a[1:], b[1:]
		}
	}
	return append(append(out, a...), b...)
}

// Merge adds the values of o, which stays as it is but for pending keys.
func (s *Sketch) Merge(o *Sketch) {
	s.settle()
	o.settle()
	from := o
	if o.level < s.level {
		c := *o
		for i := range c.sides {
			c.sides[i].buckets = slices.Clone(o.sides[i].buckets)
		}
		c.raiseTo(s.level)
		from = &c
	} else if o.level > s.level {
		s.raiseTo(o.level)
	}
	for i := range s.sides {
		s.sides[i].buckets = union(s.sides[i].buckets, slices.Clone(from.sides[i].buckets))
	}
	s.n, s.zeros, s.sum = s.n+o.n, s.zeros+o.zeros, s.sum+o.sum
	s.join()
}

// Count returns how many values s has.
func (s *Sketch) Count() int64 { return s.n }

// Mean returns the mean of the values, NaN for none.
func (s *Sketch) Mean() float64 { return s.sum / float64(s.n) }

// Error returns the bound of the relative error of Percentile.
func (s *Sketch) Error() float64 {
	g := s.base()
	return (g - 1) / (g + 1)
}

// base returns γ at the level of s.
func (s *Sketch) base() float64 { return math.Exp(logGamma * math.Ldexp(1, int(s.level))) }

// value returns the middle of bucket key, relatively seen.
func (s *Sketch) value(key int32) float64 {
	g := s.base()
	if math.IsInf(g, 1) {
		return math.Inf(1)
	}
	return math.Exp(logGamma*math.Ldexp(float64(key), int(s.level))) * 2 / (g + 1)
}

// Percentile returns an estimate of the value below which the fraction p, in
// [0, 1], of the values lies; NaN for an empty sketch.
func (s *Sketch) Percentile(p float64) float64 {
	s.settle()
	if s.n == 0 {
		return math.NaN()
	}
	rank := int64(p * float64(s.n-1))
	for _, b := range slices.Backward(s.sides[1].buckets) {
		if rank -= b.n; rank < 0 {
			return -s.value(b.key)
		}
	}
	if rank -= s.zeros; rank < 0 {
		return 0
	}
	for _, b := range s.sides[0].buckets {
		if rank -= b.n; rank < 0 {
			return s.value(b.key)
		}
	}
	return math.NaN()
}

// Rank returns an estimate of the fraction of the values that lie below v; NaN
// for an empty sketch. Of v's own bucket one half counts.
func (s *Sketch) Rank(v float64) float64 {
	s.settle()
	if s.n == 0 {
		return math.NaN()
	}
	below := 0.0
	add := func(b bucket, under, own bool) {
		switch {
		case own:
			below += float64(b.n) / 2
		case under:
			below += float64(b.n)
		}
	}
	key := int32(0)
	if v != 0 {
		key = s.key(math.Abs(v))
	}
	for _, b := range s.sides[1].buckets {
		add(b, v >= 0 || b.key > key, v < 0 && b.key == key)
	}
	add(bucket{n: s.zeros}, v > 0, v == 0)
	for _, b := range s.sides[0].buckets {
		add(b, v > 0 && b.key < key, v > 0 && b.key == key)
	}
	return below / float64(s.n)
}

// Bytes returns the memory of s beyond its own size.
func (s *Sketch) Bytes() int64 {
	n := 0
	for i := range s.sides {
		n += cap(s.sides[i].buckets)*16 + cap(s.sides[i].pending)*4
	}
	return int64(n)
}

// Append appends the encoding of s.
func (s *Sketch) Append(dst []byte) []byte {
	s.settle()
	dst = append(dst, version, s.level)
	dst = binary.AppendUvarint(dst, uint64(s.n))
	dst = binary.AppendUvarint(dst, uint64(s.zeros))
	dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(s.sum))
	for i := range s.sides {
		at := s.sides[i].buckets
		dst = binary.AppendUvarint(dst, uint64(len(at)))
		last := int32(0)
		for _, b := range at {
			dst = binary.AppendVarint(dst, int64(b.key)-int64(last))
			dst = binary.AppendUvarint(dst, uint64(b.n))
			last = b.key
		}
	}
	return dst
}

// Decode reads an encoded sketch, all of src.
func Decode(src []byte) (*Sketch, error) {
	if len(src) < 2 || src[0] != version || src[1] > levelMax {
		return nil, ErrCorrupt
	}
	s := &Sketch{level: src[1]}
	src = src[2:]
	ok := true
	uvarint := func() int64 {
		v, n := binary.Uvarint(src)
		if n <= 0 || v > math.MaxInt64 {
			ok, src = false, nil
			return 0
		}
		src = src[n:]
		return int64(v)
	}
	s.n, s.zeros = uvarint(), uvarint()
	if len(src) < 8 {
		return nil, ErrCorrupt
	}
	s.sum = math.Float64frombits(binary.LittleEndian.Uint64(src))
	src = src[8:]
	total := s.zeros
	for i := range s.sides {
		count := uvarint()
		if count > bucketsMax {
			return nil, ErrCorrupt
		}
		key := int64(0)
		for k := range count {
			d, n := binary.Varint(src)
			if n <= 0 {
				return nil, ErrCorrupt
			}
			src = src[n:]
			key += d
			b := bucket{int32(key), uvarint()}
			if !ok || k > 0 && d <= 0 || key != int64(b.key) || b.n < 1 || total > math.MaxInt64-b.n {
				return nil, ErrCorrupt
			}
			total += b.n
			s.sides[i].buckets = append(s.sides[i].buckets, b)
		}
	}
	if !ok || len(src) > 0 || total != s.n {
		return nil, ErrCorrupt
	}
	return s, nil
}
