package compute

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"math/bits"
	"strings"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

func appendMD5(dst, s []byte) []byte {
	sum := md5.Sum(s)
	return hex.AppendEncode(dst, sum[:])
}

func appendSHA224(dst, s []byte) []byte {
	sum := sha256.Sum224(s)
	return append(dst, sum[:]...)
}

func appendSHA256(dst, s []byte) []byte {
	sum := sha256.Sum256(s)
	return append(dst, sum[:]...)
}

func appendSHA384(dst, s []byte) []byte {
	sum := sha512.Sum384(s)
	return append(dst, sum[:]...)
}

func appendSHA512(dst, s []byte) []byte {
	sum := sha512.Sum512(s)
	return append(dst, sum[:]...)
}

func bytesPosition(s, t []byte) int { return bytes.Index(s, t) + 1 }

func getByte(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	x := spansOf(args[0])
	m := mask(args[1])
	for _, i := range rows.Selection() {
		s, n := x.get(int(i)), args[1].I32[int(i)&m]
		if n < 0 || int(n) >= len(s) {
			return sqlerr.New("2202E", "index %d out of valid range, 0..%d", n, len(s)-1)
		}
		out.I32[i] = int32(s[n])
	}
	return nil
}

func setByte(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	x, m, o := spansOf(args[0]), mask(args[1]), mask(args[2])
	for _, i := range rows.Selection() {
		s, n := x.get(int(i)), args[1].I32[int(i)&m]
		if n < 0 || int(n) >= len(s) {
			return sqlerr.New(sqlerr.ArraySubscriptError, "index %d out of valid range, 0..%d", n, len(s)-1)
		}
		at := len(out.Arena)
		out.Arena = append(out.Arena, s...)
		out.Arena[at+int(n)] = byte(args[2].I32[int(i)&o])
		appendSpan(out, int(i), at)
	}
	return nil
}

// byteBit checks the number of a bit, the lowest of the first byte being 0.
func byteBit(n int64, s []byte) error {
	if n < 0 || n >= int64(len(s))*8 {
		return sqlerr.New(sqlerr.ArraySubscriptError, "index %d out of valid range, 0..%d", n, int64(len(s))*8-1)
	}
	return nil
}

func getBit(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	x, m := spansOf(args[0]), mask(args[1])
	for _, i := range rows.Selection() {
		s, n := x.get(int(i)), args[1].I64[int(i)&m]
		if err := byteBit(n, s); err != nil {
			return err
		}
		out.I32[i] = int32(s[n/8] >> (n % 8) & 1)
	}
	return nil
}

func setBitOf(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	x, m, o := spansOf(args[0]), mask(args[1]), mask(args[2])
	for _, i := range rows.Selection() {
		s, n, b := x.get(int(i)), args[1].I64[int(i)&m], args[2].I32[int(i)&o]
		if err := byteBit(n, s); err != nil {
			return err
		}
		if b != 0 && b != 1 {
			return newBitError()
		}
		at := len(out.Arena)
		out.Arena = append(out.Arena, s...)
		c := &out.Arena[at+int(n/8)]
		*c = *c&^(1<<(n%8)) | byte(b)<<(n%8)
		appendSpan(out, int(i), at)
	}
	return nil
}

func byteBitCount(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	x := spansOf(args[0])
	for _, i := range rows.Selection() {
		n := 0
		for _, c := range x.get(int(i)) {
			n += bits.OnesCount8(c)
		}
		out.I64[i] = int64(n)
	}
	return nil
}

// encode writes bytea as text: hex, base64 or escape.
func encode(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	x, y := spansOf(args[0]), spansOf(args[1])
	for _, i := range rows.Selection() {
		s := x.get(int(i))
		if err := room(out.Arena, 4*len(s)); err != nil {
			return err
		}
		at := len(out.Arena)
		switch name := y.get(int(i)); {
		case equalFold(name, "hex"):
			out.Arena = hex.AppendEncode(out.Arena, s)
		case equalFold(name, "base64"):
			out.Arena = appendBase64(out.Arena, s)
		case equalFold(name, "escape"):
			out.Arena = appendEscaped(out.Arena, s)
		default:
			return badEncoding(name)
		}
		appendSpan(out, int(i), at)
	}
	return nil
}

func equalFold(b []byte, s string) bool { return strings.EqualFold(view(b), s) }

func badEncoding(name []byte) error {
	return sqlerr.New(sqlerr.InvalidParameterValue, `unrecognized encoding: "%s"`, name)
}

// base64Line is how many characters PostgreSQL writes to a line.
const base64Line = 76

func appendBase64(dst, s []byte) []byte {
	const raw = base64Line / 4 * 3
	for len(s) > raw {
		dst = append(base64.StdEncoding.AppendEncode(dst, s[:raw]), '\n')
		s = s[raw:]
	}
	dst = base64.StdEncoding.AppendEncode(dst, s)
	if len(s) == raw {
		dst = append(dst, '\n')
	}
	return dst
}

