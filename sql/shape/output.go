package shape

import "strconv"

// output is one skeleton while it is written. Text is only appended; what must
// stand in front of an operand that is written already (the "f12(" of an infix
// operator) is kept as a mark at the operand's anchor and merged at the end, so
// that the work stays linear.
type output struct {
	text    []byte
	anchors []anchor // by offset
	marks   []mark
}

// anchor is a place in front of which text may be put later.
type anchor struct {
	offset int32 // in text
	first  int32 // mark that comes first, -1 none
}

// mark is text to put in front of an anchor. A later mark stands left of an
// earlier one: it encloses it.
type mark struct {
	kind markKind
	node int32
	next int32 // mark to the right, -1 none
}

type markKind uint8

const (
	callMark   markKind = iota // fN(
	parenMark                  // (
	nestedMark                 // SELECT fN(
	nestedOpen                 // SELECT fN((
)

func (o *output) reset() {
	o.text, o.anchors, o.marks = o.text[:0], o.anchors[:0], o.marks[:0]
}

func (o *output) anchor() int32 {
	o.anchors = append(o.anchors, anchor{int32(len(o.text)), -1})
	return int32(len(o.anchors) - 1)
}

func (o *output) mark(at int32, kind markKind, node int32) {
	o.marks = append(o.marks, mark{kind, node, o.anchors[at].first})
	o.anchors[at].first = int32(len(o.marks) - 1)
}

// appendTo appends the finished skeleton to dst.
func (o *output) appendTo(dst []byte) []byte {
	from := int32(0)
	for _, a := range o.anchors {
		if a.first < 0 {
			continue
		}
		dst = append(dst, o.text[from:a.offset]...)
		from = a.offset
		for m := a.first; m >= 0; m = o.marks[m].next {
			switch o.marks[m].kind {
			case callMark:
				dst = appendNode(dst, 'f', o.marks[m].node)
				dst = append(dst, '(')
			case parenMark:
				dst = append(dst, '(')
			case nestedMark, nestedOpen:
				dst = append(dst, "SELECT "...)
				dst = appendNode(dst, 'f', o.marks[m].node)
				dst = append(dst, '(')
				if o.marks[m].kind == nestedOpen {
					dst = append(dst, '(')
				}
			}
		}
	}
	return append(dst, o.text[from:]...)
}

func appendNode(dst []byte, letter byte, node int32) []byte {
	return strconv.AppendInt(append(dst, letter), int64(node), 10)
}
