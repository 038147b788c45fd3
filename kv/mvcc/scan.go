package mvcc

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/dejaq/fasti/kv/invariants"
	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/kv/store"
	"github.com/dejaq/fasti/meta/schema"
)

// Scanner reads the rows of key ranges at one timestamp. It keeps one iterator for
// all of them and sees the store as it was when it was made.
type Scanner struct {
	codec *Codec
	at    schema.Timestamp
	keys  bool
	it    *store.Iterator
	valid bool // it stands on a version not yet looked at

	// last is the row whose version was decided last, without its version.
	last []byte
	// Of the header that the last value had: most rows have the same.
	header uint16
	lay    layout

	overlay *Overlay
	next    int    // entry of overlay
	found   []byte // the value that NextEntry has returned
}

// NewScanner returns a Scanner over r at a timestamp; keys says whether morsels need
// the row keys, for locators and for columns of which Codec.NeedsKey holds. The
// caller closes it before r.
func NewScanner(r store.Reader, c *Codec, at schema.Timestamp, keys bool) (*Scanner, error) {
	it, err := r.NewIter(&store.IterOptions{UseL6Filters: true}) // for SeekKey
	if err != nil {
		return nil, err
	}
	s := &Scanner{codec: c, at: at, keys: keys, it: it, header: noHeader}
	return s, nil
}

// Close releases the Scanner.
func (s *Scanner) Close() error { return s.it.Close() }

// Seek begins the half-open range [from, to) of store keys, which end as bounds do
// (keys.Bounds). The entries of an overlay, which may be nil, lie inside it; they
// hide what the store has for their keys.
func (s *Scanner) Seek(from, to []byte, o *Overlay) {
	s.it.SetBounds(from, to)
	s.valid = s.it.First()
	s.last = s.last[:0]
	s.overlay, s.next = o, 0
}

// SeekKey begins the range of one row: of the locator key. Bloom filters make it
// cheap to find that there is none.
func (s *Scanner) SeekKey(key []byte, o *Overlay) {
	s.it.SetBounds(nil, nil)
	s.last = keys.AppendVersion(append(s.last[:0], key...), max(s.at, 1))
	s.valid = s.it.SeekPrefixGE(s.last)
	s.last = s.last[:0]
	s.overlay, s.next = o, 0
}

// Fill appends rows to m until it is full or the range ends; more is false when it
// has ended.
func (s *Scanner) Fill(m *Morsel) (more bool, err error) {
	m.scan(s.codec, s.keys)
	if s.overlay != nil && s.next < len(s.overlay.entries) {
		return s.fillMerged(m)
	}
	it := s.it
	at := uint64(s.at)
	last := s.last
	for s.valid {
		if m.Full() {
			s.last = last
			return true, nil
		}
		key := it.Key()
		n := len(key) - keys.VersionLen
		if n <= keys.RowOffset {
			return false, &CorruptError{0, "row key without version"}
		}
		// The newest version at or below the timestamp decides; the others are
		// passed over. Rows of one version are the rule.
		if binary.BigEndian.Uint64(key[n+1:]) > at || len(last) == n && bytes.Equal(last, key[:n]) {
			s.valid = it.Next()
			continue
		}
		last = append(last[:0], key[:n]...)
		v, err := it.ValueAndErr()
		if err != nil {
			return false, err
		}
		if err := s.add(m, last, v); err != nil {
			return false, err
		}
		s.valid = it.Next()
	}
	s.last = last
	return false, it.Error()
}

// fillMerged is Fill with an overlay that has entries left.
func (s *Scanner) fillMerged(m *Morsel) (more bool, err error) {
	for {
		if m.Full() {
			return true, nil
		}
		ok, err := s.nextRow()
		if err != nil {
			return false, err
		}
		if s.next == len(s.overlay.entries) {
			// nextRow has passed nothing that Fill would not pass again.
			return s.Fill(m)
		}
		e := &s.overlay.entries[s.next]
		cmp := -1
		var key []byte
		if ok {
			key = s.it.Key()
			key = key[:len(key)-keys.VersionLen]
			cmp = bytes.Compare(e.Key, key)
		}
		if cmp <= 0 {
			s.next++
			if err := s.add(m, e.Key, e.Value); err != nil {
				return false, err
			}
			if cmp < 0 {
				continue
			}
		} else {
			v, err := s.it.ValueAndErr()
			if err != nil {
				return false, err
			}
			if err := s.add(m, key, v); err != nil {
				return false, err
			}
		}
		s.last = append(s.last[:0], key...)
		s.valid = s.it.Next()
	}
}

