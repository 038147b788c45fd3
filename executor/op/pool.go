package op

import (
	"math/bits"
	"sync"
	"unsafe"

	"github.com/dejaq/fasti/kv/invariants"
	"github.com/dejaq/fasti/kv/vector"
)

// Elem is what pooled buffers hold: values without pointers.
type Elem interface {
	uint8 | uint16 | uint32 | uint64 | int32 | int64 | float64 | [2]uint64 | vector.Span
}

// poolBytesMax is the most memory a Pool keeps; what is put beyond is left to
// the collector.
const poolBytesMax = 16 << 20

// Pool is the statement's free list of buffers, by element type and
// power-of-two capacity. A fresh vector per batch costs more than a pass over
// it (executor.md 1); the pool dies with its statement, so nothing leaks from
// one to the next. The zero value is ready; it may be used by several
// goroutines.
type Pool struct {
	mu   sync.Mutex
	kept int // bytes in the lists

	u8   lists[uint8]
	u16  lists[uint16]
	u32  lists[uint32]
	u64  lists[uint64]
	i32  lists[int32]
	i64  lists[int64]
	f64  lists[float64]
	w128 lists[[2]uint64]
	span lists[vector.Span]
}

type lists[T Elem] [32][][]T // by bits.Len of capacity-1

func listsOf[T Elem](p *Pool) *lists[T] {
	var l any
	switch any((*T)(nil)).(type) {
	case *uint8:
		l = &p.u8
	case *uint16:
		l = &p.u16
	case *uint32:
		l = &p.u32
	case *uint64:
		l = &p.u64
	case *int32:
		l = &p.i32
	case *int64:
		l = &p.i64
	case *float64:
		l = &p.f64
	case *[2]uint64:
		l = &p.w128
	case *vector.Span:
		l = &p.span
	}
	return l.(*lists[T])
}

// Get returns n elements of dirty memory; its capacity is a power of two.
func Get[T Elem](p *Pool, n int) []T {
	if n == 0 {
		return nil
	}
	class := bits.Len(uint(n - 1))
	p.mu.Lock()
	l := listsOf[T](p)
	if class < len(l) {
		if k := len(l[class]); k > 0 {
			s := l[class][k-1]
			l[class] = l[class][:k-1]
			p.kept -= cap(s) * int(unsafe.Sizeof(*new(T)))
			p.mu.Unlock()
			return s[:n]
		}
	}
	p.mu.Unlock()
	return make([]T, n, 1<<class)
}

// Put gives s back; its user must not touch it again. A slice that did not come
// from Get is dropped.
func Put[T Elem](p *Pool, s []T) {
	n := cap(s)
	if n == 0 || n&(n-1) != 0 {
		return
	}
	if invariants.Enabled {
		poison(s[:n])
	}
	size := n * int(unsafe.Sizeof(*new(T)))
	class := bits.Len(uint(n - 1))
	p.mu.Lock()
	defer p.mu.Unlock()
	l := listsOf[T](p)
	if class >= len(l) || p.kept+size > poolBytesMax {
		return
	}
	p.kept += size
	l[class] = append(l[class], s[:0])
}

func poison[T Elem](s []T) {
	b := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*int(unsafe.Sizeof(*new(T))))
	for i := range b {
		b[i] = 0xdb
	}
}
