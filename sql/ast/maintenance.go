package ast

// Vacuum is VACUUM or, with Analyze alone, ANALYZE; no Tables stand for all.
type Vacuum struct {
	Pos int
	// AnalyzeOnly: the statement is ANALYZE.
	AnalyzeOnly bool
	// Options are the names of the options that are on, lower case: "full", "verbose".
	Options []string
	Tables  []Name
	Source  string // the statement's text
}

func (*Vacuum) stmt() {}
