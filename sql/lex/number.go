package lex

import (
	"math/big"
	"strings"
)

// number reads a numeric literal. Integers in another base or with underscores
// come as plain decimal digits.
func (s *scanner) number() bool {
	src, start := s.src, s.i
	if src[start] == '0' && start+2 < len(src) {
		if base := baseOf(src[start+1]); base != 0 {
			if done, ok := s.basedInteger(base); done {
				return ok
			}
		}
	}
	kind := Integer
	i := digits(src, start)
	if i < len(src) && src[i] == '.' && !(i+1 < len(src) && src[i+1] == '.') {
		kind = Decimal
		i++
		if i < len(src) && is(src[i], isDigit) {
			i = digits(src, i)
		}
	}
	if i < len(src) && (src[i] == 'e' || src[i] == 'E') {
		j := i + 1
		if j < len(src) && (src[j] == '+' || src[j] == '-') {
			j++
		}
		switch {
		case j < len(src) && is(src[j], isDigit):
			kind = Decimal
			i = digits(src, j)
		case j > i+1:
			return s.failNear("trailing junk after numeric literal", start, j)
		}
	}
	if i < len(src) && is(src[i], isNameStart) {
		return s.failNear("trailing junk after numeric literal", start, nameEnd(src, i))
	}
	s.i = i
	s.add(kind, start, strings.ReplaceAll(src[start:i], "_", ""))
	return true
}

// digits returns the end of the digits at i; single underscores may stand
// between them.
func digits(src string, i int) int {
	for i < len(src) && (is(src[i], isDigit) || src[i] == '_' && i+1 < len(src) && is(src[i+1], isDigit) && is(src[i-1], isDigit)) {
		i++
	}
	return i
}

func baseOf(ch byte) int {
	switch ch {
	case 'x', 'X':
		return 16
	case 'o', 'O':
		return 8
	case 'b', 'B':
		return 2
	}
	return 0
}

// basedInteger reads 0x1F, 0o17 or 0b11 at s.i; done is false when no digit of
// the base follows.
func (s *scanner) basedInteger(base int) (done, ok bool) {
	src, start := s.src, s.i
	i := start + 2
	for i < len(src) && is(src[i], isHex) || i+1 < len(src) && src[i] == '_' && is(src[i+1], isHex) {
		i++
	}
	if i == start+2 {
		return false, false
	}
	if i < len(src) && is(src[i], isNamePart) {
		return true, s.failNear("trailing junk after numeric literal", start, nameEnd(src, i))
	}
	n, valid := new(big.Int).SetString(strings.ReplaceAll(src[start+2:i], "_", ""), base)
	if !valid {
		return true, s.failNear("trailing junk after numeric literal", start, i)
	}
	s.i = i
	s.add(Integer, start, n.String())
	return true, true
}
