package value

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// typeNamed returns the type of a name in the golden file, as "numeric(5,2)".
func typeNamed(t testing.TB, name string) types.Type {
	base, mods, _ := strings.Cut(strings.TrimSuffix(name, ")"), "(")
	var n []int
	for _, m := range strings.Split(mods, ",") {
		if v, err := strconv.Atoi(m); err == nil {
			n = append(n, v)
		}
	}
	if fields, ok := strings.CutPrefix(base, "interval"); ok {
		typ := types.Of(types.Interval)
		set, precision := 0, precisionFull
		words := map[string]int{
			"year": fieldYear, "month": fieldMonth, "day": fieldDay, "hour": fieldHour, "minute": fieldMinute, "second": fieldSecond,
		}
		order := []string{"year", "month", "day", "hour", "minute", "second"}
		from, to, isRange := strings.Cut(strings.TrimSpace(fields), " to ")
		on := false
		for _, w := range order {
			on = on || w == from
			if on {
				set |= words[w]
			}
			if w == to || !isRange {
				if w == to || w == from {
					on = false
				}
			}
		}
		if from == "" {
			set = fieldsAll
		}
		if len(n) == 1 {
			precision = n[0]
		}
		if fields != "" || len(n) == 1 {
			typ.Mod = int32(set<<16 | precision)
		}
		return typ
	}
	for _, typ := range types.All() {
		if typ.Udt() != base {
			continue
		}
		switch {
		case len(n) == 2:
			return types.NumericPS(n[0], n[1])
		case typ.ID == types.Varchar && len(n) == 1:
			return types.VarcharN(n[0])
		case len(n) == 1:
			typ.Mod = int32(n[0])
		}
		return typ
	}
	t.Fatalf("no type %q", name)
	return types.Type{}
}

// Text in and text out are PostgreSQL's, errors included. The answers in
// testdata/postgres.txt were taken from PostgreSQL 15 for written cases and for
// random heaps of the words of dates and intervals; FASTI_VALUE_GOLDEN names
// another file of the form.
func TestPostgres(t *testing.T) {
	f, err := os.Open(cmp.Or(os.Getenv("FASTI_VALUE_GOLDEN"), "testdata/postgres.txt"))
	require.NoError(t, err)
	defer f.Close()
	zones := NewZones()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	bad := 0
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		c := strings.Split(lines.Text(), "\t")
		require.Len(t, c, 4, lines.Text())
		var input, want string
		require.NoError(t, json.Unmarshal([]byte(`"`+c[2]+`"`), &input))
		require.NoError(t, json.Unmarshal([]byte(`"`+c[3]+`"`), &want))
		s := Default()
		s.Zones = zones
		var zone, bytea string
		_, err := fmt.Sscan(c[1], &s.DateOrder, &zone, &s.IntervalStyle, &s.ExtraFloatDigits, &bytea)
		require.NoError(t, err)
		s.Zone, _ = zones.Load(zone)
		s.ByteaEscape = bytea == "escape"
		if got := throughPostgresText(typeNamed(t, c[0]), input, s); got != want {
			if bad++; bad <= 60 {
				t.Errorf("%s %q (%s)\n      got %q\n     want %q", c[0], input, c[1], got, want)
			}
		}
	}
	require.NoError(t, lines.Err())
	require.Zero(t, bad)
}

// throughPostgresText reads text and prints it again, or prints the error.
func throughPostgresText(typ types.Type, text string, s *Settings) string {
	d, err := Parse(typ, text, s)
	var e *sqlerr.Error
	if errors.As(err, &e) {
		msg := "!" + e.Code + " " + e.Message
		if e.Hint != "" {
			msg += "|" + e.Hint
		}
		return msg
	}
	return Text(typ, d, s)
}
