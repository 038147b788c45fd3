package compute

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// to_char over numbers, after NUM_processor in formatting.c of PostgreSQL 15 in
// the C locale: the decimal point is ".", groups are separated by ",".

// numberFlags are what a format of a number asks for.
type numberFlags struct {
	decimal, zero, blank, fill, lsign, bracket, minus, plus, roman, multi, sci bool
}

// Places of the sign S.
const (
	signNone = iota
	signBefore
	signAfter
)

// numberNode is a pattern, or text.
type numberNode struct {
	word string // in capitals; "" for text
	low  bool   // the word was in lower case
	text string
}

// numberFormat is a parsed format.
type numberFormat struct {
	nodes              []numberNode
	flags              numberFlags
	pre, post          int // digits before and behind the point
	multi              int // digits behind V
	lsign, preLSign    int
	zeroStart, zeroEnd int
}

// numberWords are the patterns, longer ones of a letter first.
var numberWords = []string{",", ".", "0", "9", "B", "C", "D", "EEEE", "FM", "G", "L", "MI", "PL", "PR", "RN", "SG", "SP", "S", "TH", "V"}

func formatError(format string, args ...any) error {
	return sqlerr.New(sqlerr.SyntaxError, format, args...)
}

func parseNumberFormat(s string) (*numberFormat, error) {
	f := &numberFormat{}
next:
	for s != "" {
		for _, w := range numberWords {
			low := strings.HasPrefix(s, strings.ToLower(w))
			if !low && !strings.HasPrefix(s, w) {
				continue
			}
			low = low && strings.ToLower(w) != w
			if err := f.add(w); err != nil {
				return nil, err
			}
			f.nodes = append(f.nodes, numberNode{word: w, low: low})
			s = s[len(w):]
			continue next
		}
		text, rest := cutLiteral(s)
		f.nodes = append(f.nodes, numberNode{text: text})
		s = rest
	}
	return f, nil
}

// add takes a pattern into account: NUMDesc_prepare.
func (f *numberFormat) add(word string) error {
	g := &f.flags
	if g.sci && word != "EEEE" {
		return formatError(`"EEEE" must be the last pattern used`)
	}
	switch word {
	case "9":
		switch {
		case g.bracket:
			return formatError(`"9" must be ahead of "PR"`)
		case g.multi:
			f.multi++
		case g.decimal:
			f.post++
		default:
			f.pre++
		}
	case "0":
		if g.bracket {
			return formatError(`"0" must be ahead of "PR"`)
		}
		if !g.zero && !g.decimal {
			g.zero = true
			f.zeroStart = f.pre + 1
		}
		if !g.decimal {
			f.pre++
		} else {
			f.post++
		}
		f.zeroEnd = f.pre + f.post
	case "B":
		if f.pre == 0 && f.post == 0 && !g.zero {
			g.blank = true
		}
	case "D", ".":
		if g.decimal {
			return formatError("multiple decimal points")
		}
		if g.multi {
			return formatError(`cannot use "V" and decimal point together`)
		}
		g.decimal = true
	case "FM":
		g.fill = true
	case "S":
		if g.lsign {
			return formatError(`cannot use "S" twice`)
		}
		if g.plus || g.minus || g.bracket {
			return formatError(`cannot use "S" and "PL"/"MI"/"SG"/"PR" together`)
		}
		if !g.decimal {
			f.lsign, f.preLSign, g.lsign = signBefore, f.pre, true
		} else if f.lsign == signNone {
			f.lsign, g.lsign = signAfter, true
		}
	case "MI", "PL", "SG":
		if g.lsign {
			return formatError(`cannot use "S" and "%s" together`, word)
		}
		g.minus = g.minus || word != "PL"
		g.plus = g.plus || word != "MI"
	case "PR":
		if g.lsign || g.plus || g.minus {
			return formatError(`cannot use "PR" and "S"/"PL"/"MI"/"SG" together`)
		}
		g.bracket = true
	case "RN":
		g.roman = true
	case "V":
		if g.decimal {
			return formatError(`cannot use "V" and decimal point together`)
		}
		g.multi = true
	case "EEEE":
		if g.sci {
			return formatError(`cannot use "EEEE" twice`)
		}
		if g.blank || g.fill || g.lsign || g.bracket || g.minus || g.plus || g.roman || g.multi {
			return formatError(`"EEEE" is incompatible with other formats`)
		}
		g.sci = true
	}
	return nil
}

