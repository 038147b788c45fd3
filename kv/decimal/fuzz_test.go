package decimal

import (
	"bytes"
	"errors"
	"testing"
)

// Any bytes decode to a value that encodes to the same bytes, or are ErrCorrupt.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{"", "\x00", "\x02\x6e", "\x40\x00\x40\x01", "\x80", "\x00\xff\x80", "\x3f\x7f\xff\xff\xff\xff\xff\xff\xff\xff"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := Decode(b)
		switch {
		case err != nil && !errors.Is(err, ErrCorrupt):
			t.Fatal(err)
		case err == nil && len(b) > 0 && !bytes.Equal(d.Encode(nil), b):
			t.Fatalf("%x became %v, which is %x", b, d, d.Encode(nil))
		}
	})
}

// Any bytes are a key that encodes to the same bytes, or ErrCorrupt.
func FuzzDecodeKey(f *testing.F) {
	for _, s := range []string{"\x30", "\x40\x80\x00\x02\x0d\x1f\x00", "\x20\x7f\xff\xfd\xf2\xe0\xff", "\x60", "\x10"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		d, rest, err := DecodeKey(b)
		switch {
		case err != nil && !errors.Is(err, ErrCorrupt):
			t.Fatal(err)
		case err == nil && !bytes.Equal(append(d.EncodeKey(nil), rest...), b):
			t.Fatalf("%x became %v, which is %x", b, d, d.EncodeKey(nil))
		}
	})
}

// Any bytes are a wire value that survives its own text, or one of two errors.
func FuzzFromWire(f *testing.F) {
	for _, s := range []string{"1.5", "-0.0001", "123456789.12345", "NaN", "Infinity", "1e100"} {
		d, _ := Parse(s)
		f.Add(d.AppendWire(nil))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := FromWire(b)
		if err != nil {
			if !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrOverflow) {
				t.Fatal(err)
			}
			return
		}
		if back, err := FromWire(d.AppendWire(nil)); err != nil || back.String() != d.String() {
			t.Fatalf("%v became %v, %v", d, back, err)
		}
	})
}

// Any text parses to a value whose text is stable, or is refused.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"1.5", "-1e-5", " +.5e10 ", "NaN", "-inf", "1e131071", "00000000000000000000000000000000000000000000001.00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := Parse(s)
		if err != nil {
			if !errors.Is(err, ErrSyntax) && !errors.Is(err, ErrOverflow) {
				t.Fatal(err)
			}
			return
		}
		if back, err := Parse(d.String()); err != nil || back.String() != d.String() {
			t.Fatalf("%q became %v, then %v, %v", s, d, back, err)
		}
	})
}
