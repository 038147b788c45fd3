package copyio

import (
	"strings"

	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// Format is the data format of a COPY.
type Format uint8

// The formats; text is the default.
const (
	Text Format = iota
	CSV
	Binary
)

// Header says what the first line is.
type Header uint8

// A header is written, or skipped, or compared with the columns' names.
const (
	NoHeader Header = iota
	WithHeader
	MatchHeader
)

// Names is a list of columns in an option.
type Names struct {
	All  bool // *
	List []string
}

// Options are those of a COPY statement, with defaults filled in by ParseOptions;
// the zero Options is not valid.
type Options struct {
	Format    Format
	Delimiter byte
	Null      string
	Header    Header
	// Quote and Escape are of csv only.
	Quote, Escape byte
	// ForceQuote is of COPY TO, the other two of COPY FROM.
	ForceQuote, ForceNotNull, ForceNull Names
}

// Binary reports whether the data is in the binary format.
func (o Options) Binary() bool { return o.Format == Binary }

// parser collects what the options say before the defaults are known.
type parser struct {
	o                              Options
	seen                           map[string]bool
	from                           bool
	delimiter, null, quote, escape *string
}

// ParseOptions checks the options of a COPY, FROM or TO, as PostgreSQL does.
// Errors: 42601, 22023, 0A000.
func ParseOptions(list []ast.Option, from bool) (Options, error) {
	p := parser{from: from, seen: map[string]bool{}}
	for _, o := range list {
		if p.seen[o.Name] {
			return Options{}, sqlerr.New(sqlerr.SyntaxError, "conflicting or redundant options").At(o.Pos)
		}
		p.seen[o.Name] = true
		if err := p.option(o); err != nil {
			return Options{}, err
		}
	}
	if err := p.check(); err != nil {
		return Options{}, err
	}
	return p.o, nil
}

func (p *parser) option(o ast.Option) (err error) {
	switch o.Name {
	case "format":
		format, err := text(o)
		if err != nil {
			return err
		}
		switch format {
		case "text":
			p.o.Format = Text
		case "csv":
			p.o.Format = CSV
		case "binary":
			p.o.Format = Binary
		default:
			return sqlerr.New(sqlerr.InvalidParameterValue, `COPY format "%s" not recognized`, format).At(o.Pos)
		}
	case "delimiter":
		p.delimiter, err = textPointer(o)
	case "null":
		p.null, err = textPointer(o)
	case "quote":
		p.quote, err = textPointer(o)
	case "escape":
		p.escape, err = textPointer(o)
	case "header":
		return p.header(o)
	case "force_quote":
		p.o.ForceQuote, err = names(o, true)
	case "force_not_null":
		p.o.ForceNotNull, err = names(o, false)
	case "force_null":
		p.o.ForceNull, err = names(o, false)
	case "encoding":
		return encoding(o)
	case "freeze":
		var yes bool
		if yes, err = boolean(o); yes {
			return sqlerr.NotSupported("COPY FREEZE").At(o.Pos)
		}
	case "convert_selectively":
		return sqlerr.NotSupported("COPY option convert_selectively").At(o.Pos)
	default:
		return sqlerr.New(sqlerr.SyntaxError, `option "%s" not recognized`, o.Name).At(o.Pos)
	}
	return err
}

// header reads HEADER: a Boolean or match.
func (p *parser) header(o ast.Option) error {
	if s, err := text(o); err == nil && strings.EqualFold(s, "match") {
		if !p.from {
			return sqlerr.New(sqlerr.FeatureNotSupported, `cannot use "%s" with HEADER in COPY TO`, s)
		}
		p.o.Header = MatchHeader
		return nil
	}
	on, err := boolean(o)
	if err != nil {
		return sqlerr.New(sqlerr.SyntaxError, `header requires a Boolean value or "match"`)
	}
	if on {
		p.o.Header = WithHeader
	}
	return nil
}

// check fills in defaults and refuses combinations, in PostgreSQL's order.
func (p *parser) check() error {
	o := &p.o
	csv := o.Format == CSV
	if o.Binary() {
		switch {
		case p.delimiter != nil:
			return sqlerr.New(sqlerr.SyntaxError, "cannot specify DELIMITER in BINARY mode")
		case p.null != nil:
			return sqlerr.New(sqlerr.SyntaxError, "cannot specify NULL in BINARY mode")
		}
	}
	delimiter, null, quote := "\t", `\N`, `"`
	if csv {
		delimiter, null = ",", ""
	}
	set(&delimiter, p.delimiter)
	set(&null, p.null)
	set(&quote, p.quote)
	escape := quote
	set(&escape, p.escape)
	o.Null = null
	switch {
	case len(delimiter) != 1:
		return unsupported("COPY delimiter must be a single one-byte character")
	case delimiter == "\r" || delimiter == "\n":
		return sqlerr.New(sqlerr.InvalidParameterValue, "COPY delimiter cannot be newline or carriage return")
	case strings.ContainsAny(null, "\r\n"):
		return sqlerr.New(sqlerr.InvalidParameterValue, "COPY null representation cannot use newline or carriage return")
	case !csv && strings.Contains(`\.abcdefghijklmnopqrstuvwxyz0123456789`, delimiter):
		return sqlerr.New(sqlerr.InvalidParameterValue, `COPY delimiter cannot be "%s"`, delimiter)
	case o.Binary() && o.Header != NoHeader:
		return unsupported("cannot specify HEADER in BINARY mode")
	case !csv && p.quote != nil:
		return unsupported("COPY quote available only in CSV mode")
	case csv && len(quote) != 1:
		return unsupported("COPY quote must be a single one-byte character")
	case csv && delimiter == quote:
		return sqlerr.New(sqlerr.InvalidParameterValue, "COPY delimiter and quote must be different")
	case !csv && p.escape != nil:
		return unsupported("COPY escape available only in CSV mode")
	case csv && len(escape) != 1:
		return unsupported("COPY escape must be a single one-byte character")
	case !csv && p.seen["force_quote"]:
		return unsupported("COPY force quote available only in CSV mode")
	case p.seen["force_quote"] && p.from:
		return unsupported("COPY force quote only available using COPY TO")
	case !csv && p.seen["force_not_null"]:
		return unsupported("COPY force not null available only in CSV mode")
	case p.seen["force_not_null"] && !p.from:
		return unsupported("COPY force not null only available using COPY FROM")
	case !csv && p.seen["force_null"]:
		return unsupported("COPY force null available only in CSV mode")
	case p.seen["force_null"] && !p.from:
		return unsupported("COPY force null only available using COPY FROM")
	case strings.Contains(null, delimiter):
		return unsupported("COPY delimiter must not appear in the NULL specification")
	case csv && strings.Contains(null, quote):
		return unsupported("CSV quote character must not appear in the NULL specification")
	}
	o.Delimiter = delimiter[0]
	if csv {
		o.Quote, o.Escape = quote[0], escape[0]
	}
	return nil
}

func set(s, to *string) {
	if to != nil {
		*s = *to
	}
}

func unsupported(message string) error {
	return sqlerr.New(sqlerr.FeatureNotSupported, "%s", message)
}

// text returns an option's value as a string, however it was written.
func text(o ast.Option) (string, error) {
	switch v := o.Value.(type) {
	case *ast.Const:
		switch v.Kind {
		case ast.String, ast.Integer, ast.Decimal:
			return v.Raw, nil
		case ast.True:
			return "true", nil
		case ast.False:
			return "false", nil
		}
	case *ast.ColumnRef:
		return strings.Join(v.Parts, "."), nil
	case nil:
		return "", sqlerr.New(sqlerr.SyntaxError, "%s requires a parameter", o.Name)
	}
	return "", sqlerr.New(sqlerr.SyntaxError, "%s requires a parameter", o.Name)
}

func textPointer(o ast.Option) (*string, error) {
	s, err := text(o)
	return &s, err
}

// boolean returns an option's value as PostgreSQL's defGetBoolean does; nothing
// means true.
func boolean(o ast.Option) (bool, error) {
	if o.Value == nil {
		return true, nil
	}
	s, err := text(o)
	c, isConst := o.Value.(*ast.Const)
	number := isConst && c.Kind == ast.Integer
	switch {
	case err != nil || isConst && c.Kind == ast.Decimal:
	case number && s == "1", strings.EqualFold(s, "true"), strings.EqualFold(s, "on"):
		return true, nil
	case number && s == "0", strings.EqualFold(s, "false"), strings.EqualFold(s, "off"):
		return false, nil
	}
	return false, sqlerr.New(sqlerr.SyntaxError, "%s requires a Boolean value", o.Name)
}

// names returns an option's list of columns, or * where that may stand.
func names(o ast.Option, star bool) (Names, error) {
	switch v := o.Value.(type) {
	case *ast.Star:
		if star {
			return Names{All: true}, nil
		}
	case *ast.Row:
		var n Names
		for _, e := range v.Elems {
			s, err := text(ast.Option{Name: o.Name, Value: e})
			if err != nil {
				return n, err
			}
			n.List = append(n.List, s)
		}
		return n, nil
	}
	return Names{}, sqlerr.New(sqlerr.InvalidParameterValue,
		`argument to option "%s" must be a list of column names`, o.Name).At(o.Pos)
}

// encoding accepts the names of UTF-8, and names of other encodings are told from
// nonsense.
func encoding(o ast.Option) error {
	s, err := text(o)
	if err != nil {
		return err
	}
	clean := strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		}
		return -1
	}, s)
	switch {
	case clean == "utf8" || clean == "unicode":
		return nil
	case strings.Contains(otherEncodings, " "+clean+" ") && clean != "":
		return sqlerr.NotSupported(`COPY in encoding "%s"`, s).At(o.Pos)
	}
	return sqlerr.New(sqlerr.InvalidParameterValue, `argument to option "encoding" must be a valid encoding name`).At(o.Pos)
}

// otherEncodings are the names that PostgreSQL knows, but for those of UTF-8.
const otherEncodings = " abc alt big5 euccn eucjis2004 eucjp euckr euctw gb18030 gbk iso88591 iso885910 iso885913" +
	" iso885914 iso885915 iso885916 iso88592 iso88593 iso88594 iso88595 iso88596 iso88597 iso88598 iso88599 johab koi8" +
	" koi8r koi8u latin1 latin10 latin2 latin3 latin4 latin5 latin6 latin7 latin8 latin9 mskanji muleinternal" +
	" shiftjis shiftjis2004 sjis sqlascii tcvn tcvn5712 uhc vscii win win1250 win1251 win1252 win1253 win1254 win1255" +
	" win1256 win1257 win1258 win866 win874 win932 win936 win949 win950 windows1250 windows1251 windows1252 windows1253" +
	" windows1254 windows1255 windows1256 windows1257 windows1258 windows866 windows874 windows932 windows936 windows949" +
	" windows950 "