// digits is a number as the processor takes it: sign and text of the absolute
// value, rounded to the format's digits.
type digits struct {
	negative bool
	text     string
	roman    int64 // the value as an integer, 0 when it is none that Romans wrote
}

// write appends the number in the format: NUM_processor.
func (f *numberFormat) write(dst []byte, d digits) []byte {
	if f.flags.sci {
		return append(dst, d.text...)
	}
	p := numberWriter{numberFormat: *f, out: dst, negative: d.negative, end: -1}
	p.pre += p.multi
	whole := strings.IndexByte(d.text, '.')
	if whole < 0 {
		whole = len(d.text)
	}
	p.number = d.text
	switch {
	case f.flags.roman:
		p.number = romanOf(d.roman)
		p.lsign, p.preLSign, p.post, p.pre = 0, 0, 0, 0
		p.flags = numberFlags{fill: f.flags.fill, roman: true}
		p.negative = false
	case whole < p.pre:
		p.spaces = p.pre - whole
	case whole > p.pre:
		p.number = strings.Repeat("#", p.pre) + "." + strings.Repeat("#", p.post)
	}
	p.run()
	if p.end >= 0 {
		return p.out[:p.end]
	}
	return p.out
}

// numberWriter is the state of NUM_processor.
type numberWriter struct {
	numberFormat
	out      []byte
	negative bool
	number   string
	at       int  // next character of number
	spaces   int  // places before the first digit
	wrote    bool // the sign is written
	inNumber bool // the last place was a digit
	place    int  // places written
	count    int
	last     int // last character of number that counts with FM, -1: all
	end      int // where PostgreSQL has copied the end of number, -1: nowhere
}

func (p *numberWriter) run() {
	g := &p.flags
	if p.zeroStart > 0 {
		p.zeroStart--
	}
	if g.plus || g.minus {
		p.wrote = !g.plus || g.minus
	} else {
		if !p.negative && g.fill {
			g.bracket = false
		}
		p.wrote = !p.negative && g.fill && !g.lsign
		if p.lsign == signBefore && p.pre == p.preLSign {
			p.lsign = signAfter
		}
	}
	p.count = p.post + p.pre - 1
	p.last = -1
	if g.fill && g.decimal {
		p.last = lastRelevant(p.number)
		if p.last >= 0 && p.zeroEnd > p.spaces {
			p.last = max(p.last, min(len(p.number)-1, p.zeroEnd-p.spaces))
		}
	}
	if !p.wrote && p.spaces == 0 {
		p.count++
	}
	for _, n := range p.nodes {
		p.node(n)
	}
}

// lastRelevant returns the last character behind the point that is not 0, the
// point itself when all are, -1 without a point.
func lastRelevant(number string) int {
	point := strings.IndexByte(number, '.')
	last := point
	for i := point + 1; point >= 0 && i < len(number); i++ {
		if number[i] != '0' {
			last = i
		}
	}
	return last
}

func (p *numberWriter) put(c byte) { p.out = append(p.out, c) }

func (p *numberWriter) node(n numberNode) {
	g := &p.flags
	switch n.word {
	case "":
		p.out = append(p.out, n.text...)
	case "9", "0", ".", "D":
		p.digit(n.word)
	case ",", "G":
		switch {
		case p.inNumber:
			p.put(',')
		case !g.fill:
			p.put(' ')
		}
	case "L":
		p.put(' ')
	case "RN":
		s := p.number
		if n.low {
			s = strings.ToLower(s)
		}
		if !g.fill {
			s = fmt.Sprintf("%15s", s)
		}
		p.out = append(p.out, s...)
	case "TH":
		if !g.roman && p.number != "" && p.number[0] != '#' && !p.negative && !g.decimal {
			p.out = append(p.out, ordinalOf(p.number, !n.low)...)
		}
	case "MI":
		switch {
		case p.negative:
			p.put('-')
		case !g.fill:
			p.put(' ')
		}
	case "PL":
		switch {
		case !p.negative:
			p.put('+')
		case !g.fill:
			p.put(' ')
		}
	case "SG":
		p.put(p.sign())
	}
}

func (p *numberWriter) sign() byte {
	if p.negative {
		return '-'
	}
	return '+'
}

