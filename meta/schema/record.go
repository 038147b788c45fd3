package schema

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// A record is the envelope of every value in the metadata store:
//
//	offset  bytes  field
//	0       1      version of the body's format, ≥ 1
//	1       var    body
//	        4      CRC-32C (Castagnoli) of every byte above, little-endian
const recordOverhead = 1 + 4

var (
	// ErrCorrupt is returned by decoders for bytes that break the format.
	ErrCorrupt = errors.New("schema: corrupt record")
	// ErrNewer is returned by decoders for a record that a newer version of
	// the program has written.
	ErrNewer = errors.New("schema: record of a newer version")
)

// AppendRecord appends the record of a body that fill appends.
func AppendRecord(dst []byte, version byte, fill func([]byte) []byte) []byte {
	start := len(dst)
	dst = fill(append(dst, version))
	return binary.LittleEndian.AppendUint32(dst, crc32.Checksum(dst[start:], crcTable()))
}

// OpenRecord checks the envelope and returns the version and the body, which
// aliases src. It returns ErrCorrupt, or ErrNewer for a version above newest.
func OpenRecord(src []byte, newest byte) (version byte, body []byte, err error) {
	if len(src) < recordOverhead {
		return 0, nil, fmt.Errorf("%w: %d bytes, at least %d", ErrCorrupt, len(src), recordOverhead)
	}
	end := len(src) - 4
	if got, want := crc32.Checksum(src[:end], crcTable()), binary.LittleEndian.Uint32(src[end:]); got != want {
		return 0, nil, fmt.Errorf("%w: checksum %08x, stored %08x", ErrCorrupt, got, want)
	}
	switch version = src[0]; {
	case version == 0:
		return 0, nil, fmt.Errorf("%w: version 0", ErrCorrupt)
	case version > newest:
		return 0, nil, fmt.Errorf("%w: version %d, this program knows %d", ErrNewer, version, newest)
	}
	return version, src[1:end], nil
}

// crcTable returns the table that hash/crc32 keeps for Castagnoli's polynomial.
func crcTable() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }
