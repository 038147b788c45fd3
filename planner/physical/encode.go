package physical

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/function"
)

// A plan travels between nodes of one version of the cluster's protocol:
//
//	version u8 | node
//
// A node is its kind as one byte, then its fields in the order of the struct; an
// expression likewise. Numbers are varints (signed ones zigzag), strings and
// lists have their length before them; lists that may be nil have length+1, and
// 0 for nil. A table is written where it is first named and after that called by
// its number, from 1 in the order of first use, and so is the definition of a
// user's type; behind a table come the types of its columns that have one. The
// transport has the checksum.
const encodeVersion = 1

// ErrCorrupt is wrapped by the errors of Decode.
var ErrCorrupt = errors.New("physical: malformed plan")

// maxDepth bounds the nesting that Decode follows.
const maxDepth = 10000

// Encode returns the bytes of a plan.
func Encode(n Node) []byte {
	c := &coder{buf: []byte{encodeVersion}, numbers: map[*schema.Table]int{}, defNumbers: map[*types.Def]int{}}
	c.node(&n)
	return c.buf
}

// Decode returns the plan of bytes that Encode has made; any others give an
// error that wraps ErrCorrupt. Function ids are not checked: who compiles the
// plan looks them up.
func Decode(src []byte) (Node, error) {
	if len(src) == 0 || src[0] != encodeVersion {
		return nil, fmt.Errorf("%w: unknown version", ErrCorrupt)
	}
	c := &coder{buf: src[1:], reading: true}
	var n Node
	c.node(&n)
	if c.err == nil && len(c.buf) > 0 {
		c.fail("%d bytes behind the end", len(c.buf))
	}
	if c.err != nil {
		return nil, c.err
	}
	return n, nil
}

// coder writes or reads: each method does for one kind of field what reading
// says, so that the two directions cannot differ.
type coder struct {
	buf     []byte // written so far, or left to read
	reading bool
	err     error
	depth   int
	tables  []*schema.Table
	numbers map[*schema.Table]int

	defs       []*types.Def
	defNumbers map[*types.Def]int
}

func (c *coder) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf("%w: %s", ErrCorrupt, fmt.Sprintf(format, args...))
	}
	c.buf = nil
}

func (c *coder) uint(v *uint64) {
	if !c.reading {
		c.buf = binary.AppendUvarint(c.buf, *v)
		return
	}
	x, n := binary.Uvarint(c.buf)
	if n <= 0 {
		c.fail("bad number")
		x, n = 0, 0
	}
	*v, c.buf = x, c.buf[n:]
}

func (c *coder) int64(v *int64) {
	u := uint64(*v<<1) ^ uint64(*v>>63)
	c.uint(&u)
	*v = int64(u>>1) ^ -int64(u&1)
}

// small codes a signed number that fits T.
func small[T ~int | ~int32](c *coder, v *T) {
	x := int64(*v)
	c.int64(&x)
	*v = T(x)
	if int64(*v) != x {
		c.fail("number %d out of range", x)
	}
}

// number codes an id.
func number[T ~uint32](c *coder, v *T) {
	x := uint64(*v)
	c.uint(&x)
	if *v = T(x); uint64(*v) != x {
		c.fail("number %d out of range", x)
	}
}

// enum codes a number below end.
func enum[T ~uint8](c *coder, v *T, end T) {
	x := uint64(*v)
	c.uint(&x)
	if *v = T(x); x >= uint64(end) {
		c.fail("number %d out of range", x)
		*v = 0
	}
}

func (c *coder) bool(v *bool) {
	var x uint8
	if *v {
		x = 1
	}
	enum(c, &x, 2)
	*v = x == 1
}

func (c *coder) string(v *string) {
	n := uint64(len(*v))
	c.uint(&n)
	if !c.reading {
		c.buf = append(c.buf, *v...)
		return
	}
	if n > uint64(len(c.buf)) {
		c.fail("string of %d bytes in %d", n, len(c.buf))
		return
	}
	*v, c.buf = string(c.buf[:n]), c.buf[n:]
}

// list codes a list that may be nil. Every element takes at least one byte, so
// that a length cannot ask for more memory than the input has.
func list[T any](c *coder, v *[]T, each func(*T)) {
	var n uint64
	if *v != nil {
		n = uint64(len(*v)) + 1
	}
	c.uint(&n)
	if c.reading {
		if n == 0 {
			*v = nil
			return
		}
		if n--; n > uint64(len(c.buf)) {
			c.fail("list of %d in %d bytes", n, len(c.buf))
			return
		}
		*v = make([]T, n)
	}
	for i := range *v {
		if each(&(*v)[i]); c.err != nil {
			return
		}
	}
}

func (c *coder) typ(v *types.Type) {
	id := uint64(v.ID)
	c.uint(&id)
	if v.ID = types.ID(id); uint64(v.ID) != id || !v.ID.Valid() {
		c.fail("type %d", id)
		v.ID = types.Invalid
	}
	small(c, &v.Mod)
	if v.ID.HasDef() {
		c.def(&v.Def)
	}
}

