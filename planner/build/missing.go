package build

import "github.com/dejaq/fasti/sql/sqlerr"

// maxFuzzy is the largest distance of a suggestion, MAX_FUZZY_DISTANCE of
// PostgreSQL's parse_relation.c.
const maxFuzzy = 3

// missingRelation is errorMissingRTE: the qualifier names nothing visible.
func (sc *scope) missingRelation(ns, rel string, pos int) error {
	for s := sc; s != nil; s = s.parent {
		for _, it := range s.entries {
			if it.join {
				continue
			}
			switch {
			case it.name == rel:
				return sqlerr.New(sqlerr.UndefinedTable, "invalid reference to FROM-clause entry for table \"%s\"", rel).
					WithHint("There is an entry for table \"%s\", but it cannot be referenced from this part of the query.", rel).At(pos)
			case it.table == rel && it.name != rel:
				return sqlerr.New(sqlerr.UndefinedTable, "invalid reference to FROM-clause entry for table \"%s\"", rel).
					WithHint("Perhaps you meant to reference the table alias \"%s\".", it.name).At(pos)
			}
		}
	}
	return sqlerr.New(sqlerr.UndefinedTable, "missing FROM-clause entry for table \"%s\"", rel).At(pos)
}

// missingColumn is errorMissingColumn with searchRangeTableForCol: it looks for
// a column that is spelled nearly so, or so but cannot be seen.
func (sc *scope) missingColumn(rel, name string, pos int) error {
	var err *sqlerr.Error
	if rel != "" {
		err = sqlerr.New(sqlerr.UndefinedColumn, "column %s.%s does not exist", rel, name)
	} else {
		err = sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" does not exist", name)
	}
	err = err.At(pos)
	f := fuzzy{distance: maxFuzzy + 1}
	for s := sc; s != nil; s = s.parent {
		for _, it := range s.entries {
			if it.join {
				continue
			}
			penalty := 0
			if rel != "" {
				penalty = distance(rel, it.name, maxFuzzy+1)
			}
			for _, c := range it.cols {
				if c.name == name && penalty == 0 {
					return err.WithHint("There is a column named \"%s\" in table \"%s\", but it cannot be referenced from this part of the query.", name, it.name)
				}
			}
			for i, c := range it.cols {
				f.see(it, i, c.name, name, penalty)
			}
		}
	}
	switch {
	case f.first == nil:
		return err
	case f.second == nil:
		return err.WithHint("Perhaps you meant to reference the column \"%s.%s\".", f.first.name, f.first.cols[f.firstCol].name)
	}
	return err.WithHint("Perhaps you meant to reference the column \"%s.%s\" or the column \"%s.%s\".",
		f.first.name, f.first.cols[f.firstCol].name, f.second.name, f.second.cols[f.secondCol].name)
}

// fuzzy is FuzzyAttrMatchState: the one or two nearest columns seen.
type fuzzy struct {
	distance            int
	first, second       *item
	firstCol, secondCol int
}

// see is updateFuzzyAttrMatchState.
func (f *fuzzy) see(it *item, col int, actual, match string, penalty int) {
	if penalty > f.distance {
		return
	}
	d := distance(actual, match, f.distance+1-penalty)
	if d > len(match)/2 {
		return
	}
	d += penalty
	switch {
	case d < f.distance:
		*f = fuzzy{distance: d, first: it, firstCol: col}
	case d == f.distance:
		switch {
		case f.second != nil:
			// Too many equally near ones: demand nearer ones from now on.
			*f = fuzzy{distance: d - 1}
		case f.first != nil:
			f.second, f.secondCol = it, col
		case f.distance <= maxFuzzy:
			f.first, f.firstCol = it, col
		}
	}
}

// distance is the Levenshtein distance in bytes with costs 1; beyond limit any
// value above it.
func distance(a, b string, limit int) int {
	if d := len(a) - len(b); d > limit || -d > limit {
		return limit + 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost = min(diagonal, row[j], row[j-1]) + 1
			}
			diagonal, row[j] = row[j], cost
		}
	}
	return row[len(b)]
}
