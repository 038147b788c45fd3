package value

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"net/netip"
	"strconv"
	"strings"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// Inet is the value of an inet or cidr column. Encoded, it compares by bytes as
// PostgreSQL compares: family, network, mask length, address.
//
//	offset  bytes   field
//	0       1       family: 4 or 6
//	1       4 | 16  address with the bits behind the mask zero
//	        1       mask length in bits
//	        4 | 16  address; absent when it equals the one above
type Inet struct {
	V6   bool
	Bits int      // of the mask, 0..32 or 0..128
	Addr [16]byte // the first 4 bytes, or all
}

// Max returns the bits of an address.
func (a Inet) Max() int {
	if a.V6 {
		return 128
	}
	return 32
}

// Bytes returns the address, 4 or 16 bytes of a.
func (a *Inet) Bytes() []byte { return a.Addr[:a.Max()/8] }

// Network returns a with the bits behind the mask zero.
func (a Inet) Network() Inet {
	b := a.Bytes()
	for i := range b {
		switch keep := a.Bits - 8*i; {
		case keep <= 0:
			b[i] = 0
		case keep < 8:
			b[i] &= 0xff << (8 - keep)
		}
	}
	return a
}

// Append encodes a.
func (a Inet) Append(dst []byte) []byte {
	family := byte(4)
	if a.V6 {
		family = 6
	}
	n := a.Network()
	dst = append(append(append(dst, family), n.Bytes()...), byte(a.Bits))
	if n != a {
		dst = append(dst, a.Bytes()...)
	}
	return dst
}

// Datum returns a as a value.
func (a Inet) Datum() vector.Datum { return vector.StringDatum(string(a.Append(nil))) }

// DecodeInet decodes what Append made; other bytes give 0.0.0.0/0.
func DecodeInet[T []byte | string](s T) (a Inet) {
	n := 4
	if len(s) > 0 && s[0] == 6 {
		n, a.V6 = 16, true
	}
	if len(s) < 2+n {
		return Inet{}
	}
	a.Bits = min(int(s[1+n]), a.Max())
	if len(s) >= 2+2*n {
		copy(a.Addr[:n], s[2+n:])
	} else {
		copy(a.Addr[:n], s[1:])
	}
	return a
}

// parseInet reads an inet or cidr.
func parseInet(t types.ID, text string) (vector.Datum, error) {
	var a Inet
	var ok bool
	switch {
	case strings.IndexByte(text, ':') >= 0:
		a, ok = parseInet6(text)
	case t == types.Cidr:
		a, ok = parseCidr4(text)
	default:
		a, ok = parseInet4(text)
	}
	if !ok {
		return vector.NullDatum, syntaxError(types.Of(t), text)
	}
	if t == types.Cidr && a.Network() != a {
		return vector.NullDatum, sqlerr.New(sqlerr.InvalidTextRepresentation, `invalid cidr value: "%s"`, text).
			WithDetail("Value has bits set to right of mask.")
	}
	return a.Datum(), nil
}

// parseOctets reads numbers 0..255 divided by points from the front of s.
func parseOctets(s string, a *Inet) (n int, rest string, ok bool) {
	for n < 4 {
		i, v := 0, 0
		for i < len(s) && isDigit(s[i]) {
			if v = v*10 + int(s[i]-'0'); v > 255 {
				return 0, s, false
			}
			i++
		}
		if i == 0 {
			return 0, s, false
		}
		a.Addr[n] = byte(v)
		n++
		s = s[i:]
		if s == "" || s[0] != '.' {
			return n, s, s == "" || s[0] == '/'
		}
		s = s[1:]
	}
	return 0, s, false
}

// parseMask reads "/bits" to the end of s; -1 when s is empty.
func parseMask(s string, max int) (bits int, ok bool) {
	if s == "" {
		return -1, true
	}
	if s[0] != '/' || len(s) < 2 || len(s) > 4 || strings.Trim(s[1:], "0123456789") != "" {
		return 0, false
	}
	bits, err := strconv.Atoi(s[1:])
	return bits, err == nil && bits <= max
}

func parseInet4(text string) (a Inet, ok bool) {
	n, rest, ok := parseOctets(text, &a)
	if !ok {
		return a, false
	}
	if a.Bits, ok = parseMask(rest, 32); !ok {
		return a, false
	}
	if a.Bits < 0 {
		a.Bits = 32
		return a, n == 4
	}
	return a, a.Bits/8 <= n
}

// parseCidr4 is inet_cidr_pton: octets may be left out at the end, or be a
// hexadecimal number; without a mask the class of the network gives one.
func parseCidr4(text string) (a Inet, ok bool) {
	n, rest := 0, ""
	if len(text) > 2 && text[0] == '0' && text[1]|0x20 == 'x' {
		nibbles := 0
		for rest = text[2:]; rest != ""; rest = rest[1:] {
			v, digit := hexValue(rest[0])
			if !digit {
				break
			}
			if nibbles == 8 {
				return a, false
			}
			a.Addr[nibbles/2] |= byte(v) << (4 - 4*(nibbles%2))
			nibbles++
		}
		if n = (nibbles + 1) / 2; n == 0 {
			return a, false
		}
	} else if n, rest, ok = parseOctets(text, &a); !ok {
		return a, false
	}
	if a.Bits, ok = parseMask(rest, 32); !ok {
		return a, false
	}
	if a.Bits >= 0 {
		return a, true
	}
	switch c := a.Addr[0]; {
	case c >= 240:
		a.Bits = 32
	case c >= 224:
		a.Bits = 8
	case c >= 192:
		a.Bits = 24
	case c >= 128:
		a.Bits = 16
	default:
		a.Bits = 8
	}
	a.Bits = max(a.Bits, 8*n)
	if a.Bits == 8 && a.Addr[0] == 224 {
		a.Bits = 4
	}
	return a, true
}

