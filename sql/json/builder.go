package json

import (
	"encoding/binary"
	"slices"

	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// Builder makes a Value from events: the beginnings, members and ends of its
// containers, in order. Members of an object are a Key and a value. The zero
// Builder is ready, and again after Append.
type Builder struct {
	arena   []byte // keys, and scalars and values in their binary form
	pending []node // members of the open containers, outermost first
	done    []node // members of the closed ones
	open    []frame
	key     span // of the next value, in an object
	err     error
}

// span is a piece of the arena.
type span struct{ from, to uint32 }

func (s span) size() uint32 { return s.to - s.from }

// node is a value: bytes in the arena, or a container of nodes.
type node struct {
	key   span
	bytes span // tag 0
	tag   byte // tagArray or tagObject with its width, 0 for bytes
	first int32
	n     int32
	size  uint32 // of the binary form
	keys  uint32 // bytes of an object's keys
}

// frame is an open container: its tag and key, and where its members begin.
type frame struct {
	tag   byte
	key   span
	first int
}

// Reset forgets what has been built.
func (b *Builder) Reset() {
	b.arena, b.pending, b.done, b.open = b.arena[:0], b.pending[:0], b.done[:0], b.open[:0]
	b.err = nil
}

// Depth returns how many containers are open.
func (b *Builder) Depth() int { return len(b.open) }

// Size returns the bytes of what has been added, about.
func (b *Builder) Size() int {
	return len(b.arena) + 40*(len(b.pending)+len(b.done))
}

// fail keeps the first error for Append.
func (b *Builder) fail(err error) {
	if b.err == nil {
		b.err = err
	}
}

// put adds the bytes that fill appends as one value.
func (b *Builder) put(from int) {
	if len(b.arena)-from > MaxSize {
		b.fail(stringTooLong())
	}
	s := span{uint32(from), uint32(len(b.arena))}
	b.pending = append(b.pending, node{key: b.key, bytes: s, size: s.size()})
	b.key = span{}
	if len(b.arena) > 1<<31 {
		b.fail(sqlerr.New(sqlerr.OutOfMemory, "out of memory"))
		b.arena = b.arena[:0]
	}
}

// Null adds null.
func (b *Builder) Null() {
	b.arena = append(b.arena, tagNull)
	b.put(len(b.arena) - 1)
}

// Bool adds true or false.
func (b *Builder) Bool(x bool) {
	tag := tagFalse
	if x {
		tag = tagTrue
	}
	b.arena = append(b.arena, tag)
	b.put(len(b.arena) - 1)
}

// String adds a string, which is UTF-8 without a zero byte.
func (b *Builder) String(s []byte) {
	at := len(b.arena)
	b.arena = append(append(b.arena, tagString), s...)
	b.put(at)
}

// Number adds a number, which is finite.
func (b *Builder) Number(d decimal.Decimal) {
	at := len(b.arena)
	b.arena = d.Encode(append(b.arena, tagNumber))
	b.put(at)
}

// Value adds a copy of v.
func (b *Builder) Value(v Value) {
	if len(v) == 0 {
		b.Null()
		return
	}
	at := len(b.arena)
	b.arena = append(b.arena, v...)
	b.put(at)
}

// Key sets the key of the value that comes next.
func (b *Builder) Key(k []byte) {
	if len(k) > MaxSize {
		b.fail(stringTooLong())
	}
	from := len(b.arena)
	b.arena = append(b.arena, k...)
	b.key = span{uint32(from), uint32(len(b.arena))}
}

// BeginArray and BeginObject open a container.
func (b *Builder) BeginArray() { b.begin(tagArray) }

// BeginObject opens an object.
func (b *Builder) BeginObject() { b.begin(tagObject) }

func (b *Builder) begin(tag byte) {
	if len(b.open) >= MaxDepth {
		b.fail(TooDeep())
	}
	b.open = append(b.open, frame{tag: tag, key: b.key, first: len(b.pending)})
	b.key = span{}
}

// End closes the container opened last.
func (b *Builder) End() {
	f := b.open[len(b.open)-1]
	b.open = b.open[:len(b.open)-1]
	members := b.pending[f.first:]
	if f.tag == tagObject {
		members = b.distinct(members)
	}
	var keys, values uint64
	for _, m := range members {
		keys += uint64(m.key.size())
		values += uint64(m.size)
	}
	words := 1 + len(members)
	if f.tag == tagObject {
		words += len(members)
		if keys+values > MaxSize {
			b.fail(tooLarge("jsonb object"))
		}
	} else if values > MaxSize {
		b.fail(tooLarge("jsonb array"))
	}
	width := byte(0)
	switch most := max(keys, values, uint64(len(members))); {
	case most > 0xffff:
		width = 2
	case most > 0xff:
		width = 1
	}
	n := node{
		key: f.key, tag: f.tag | width<<4, first: int32(len(b.done)), n: int32(len(members)),
		size: uint32(min(uint64(1+words<<width)+keys+values, 1<<31)), keys: uint32(keys),
	}
	b.done = append(b.done, members...)
	b.pending = append(b.pending[:f.first], n)
}

// distinct sorts members by key and keeps the last of equal ones.
func (b *Builder) distinct(members []node) []node {
	sorted := true
	for i := 1; i < len(members) && sorted; i++ {
		sorted = compareKeys(b.bytes(members[i-1].key), b.bytes(members[i].key)) < 0
	}
	if sorted {
		return members
	}
	slices.SortStableFunc(members, func(x, y node) int { return compareKeys(b.bytes(x.key), b.bytes(y.key)) })
	n := 0
	for i := range members {
		if i+1 < len(members) && compareKeys(b.bytes(members[i].key), b.bytes(members[i+1].key)) == 0 {
			continue
		}
		members[n] = members[i]
		n++
	}
	return members[:n]
}

func (b *Builder) bytes(s span) []byte { return b.arena[s.from:s.to] }

// Append writes the value that has been built behind dst and resets the Builder.
// Errors: 54000 for parts that are too large, 54001 for a value nested too deep.
func (b *Builder) Append(dst []byte) ([]byte, error) {
	defer b.Reset()
	if b.err != nil {
		return dst, b.err
	}
	root := b.pending[0]
	at := len(dst)
	dst = slices.Grow(dst, int(root.size))[:at+int(root.size)]
	b.write(dst[at:], root)
	return dst, nil
}

// write fills dst, which has the node's size.
func (b *Builder) write(dst []byte, n node) {
	if n.tag == 0 {
		copy(dst, b.bytes(n.bytes))
		return
	}
	dst[0] = n.tag
	setWord := func(i int, x uint32) {
		switch n.tag >> 4 {
		case 0:
			dst[1+i] = byte(x)
		case 1:
			binary.LittleEndian.PutUint16(dst[1+2*i:], uint16(x))
		default:
			binary.LittleEndian.PutUint32(dst[1+4*i:], x)
		}
	}
	members := b.done[n.first : n.first+n.n]
	count := len(members)
	setWord(0, uint32(count))
	words := 1 + count
	if n.tag&0x0f == tagObject {
		words += count
	}
	keys := dst[1+words<<(n.tag>>4):]
	values := keys[n.keys:]
	keyEnd, end := uint32(0), uint32(0)
	for i, m := range members {
		if n.tag&0x0f == tagObject {
			copy(keys[keyEnd:], b.bytes(m.key))
			keyEnd += m.key.size()
			setWord(1+i, keyEnd)
		}
		b.write(values[end:end+m.size], m)
		end += m.size
		setWord(words-count+i, end)
	}
}
