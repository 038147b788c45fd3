package sort

import (
	"github.com/dejaq/fasti/executor/hash"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
)

// top is the threshold of a top-n: the first key of the last row that is in.
type top struct {
	some  bool // there is a threshold
	null  bool // it is NULL
	word  uint64
	ties  bool // rows with the threshold's word may be in: another word or key decides
	words []entry
	sel   []uint16
	flat  vector.Scratch
}

// set makes the last row of v the threshold.
func (t *top) set(k *key, v *vector.Vector, only bool) {
	last := v.Len - 1
	t.some, t.null = true, v.IsNull(last)
	if t.null {
		t.ties = !only
		return
	}
	e := []entry{{row: uint32(last)}}
	k.fill(e, v, 0)
	t.word = e[0].word
	t.ties = !only || k.more(t.word, 0)
}

// pass returns the rows that may be in by their first key v.
func (t *top) pass(k *key, v *vector.Vector, rows vector.Rows) vector.Rows {
	if !t.some {
		return rows
	}
	sel := rows.Selection()
	flat := t.flat.Flatten(v, rows)
	if cap(t.words) < len(sel) {
		t.words = make([]entry, vector.MaxRows)
		t.sel = make([]uint16, vector.MaxRows)
	}
	words, out := t.words[:len(sel)], t.sel[:len(sel)]
	t.fill(k, flat, sel, words)
	limit := t.word
	if t.ties && limit < ^uint64(0) {
		limit++
	}
	all := t.ties && t.word == ^uint64(0) // no word is above
	n := 0
	for i, r := range sel {
		in := words[i].word < limit || all
		if flat.Nulls != nil && flat.IsNull(int(r)) {
			in = k.nullsFirst && !t.null || t.null && t.ties
		} else if t.null {
			in = !k.nullsFirst
		}
		out[n] = r
		if in {
			n++
		}
	}
	return vector.Rows{N: rows.N, Sel: out[:n]}
}

// fill sets the first words of the rows in sel; those of NULLs to anything.
func (t *top) fill(k *key, v *vector.Vector, sel []uint16, words []entry) {
	if !k.normalizes() {
		for i, r := range sel {
			words[i].row = uint32(r)
		}
		k.fill(words, v, 0)
		return
	}
	var flip uint64
	if k.desc {
		flip = ^flip
	}
	var text []byte
	for i, r := range sel {
		if k.t == types.Interval {
			words[i].word = hash.IntervalKey(v.W128[r])[0] ^ 1<<63 ^ flip
			continue
		}
		text = hash.AppendNormal(text[:0], k.typ, v.Bytes(int(r)))
		words[i].word = textWord(text, vector.Span{Len: uint32(len(text))}, 0) ^ flip
	}
}
