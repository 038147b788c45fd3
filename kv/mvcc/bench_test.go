package mvcc

import (
	"context"
	"fmt"
	"testing"

	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/kv/store"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
)

var benchAirports = []string{"ABQ", "ATL", "DFW", "DEN", "JFK", "LAX", "ORD", "SEA"}

// flightBatch returns n ≤ 4096 rows in time order from row number at on.
func flightBatch(at, n int) *vector.Batch {
	ts, delay, distance := make([]int64, n), make([]int32, n), make([]int32, n)
	text := [2]*vector.Vector{}
	for k := range text {
		v := &vector.Vector{Kind: vector.Bytes, Len: n}
		for i := range n {
			v.Spans = append(v.Spans, vector.Span{Off: uint32(len(v.Arena)), Len: 3})
			v.Arena = append(v.Arena, benchAirports[(i*7+k*3)%8]...)
		}
		text[k] = v
	}
	for i := range n {
		ts[i] = int64(at+i) * 5e6
		delay[i], distance[i] = int32(i%90-20), int32(i*13%2500)
	}
	return &vector.Batch{Len: n, Cols: []*vector.Vector{
		{Kind: vector.Int64, Len: n, I64: ts},
		{Kind: vector.Int32, Len: n, I32: delay},
		{Kind: vector.Int32, Len: n, I32: distance},
		text[0], text[1],
	}}
}

// Cost of turning rows into a write set, in blocks of rows/40 as a load has them.
func BenchmarkEncode(b *testing.B) {
	c, err := NewCodec(flights())
	if err != nil {
		b.Fatal(err)
	}
	const rows = 4096
	batch := flightBatch(0, rows)
	e := NewEncoder(c)
	sel := make([]uint16, rows)
	for i := range sel {
		sel[i] = uint16(i)
	}
	ids := make([]uint64, rows)
	var w WriteSet
	b.ReportAllocs()
	bytes := 0
	for b.Loop() {
		w.Reset()
		e.Load(batch)
		for i := 0; i < rows; i += 102 {
			part := sel[i:min(i+102, rows)]
			w.Begin(schema.ShardID{Table: 1, Start: int64(i)}, 1)
			_, size := e.Fit(part, 1<<20)
			e.AppendWrites(&w, Insert, None, part, size, ids)
		}
		bytes = w.Len()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
	b.ReportMetric(float64(bytes)/rows, "B/row")
}

// loadFlights puts n rows into a store, 190 in a shard, and compacts it.
func loadFlights(tb testing.TB, n int) *store.Store {
	s, err := store.Open(store.Options{Dir: tb.TempDir(), Kind: store.Data})
	if err != nil {
		tb.Fatal(err)
	}
	c, _ := NewCodec(flights())
	e := NewEncoder(c)
	for at := 0; at < n; at += 3800 {
		batch := flightBatch(at, 3800)
		e.Load(batch)
		ids := make([]uint64, 3800)
		for i := range ids {
			ids[i] = uint64(at+i) + 1<<40
		}
		var w WriteSet
		for i := 0; i < 3800; i += 190 {
			part := make([]uint16, 190)
			for j := range part {
				part[j] = uint16(i + j)
			}
			w.Begin(schema.ShardID{Table: 1, Start: int64(at+i) * 5e6}, 1)
			_, size := e.Fit(part, 1<<20)
			e.AppendWrites(&w, Insert, None, part, size, ids)
		}
		b := s.NewBatch()
		if err := ApplyWrites(b, 1, w.Bytes(), 100); err != nil {
			tb.Fatal(err)
		}
		if err := s.Apply(b, false); err != nil {
			tb.Fatal(err)
		}
		b.Close()
	}
	return s
}

// Cost of scanning committed rows: columns=0 is what the scan costs without any.
func BenchmarkScan(b *testing.B) {
	const rows = 380000
	s := loadFlights(b, rows)
	defer s.Close()
	from, to := keys.GroupBounds(1)
	c, _ := NewCodec(flights())
	scan := func(b *testing.B, columns []int, withKeys bool) {
		b.ReportAllocs()
		var m Morsel
		var out [6]vector.Vector
		for b.Loop() {
			sc, err := NewScanner(s.Reader(), c, 200, withKeys)
			if err != nil {
				b.Fatal(err)
			}
			sc.Seek(from, to, nil)
			n := 0
			for more := true; more; {
				m.Reset()
				if more, err = sc.Fill(&m); err != nil {
					b.Fatal(err)
				}
				n += m.Rows()
				for i, o := range columns {
					if err := m.Decode(o, 0, m.Rows(), &out[i]); err != nil {
						b.Fatal(err)
					}
				}
			}
			if n != rows {
				b.Fatal(n)
			}
			sc.Close()
		}
		b.ReportMetric(float64(b.N)*rows/b.Elapsed().Seconds()/1e6, "Mrows/s")
	}
	for _, compacted := range []bool{false, true} {
		if compacted {
			if err := s.Flush(); err != nil {
				b.Fatal(err)
			}
			if err := s.Compact(context.Background(), from, to); err != nil {
				b.Fatal(err)
			}
		}
		for _, columns := range [][]int{{}, {1}, {3}, {0, 1, 2, 3, 4}, {Locator, 1}} {
			b.Run(fmt.Sprintf("compacted=%v/columns=%v", compacted, columns), func(b *testing.B) {
				scan(b, columns, len(columns) > 0 && columns[0] == Locator)
			})
		}
	}
}

// Cost of looking single rows up, present and absent ones.
func BenchmarkSeek(b *testing.B) {
	const rows = 190000
	s := loadFlights(b, rows)
	defer s.Close()
	from, to := keys.GroupBounds(1)
	if err := s.Compact(context.Background(), from, to); err != nil {
		b.Fatal(err)
	}
	for _, present := range []bool{true, false} {
		b.Run(fmt.Sprintf("present=%v", present), func(b *testing.B) {
			seek, err := NewSeeker(s.Reader())
			if err != nil {
				b.Fatal(err)
			}
			defer seek.Close()
			i := 0
			for b.Loop() {
				i = (i + 7919) % rows
				id := uint64(i) + 1<<40
				if !present {
					id += 1 << 41
				}
				shard := schema.ShardID{Table: 1, Start: int64(i/190*190) * 5e6}
				_, _, ok, err := seek.Newest(1, shard, keys.AppendInt64(nil, int64(id^1<<63)), 200)
				if err != nil || ok != present {
					b.Fatal(ok, err)
				}
			}
		})
	}
}

// Cost of applying a write set to the store, flushes not counted.
func BenchmarkApply(b *testing.B) {
	s, err := store.Open(store.Options{Dir: b.TempDir(), Kind: store.Data})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	c, _ := NewCodec(flights())
	e := NewEncoder(c)
	e.Load(flightBatch(0, 4096))
	sel := make([]uint16, 4096)
	for i := range sel {
		sel[i] = uint16(i)
	}
	ts := schema.Timestamp(0)
	ids := make([]uint64, 4096)
	for b.Loop() {
		ts++
		var w WriteSet
		w.Begin(schema.ShardID{Table: 1}, 1)
		_, size := e.Fit(sel, 1<<20)
		for i := range ids {
			ids[i] = uint64(ts)<<20 + uint64(i)
		}
		e.AppendWrites(&w, Insert, None, sel, size, ids)
		batch := s.NewBatchSize(4096 * 90)
		if err := ApplyWrites(batch, 1, w.Bytes(), ts); err != nil {
			b.Fatal(err)
		}
		if err := s.Apply(batch, false); err != nil {
			b.Fatal(err)
		}
		batch.Close()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/4096, "ns/row")
}
