package spool

import (
	"io"
	"os"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// PieceSize is how many bytes are written at once, and what a File keeps in
// memory; a batch may add as much as it is long.
const PieceSize = 64 << 10

// File is a sequence of batches outside memory.
type File struct {
	space   *Space
	kinds   []vector.Kind
	encoder vector.BlockEncoder
	piece   []byte // what is not written yet
	file    *os.File
	size    int64 // bytes in file
	rows    int64
}

// Append writes the rows of b that count, if any, behind those before. After an
// error the File can only be closed.
func (f *File) Append(b *vector.Batch) error {
	n := b.Count()
	if n == 0 {
		return nil
	}
	if f.piece == nil {
		f.piece = make([]byte, 0, PieceSize+PieceSize/4)
	}
	f.piece = f.encoder.Append(f.piece, b)
	f.rows += int64(n)
	if len(f.piece) < PieceSize {
		return nil
	}
	return f.flush()
}

func (f *File) flush() error {
	if f.file == nil {
		file, err := f.space.dir.create()
		if err != nil {
			return err
		}
		f.file = file
	}
	n := int64(len(f.piece))
	if err := f.space.take(n); err != nil {
		return err
	}
	at := f.size
	f.size += n // taken, whatever was written of it
	if _, err := f.file.WriteAt(f.piece, at); err != nil {
		return failure("write to", err)
	}
	f.piece = f.piece[:0]
	return nil
}

// Finish ends the writing. Small files stay in memory.
func (f *File) Finish() error {
	f.encoder = vector.BlockEncoder{}
	if f.file == nil {
		return nil
	}
	if len(f.piece) > 0 {
		if err := f.flush(); err != nil {
			return err
		}
	}
	f.piece = nil
	return nil
}

// Rows returns how many rows were appended.
func (f *File) Rows() int64 { return f.rows }

// OnDisk returns the bytes that are not in memory.
func (f *File) OnDisk() int64 { return f.size }

// Size returns where the next batch begins, in bytes from the front.
func (f *File) Size() int64 { return f.size + int64(len(f.piece)) }

// Memory returns the bytes that the File holds in memory.
func (f *File) Memory() int64 { return int64(cap(f.piece)) }

// Close removes the file. It may be called again, and on a nil File.
func (f *File) Close() error {
	if f == nil {
		return nil
	}
	f.piece = nil
	if f.file == nil {
		return nil
	}
	f.space.used.Add(-f.size)
	err := f.file.Close()
	f.file, f.size = nil, 0
	if err != nil {
		return failure("close", err)
	}
	return nil
}

// Reader gives batches of a finished File in the order written.
type Reader struct {
	file    *File
	decoder *vector.BlockDecoder
	at, end int64
	block   []byte
}

// Reader returns a Reader of all batches.
func (f *File) Reader() *Reader { return f.Part(0, f.Size()) }

// Part returns a Reader of the batches between two places that Size returned.
func (f *File) Part(from, to int64) *Reader {
	return &Reader{file: f, decoder: vector.NewBlockDecoder(f.kinds...), at: from, end: to}
}

// Next returns the next batch, valid until the next call; nil at the end.
func (r *Reader) Next() (*vector.Batch, error) {
	block, err := r.read()
	if block == nil || err != nil {
		return nil, err
	}
	r.at += int64(len(block))
	b, err := r.decoder.Decode(block)
	if err != nil {
		return nil, damaged(err)
	}
	return b, nil
}

// Memory returns the bytes that the Reader holds, beside the decoded columns.
func (r *Reader) Memory() int64 { return int64(cap(r.block)) }

// read returns the block at r.at, nil at the end.
func (r *Reader) read() ([]byte, error) {
	f := r.file
	if r.at >= r.end {
		return nil, nil
	}
	if f.file == nil {
		rest := f.piece[r.at:r.end]
		size, err := vector.BlockSize(rest)
		if err != nil || size > int64(len(rest)) {
			return nil, damaged(vector.ErrBlock)
		}
		return rest[:size:size], nil
	}
	head := r.fill(vector.BlockHeader)
	if err := r.readAt(head, r.at); err != nil {
		return nil, err
	}
	size, err := vector.BlockSize(head)
	if err != nil || size > r.end-r.at {
		return nil, damaged(vector.ErrBlock)
	}
	block := r.fill(size)
	return block, r.readAt(block[vector.BlockHeader:], r.at+vector.BlockHeader)
}

// fill returns the first n bytes of the Reader's memory; what is there stays.
func (r *Reader) fill(n int64) []byte {
	if int64(cap(r.block)) < n {
		r.block = append(make([]byte, 0, max(n, 2*int64(cap(r.block)))), r.block...)
	}
	r.block = r.block[:n]
	return r.block
}

func (r *Reader) readAt(p []byte, at int64) error {
	switch _, err := r.file.file.ReadAt(p, at); err {
	case nil:
		return nil
	case io.EOF, io.ErrUnexpectedEOF:
		return damaged(err)
	default:
		return failure("read from", err)
	}
}

func damaged(cause error) error {
	e := sqlerr.New(sqlerr.DataCorrupted, "damaged block in a temporary file")
	e.Cause = cause
	return e
}
