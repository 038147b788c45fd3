package schema

import (
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/dejaq/fasti/meta/types"
)

// labelGap is the distance between the numbers of neighbouring labels of a new
// enum type: about twenty halvings fit in between.
const labelGap = 1 << 20

// SetLabels gives an enum type its first labels. The numbers, by which values
// are stored and compared, leave gaps for labels that come later.
func (o *Object) SetLabels(labels []string) {
	gap := int64(labelGap)
	if n := int64(len(labels)) + 1; n*gap > math.MaxInt32 {
		gap = math.MaxInt32 / n
	}
	o.Labels, o.Numbers = labels, make([]int32, len(labels))
	for i := range labels {
		o.Numbers[i] = int32(int64(i+1) * gap)
	}
}

// InsertLabel makes label the one at place i. ok is false when no number is left
// between those of its neighbours.
func (o *Object) InsertLabel(i int, label string) (ok bool) {
	low, high := int64(math.MinInt32), int64(math.MaxInt32)
	if i > 0 {
		low = int64(o.Numbers[i-1])
	}
	if i < len(o.Numbers) {
		high = int64(o.Numbers[i])
	}
	n := low + (high-low)/2
	switch {
	case i == len(o.Numbers) && i == 0:
		n = labelGap
	case i == len(o.Numbers):
		n = min(n, low+labelGap)
	case i == 0:
		n = max(n, high-labelGap)
	}
	if n <= low || n >= high {
		return false
	}
	o.Labels = append(o.Labels[:i:i], append([]string{label}, o.Labels[i:]...)...)
	o.Numbers = append(o.Numbers[:i:i], append([]int32{int32(n)}, o.Numbers[i:]...)...)
	return true
}

// TypeDef returns a new definition of the enum type.
func (o *Object) TypeDef() *types.Def {
	d := &types.Def{OID: uint32(o.ID), ArrayOID: o.ID.ArrayOID(), Namespace: o.Namespace, Name: o.Name}
	for i, name := range o.Labels {
		d.Labels = append(d.Labels, types.Label{Number: o.Numbers[i], Name: name})
	}
	return d
}

// ArrayOID returns the OID of arrays over the type with the id, which has no
// record of its own. Bit 31 tells it from the ids of objects; bits 28 to 30 are
// the kind of derived OID, as server/syscat numbers them; the low bits of the id
// follow from bit 11 on.
func (id ObjectID) ArrayOID() uint32 { return 1<<31 | 1<<28 | uint32(id)<<11&(1<<28-1) }

func (o *Object) validateLabels() error {
	if len(o.Numbers) != len(o.Labels) {
		return fmt.Errorf("%d numbers for %d labels", len(o.Numbers), len(o.Labels))
	}
	for i := 1; i < len(o.Numbers); i++ {
		if o.Numbers[i-1] >= o.Numbers[i] {
			return fmt.Errorf("number %d of label %q is not behind that of the one before", o.Numbers[i], o.Labels[i])
		}
	}
	return nil
}

func appendNumbers(b []byte, num protowire.Number, list []int32) []byte {
	if len(list) == 0 {
		return b
	}
	var packed []byte
	for _, n := range list {
		packed = protowire.AppendVarint(packed, protowire.EncodeZigZag(int64(n)))
	}
	return protowire.AppendBytes(protowire.AppendTag(b, num, protowire.BytesType), packed)
}

func setNumbers(dst *[]int32, f field) error {
	if f.typ != protowire.BytesType {
		return f.mismatch()
	}
	for b := f.bytes; len(b) > 0; {
		u, n := protowire.ConsumeVarint(b)
		v := protowire.DecodeZigZag(u)
		if n < 0 || v != int64(int32(v)) {
			return f.mismatch()
		}
		*dst = append(*dst, int32(v))
		b = b[n:]
	}
	return nil
}