// predec reports whether the place is the 0 of 0.1, which shows as a blank.
func (p *numberWriter) predec() bool {
	return !p.flags.zero && p.at == 0 && p.number != "" && p.number[0] == '0' && p.post != 0
}

// lastIsPoint reports whether with FM nothing behind the point counts.
func (p *numberWriter) lastIsPoint() bool { return p.last >= 0 && p.number[p.last] == '.' }

// digit writes one place: NUM_numpart_to_char.
func (p *numberWriter) digit(word string) {
	g := &p.flags
	if g.roman {
		return
	}
	p.inNumber = false
	if !p.wrote && (p.place >= p.spaces || g.zero && p.zeroStart == p.place) && (!p.predec() || p.lastIsPoint()) {
		p.leadingSign()
	}
	switch {
	case p.place < p.spaces && (p.zeroStart > p.place || !g.zero):
		if !g.fill {
			p.put(' ')
		}
	case g.zero && p.place < p.spaces:
		p.put('0')
		p.inNumber = true
	default:
		p.character(word)
	}
	end := p.count
	if p.spaces > 0 {
		end++
	}
	if g.decimal {
		end++
	}
	if p.last >= 0 && p.last == p.at {
		end = p.place
	}
	if p.place+1 == end {
		switch {
		case p.wrote && g.bracket:
			if p.negative {
				p.put('>')
			} else {
				p.put(' ')
			}
		case g.lsign && p.lsign == signAfter:
			p.put(p.sign())
		}
	}
	p.place++
}

func (p *numberWriter) leadingSign() {
	g := &p.flags
	switch {
	case g.lsign:
		if p.lsign == signBefore {
			p.put(p.sign())
			p.wrote = true
		}
	case g.bracket:
		if p.negative {
			p.put('<')
		} else {
			p.put(' ')
		}
		p.wrote = true
	case p.negative:
		p.put('-')
		p.wrote = true
	default:
		if !g.fill {
			p.put(' ')
		}
		p.wrote = true
	}
}

// character writes the next character of the number.
func (p *numberWriter) character(word string) {
	g := &p.flags
	if p.at >= len(p.number) {
		if !(p.last >= 0 && p.at > p.last && word != "0") {
			p.inNumber = true
			if p.end < 0 {
				p.end = len(p.out)
			}
		}
		return
	}
	switch c := p.number[p.at]; {
	case c == '.':
		p.put('.')
	case p.last >= 0 && p.at > p.last && word != "0":
	case p.predec():
		if !g.fill {
			p.put(' ')
		} else if p.lastIsPoint() {
			p.put('0')
		}
	default:
		p.put(c)
		p.inNumber = true
	}
	p.at++
}