// NextEntry returns the next entry of an index in the range, which is of keys of
// keys.KindIndex: its store key without the version and its value, both valid until
// the next call. ok is false at the end.
func (s *Scanner) NextEntry() (key, value []byte, ok bool, err error) {
	for {
		stored, err := s.nextRow()
		if err != nil {
			return nil, nil, false, err
		}
		cmp := 1
		var e *OverlayEntry
		if s.overlay != nil && s.next < len(s.overlay.entries) {
			e = &s.overlay.entries[s.next]
			cmp = -1
		}
		if stored {
			key = s.it.Key()
			key = key[:len(key)-keys.VersionLen]
			if e != nil {
				cmp = bytes.Compare(e.Key, key)
			}
		} else if e == nil {
			return nil, nil, false, nil
		}
		if cmp <= 0 {
			s.next++
			key, value = e.Key, e.Value
		} else if value, err = s.it.ValueAndErr(); err != nil {
			return nil, nil, false, err
		}
		if stored && cmp >= 0 {
			s.last = append(s.last[:0], key...)
			key = s.last
			s.found = append(s.found[:0], value...)
			value = s.found
			s.valid = s.it.Next()
		}
		if len(value) > 0 {
			return key, value, true, nil
		}
	}
}

// nextRow moves the iterator to the deciding version of the next row; ok is false
// when there is none.
func (s *Scanner) nextRow() (ok bool, err error) {
	for ; s.valid; s.valid = s.it.Next() {
		key := s.it.Key()
		n := len(key) - keys.VersionLen
		if n <= keys.RowOffset {
			return false, &CorruptError{0, "row key without version"}
		}
		if binary.BigEndian.Uint64(key[n+1:]) <= uint64(s.at) && !(len(s.last) == n && bytes.Equal(s.last, key[:n])) {
			return true, nil
		}
	}
	return false, s.it.Error()
}

// add appends a row to m, unless it is a tombstone or a stub.
func (s *Scanner) add(m *Morsel, key, v []byte) error {
	if len(v) < headerLen {
		if len(v) == 0 {
			return nil
		}
		return &CorruptError{0, "short row value"}
	}
	h := binary.LittleEndian.Uint16(v)
	if h != s.header {
		if h&flagStub != 0 {
			return nil
		}
		lay, err := s.codec.parse(v)
		if err != nil {
			return err
		}
		s.header, s.lay = h, lay
	} else if !s.lay.fits(v) {
		_, err := s.codec.parse(v)
		return err
	}
	i := m.rows
	switch {
	case i == 0:
		m.header, m.lay = h, s.lay
	case h != m.header:
		m.mixed = true
	}
	m.values = append(m.values, v...)
	m.valueEnd[i+1] = uint32(len(m.values))
	if m.hasKeys {
		m.keys = append(m.keys, key...)
		m.keyEnd[i+1] = uint32(len(m.keys))
	}
	m.rows++
	return nil
}

// fits checks the lengths in a value that has this layout's header, as parse does.
func (l *layout) fits(v []byte) bool {
	if len(v) < l.data {
		return false
	}
	last := 0
	if l.width == 1 {
		for _, e := range v[l.ends:l.data] {
			if int(e) < last {
				return false
			}
			last = int(e)
		}
	} else {
		for i := range l.vars {
			e := readEnd(v[l.ends:], i, l.width)
			if e < last {
				return false
			}
			last = e
		}
	}
	return last == len(v)-l.data
}

// Overlay is what a transaction wrote itself in a key range: the newest write of
// each key, sorted.
type Overlay struct{ entries []OverlayEntry }

// OverlayEntry is one row: its locator and its value, empty for a tombstone.
type OverlayEntry struct{ Key, Value []byte }

// NewOverlay returns the overlay of entries that are sorted by key, each key once. It
// keeps them.
func NewOverlay(entries []OverlayEntry) *Overlay {
	if invariants.Enabled {
		for i := 1; i < len(entries); i++ {
			invariants.Check(bytes.Compare(entries[i-1].Key, entries[i].Key) < 0, "mvcc: overlay is not sorted at %d", i)
		}
	}
	return &Overlay{entries}
}

// Get returns the value written to a key, empty for a tombstone; ok is false when the
// overlay, which may be nil, has no write of it.
func (o *Overlay) Get(key []byte) (value []byte, ok bool) {
	if o == nil {
		return nil, false
	}
	i, ok := slices.BinarySearchFunc(o.entries, key, func(e OverlayEntry, key []byte) int { return bytes.Compare(e.Key, key) })
	if !ok {
		return nil, false
	}
	return o.entries[i].Value, true
}
