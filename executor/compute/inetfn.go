package compute

import (
	"math"
	"strconv"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// Network addresses, value.Inet encoded. All are row kernels.

// putInet appends an address as the value of row i.
func putInet(out *vector.Vector, i int, a value.Inet) {
	at := len(out.Arena)
	out.Arena = a.Append(out.Arena)
	appendSpan(out, i, at)
}

// inetToInet makes a kernel of a function over one address.
func inetToInet(f func(a value.Inet) value.Inet) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x := spansOf(args[0])
		for _, i := range rows.Selection() {
			putInet(out, int(i), f(value.DecodeInet(x.get(int(i)))))
		}
		return nil
	}
}

func inetToInt(f func(a value.Inet) int32) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x := spansOf(args[0])
		for _, i := range rows.Selection() {
			out.I32[i] = f(value.DecodeInet(x.get(int(i))))
		}
		return nil
	}
}

func inetToText(f func(dst []byte, a value.Inet) []byte) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x := spansOf(args[0])
		for _, i := range rows.Selection() {
			at := len(out.Arena)
			out.Arena = f(out.Arena, value.DecodeInet(x.get(int(i))))
			appendSpan(out, int(i), at)
		}
		return nil
	}
}

func inetFamily(a value.Inet) int32 {
	if a.V6 {
		return 6
	}
	return 4
}

func netmask(a value.Inet) value.Inet {
	for i := range a.Bytes() {
		a.Addr[i] = 0xff
	}
	a = a.Network()
	a.Bits = a.Max()
	return a
}

func invert(a value.Inet) value.Inet {
	for i := range a.Bytes() {
		a.Addr[i] ^= 0xff
	}
	return a
}

func hostmask(a value.Inet) value.Inet { return invert(netmask(a)) }

func broadcast(a value.Inet) value.Inet {
	m := hostmask(a)
	for i := range a.Bytes() {
		a.Addr[i] |= m.Addr[i]
	}
	return a
}

// abbrevCidr leaves out what is all behind the mask.
func abbrevCidr(dst []byte, a value.Inet) []byte {
	if a.V6 {
		dst = appendAbbrev6(dst, a)
	} else {
		for i := range max(1, (a.Bits+7)/8) {
			if i > 0 {
				dst = append(dst, '.')
			}
			dst = strconv.AppendUint(dst, uint64(a.Addr[i]), 10)
		}
	}
	return strconv.AppendInt(append(dst, '/'), int64(a.Bits), 10)
}

// appendAbbrev6 is PostgreSQL's inet_cidr_ntop_ipv6, its oddities included.
func appendAbbrev6(dst []byte, a value.Inet) []byte {
	if a.Bits == 0 {
		return append(dst, "::"...)
	}
	s := a.Addr
	words := max(2, (a.Bits+15)/16)
	from, run, at, n := 0, 0, 0, 0 // the longest run of zero words, the running one
	for i := range words {
		if s[2*i]|s[2*i+1] == 0 {
			if n == 0 {
				at = i
			}
			n++
		} else if n > run {
			from, run, n = at, n, 0
		}
	}
	if n > run {
		from, run = at, n
	}
	dotted := run != words && from == 0 && (run == 6 || run == 5 && s[10] == 0xff && s[11] == 0xff || run == 7 && s[14] != 0 && s[15] != 1)
	start := len(dst)
	for i := range words {
		switch {
		case run > 0 && i >= from && i < from+run:
			if i == from {
				dst = append(dst, ':')
			}
			if i == words-1 {
				dst = append(dst, ':')
			}
		case dotted && i > 5:
			if i == 6 {
				dst = append(dst, ':')
			} else {
				dst = append(dst, '.')
			}
			dst = strconv.AppendUint(dst, uint64(s[2*i]), 10)
			if i != 7 || a.Bits > 120 {
				dst = strconv.AppendUint(append(dst, '.'), uint64(s[2*i+1]), 10)
			}
		default:
			if len(dst) > start {
				dst = append(dst, ':')
			}
			dst = strconv.AppendUint(dst, uint64(s[2*i])<<8|uint64(s[2*i+1]), 16)
		}
	}
	return dst
}

// inetPair makes a kernel of a relation between two addresses.
func inetPair(f func(a, b value.Inet) bool) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x, y := spansOf(args[0]), spansOf(args[1])
		for _, i := range rows.Selection() {
			setBit(out, int(i), f(value.DecodeInet(x.get(int(i))), value.DecodeInet(y.get(int(i)))))
		}
		return nil
	}
}

// inetBits is & or | of two addresses of one family.
func inetBits(word string, f func(x, y byte) byte) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x, y := spansOf(args[0]), spansOf(args[1])
		for _, i := range rows.Selection() {
			a, b := value.DecodeInet(x.get(int(i))), value.DecodeInet(y.get(int(i)))
			if a.V6 != b.V6 {
				return sqlerr.New(sqlerr.InvalidParameterValue, "cannot %s inet values of different sizes", word)
			}
			for k := range a.Bytes() {
				a.Addr[k] = f(a.Addr[k], b.Addr[k])
			}
			a.Bits = max(a.Bits, b.Bits)
			putInet(out, int(i), a)
		}
		return nil
	}
}

func inetOutOfRange() error {
	return sqlerr.New(sqlerr.NumericValueOutOfRange, "result is out of range")
}

