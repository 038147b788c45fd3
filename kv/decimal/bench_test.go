package decimal

import (
	"fmt"
	"testing"
)

// Arithmetic by the size of the coefficient.
func BenchmarkArithmetic(b *testing.B) {
	for _, text := range []string{"12345.67", "12345678901234567890.12345", "1234567890123456789012345678901234567890.12345"} {
		x, _ := Parse(text)
		y, _ := Parse("98.7654")
		for name, f := range map[string]func() (Decimal, error){
			"add": func() (Decimal, error) { return x.Add(y) },
			"mul": func() (Decimal, error) { return x.Mul(y) },
			"div": func() (Decimal, error) { return x.Div(y) },
		} {
			b.Run(fmt.Sprintf("digits=%d/%s", x.digits(), name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := f(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// Text and encodings of a price.
func BenchmarkCodecs(b *testing.B) {
	d := New(1234567, 2)
	enc, key, text := d.Encode(nil), make([]byte, 0, 64), d.String()
	for name, f := range map[string]func(){
		"parse":  func() { Parse(text) },
		"text":   func() { key = d.AppendText(key[:0]) },
		"encode": func() { key = d.Encode(key[:0]) },
		"decode": func() { Decode(enc) },
		"key":    func() { key = d.EncodeKey(key[:0]) },
		"wire":   func() { key = d.AppendWire(key[:0]) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f()
			}
		})
	}
}
