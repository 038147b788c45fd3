package value

import "strings"

// Names returns the names of all time zones in their order. The slice is the
// caller's.
func (z *Zones) Names() []string { return append([]string(nil), zoneNames[:]...) }

// Abbreviation is a time zone abbreviation with the offset that it stands for at
// some instant.
type Abbreviation struct {
	Name   string // upper case
	Offset int    // seconds east of UTC
	DST    bool
}

// Abbreviations returns all abbreviations in order as of an instant, in seconds
// since the Unix epoch.
func (z *Zones) Abbreviations(unix int64) []Abbreviation {
	list := make([]Abbreviation, 0, len(abbrevs))
	for _, a := range abbrevs {
		x := Abbreviation{Name: strings.ToUpper(a.name), Offset: a.offset, DST: a.dst}
		if a.zone != "" {
			loc, ok := z.Load(a.zone)
			if !ok {
				continue
			}
			offset, _, _ := bounds(loc, unix)
			x.Offset = int(offset)
		}
		list = append(list, x)
	}
	return list
}