// inetShift is inet ± bigint; at is the address's argument.
func inetShift(at int, minus bool) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x, n := spansOf(args[at]), args[1-at]
		m := mask(n)
		for _, i := range rows.Selection() {
			by := n.I64[int(i)&m]
			if minus {
				if by == math.MinInt64 {
					return inetOutOfRange()
				}
				by = -by
			}
			a, ok := value.DecodeInet(x.get(int(i))).Add(by)
			if !ok {
				return inetOutOfRange()
			}
			putInet(out, int(i), a)
		}
		return nil
	}
}

func inetDiff(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	x, y := spansOf(args[0]), spansOf(args[1])
	for _, i := range rows.Selection() {
		a, b := value.DecodeInet(x.get(int(i))), value.DecodeInet(y.get(int(i)))
		if a.V6 != b.V6 {
			return sqlerr.New(sqlerr.InvalidParameterValue, "cannot subtract inet values of different sizes")
		}
		n, ok := a.Sub(b)
		if !ok {
			return inetOutOfRange()
		}
		out.I64[i] = n
	}
	return nil
}

// setMasklen is set_masklen; of a cidr the bits behind the mask become zero.
func setMasklen(cidr bool) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x, m := spansOf(args[0]), mask(args[1])
		for _, i := range rows.Selection() {
			a, n := value.DecodeInet(x.get(int(i))), int(args[1].I32[int(i)&m])
			if n == -1 {
				n = a.Max()
			}
			if n < 0 || n > a.Max() {
				return sqlerr.New(sqlerr.InvalidParameterValue, "invalid mask length: %d", n)
			}
			if a.Bits = n; cidr {
				a = a.Network()
			}
			putInet(out, int(i), a)
		}
		return nil
	}
}

// inetMerge is the smallest network that has both addresses.
func inetMerge(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	x, y := spansOf(args[0]), spansOf(args[1])
	for _, i := range rows.Selection() {
		a, b := value.DecodeInet(x.get(int(i))), value.DecodeInet(y.get(int(i)))
		if a.V6 != b.V6 {
			return sqlerr.New(sqlerr.InvalidParameterValue, "cannot merge addresses from different families")
		}
		a.Bits = min(a.Bits, b.Bits)
		for !a.Contains(value.Inet{V6: b.V6, Bits: a.Max(), Addr: b.Addr}) {
			a.Bits--
		}
		putInet(out, int(i), a.Network())
	}
	return nil
}

// nothing is a kernel of NULLs: the ends of a connection that has no address.
func nothing(_ *Env, out *vector.Vector, _ []*vector.Vector, rows vector.Rows) error {
	for i := range rows.N {
		setNull(out, i, rows.N)
		if out.Kind == vector.Int32 {
			out.I32[i] = 0
		}
	}
	return nil
}

func inetEntries() entryTable {
	t := entryTable{
		"~(inet)":            row(inetToInet(invert)),
		"&(inet,inet)":       row(inetBits("AND", func(x, y byte) byte { return x & y })),
		"|(inet,inet)":       row(inetBits("OR", func(x, y byte) byte { return x | y })),
		"+(inet,int8)":       row(inetShift(0, false)),
		"+(int8,inet)":       row(inetShift(1, false)),
		"-(inet,int8)":       row(inetShift(0, true)),
		"-(inet,inet)":       row(inetDiff),
		"broadcast(inet)":    row(inetToInet(broadcast)),
		"hostmask(inet)":     row(inetToInet(hostmask)),
		"netmask(inet)":      row(inetToInet(netmask)),
		"network(inet)":      row(inetToInet(value.Inet.Network)),
		"cast(inet,cidr)":    row(inetToInet(value.Inet.Network)),
		"cast(cidr,inet)":    same,
		"family(inet)":       row(inetToInt(inetFamily)),
		"masklen(inet)":      row(inetToInt(func(a value.Inet) int32 { return int32(a.Bits) })),
		"host(inet)":         row(inetToText(func(dst []byte, a value.Inet) []byte { return a.AppendHost(dst) })),
		"abbrev(inet)":       row(inetToText(func(dst []byte, a value.Inet) []byte { return a.AppendText(dst, false) })),
		"abbrev(cidr)":       row(inetToText(abbrevCidr)),
		"<<(inet,inet)":      row(inetPair(func(a, b value.Inet) bool { return a.Bits > b.Bits && b.Contains(a) })),
		"<<=(inet,inet)":     row(inetPair(func(a, b value.Inet) bool { return b.Contains(a) })),
		">>(inet,inet)":      row(inetPair(func(a, b value.Inet) bool { return b.Bits > a.Bits && a.Contains(b) })),
		">>=(inet,inet)":     row(inetPair(value.Inet.Contains)),
		"&&(inet,inet)":      row(inetPair(func(a, b value.Inet) bool { return a.Contains(b) || b.Contains(a) })),
		"inet_client_addr()": row(nothing),
		"inet_client_port()": row(nothing),
		"inet_server_addr()": row(nothing),
		"inet_server_port()": row(nothing),

		"set_masklen(inet,int4)":      row(setMasklen(false)),
		"set_masklen(cidr,int4)":      row(setMasklen(true)),
		"inet_merge(inet,inet)":       row(inetMerge),
		"inet_same_family(inet,inet)": row(inetPair(func(a, b value.Inet) bool { return a.V6 == b.V6 })),
	}
	// The casts of both to text show the mask of a single host too.
	for _, from := range []types.ID{types.Inet, types.Cidr} {
		for _, to := range []types.ID{types.Text, types.Varchar, types.Bpchar} {
			t[id2("cast", from, to)] = row(inetToText(func(dst []byte, a value.Inet) []byte { return a.AppendText(dst, true) }))
		}
	}
	return t
}
