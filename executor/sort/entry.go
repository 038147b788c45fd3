package sort

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
)

// entry is what is sorted: a word of the key and the row it belongs to.
type entry struct {
	word uint64
	row  uint32
}

// entrySize is the memory of an entry, in bytes.
const entrySize = 16

// radixMin is the number of entries from which the radix sort is used; below,
// its counters cost more than comparing.
const radixMin = 512

// depthMax is the word of a text from which on ties are compared, not sorted by
// radix: long equal prefixes would cost a pass each.
const depthMax = 4

// sorter sorts entries over kept columns.
type sorter struct {
	q    *op.Context
	keys []key
	cols []*vector.Vector
}

// sort orders a, whose entries are in the order of their rows, by the keys from
// k on. tmp is as long as a.
func (s *sorter) sort(a, tmp []entry, k int) error {
	if len(a) < 2 || k == len(s.keys) {
		return nil
	}
	key, v := &s.keys[k], s.cols[s.keys[k].column]
	if v.Nulls == nil {
		return s.words(a, tmp, k, 0)
	}
	n := setApart(a, tmp, v.Nulls, key.nullsFirst)
	values, nulls := a[:n], a[n:]
	if key.nullsFirst {
		nulls, values = values, nulls
	}
	if err := s.sort(nulls, tmp[:len(nulls)], k+1); err != nil {
		return err
	}
	return s.words(values, tmp[:len(values)], k, 0)
}

// setApart moves the entries of NULL rows to one end, keeping the order of each
// kind, and returns how many stand before the border.
func setApart(a, tmp []entry, nulls []uint64, first bool) int {
	var want uint64
	if first {
		want = 1
	}
	n, m := 0, 0
	for _, e := range a {
		if nulls[e.row>>6]>>(e.row&63)&1 == want {
			a[n] = e
			n++
		} else {
			tmp[m] = e
			m++
		}
	}
	copy(a[n:], tmp[:m])
	return n
}

// words orders a, rows without NULL that are equal in the words of key k before
// depth, by the words from there on.
func (s *sorter) words(a, tmp []entry, k, depth int) error {
	if len(a) < 2 {
		return nil
	}
	key, v := &s.keys[k], s.cols[s.keys[k].column]
	if key.class == texts && depth == depthMax {
		return s.long(a, tmp, k)
	}
	key.fill(a, v, depth)
	if err := s.byWord(a, tmp); err != nil {
		return err
	}
	last := k+1 == len(s.keys)
	for i := 0; i < len(a); {
		j := i + 1
		for j < len(a) && a[j].word == a[i].word {
			j++
		}
		switch {
		case j-i == 1:
		case key.more(a[i].word, depth):
			if err := s.words(a[i:j], tmp[i:j], k, depth+1); err != nil {
				return err
			}
		case !last:
			if err := s.sort(a[i:j], tmp[i:j], k+1); err != nil {
				return err
			}
		}
		i = j
	}
	return nil
}

// long orders rows by what follows the words that radix sort looks at.
func (s *sorter) long(a, tmp []entry, k int) error {
	key, v := &s.keys[k], s.cols[s.keys[k].column]
	if err := s.q.Check(); err != nil {
		return err
	}
	slices.SortFunc(a, func(x, y entry) int {
		c := bytes.Compare(rest(v, x.row, depthMax), rest(v, y.row, depthMax))
		if key.desc {
			c = -c
		}
		return cmp.Or(c, cmp.Compare(x.row, y.row))
	})
	for i := 0; i < len(a); {
		j := i + 1
		for j < len(a) && bytes.Equal(rest(v, a[j].row, depthMax), rest(v, a[i].row, depthMax)) {
			j++
		}
		if err := s.sort(a[i:j], tmp[i:j], k+1); err != nil {
			return err
		}
		i = j
	}
	return nil
}

// byWord orders a by word, equal ones by row.
func (s *sorter) byWord(a, tmp []entry) error {
	sorted := true
	for i := 1; i < len(a); i++ {
		if a[i].word < a[i-1].word {
			sorted = false
			break
		}
	}
	switch {
	case sorted:
		return nil
	case len(a) < radixMin:
		slices.SortFunc(a, func(x, y entry) int {
			switch {
			case x.word < y.word:
				return -1
			case x.word > y.word:
				return 1
			}
			return cmp.Compare(x.row, y.row)
		})
		return nil
	}
	return s.radix(a, tmp)
}

// radix is byWord by one pass per byte, least significant first; a byte that all
// words share is skipped.
func (s *sorter) radix(a, tmp []entry) error {
	var counts [8][256]uint32
	for i := range a {
		w := a[i].word
		counts[0][byte(w)]++
		counts[1][byte(w>>8)]++
		counts[2][byte(w>>16)]++
		counts[3][byte(w>>24)]++
		counts[4][byte(w>>32)]++
		counts[5][byte(w>>40)]++
		counts[6][byte(w>>48)]++
		counts[7][byte(w>>56)]++
	}
	from, to := a, tmp
	for b := range counts {
		shift := uint(8 * b)
		next := &counts[b]
		if next[byte(a[0].word>>shift)] == uint32(len(a)) {
			continue
		}
		if len(a) >= op.CheckRows {
			if err := s.q.Check(); err != nil {
				return err
			}
		}
		sum := uint32(0)
		for i, n := range next {
			next[i] = sum
			sum += n
		}
		for _, e := range from {
			d := byte(e.word >> shift)
			to[next[d]] = e
			next[d]++
		}
		from, to = to, from
	}
	if &from[0] != &a[0] {
		copy(a, from)
	}
	return nil
}