// appendEscaped writes zero and high bytes in octal and doubles backslashes.
func appendEscaped(dst, s []byte) []byte {
	for _, c := range s {
		switch {
		case c == 0 || c > 127:
			dst = append(dst, '\\', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
		case c == '\\':
			dst = append(dst, '\\', '\\')
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// decode reads what encode writes.
func decode(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	x, y := spansOf(args[0]), spansOf(args[1])
	for _, i := range rows.Selection() {
		s := x.get(int(i))
		if err := room(out.Arena, len(s)); err != nil {
			return err
		}
		at := len(out.Arena)
		var err error
		switch name := y.get(int(i)); {
		case equalFold(name, "hex"):
			out.Arena, err = appendHex(out.Arena, s)
		case equalFold(name, "base64"):
			out.Arena, err = appendUnbase64(out.Arena, s)
		case equalFold(name, "escape"):
			out.Arena, err = appendUnescaped(out.Arena, s)
		default:
			err = badEncoding(name)
		}
		if err != nil {
			return err
		}
		appendSpan(out, int(i), at)
	}
	return nil
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

func appendHex(dst, s []byte) ([]byte, error) {
	high, half := byte(0), false
	for k := 0; k < len(s); k++ {
		c := s[k]
		if isSpace(c) && !half {
			continue
		}
		d := strings.IndexByte("0123456789abcdefABCDEF", c)
		if d > 15 {
			d -= 6
		}
		if d < 0 {
			return dst, sqlerr.New(sqlerr.InvalidParameterValue, `invalid hexadecimal digit: "%s"`, s[k:k+runeLen(s[k:])])
		}
		if half {
			dst = append(dst, high<<4|byte(d))
		}
		high, half = byte(d), !half
	}
	if half {
		return dst, sqlerr.New(sqlerr.InvalidParameterValue, "invalid hexadecimal data: odd number of digits")
	}
	return dst, nil
}

const base64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

func appendUnbase64(dst, s []byte) ([]byte, error) {
	var buf uint32
	pos, end := 0, 0
	for k := 0; k < len(s); k++ {
		c := s[k]
		if isSpace(c) {
			continue
		}
		d := strings.IndexByte(base64Digits, c)
		if c == '=' {
			if end == 0 {
				switch pos {
				case 2:
					end = 1
				case 3:
					end = 2
				default:
					return dst, sqlerr.New(sqlerr.InvalidParameterValue, `unexpected "=" while decoding base64 sequence`)
				}
			}
			d = 0
		} else if d < 0 {
			return dst, sqlerr.New(sqlerr.InvalidParameterValue, `invalid symbol "%s" found while decoding base64 sequence`, s[k:k+runeLen(s[k:])])
		}
		buf = buf<<6 | uint32(d)
		if pos++; pos == 4 {
			dst = append(dst, byte(buf>>16))
			if end == 0 || end > 1 {
				dst = append(dst, byte(buf>>8))
			}
			if end == 0 {
				dst = append(dst, byte(buf))
			}
			buf, pos = 0, 0
		}
	}
	if pos != 0 {
		return dst, sqlerr.New(sqlerr.InvalidParameterValue, "invalid base64 end sequence").
			WithHint("Input data is missing padding, is truncated, or is otherwise corrupted.")
	}
	return dst, nil
}

func appendUnescaped(dst, s []byte) ([]byte, error) {
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			dst = append(dst, s[i])
			continue
		}
		switch {
		case i+3 < len(s) && s[i+1]-'0' < 4 && s[i+2]-'0' < 8 && s[i+3]-'0' < 8:
			dst = append(dst, (s[i+1]-'0')<<6|(s[i+2]-'0')<<3|(s[i+3]-'0'))
			i += 3
		case i+1 < len(s) && s[i+1] == '\\':
			dst = append(dst, '\\')
			i++
		default:
			return dst, sqlerr.New(sqlerr.InvalidTextRepresentation, "invalid input syntax for type bytea")
		}
	}
	return dst, nil
}

// convert is convert_from or convert_to; what names the role in the error.
// UTF-8 is the only encoding, and text is UTF-8 already.
func convert(what string) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x, y := spansOf(args[0]), spansOf(args[1])
		out.Arena = args[0].Arena
		for _, i := range rows.Selection() {
			name := strings.ToLower(string(y.get(int(i))))
			s := x.get(int(i))
			switch strings.NewReplacer("-", "", "_", "", " ", "").Replace(name) {
			case "utf8", "unicode", "sqlascii":
			case "latin1", "iso88591", "latin9", "iso885915", "win1252", "windows1252", "win1251", "koi8r", "eucjp", "sjis", "big5", "gbk", "euckr":
				return sqlerr.NotSupported("conversion with encoding %s", strings.ToUpper(name))
			default:
				return sqlerr.New(sqlerr.InvalidParameterValue, `invalid %s encoding name "%s"`, what, name)
			}
			if err := value.CheckText(s); err != nil && what == "source" {
				return err
			}
			setPart(out, &x, int(i), 0, len(s))
		}
		return nil
	}
}