// def codes a definition once and then its number; 0 is none.
func (c *coder) def(v **types.Def) {
	var n uint64
	known := true
	if !c.reading && *v != nil {
		var have int
		if have, known = c.defNumbers[*v]; !known {
			have = len(c.defNumbers) + 1
			c.defNumbers[*v] = have
		}
		n = uint64(have)
	}
	c.uint(&n)
	switch {
	case c.err != nil || n == 0:
		return
	case c.reading && n <= uint64(len(c.defs)):
		*v = c.defs[n-1]
		return
	case c.reading && n != uint64(len(c.defs))+1:
		c.fail("definition %d of %d", n, len(c.defs))
		return
	case c.reading:
		*v = &types.Def{}
		c.defs = append(c.defs, *v)
	case known:
		return
	}
	if !c.enter() {
		return
	}
	d := *v
	oid, array := uint64(d.OID), uint64(d.ArrayOID)
	c.uint(&oid)
	c.uint(&array)
	c.string(&d.Namespace)
	c.string(&d.Name)
	list(c, &d.Labels, func(l *types.Label) {
		small(c, &l.Number)
		c.string(&l.Name)
	})
	list(c, &d.Fields, func(f *types.Field) {
		c.string(&f.Name)
		c.typ(&f.Type)
	})
	if d.OID, d.ArrayOID = uint32(oid), uint32(array); uint64(d.OID) != oid || uint64(d.ArrayOID) != array {
		c.fail("definition with OID %d, %d", oid, array)
	}
	c.depth--
}

func (c *coder) fields(v *[]Field) {
	list(c, v, func(f *Field) {
		c.string(&f.Name)
		c.typ(&f.Type)
	})
}

func (c *coder) ints(v *[]int) { list(c, v, func(i *int) { small(c, i) }) }

func (c *coder) tableID(v *schema.TableID) {
	u := uint64(*v)
	c.uint(&u)
	if *v = schema.TableID(u); uint64(*v) != u {
		c.fail("table id %d out of range", u)
	}
}

func (c *coder) id(v *function.ID) {
	s := string(*v)
	c.string(&s)
	*v = function.ID(s)
}

// table codes a descriptor once and then its number.
func (c *coder) table(v **schema.Table) {
	if !c.reading {
		n, ok := c.numbers[*v]
		if !ok {
			n = len(c.numbers) + 1
			c.numbers[*v] = n
		}
		u := uint64(n)
		c.uint(&u)
		if !ok {
			s := string(schema.AppendTable(nil, *v))
			c.string(&s)
			c.columnDefs(*v)
		}
		return
	}
	var n uint64
	c.uint(&n)
	switch {
	case c.err != nil:
	case n >= 1 && n <= uint64(len(c.tables)):
		*v = c.tables[n-1]
	case n == uint64(len(c.tables))+1:
		var s string
		if c.string(&s); c.err != nil {
			return
		}
		t, err := schema.DecodeTable([]byte(s))
		if err != nil {
			c.fail("%v", err)
			return
		}
		c.columnDefs(t)
		c.tables = append(c.tables, t)
		*v = t
	default:
		c.fail("table %d of %d", n, len(c.tables))
	}
}

// columnDefs codes what a descriptor leaves out: the definitions of the columns'
// types.
func (c *coder) columnDefs(t *schema.Table) {
	for i := range t.Columns {
		if ty := &t.Columns[i].Type; ty.ID.HasDef() {
			c.def(&ty.Def)
		}
	}
}

// change codes a change of the catalog by its record.
func (c *coder) change(v **schema.Change) {
	if !c.reading {
		s := string(schema.AppendChange(nil, *v))
		c.string(&s)
		for _, t := range (*v).Tables {
			c.columnDefs(t)
		}
		return
	}
	var s string
	if c.string(&s); c.err != nil {
		return
	}
	x, err := schema.DecodeChange([]byte(s))
	if err != nil {
		c.fail("%v", err)
		return
	}
	for _, t := range x.Tables {
		c.columnDefs(t)
	}
	*v = x
}

func (c *coder) tableList(v *[]*schema.Table) { list(c, v, func(t **schema.Table) { c.table(t) }) }

func (c *coder) datum(v *vector.Datum) {
	// The fields that are not zero, by bits; most datums have one.
	var mask uint8
	for i, set := range []bool{v.Null, v.I != 0, math.Float64bits(v.F) != 0, v.W != [2]uint64{}, v.S != ""} {
		if set {
			mask |= 1 << i
		}
	}
	enum(c, &mask, 32)
	v.Null = mask&1 != 0
	if mask&2 != 0 {
		c.int64(&v.I)
	}
	if mask&4 != 0 {
		b := math.Float64bits(v.F)
		c.uint(&b)
		v.F = math.Float64frombits(b)
	}
	if mask&8 != 0 {
		c.uint(&v.W[0])
		c.uint(&v.W[1])
	}
	if mask&16 != 0 {
		c.string(&v.S)
	}
}

// enter counts a level of nesting; it is false when the input nests too deep.
func (c *coder) enter() bool {
	if c.depth++; c.depth > maxDepth {
		c.fail("nesting too deep")
		return false
	}
	return true
}
