package lex

// Kind is the kind of a token.
type Kind uint8

// The kinds. Punctuation that the grammar tells apart has its own.
const (
	EOF         Kind = iota
	Bad              // where the lexer gave up; the Cursor has the error
	Ident            // unquoted name or keyword; Text is folded
	QuotedIdent      // "name", U&"name"; Text is decoded
	String           // every form of string literal; Text is decoded
	BitString        // Text is b or x, then the digits
	Integer          // Text is decimal digits
	Decimal          // Text has a point or an exponent
	Param            // $1; Text is the digits
	Op               // any other operator; != reads as <>
	LParen
	RParen
	LBracket
	RBracket
	LBrace
	RBrace
	Comma
	Semicolon
	Dot
	DotDot
	Colon
	Typecast    // ::
	ColonEquals // :=
	Arrow       // =>
	Other       // a character that no rule takes
)

// Token is one lexical element.
type Token struct {
	Kind Kind
	// Word is the keyword that an Ident is, None for other names and tokens.
	Word Word
	// Pos and End are byte offsets in the source, half open.
	Pos, End int32
	Text     string
}

// Class is PostgreSQL's class of a keyword, which says where the word may stand
// as a name (manual, appendix C).
type Class uint8

// The classes. A word that is no keyword is Unreserved.
const (
	Unreserved Class = iota // any name
	ColName                 // column, table, alias; not function or type
	TypeFunc                // function or type; not column or table
	Reserved                // only a label behind AS
)

// classesRead is pg_get_keywords().catcode by Class.
const classesRead = "UCTR"

// IsColID tells whether the token can name a column, table or alias.
func (t *Token) IsColID() bool {
	return t.Kind == QuotedIdent || t.Kind == Ident && t.Word.Class() <= ColName
}

// IsTypeFunc tells whether the token can name a function or a type by itself.
func (t *Token) IsTypeFunc() bool {
	return t.Kind == QuotedIdent || t.Kind == Ident && (t.Word.Class() == Unreserved || t.Word.Class() == TypeFunc)
}

// IsLabel tells whether the token can be a label behind AS or a dot: any word.
func (t *Token) IsLabel() bool { return t.Kind == Ident || t.Kind == QuotedIdent }

// IsBareLabel tells whether the token can be a label without AS.
func (t *Token) IsBareLabel() bool {
	return t.Kind == QuotedIdent || t.Kind == Ident && t.Word.BareLabel()
}

// Lookup returns the keyword that the name is, None when it is none. Keywords are
// lower case.
func Lookup(name string) Word {
	if len(name) > wordLengthMax {
		return None
	}
	return lookup(name)
}

// Class returns the class of the keyword.
func (w Word) Class() Class { return Class(attributes[w] & 3) }

// BareLabel tells whether the word can be a column label without AS.
func (w Word) BareLabel() bool { return attributes[w]&needsAs == 0 }

// String returns the word in lower case, "" for None.
func (w Word) String() string { return words[w] }

const needsAs = 4 // bit of attributes