func parseInet6(text string) (a Inet, ok bool) {
	addr, mask := text, ""
	if i := strings.IndexByte(text, '/'); i >= 0 {
		addr, mask = text[:i], text[i:]
	}
	ip, err := netip.ParseAddr(addr)
	if err != nil || ip.Zone() != "" || !ip.Is6() {
		return a, false
	}
	a.V6, a.Addr = true, ip.As16()
	if a.Bits, ok = parseMask(mask, 128); ok && a.Bits < 0 {
		a.Bits = 128
	}
	return a, ok
}

// AppendHost writes the address without its mask.
func (a Inet) AppendHost(dst []byte) []byte {
	if !a.V6 {
		return appendDotted(dst, a.Addr[:4])
	}
	// The first longest run of zero words, two at least, is "::".
	from, run := -1, 1
	for i := 0; i < 8; i++ {
		n := 0
		for i+n < 8 && a.Addr[2*(i+n)] == 0 && a.Addr[2*(i+n)+1] == 0 {
			n++
		}
		if n > run {
			from, run = i, n
		}
		i += n
	}
	for i := 0; i < 8; i++ {
		if i == from {
			dst = append(dst, ':')
			if i+run == 8 {
				return append(dst, ':')
			}
			i += run - 1
			continue
		}
		if i > 0 {
			dst = append(dst, ':')
		}
		mapped := run == 5 && a.Addr[10] == 0xff && a.Addr[11] == 0xff
		if i == 6 && from == 0 && (run == 6 || mapped) {
			return appendDotted(dst, a.Addr[12:])
		}
		dst = strconv.AppendUint(dst, uint64(a.Addr[2*i])<<8|uint64(a.Addr[2*i+1]), 16)
	}
	return dst
}

func appendDotted(dst, b []byte) []byte {
	for i, c := range b {
		if i > 0 {
			dst = append(dst, '.')
		}
		dst = strconv.AppendUint(dst, uint64(c), 10)
	}
	return dst
}

// AppendText writes the address and /mask: of an inet that is a single host, the
// mask only when always.
func (a Inet) AppendText(dst []byte, always bool) []byte {
	dst = a.AppendHost(dst)
	if always || a.Bits != a.Max() {
		dst = strconv.AppendInt(append(dst, '/'), int64(a.Bits), 10)
	}
	return dst
}

// parseInetBinary reads family, bits, is_cidr, length and address.
func parseInetBinary(t types.ID, b []byte) (vector.Datum, error) {
	if len(b) < 4 {
		return vector.NullDatum, errShort()
	}
	name := types.Of(t).String()
	a := Inet{V6: b[0] == 3, Bits: int(b[1])}
	switch {
	case b[0] != 2 && b[0] != 3:
		return vector.NullDatum, binaryFormat(`invalid address family in external "%s" value`, name)
	case a.Bits > a.Max():
		return vector.NullDatum, binaryFormat(`invalid bits in external "%s" value`, name)
	case int(b[3]) != a.Max()/8:
		return vector.NullDatum, binaryFormat(`invalid length in external "%s" value`, name)
	case len(b) < 4+a.Max()/8:
		return vector.NullDatum, errShort()
	case len(b) > 4+a.Max()/8:
		return vector.NullDatum, errLong()
	}
	copy(a.Bytes(), b[4:])
	if t == types.Cidr && a.Network() != a {
		return vector.NullDatum, binaryFormat(`invalid external "cidr" value`).(*sqlerr.Error).
			WithDetail("Value has bits set to right of mask.")
	}
	return a.Datum(), nil
}

// AppendInetBinary writes the wire form of an inet or cidr column's value.
func AppendInetBinary[T []byte | string](dst []byte, t types.ID, enc T) []byte {
	a := DecodeInet(enc)
	family, cidr := byte(2), byte(0)
	if a.V6 {
		family = 3
	}
	if t == types.Cidr {
		cidr = 1
	}
	return append(append(dst, family, byte(a.Bits), cidr, byte(a.Max()/8)), a.Bytes()...)
}

// Contains reports whether the network of b lies in that of a, or is it.
func (a Inet) Contains(b Inet) bool {
	if a.V6 != b.V6 || a.Bits > b.Bits {
		return false
	}
	b.Bits = a.Bits
	an, bn := a.Network(), b.Network()
	return bytes.Equal(an.Bytes(), bn.Bytes())
}

// Add returns the address n above a, with its mask; ok is false when there is
// none.
func (a Inet) Add(n int64) (sum Inet, ok bool) {
	b := a.Bytes()
	for i := len(b) - 1; i >= 0; i-- {
		low := n&0xff + int64(b[i])
		b[i] = byte(low)
		n = n>>8 + low>>8
	}
	return a, n == 0
}

// Sub returns how far a is above b, two addresses of one family; ok is false when
// that is no int64.
func (a Inet) Sub(b Inet) (n int64, ok bool) {
	if !a.V6 {
		return int64(binary.BigEndian.Uint32(a.Addr[:])) - int64(binary.BigEndian.Uint32(b.Addr[:])), true
	}
	low, borrow := bits.Sub64(binary.BigEndian.Uint64(a.Addr[8:]), binary.BigEndian.Uint64(b.Addr[8:]), 0)
	high, _ := bits.Sub64(binary.BigEndian.Uint64(a.Addr[:]), binary.BigEndian.Uint64(b.Addr[:]), borrow)
	return int64(low), high == uint64(int64(low)>>63)
}
