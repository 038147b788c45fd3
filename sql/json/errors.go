package json

import (
	"unicode/utf8"

	"github.com/dejaq/fasti/sql/sqlerr"
)

// Limits on values.
const (
	// MaxDepth is how deep containers may be nested; PostgreSQL stops at a depth
	// near this one, when its stack is used up.
	MaxDepth = 12000
	// MaxSize bounds strings and the members of a container together, in bytes
	// (JENTRY_OFFLENMASK).
	MaxSize = 0x0FFFFFFF
)

// TooDeep is the 54001 of values nested deeper than MaxDepth.
func TooDeep() error {
	return sqlerr.New(sqlerr.StatementTooComplex, "stack depth limit exceeded").
		WithHint(`Increase the configuration parameter "max_stack_depth" (currently 2048kB), after ensuring the platform's stack depth limit is adequate.`)
}

func tooLarge(what string) error {
	return sqlerr.New(sqlerr.ProgramLimitExceeded, "total size of %s elements exceeds the maximum of %d bytes", what, MaxSize)
}

func stringTooLong() error {
	return sqlerr.New(sqlerr.ProgramLimitExceeded, "string too long to represent as jsonb string").
		WithDetail("Due to an implementation restriction, jsonb strings cannot exceed %d bytes.", MaxSize)
}

// syntaxError is the 22P02 of a text, with the detail and the place.
func (r *Reader) syntaxError(detail string, args ...any) error {
	return sqlerr.New(sqlerr.InvalidTextRepresentation, "invalid input syntax for type json").
		WithDetail(detail, args...).WithContext("%s", r.context())
}

// zeroCharacter is the 22P05 of \u0000 where strings are decoded.
func (r *Reader) zeroCharacter() error {
	return sqlerr.New(sqlerr.UntranslatableCharacter, "unsupported Unicode escape sequence").
		WithDetail(`\u0000 cannot be converted to text.`).WithContext("%s", r.context())
}

// unexpected says what was expected in the place of the token.
func (r *Reader) unexpected(wanted string) error {
	if r.tok == tokenEnd {
		return r.syntaxError("The input string ended unexpectedly.")
	}
	return r.syntaxError(`Expected %s, but found "%s".`, wanted, r.in[r.start:r.end])
}

// context shows the line up to the end of the token, as report_json_context of
// PostgreSQL's jsonfuncs.c cuts it.
func (r *Reader) context() string {
	from := r.lineStart
	for r.end-from >= 50 && from < r.end {
		if _, n := utf8.DecodeRune(r.in[from:]); r.in[from] >= utf8.RuneSelf {
			from += n
		} else {
			from++
		}
	}
	if from-r.lineStart <= 3 {
		from = r.lineStart
	}
	prefix, suffix := "", ""
	if from > r.lineStart {
		prefix = "..."
	}
	if r.tok != tokenEnd && r.end < len(r.in) && r.in[r.end] != '\n' && r.in[r.end] != '\r' {
		suffix = "..."
	}
	return sqlerr.New("", "JSON data, line %d: %s%s%s", r.line, prefix, r.in[from:max(from, r.end)], suffix).Message
}
