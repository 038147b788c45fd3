package ast

import "math"

// Declare is DECLARE name CURSOR FOR query.
type Declare struct {
	Pos    int
	Name   string
	Binary bool
	// Scroll and NoScroll are as said; without both, rows go forward only.
	Scroll, NoScroll bool
	Hold             bool // WITH HOLD
	Query            Query
}

// Fetch is FETCH and MOVE.
type Fetch struct {
	Pos       int
	Name      string
	Move      bool
	Direction FetchDirection
	Count     int64 // FetchAll for ALL
}

// FetchDirection says what the count of a Fetch means.
type FetchDirection uint8

// NEXT is one row Forward, PRIOR one Backward, FIRST and LAST are the rows
// Absolute 1 and -1.
const (
	Forward FetchDirection = iota
	Backward
	Absolute
	Relative
)

// FetchAll is the count of ALL.
const FetchAll = math.MaxInt64

// Close is CLOSE; without a name it is CLOSE ALL.
type Close struct {
	Pos  int
	Name string
}

func (*Declare) stmt() {}
func (*Fetch) stmt()   {}
func (*Close) stmt()   {}
