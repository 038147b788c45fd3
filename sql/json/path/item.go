package path

import (
	"math"

	"github.com/dejaq/fasti/kv/decimal"
)

// Kind is what an item is.
type Kind uint8

// The kinds of items: literals, starting points, accessors, predicates,
// operators and methods.
const (
	Null Kind = iota
	String
	Number
	Bool
	Variable
	Root    // $
	Current // @
	Last    // last
	Key     // .key
	AnyKey  // .*
	AnyArray
	IndexArray // [1, 2 to 3]
	Any        // .**{first to last}
	Filter     // ?(predicate)
	And
	Or
	Not
	IsUnknown
	Equal
	NotEqual
	Less
	Greater
	LessOrEqual
	GreaterOrEqual
	StartsWith
	LikeRegex
	Exists
	Add
	Sub
	Mul
	Div
	Mod
	Plus
	Minus
	TypeOf
	Size
	Abs
	Floor
	Ceiling
	Double
	Datetime
	KeyValue
)

// operators are the signs of the operators between two operands.
var operators = [...]string{
	And: "&&", Or: "||", Equal: "==", NotEqual: "!=", Less: "<", Greater: ">", LessOrEqual: "<=", GreaterOrEqual: ">=",
	StartsWith: "starts with", Add: "+", Sub: "-", Mul: "*", Div: "/", Mod: "%", Plus: "+", Minus: "-",
}

// methods are the names of the methods without arguments, and datetime.
var methods = map[string]Kind{
	"type": TypeOf, "size": Size, "abs": Abs, "floor": Floor, "ceiling": Ceiling, "double": Double,
	"datetime": Datetime, "keyvalue": KeyValue,
}

// name returns the name of a method.
func (k Kind) name() string {
	return [...]string{
		TypeOf: "type", Size: "size", Abs: "abs", Floor: "floor", Ceiling: "ceiling", Double: "double",
		Datetime: "datetime", KeyValue: "keyvalue",
	}[k]
}

// toLast stands for last in the levels of Any.
const toLast = math.MaxUint32

// Item is one step of a path, or an operator over others.
type Item struct {
	Kind  Kind
	Text  string          // of String, Variable, Key; the pattern of LikeRegex
	Num   decimal.Decimal // of Number
	True  bool            // of Bool
	Left  *Item           // the operand, or the first of two; the argument of Datetime, or nil
	Right *Item
	Subs  []Subscript // of IndexArray
	First uint32      // levels of Any; toLast is the last
	Last  uint32
	Flags Flags // of LikeRegex
	Next  *Item // the accessor behind it, or nil
}

// Subscript is one index, or a range when To is set.
type Subscript struct{ From, To *Item }

// Flags are the options of like_regex.
type Flags uint8

// The flags of XQuery: ignore case, dot matches line ends, ^ and $ match at line
// ends, blanks do not count, pattern is literal.
const (
	IgnoreCase Flags = 1 << iota
	DotAll
	MultiLine
	Whitespace
	Quote
)

// Path is a parsed jsonpath.
type Path struct {
	Strict bool
	Expr   *Item
	// zoned says that a method may ask for the time zone of the session.
	zoned bool
}

// isPredicate reports whether an item gives a truth value.
func (it *Item) isPredicate() bool { return it.Next == nil && it.Kind >= And && it.Kind <= Exists }