// romanOf writes 1..3999 in Roman digits.
func romanOf(n int64) string {
	if n < 1 || n > 3999 {
		return strings.Repeat("#", 15)
	}
	var b strings.Builder
	for _, r := range []struct {
		v int64
		s string
	}{{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
		for n >= r.v {
			b.WriteString(r.s)
			n -= r.v
		}
	}
	return b.String()
}

// splitSign takes the sign off a number's text.
func splitSign(s string) digits {
	if strings.HasPrefix(s, "-") {
		return digits{negative: true, text: s[1:]}
	}
	return digits{text: s}
}

// intDigits prepares an integer.
func (f *numberFormat) intDigits(v int64) (digits, error) {
	switch {
	case f.flags.roman:
		return digits{roman: v}, nil
	case f.flags.sci:
		return digits{text: f.scientific(float64(v))}, nil
	}
	for range f.multi {
		p, over := mul64(v, 10)
		if over != 0 {
			return digits{}, outOfRange(types.Int8)
		}
		v = p
	}
	d := splitSign(strconv.FormatInt(v, 10))
	if f.post > 0 {
		d.text += "." + strings.Repeat("0", f.post)
	}
	return d, nil
}

// scientific is C's %+.*e with a blank for the plus.
func (f *numberFormat) scientific(v float64) string {
	if math.IsInf(v, 0) || v != v {
		return " " + strings.Repeat("#", f.pre) + "." + strings.Repeat("#", f.post+4)
	}
	s := strconv.FormatFloat(v, 'e', f.post, 64)
	if s[0] != '-' {
		s = " " + s
	}
	return s
}

// floatDigits prepares a float; of its digits as many are meant as the type has.
func (f *numberFormat) floatDigits(v float64, precision int) digits {
	switch {
	case f.flags.roman:
		r := math.RoundToEven(v)
		if !(r >= 1 && r <= 3999) {
			return digits{}
		}
		return digits{roman: int64(r)}
	case f.flags.sci:
		return digits{text: f.scientific(v)}
	}
	v *= math.Pow10(f.multi)
	whole := len(strconv.FormatFloat(math.Abs(v), 'f', 0, 64))
	post := f.post
	if whole >= precision {
		post = 0
	} else {
		post = min(post, precision-whole)
	}
	f.post = post
	s := strconv.FormatFloat(v, 'f', post, 64)
	switch {
	case v != v:
		s = "NaN"
	case math.IsInf(v, 0):
		s = strings.ReplaceAll(strings.Replace(s, "+", "", 1), "Inf", "Infinity")
	}
	return splitSign(s)
}

func (f *numberFormat) numericDigits(d decimal.Decimal) (digits, error) {
	switch {
	case f.flags.roman:
		v, _ := d.Int64()
		return digits{roman: v}, nil
	case f.flags.sci:
		return digits{text: scientificNumeric(d, f.post)}, nil
	}
	for range f.multi {
		var err error
		if d, err = d.Mul(decimal.FromInt64(10)); err != nil {
			return digits{}, numericError(err)
		}
	}
	d, err := d.Round(f.post)
	if err != nil {
		return digits{}, numericError(err)
	}
	return splitSign(d.String()), nil
}

// scientificNumeric writes d with post digits behind the point of the mantissa.
func scientificNumeric(d decimal.Decimal, post int) string {
	if !d.IsFinite() {
		return " " + d.String()
	}
	if d.IsZero() {
		z := " 0"
		if post > 0 {
			z += "." + strings.Repeat("0", post)
		}
		return z + "e+00"
	}
	exp := 0
	for text := d.Abs().String(); ; {
		// The place of the first digit that is not 0.
		point := strings.IndexByte(text, '.')
		if point < 0 {
			point = len(text)
		}
		first := strings.IndexAny(text, "123456789")
		exp = point - first - 1
		if first > point {
			exp = point - first
		}
		r, err := d.Round(post - exp)
		if err != nil || r.Abs().String() == text {
			break
		}
		// Rounding may carry into another place.
		d, text = r, r.Abs().String()
	}
	text := strings.TrimLeft(strings.Replace(d.Abs().String(), ".", "", 1), "0")
	for len(text) < post+1 {
		text += "0"
	}
	text = text[:post+1]
	if post > 0 {
		text = text[:1] + "." + text[1:]
	}
	sign := " "
	if d.Sign() < 0 {
		sign = "-"
	}
	return fmt.Sprintf("%s%se%+03d", sign, text, exp)
}

// numberFormatMemo is the format parsed last.
type numberFormatMemo struct {
	source []byte
	format *numberFormat
}

func (m *numberFormatMemo) get(f []byte) (*numberFormat, error) {
	if m.format == nil || string(m.source) != string(f) {
		n, err := parseNumberFormat(string(f))
		if err != nil {
			return nil, err
		}
		m.source, m.format = append(m.source[:0], f...), n
	}
	return m.format, nil
}

// bindNumberToChar returns the kernels of to_char over numbers.
func bindNumberToChar(s Site) Kernel {
	var memo numberFormatMemo
	t := s.Sig.Args[0]
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		formats := spansOf(args[1])
		for _, row := range rows.Selection() {
			i := int(row)
			parsed, err := memo.get(formats.get(i))
			if err != nil {
				return err
			}
			f := *parsed
			var d digits
			switch t {
			case types.Int4, types.Int8:
				d, err = f.intDigits(args[0].Int(i))
			case types.Float4:
				d = f.floatDigits(args[0].Float(i), 6)
			case types.Float8:
				d = f.floatDigits(args[0].Float(i), 15)
			default:
				var n decimal.Decimal
				if n, err = decimal.Decode(args[0].Bytes(i)); err != nil {
					return numericError(err)
				}
				d, err = f.numericDigits(n)
			}
			if err != nil {
				return err
			}
			at := len(out.Arena)
			out.Arena = f.write(out.Arena, d)
			appendSpan(out, i, at)
		}
		return nil
	}
}
