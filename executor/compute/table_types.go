package compute

import (
	"maps"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// entryTable pairs IDs with entries.
type entryTable = map[function.ID]Entry

// bitsOfInteger reports whether a cast makes bits of an integer: it needs the
// modifier to know which.
func bitsOfInteger(s *function.Signature) bool {
	return s.Kind == function.Cast && s.Result == types.Bit && (s.Args[0] == types.Int4 || s.Args[0] == types.Int8)
}

func outOfRangeBits(width int) error {
	if width == 32 {
		return outOfRangeInt4()
	}
	return outOfRange(types.Int8)
}

func outOfRangeInt4() error { return outOfRange(types.Int4) }

func charOutOfRange() error {
	return sqlerr.New(sqlerr.NumericValueOutOfRange, `"char" out of range`)
}

// modified is the cast of a type to itself that applies the modifier by way of
// value.Coerce.
func modified(explicit bool) Entry {
	return Entry{Same: true, Rows: true, Bind: func(s Site) Kernel {
		return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
			for _, i := range rows.Selection() {
				d, err := value.Coerce(s.Type, vector.At(args[0], int(i)), explicit)
				if err != nil {
					return err
				}
				put(out, int(i), d)
			}
			return nil
		}
	}}
}

// scalarEntries are those of char(n), "char", times of day, addresses and bits.
func scalarEntries() entryTable {
	t := entryTable{
		"length(bpchar)":           byRow(textToInt(bpcharLength)),
		"char_length(bpchar)":      byRow(textToInt(bpcharLength)),
		"character_length(bpchar)": byRow(textToInt(bpcharLength)),
		"octet_length(bpchar)":     byRow(textToInt(func(s []byte) int { return len(s) })),

		"cast(bpchar,bpchar)":    modified(true),
		"assign(bpchar,bpchar)":  modified(false),
		"cast(text,bpchar)":      same,
		"cast(varchar,bpchar)":   same,
		"cast(name,bpchar)":      same,
		"cast(bpchar,text)":      within(part(withoutPadding)),
		"cast(bpchar,varchar)":   within(part(withoutPadding)),
		"cast(bpchar,name)":      within(part(func(s []byte) (int, int) { return 0, nameEnd(trimPadding(s)) })),
		"cast(bool,bpchar)":      bulk(boolToText),
		"cast(text,char)":        byRow(textToText(appendFirstByte)),
		"cast(varchar,char)":     byRow(textToText(appendFirstByte)),
		"cast(bpchar,char)":      byRow(textToText(appendFirstByte)),
		"cast(char,text)":        row(textToText(appendCharText)),
		"cast(char,varchar)":     row(textToText(appendCharText)),
		"cast(char,bpchar)":      row(textToText(appendCharText)),
		"cast(char,int4)":        row(charToInt),
		"cast(int4,char)":        row(intToChar),
		"cast(time,time)":        modified(true),
		"cast(timetz,timetz)":    modified(true),
		"cast(time,interval)":    bulk(timeToInterval),
		"cast(interval,time)":    bulk(intervalToTime),
		"cast(time,timetz)":      row(timeToTimetz),
		"cast(timetz,time)":      bulk(timetzToTime),
		"cast(timestamp,time)":   row(timestampToTime(false)),
		"cast(timestamptz,time)": row(timestampToTime(true)),

		"cast(timestamptz,timetz)": row(timestamptzToTimetz),

		"+(date,time)":                row(dateAndTime(0, false)),
		"+(time,date)":                row(dateAndTime(1, false)),
		"+(date,timetz)":              row(dateAndTimetz(0)),
		"+(timetz,date)":              row(dateAndTimetz(1)),
		"timestamp(date,time)":        row(dateAndTime(0, false)),
		"timestamptz(date,time)":      row(dateAndTime(0, true)),
		"timestamptz(date,timetz)":    row(dateAndTimetz(0)),
		"+(time,interval)":            row(timeShift(0, false)),
		"+(interval,time)":            row(timeShift(1, false)),
		"-(time,interval)":            row(timeShift(0, true)),
		"-(time,time)":                row(timeDiff),
		"+(timetz,interval)":          row(timeShift(0, false)),
		"+(interval,timetz)":          row(timeShift(1, false)),
		"-(timetz,interval)":          row(timeShift(0, true)),
		"make_time(int4,int4,float8)": row(makeTime),
		"date_part(text,time)":        bound(bindPartTime(types.Time)),
		"date_part(text,timetz)":      bound(bindPartTime(types.Timetz)),
		"extract(text,time)":          bound(bindPartTime(types.Time)),
		"extract(text,timetz)":        bound(bindPartTime(types.Timetz)),
		"timezone(text,timetz)":       bound(bindTimetzAtZone),
		"timezone(interval,timetz)":   row(timetzAtOffset),
		"current_time()":              row(kernelCurrentTime),
		"localtime()":                 row(kernelClockTime),
	}
	for _, id := range []function.ID{
		"bpchar(bpchar,int4,bool)", "varchar(varchar,int4,bool)", "bit(bit,int4,bool)", "varbit(varbit,int4,bool)",
		"numeric(numeric,int4)", "time(time,int4)", "timetz(timetz,int4)", "timestamp(timestamp,int4)",
		"timestamptz(timestamptz,int4)", "interval(interval,int4)",
	} {
		t[id] = bound(lengthened)
	}
	t["bit(int4,int4)"] = row(bitOfInteger(32))
	t["bit(int8,int4)"] = row(bitOfInteger(64))
	maps.Copy(t, inetEntries())
	maps.Copy(t, bitEntries())
	for op, name := range comparisonNames {
		op := comparison(op)
		t[id2(name, types.Bpchar, types.Bpchar)] = byRow(compareBpchars(op))
		t[id2(name, types.Char, types.Char)] = row(compareBytes(op))
		t[id2(name, types.Inet, types.Inet)] = row(compareBytes(op))
		t[id2(name, types.Bit, types.Bit)] = row(compareBytes(op))
		t[id2(name, types.Varbit, types.Varbit)] = row(compareBytes(op))
		t[id2(name, types.Time, types.Time)] = bulk(compareInts[int64](op))
		t[id2(name, types.Timetz, types.Timetz)] = bulk(compareWords(op, compareUUID))
	}
	for name, op := range map[string]comparison{"~<~": opLT, "~<=~": opLE, "~>~": opGT, "~>=~": opGE} {
		t[id2(name, types.Text, types.Text)] = byRow(compareBytes(op))
		t[id2(name, types.Bpchar, types.Bpchar)] = byRow(compareBpchars(op))
	}
	return t
}

// lengthened is the kernel of the functions that apply a modifier that is an
// argument: of fractional digits, of characters (with the 4 that the modifier
// counts) or of bits. A third argument says whether the cast is explicit.
func lengthened(s Site) Kernel {
	t := types.Of(s.Sig.Result)
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		m := mask(args[1])
		for _, i := range rows.Selection() {
			t.Mod = args[1].I32[int(i)&m]
			explicit := len(args) > 2 && args[2].Bool(int(i))
			d, err := value.Coerce(t, vector.At(args[0], int(i)), explicit)
			if err != nil {
				return err
			}
			put(out, int(i), d)
		}
		return nil
	}
}

// bitOfInteger is the function bit(integer, length).
func bitOfInteger(width int) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		m := mask(args[1])
		for _, i := range rows.Selection() {
			n := int(args[1].I32[int(i)&m])
			if n <= 0 {
				n = 1
			}
			if err := room(out.Arena, n); err != nil {
				return err
			}
			appendIntegerBits(out, int(i), args[0].Int(int(i)), n, width)
		}
		return nil
	}
}
